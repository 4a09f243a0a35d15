//! Lines of PMP registers and probes: what is answered has one verdict a probe, the same each time.
#![no_main]

use libfuzzer_sys::fuzz_target;
use teescope_core::arch::riscv::lines::answer;

fuzz_target!(|text: &str| {
    let Ok(told) = answer(text) else { return };
    assert_eq!(answer(text).as_ref(), Ok(&told));
    let count = |key: &str| told[key].as_array().map(Vec::len);
    assert_eq!(count("verdicts"), count("entries"));
    assert_eq!(count("verdicts"), count("rules"));
});
