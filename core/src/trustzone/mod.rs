//! TrustZone: one secure world beside the ordinary one, told by a bit on every bus access.
//!
//! The machine itself is not modelled yet: there is nothing to run, and everything here is words. They
//! come from the sources of OP-TEE/optee_os at d5001fe, ARM-software/arm-trusted-firmware at 6a164dd, and
//! Arm's and GlobalPlatform's documents.

mod about;
mod gaps;
mod profile;

use crate::text;
use crate::trace::Tee;

pub use profile::profile;

/// What is said of TrustZone.
#[must_use]
pub fn tee() -> Tee {
    Tee {
        id: "trustzone",
        title: "Arm TrustZone".into(),
        what: text!(
            "trustzone.what",
            "The whole processor has two states, and memory and devices know which of them asks: a small trusted operating system with its applications lives in a secure world beside the ordinary one."
        ),
        scenarios: alloc::vec::Vec::new(),
        recognise: |_| None,
        gaps: gaps::gaps,
        common: None,
        profile: Some(profile),
    }
}
