//! What is told about a file without running anything, by whichever machine knows it.
//!
//! Not in the table of machines, so that a page which does not ask need not carry it.

use crate::bytes::Inspection;

/// Takes a file apart, if a machine knows it.
#[must_use]
pub fn inspect(bytes: &[u8]) -> Option<Inspection> {
    crate::sgx::inspect(bytes)
}
