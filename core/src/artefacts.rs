//! What is told about a file without running anything, by whichever machine knows it.
//!
//! Not in the table of machines, so that a page which does not ask need not carry it.

use crate::bytes::Inspection;

/// What can be taken apart, as the end of “it is …”.
pub const KNOWN: &str = "an SGXS stream, a SIGSTRUCT, an EINITTOKEN, an RSA key in PEM, or a Keystone report in binary or JSON";

/// Takes a file apart, if a machine knows it.
#[must_use]
pub fn inspect(bytes: &[u8]) -> Option<Inspection> {
    crate::sgx::inspect(bytes).or_else(|| crate::keystone::inspect(bytes))
}
