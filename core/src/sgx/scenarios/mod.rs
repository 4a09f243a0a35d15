//! The scenarios of SGX, each a file: what can be set, and the plan it becomes.

mod aex;
mod aex_notify;
mod author;
mod careless_exit;
mod debug_enclave;
mod debug_same_mrenclave;
mod destroy;
mod ecall_and_ocall;
mod einit_refused;
mod enclave;
mod enter_and_exit;
mod epc_and_elrange;
mod file_pages;
mod from_file;
mod hello_enclave;
mod hostile_remap;
mod measured_or_not;
mod order_matters;
mod page_fault_channel;
mod params;
mod signing;
mod single_step;
mod stage;
mod two_level_exceptions;
mod who_may_touch_what;

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
            &enter_and_exit::ENTER,
            &ecall_and_ocall::CALLS,
            &aex::AEX,
            &two_level_exceptions::TWO_LEVEL,
            &aex_notify::NOTIFY,
            &who_may_touch_what::WHO,
            &hostile_remap::REMAP,
            &careless_exit::CARELESS,
            &page_fault_channel::PAGES,
            &single_step::STEP,
            &debug_enclave::DEBUGGER,
            &destroy::DESTROY,
            &from_file::FROM_FILE,
        ],
        recognise: super::recognise::recognise,
        gaps: super::gaps::gaps,
    }
}

/// A scenario of this machine.
pub(super) type Built = crate::trace::Built<super::machine::Machine>;
