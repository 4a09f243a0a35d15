//! The scenarios of SGX, each a file: what can be set, and the plan it becomes.

mod author;
mod debug_same_mrenclave;
mod destroy;
mod einit_refused;
mod enclave;
mod epc_and_elrange;
mod file_pages;
mod from_file;
mod hello_enclave;
mod measured_or_not;
mod order_matters;
mod params;
mod signing;

use crate::text;
use crate::trace::Tee;
pub(super) use crate::trace::Turned;

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
        scenarios: alloc::vec![
            &hello_enclave::HELLO,
            &epc_and_elrange::TWO,
            &order_matters::ORDER,
            &measured_or_not::MEASURED,
            &signing::SIGNING,
            &einit_refused::REFUSED,
            &debug_same_mrenclave::DEBUG,
            &destroy::DESTROY,
            &from_file::FROM_FILE,
        ],
        recognise: super::recognise::recognise,
        gaps: super::gaps::gaps,
    }
}

/// A scenario of this machine.
pub(super) type Built = crate::trace::Built<super::machine::Machine>;
