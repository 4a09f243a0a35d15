//! Keystone's operations as JSON: read, and carried out where they are few.
#![no_main]

use libfuzzer_sys::fuzz_target;
use teescope_core::keystone::apply::APPLIER;
use teescope_core::trace::{Inputs, Params};

fuzz_target!(|text: &str| {
    // An enclave is measured and signed for at every creation, which would leave time for little else.
    if text.matches("do").count() > 8 {
        return;
    }
    let Ok(done) = (APPLIER.run)(text, &Params::new(), &Inputs::new()) else {
        return;
    };
    let steps = done.json["steps"].as_array().map_or(0, Vec::len);
    assert_eq!(done.lines.len(), steps);
});
