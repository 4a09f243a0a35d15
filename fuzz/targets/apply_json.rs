//! Operations as JSON: read, and carried out where they are few.
#![no_main]

use libfuzzer_sys::fuzz_target;
use teescope_core::sgx::apply::{apply, read};

fuzz_target!(|text: &str| {
    let Ok(cases) = read(text) else { return };
    // EINIT signs with RSA, which would leave time for little else: see the tests for it.
    let quick = !text.contains("EINIT");
    for case in cases.iter().filter(|c| quick && c.ops.len() < 64) {
        let done = apply(case);
        assert_eq!(done.steps.len(), case.ops.len());
        _ = done.json();
    }
});
