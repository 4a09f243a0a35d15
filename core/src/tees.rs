//! The list of machines: a new one is a folder and a word here. Which of their scenarios a page fetches
//! together is listed in `core/parts.txt`.

use alloc::boxed::Box;
use alloc::string::ToString;
use alloc::vec::Vec;

use crate::trace::{Applier, BadInput, Inputs, Recognised, Scenario, Session, Settings, Tee};

include!(concat!(env!("OUT_DIR"), "/parts.rs"));

/// Every trusted execution environment.
#[must_use]
pub fn all() -> Vec<Tee> {
    alloc::vec![
        crate::sgx::tee(),
        crate::keystone::tee(),
        crate::trustzone::tee(),
    ]
}

/// What carries out operations given as JSON, for every machine that takes them.
#[must_use]
pub fn appliers() -> Vec<Applier> {
    alloc::vec![crate::sgx::apply::APPLIER, crate::keystone::apply::APPLIER]
}

/// The scenario of that id.
#[must_use]
pub fn scenario(id: &str) -> Option<&'static dyn Scenario> {
    scenario_of(all(), id)
}

/// The scenario of that id among those of some machines.
#[must_use]
pub fn scenario_of(tees: Vec<Tee>, id: &str) -> Option<&'static dyn Scenario> {
    let mut all = tees.into_iter().flat_map(|t| t.scenarios);
    all.find(|s| s.info().id == id)
}

/// What a file is, if a machine knows it.
#[must_use]
pub fn recognise(bytes: &[u8]) -> Option<Recognised> {
    recognise_of(all(), bytes)
}

/// What a file is, if one of these machines knows it.
#[must_use]
pub fn recognise_of(tees: Vec<Tee>, bytes: &[u8]) -> Option<Recognised> {
    tees.into_iter().find_map(|t| (t.recognise)(bytes))
}

/// Opens a run of a scenario.
///
/// # Errors
/// There is no such scenario, or its parameters, inputs or edits do not fit.
pub fn open(id: &str, settings: &Settings, inputs: &Inputs) -> Result<Box<dyn Session>, BadInput> {
    open_of(all(), id, settings, inputs)
}

/// Opens a run of a scenario of one of these machines.
///
/// # Errors
/// None of them has such a scenario, or its parameters, inputs or edits do not fit.
pub fn open_of(
    tees: Vec<Tee>,
    id: &str,
    settings: &Settings,
    inputs: &Inputs,
) -> Result<Box<dyn Session>, BadInput> {
    match scenario_of(tees, id) {
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
