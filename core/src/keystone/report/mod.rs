//! Attestation reports: how the monitor makes one, and how a verifier reads and checks it.

pub mod forge;
mod json;
mod make;
mod scenario;
pub mod verifier;
pub mod verify;

pub use json::{from_json, is_json, to_json};
pub use make::make;
pub use scenario::SCENARIO;
pub use verify::read;

/// The rules of reading, checking and forging reports.
#[must_use]
pub fn rules() -> alloc::vec::Vec<&'static crate::trace::Rule> {
    [verify::RULES, forge::RULES, verifier::RULES].concat()
}
