//! Who may touch an address now, in each mode, and what a device is asked.

use alloc::vec;
use alloc::vec::Vec;

use super::Hart;
use crate::arch::riscv::Privilege;
use crate::rules;
use crate::text;
use crate::text::Text;
use crate::trace::Observer;
use crate::view::{Access, Probe, Tone};

rules! {
    HARTS_ONLY = "PMPVIEW.harts-only": "PMP stands between a hart and memory; accesses of devices do not pass it", "RISC-V Privileged Architecture, Physical Memory Protection; an IOPMP would check devices";
}

/// Observers that mean something here: the modes, and a device.
pub(super) fn observers() -> Vec<(Observer, Text)> {
    vec![
        (
            Observer::Inside,
            text!("pmp.observer.machine", "Machine mode (firmware)"),
        ),
        (
            Observer::Privileged,
            text!(
                "pmp.observer.supervisor",
                "Supervisor mode (operating system)"
            ),
        ),
        (
            Observer::Process,
            text!("pmp.observer.user", "User mode (application)"),
        ),
        (
            Observer::Device,
            text!("pmp.observer.device", "A device by DMA"),
        ),
    ]
}

/// The mode that an observer runs in; `None` for what is no hart.
pub(super) fn mode_of(observer: Observer) -> Option<Privilege> {
    match observer {
        Observer::Inside => Some(Privilege::Machine),
        Observer::Process => Some(Privilege::User),
        Observer::Privileged | Observer::Neighbour | Observer::OtherCore => {
            Some(Privilege::Supervisor)
        }
        _ => None,
    }
}

impl Hart {
    /// One byte touched by an observer.
    pub(super) fn probe_byte(&self, observer: Observer, address: u64, access: Access) -> Probe {
        let Some(mode) = mode_of(observer) else {
            return Probe {
                answer: text!("pmp.device", "Passes: PMP is not asked about devices"),
                tone: Tone::Warn,
                rule: &HARTS_ONLY,
                bytes: Vec::new(),
                decided_by: None,
            };
        };
        let d = self.pmp.check(mode, access, address, 1);
        let answer = match (d.allowed, d.entry) {
            (true, Some(entry)) => text!(
                "pmp.passes",
                "Passes: entry {entry} decides",
                entry = u64::from(entry)
            ),
            (true, None) => text!("pmp.passes-unmatched", "Passes: no entry matches"),
            (false, Some(entry)) => text!(
                "pmp.refused",
                "Access fault: entry {entry} decides",
                entry = u64::from(entry)
            ),
            (false, None) => text!("pmp.refused-unmatched", "Access fault: no entry matches"),
        };
        Probe {
            answer,
            tone: if d.allowed { Tone::Good } else { Tone::Bad },
            rule: d.rule,
            bytes: Vec::new(),
            decided_by: d.entry.map(Self::cfg_place),
        }
    }
}
