//! One access by an observer, asked without doing anything.

use alloc::vec;
use alloc::vec::Vec;

use super::{Eyes, FETCH_IN_ELRANGE, Found, NOT_INIT, Verdict};
use crate::arch::x86;
use crate::memory::Linear;
use crate::sgx::machine::{EpcPage, Machine};
use crate::sgx::structs::Pfec;
use crate::text;
use crate::text::Text;
use crate::trace::{Observer, Place};
use crate::view::{Access, Probe, Tone};

/// Bytes that a probe shows.
const SHOWN: usize = 16;

/// Observers that mean something for SGX, in its words.
pub(in super::super) fn observers() -> Vec<(Observer, Text)> {
    vec![
        (
            Observer::Inside,
            text!("sgx.observer.inside", "Code inside the enclave"),
        ),
        (
            Observer::Process,
            text!("sgx.observer.process", "The process around it"),
        ),
        (
            Observer::Privileged,
            text!(
                "sgx.observer.privileged",
                "Operating system, hypervisor, SMM"
            ),
        ),
        (
            Observer::Neighbour,
            text!("sgx.observer.neighbour", "Another enclave"),
        ),
        (
            Observer::Device,
            text!("sgx.observer.device", "A device by DMA"),
        ),
        (Observer::Bus, text!("sgx.observer.bus", "A probe on DRAM")),
    ]
}

impl Machine {
    /// One access. Addresses below the end of physical memory are physical, others linear.
    pub(in super::super) fn touch(
        &self,
        observer: Observer,
        address: u64,
        access: Access,
    ) -> Probe {
        let verdict = match observer {
            Observer::Inside => self.as_inside(address, access),
            Observer::Device => self.judge(Eyes::Device, address, access),
            Observer::Bus => self.judge(Eyes::Bus, address, access),
            // Another enclave has another range, and its code stays in there.
            Observer::Neighbour if access == Access::Fetch => fetch_stays_inside(),
            Observer::Process | Observer::Neighbour
                if self.tables.get(self.process, Linear(address)).is_some() =>
            {
                self.judge(Eyes::Process(self.process), address, access)
            }
            _ => self.judge(Eyes::System, address, access),
        };
        self.shown(verdict, address, access)
    }

    /// An access by code inside the enclave whose range holds the address, else the first enclave.
    fn as_inside(&self, address: u64, access: Access) -> Verdict {
        let holds = |h: &&crate::sgx::machine::Handle| address.wrapping_sub(h.base.0) < h.size;
        let enclaves = || self.driver.enclaves.iter().map(|(_, h)| h);
        let Some(own) = enclaves().find(holds) else {
            if access == Access::Fetch {
                return fetch_stays_inside();
            }
            return self.judge(Eyes::System, address, access);
        };
        if !self.secs.get(&own.secs).is_some_and(|s| s.is_init()) {
            return Verdict {
                rule: &NOT_INIT,
                found: Found::Nothing,
            };
        }
        let mut cpus = self.cpus.iter().map(|(_, cpu)| cpu);
        let running = cpus.find(|cpu| cpu.inside.as_ref().is_some_and(|i| i.secs == own.secs));
        let eyes = Eyes::Enclave {
            secs: own.secs,
            process: own.process,
            held: running.map(|cpu| &cpu.tlb),
        };
        self.judge(eyes, address, access)
    }

    /// A verdict in words, with the bytes the observer obtains.
    fn shown(&self, verdict: Verdict, address: u64, access: Access) -> Probe {
        let reads = access != Access::Write;
        let (answer, tone, bytes, decided_by) = match verdict.found {
            Found::Own(held) => {
                let bytes = self.own_bytes(held.page, address, SHOWN);
                let plain = text!("probe.plain", "Allowed: the plain bytes");
                (plain, Tone::Good, bytes, Some(Self::epcm_place(held.page)))
            }
            Found::Ram(at) => {
                let answer = match access {
                    Access::Read => text!("probe.reads", "The bytes that lie there"),
                    Access::Write => text!("probe.writes", "The write takes effect"),
                    Access::Fetch => text!("probe.fetches", "The bytes that lie there, as code"),
                };
                let place = Place::new("ram", at.0, SHOWN as u64);
                (answer, Tone::Plain, self.ram.bytes(at, SHOWN), Some(place))
            }
            Found::Ones => {
                let answer = match access {
                    Access::Write => text!("probe.dropped", "Nothing: the write is dropped"),
                    _ => text!("probe.ones", "All ones: the abort page"),
                };
                (answer, Tone::Hidden, vec![0xff; SHOWN], None)
            }
            Found::Cipher(at) => {
                let answer = text!("probe.ciphertext", "Ciphertext");
                (answer, Tone::Hidden, self.dram(at, SHOWN), None)
            }
            Found::Nothing if verdict.rule.id == NOT_INIT.id => {
                let answer = text!("probe.not-yet", "No code runs inside yet");
                (answer, Tone::Bad, Vec::new(), None)
            }
            Found::Nothing => {
                let answer = text!("probe.listens", "Nothing: the probe only listens");
                (answer, Tone::Hidden, Vec::new(), None)
            }
            Found::Fault(fault, code) => (
                self.fault_words(fault, code, address),
                Tone::Bad,
                Vec::new(),
                None,
            ),
        };
        Probe {
            answer,
            tone,
            rule: verdict.rule,
            bytes: if reads { bytes } else { Vec::new() },
            decided_by,
        }
    }

    /// Up to `len` bytes of an enclave's page from an address, not beyond the page.
    pub(super) fn own_bytes(&self, page: EpcPage, address: u64, len: usize) -> Vec<u8> {
        let offset = (address % 4096) as usize;
        let mut bytes = vec![0; len.min(4096 - offset)];
        if let Some(slot) = self.epc.get(page.0) {
            slot.content.read(offset, &mut bytes);
        }
        bytes
    }

    fn fault_words(&self, fault: crate::trace::Fault, code: Pfec, address: u64) -> Text {
        if !fault.name.starts_with('#') {
            return text!("probe.stopped", "Nothing: the machine stands still");
        }
        if fault.name == "#GP" {
            return text!("probe.gp", "#GP(0)");
        }
        if code.contains(Pfec::SGX) {
            return text!(
                "probe.pf-sgx",
                "#PF with the SGX bit: page tables and EPCM disagree"
            );
        }
        if code.contains(Pfec::P) {
            return text!("probe.pf-rights", "#PF: the page tables do not allow it");
        }
        if address < self.platform.memory_end.0 || code.is_empty() {
            return text!("probe.no-memory", "There is no memory here");
        }
        text!("probe.pf", "#PF: nothing is mapped here")
    }
}

fn fetch_stays_inside() -> Verdict {
    Verdict {
        rule: &FETCH_IN_ELRANGE,
        found: Found::Fault(x86::gp0(), Pfec::NONE),
    }
}
