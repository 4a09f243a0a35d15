//! The scenarios of SGX, each a file: what can be set, and the plan it becomes.

mod acts;
mod aex;
mod aex_notify;
mod author;
mod besides;
mod careless_exit;
mod common;
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
mod workshop;

use alloc::vec::Vec;

pub(super) use file_pages::label_of;

use crate::text;
pub(super) use crate::trace::Turned;
use crate::trace::{Scenario, Tee};

/// What SGX offers.
#[must_use]
pub fn tee() -> Tee {
    let (mut all, common, files) = (building(), common(), files());
    all.scenarios.extend(refusing().scenarios);
    all.scenarios.extend(running().scenarios);
    all.scenarios.extend(attacking().scenarios);
    all.scenarios.extend(common.scenarios);
    (all.common, all.profile) = (common.common, common.profile);
    all.scenarios.extend(files.scenarios);
    all.recognise = files.recognise;
    all.scenarios.extend(workshop().scenarios);
    all
}

/// The scenarios in which enclaves are built and taken apart.
#[must_use]
pub fn building() -> Tee {
    part(alloc::vec![
        &hello_enclave::HELLO,
        &epc_and_elrange::TWO,
        &order_matters::ORDER,
        &measured_or_not::MEASURED,
    ])
}

/// The scenarios about what EINIT and EREMOVE look at.
#[must_use]
pub fn refusing() -> Tee {
    part(alloc::vec![
        &signing::SIGNING,
        &einit_refused::REFUSED,
        &debug_same_mrenclave::DEBUG,
        &destroy::DESTROY,
    ])
}

/// The scenarios in which enclaves run.
#[must_use]
pub fn running() -> Tee {
    part(alloc::vec![
        &enter_and_exit::ENTER,
        &ecall_and_ocall::CALLS,
        &aex::AEX,
        &two_level_exceptions::TWO_LEVEL,
        &aex_notify::NOTIFY,
    ])
}

/// The scenarios in which somebody goes for an enclave that runs.
#[must_use]
pub fn attacking() -> Tee {
    part(alloc::vec![
        &who_may_touch_what::WHO,
        &hostile_remap::REMAP,
        &careless_exit::CARELESS,
        &page_fault_channel::PAGES,
        &single_step::STEP,
        &debug_enclave::DEBUGGER,
    ])
}

/// What the comparison needs: the common program, and the runs to the limit.
#[must_use]
pub fn common() -> Tee {
    Tee {
        common: Some(common::common),
        profile: Some(super::profile::profile),
        ..part(alloc::vec![&common::COMMON, &common::LIMIT])
    }
}

/// The run of somebody's file, and what recognises one.
#[must_use]
pub fn files() -> Tee {
    Tee {
        recognise: super::recognise::recognise,
        ..part(alloc::vec![&from_file::FROM_FILE])
    }
}

/// The workbench of a SIGSTRUCT, apart from the run of a file, which does not need it.
#[must_use]
pub fn workshop() -> Tee {
    part(alloc::vec![&workshop::WORKSHOP])
}

/// A part of what SGX offers.
fn part(scenarios: Vec<&'static dyn Scenario>) -> Tee {
    Tee {
        id: "sgx",
        title: "Intel SGX".into(),
        what: text!(
            "sgx.what",
            "Part of a process runs in an enclave: pages of protected memory that not even the operating system reads, measured as they are loaded."
        ),
        scenarios,
        recognise: |_| None,
        gaps: super::gaps::gaps,
        common: None,
        profile: None,
    }
}

/// A scenario of this machine.
pub(super) type Built = crate::trace::Built<super::machine::Machine>;
