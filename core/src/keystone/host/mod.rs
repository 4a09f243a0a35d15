//! The host's side of an enclave: what the SDK makes of three files.

mod files;
mod memory;
mod report;

pub use files::{EnclaveFiles, Part};
pub use memory::{Allocation, BUDDY_MOST, buddy_pages, epm_allocation, utm_pages};
pub use report::measure;
