//! The scenarios of SGX.

use alloc::vec::Vec;

use crate::text;
use crate::trace::Tee;

/// What SGX offers.
#[must_use]
pub fn tee() -> Tee {
    Tee {
        id: "sgx",
        title: "Intel SGX".into(),
        what: text!(
            "sgx.what",
            "Part of a process runs in an enclave: pages of protected memory that not even the operating system reads, measured as they are loaded."
        ),
        scenarios: Vec::new(),
        recognise: |_| None,
    }
}
