//! The scenarios of Keystone: what can be set, and the plan each becomes.

use crate::text;
use crate::trace::Tee;

/// What Keystone offers.
#[must_use]
pub fn tee() -> Tee {
    Tee {
        id: "keystone",
        title: "Keystone".into(),
        what: text!(
            "keystone.what",
            "Enclaves in ordinary RISC-V memory: a small security monitor in machine mode carves them out with physical memory protection and keeps the operating system outside."
        ),
        scenarios: alloc::vec![&super::inspector::PMP, &super::report::SCENARIO],
        recognise: super::recognise::recognise,
        gaps: super::gaps::gaps,
    }
}
