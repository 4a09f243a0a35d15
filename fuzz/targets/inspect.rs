//! The inspector as a whole: whatever is given, every byte is in exactly one part, every panel holds its bytes,
//! and what is saved as text names every line.
#![no_main]

use std::rc::Rc;

use libfuzzer_sys::fuzz_target;
use teescope_core::artefacts::{Looked, WINDOW, look, look_as};
use teescope_core::text::Catalogue;

fn is_whole(looked: &Looked) {
    let mut at = 0;
    for part in &looked.seen.parts {
        assert_eq!(part.at, at, "{}", part.name.en());
        at += part.len;
    }
    assert_eq!(at, looked.bytes.len());
    for inside in &looked.seen.inside {
        assert!(looked.bytes.get(inside.range.clone()).is_some());
    }
    let panel = looked.panel(0);
    assert_eq!(panel.data.len(), looked.bytes.len().min(WINDOW));
    let sizes: usize = panel.fields.iter().map(|f| f.size).sum();
    assert_eq!(sizes, panel.data.len());
    assert!(!looked.seen.what.en().is_empty() && !looked.seen.why.en().is_empty());
}

fuzz_target!(|data: &[u8]| {
    let given: Rc<[u8]> = Rc::from(data);
    let first = look(&given);
    // What is an error number has no bytes to be shown.
    if first.known && first.bytes.is_empty() {
        return;
    }
    is_whole(&first);
    assert!(first.text(&Catalogue::default()).lines().count() >= 2);
    for which in 1..first.seen.readings.len() {
        let other = look_as(&given, which);
        is_whole(&other);
        assert_eq!(other.seen.what, first.seen.readings[which].what);
        assert_eq!(other.seen.readings, first.seen.readings);
    }
});
