//! Attestation reports: how the monitor makes one, and how a verifier reads it.

mod make;

pub use make::make;
