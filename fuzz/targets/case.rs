//! Case files: what can be read is written and read to the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use teescope_core::trace::Case;

fuzz_target!(|text: &str| {
    let Ok(case) = Case::read(text) else { return };
    let written = case.write();
    assert_eq!(Case::read(&written), Ok(case), "{written}");
});
