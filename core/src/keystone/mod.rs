//! Keystone: enclaves in ordinary RISC-V memory, carved out by physical memory protection.
//!
//! | part | where |
//! |---|---|
//! | the PMP inspector, a machine of its own | [`inspector`] |
//! | structures | [`structs`] |
//! | keys, measurement, reports, sealing | [`keys`], [`measure`], [`report`], [`sealing`] |
//!
//! Documents: the sources of keystone-enclave/keystone at 88c49ee (2025-03), where not said otherwise.

mod gaps;
pub mod host;
mod inspect;
pub mod inspector;
pub mod keys;
pub mod measure;
mod recognise;
pub mod report;
mod scenarios;
pub mod sealing;
pub mod structs;

pub use inspect::inspect;
pub use recognise::recognise;
pub use scenarios::tee;
