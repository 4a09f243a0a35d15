//! The scenarios of Keystone: what can be set, and the plan each becomes.

mod attest;
mod boot_scenario;
mod classic;
mod common;
mod common_program;
mod common_steps;
mod edge_call;
mod exhaustion;
mod faults;
mod figure_3;
mod from_files;
mod hostile_os;
mod interrupt_and_resume;
mod lifecycle;
mod other_hart;
mod page_tables;
mod sealing;
mod tor_enclave;

use alloc::vec::Vec;

use crate::text;
pub(super) use crate::trace::Turned;
use crate::trace::{Scenario, Tee};

/// A scenario of this machine.
pub(super) type Built = crate::trace::Built<super::machine::Machine>;

/// A scenario of this machine that keeps a secret.
pub(super) type Guarded = crate::trace::Guarded<super::machine::Machine>;

/// What Keystone offers.
#[must_use]
pub fn tee() -> Tee {
    let (mut all, reports) = (monitor(), reports());
    let common = common();
    (all.common, all.profile) = (common.common, common.profile);
    all.scenarios.extend(common.scenarios);
    all.scenarios.extend(inspector().scenarios);
    all.scenarios.extend(reports.scenarios);
    all.recognise = reports.recognise;
    all
}

/// The scenarios in which the security monitor runs.
#[must_use]
pub fn monitor() -> Tee {
    part(alloc::vec![
        &figure_3::FIGURE_3,
        &lifecycle::LIFECYCLE,
        &hostile_os::HOSTILE,
        &interrupt_and_resume::INTERRUPT,
        &from_files::FROM_FILES,
        &attest::ATTEST,
        &classic::CLASSIC,
        &sealing::SEALING,
        &page_tables::PAGE_TABLES,
        &edge_call::EDGE_CALL,
        &exhaustion::EXHAUSTION,
        &tor_enclave::TOR,
        &other_hart::OTHER_HART,
        &boot_scenario::BOOT,
        &faults::SM_KEY,
        &faults::RESUME_AFTER_EXIT,
        &faults::LAST_ENTRY,
        &faults::ENTRIES_LEFT,
        &faults::STALE_REPORT,
        &faults::SEALING_ANYWHERE,
        &faults::SSTC_TIMER,
        &faults::SHARED_BUFFER,
    ])
}

/// What is compared: the program that every machine runs, its limits, and what is said of the machine.
#[must_use]
pub fn common() -> Tee {
    Tee {
        common: Some(common_program::common),
        profile: Some(super::profile),
        ..part(alloc::vec![&common_program::COMMON, &exhaustion::LIMIT])
    }
}

/// Somebody's PMP registers.
#[must_use]
pub fn inspector() -> Tee {
    part(alloc::vec![&super::inspector::PMP])
}

/// Somebody's report before the verifier, and what recognises files.
#[must_use]
pub fn reports() -> Tee {
    Tee {
        recognise: super::recognise::recognise,
        ..part(alloc::vec![&super::report::SCENARIO])
    }
}

/// A part of what Keystone offers.
fn part(scenarios: Vec<&'static dyn Scenario>) -> Tee {
    Tee {
        id: "keystone",
        title: "Keystone".into(),
        what: text!(
            "keystone.what",
            "Enclaves in ordinary RISC-V memory: a small security monitor in machine mode carves them out with physical memory protection and keeps the operating system outside."
        ),
        scenarios,
        recognise: |_| None,
        gaps: super::gaps::gaps,
        common: None,
        profile: None,
    }
}
