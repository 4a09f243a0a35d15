//! Links: what can be read is written and read to the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use teescope_core::trace::Link;

fuzz_target!(|text: &str| {
    let Ok(link) = Link::read(text) else { return };
    let written = link.write();
    let again = Link::read(&written).unwrap_or_else(|e| panic!("{written}: {e}"));
    assert_eq!(again.write(), written);
});
