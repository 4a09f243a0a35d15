//! Who may touch an address now, and which rule says so.

use alloc::vec;
use alloc::vec::Vec;

use super::machine::{Machine, State};
use crate::arch::riscv::{Pmp, Privilege, csr};
use crate::memory::Physical;
use crate::rules;
use crate::text;
use crate::text::Text;
use crate::trace::{Observer, Rule};
use crate::view::{Access, Probe, Tone};

rules! {
    DMA = "ACCESS.dma-sees-no-pmp": "PMP belongs to a hart: a device’s accesses do not pass through it, and this board has no IOPMP", "RISC-V Privileged Architecture, PMP: checks apply to accesses of a hart";
    BUS = "ACCESS.dram-in-plain": "What lies in DRAM is not encrypted: a probe on its bus reads and writes it in plain", "Keystone does not encrypt memory";
    NO_ENCLAVE = "ACCESS.enclave-there": "There is an enclave that could touch it", "nobody is there to ask";
}

/// Observers that mean something for Keystone, in its words.
pub(super) fn observers() -> Vec<(Observer, Text)> {
    vec![
        (
            Observer::Inside,
            text!("keystone.observer.inside", "The enclave itself"),
        ),
        (
            Observer::Process,
            text!("keystone.observer.process", "The host process"),
        ),
        (
            Observer::Privileged,
            text!("keystone.observer.privileged", "Hostile Linux"),
        ),
        (
            Observer::Neighbour,
            text!("keystone.observer.neighbour", "Another enclave"),
        ),
        (
            Observer::OtherCore,
            text!("keystone.observer.other-core", "Linux on another hart"),
        ),
        (
            Observer::Device,
            text!("keystone.observer.device", "A device by DMA, no IOPMP"),
        ),
        (
            Observer::Bus,
            text!("keystone.observer.bus", "A probe on DRAM"),
        ),
    ]
}

/// A hart as an observer would use it.
pub(super) struct Eyes {
    pub(super) hart: u8,
    pub(super) pmp: Pmp,
    pub(super) mode: Privilege,
}

impl Machine {
    /// One access at a physical address.
    ///
    /// An observer that does not run at this moment is asked as if the monitor let it run next: the
    /// PMP is what the switch to it would write.
    pub(super) fn touch(&self, observer: Observer, address: u64, access: Access) -> Probe {
        if !self.platform.is_memory(address, 1) {
            return refused(
                &super::os::MEMORY,
                text!(
                    "keystone.probe.nothing",
                    "Access fault: there is no DRAM here"
                ),
            );
        }
        match observer {
            Observer::Device => self.open(&DMA, address, access),
            Observer::Bus => self.open(&BUS, address, access),
            _ => self.touch_as(observer, address, access),
        }
    }

    fn touch_as(&self, observer: Observer, address: u64, access: Access) -> Probe {
        let Some(eyes) = self.eyes(observer) else {
            return refused(
                &NO_ENCLAVE,
                text!("keystone.probe.nobody", "There is no such enclave"),
            );
        };
        let decision = eyes.pmp.check(eyes.mode, access, address, 1);
        let decided_by = decision
            .entry
            .map(|entry| Self::csr_place(eyes.hart, csr::PMPADDR0 + u16::from(entry)));
        let probe = match decision.allowed {
            true => self.open(decision.rule, address, access),
            false => refused(
                decision.rule,
                match (access, decision.entry) {
                    (_, None) => text!("keystone.probe.no-match", "Access fault: no entry matches"),
                    (Access::Read, Some(n)) => text!(
                        "keystone.probe.no-read",
                        "Load access fault: pmp{n} says no",
                        n = u64::from(n)
                    ),
                    (Access::Write, Some(n)) => text!(
                        "keystone.probe.no-write",
                        "Store access fault: pmp{n} says no",
                        n = u64::from(n)
                    ),
                    (Access::Fetch, Some(n)) => text!(
                        "keystone.probe.no-fetch",
                        "Instruction access fault: pmp{n} says no",
                        n = u64::from(n)
                    ),
                },
            ),
        };
        Probe {
            decided_by,
            ..probe
        }
    }

    /// The hart and the PMP with which an observer would look; `None` if there is no such observer.
    pub(super) fn eyes(&self, observer: Observer) -> Option<Eyes> {
        let host = |hart: u8, mode| Eyes {
            hart,
            pmp: self.host_pmp(hart),
            mode,
        };
        let enclave = |eid: u8| {
            let hart = self.hart_inside(eid).unwrap_or(0);
            Eyes {
                hart,
                pmp: self.enclave_pmp(hart, eid),
                mode: Privilege::Supervisor,
            }
        };
        match observer {
            Observer::Inside => self.protected().map(enclave),
            Observer::Neighbour => {
                let own = self.protected();
                let mut others = self.monitor.enclaves.iter().map(|(n, _)| *n);
                others.find(|n| Some(*n) != own).map(enclave)
            }
            Observer::Process => Some(host(0, Privilege::User)),
            Observer::OtherCore => {
                let hart = self.harts.iter().map(|(n, _)| *n).last()?;
                Some(host(hart, Privilege::Supervisor))
            }
            _ => Some(host(0, Privilege::Supervisor)),
        }
    }

    /// The enclave an observer inside is: the one that runs, else the lowest. One that has never run is
    /// somebody else’s once enclave 0 is gone.
    pub(super) fn protected(&self) -> Option<u8> {
        let running = self.harts.iter().find_map(|(_, h)| h.inside);
        running.or_else(|| {
            let lowest = self.monitor.enclaves.first();
            let own = lowest.filter(|(n, e)| **n == 0 || e.state != State::Fresh);
            own.map(|(n, _)| *n)
        })
    }

    /// Whether an observer may read every byte of a stretch. Without one, the machine as it is.
    pub(super) fn sees(&self, observer: Option<Observer>, at: u64, len: u64) -> bool {
        match observer {
            None | Some(Observer::Device | Observer::Bus) => true,
            Some(who) => self.eyes(who).is_some_and(|eyes| {
                let read = |at| eyes.pmp.check(eyes.mode, Access::Read, at, 1).allowed;
                // Regions are whole pages, so the ends of each page tell.
                let last = at.saturating_add(len.max(1) - 1);
                let mut pages = (at >> 12..=last >> 12).take(1 << 12);
                pages.all(|p| read((p << 12).max(at))) && read(last)
            }),
        }
    }

    fn open(&self, rule: &'static Rule, at: u64, access: Access) -> Probe {
        let left = self.platform.dram_end() - at;
        let bytes = self.ram.bytes(Physical(at), left.min(16) as usize);
        Probe {
            answer: match access {
                Access::Read => text!("keystone.probe.reads", "Allowed: the bytes that lie there"),
                Access::Write => text!("keystone.probe.writes", "Allowed: the write takes effect"),
                Access::Fetch => text!(
                    "keystone.probe.fetches",
                    "Allowed: the bytes that lie there, as code"
                ),
            },
            tone: Tone::Good,
            rule,
            bytes: if access == Access::Write {
                Vec::new()
            } else {
                bytes
            },
            decided_by: None,
        }
    }
}

fn refused(rule: &'static Rule, answer: Text) -> Probe {
    Probe {
        answer,
        tone: Tone::Bad,
        rule,
        bytes: Vec::new(),
        decided_by: None,
    }
}
