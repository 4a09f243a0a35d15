//! The list of machines: a new one is a folder and a line here.

use alloc::boxed::Box;
use alloc::string::ToString;
use alloc::vec::Vec;

use crate::trace::{BadInput, Inputs, Recognised, Scenario, Session, Settings, Tee};

/// Every trusted execution environment.
#[must_use]
pub fn all() -> Vec<Tee> {
    alloc::vec![crate::sgx::tee()]
}

/// The scenario of that id.
#[must_use]
pub fn scenario(id: &str) -> Option<&'static dyn Scenario> {
    let all = all().into_iter().flat_map(|t| t.scenarios);
    all.into_iter().find(|s| s.info().id == id)
}

/// What a file is, if a machine knows it.
#[must_use]
pub fn recognise(bytes: &[u8]) -> Option<Recognised> {
    all().into_iter().find_map(|t| (t.recognise)(bytes))
}

/// Opens a run of a scenario.
///
/// # Errors
/// There is no such scenario, or its parameters, inputs or edits do not fit.
pub fn open(id: &str, settings: &Settings, inputs: &Inputs) -> Result<Box<dyn Session>, BadInput> {
    match scenario(id) {
        Some(s) => s.open(settings, inputs),
        None => Err(BadInput {
            key: id.to_string(),
            missing_file: false,
            why: crate::text!(
                "tees.no-scenario",
                "There is no scenario “{id}”. The gallery lists what there is.",
                id = id
            ),
        }),
    }
}
