//! Operations as text: what the machine reads it prints, and reads again to the same text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use teescope_core::sgx::Machine;
use teescope_core::trace::{Edit, Machine as _, OpText};

fuzz_target!(|text: &str| {
    if let Ok(edit) = Edit::parse(text) {
        assert_eq!(Edit::parse(&edit.to_string()), Ok(edit));
    }
    let Ok(op) = OpText::parse(text) else { return };
    assert_eq!(OpText::parse(&op.to_string()), Ok(op.clone()));
    let Ok(parsed) = Machine::parse_op(&op) else {
        return;
    };
    let Some(printed) = Machine::print_op(&parsed) else {
        return;
    };
    let again = Machine::parse_op(&printed).unwrap_or_else(|bad| panic!("{printed}: {bad}"));
    assert_eq!(Machine::print_op(&again), Some(printed));
});
