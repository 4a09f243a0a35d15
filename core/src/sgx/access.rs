//! Who may touch an address now, and which rule says so.
//!
//! Only what building an enclave needs: no code runs inside yet, so the protected code's own accesses
//! are judged by page tables and EPCM alone.

use alloc::vec;
use alloc::vec::Vec;

use super::machine::{Machine, Target};
use super::structs::{PageType, SecInfoFlags};
use crate::memory::{Linear, Physical};
use crate::rules;
use crate::text;
use crate::text::Text;
use crate::trace::{Observer, Place, Rule};
use crate::view::{Access, Probe, Tone};

const EPCM: &str = "Intel SDM vol. 3D, access control requirements";
const ABORT: &str = "Intel SDM calls it undefined; Costan and Devadas, Intel SGX Explained, report abort page behaviour";

rules! {
    UNMAPPED = "ACCESS.mapped": "The page tables map the address", "Intel SDM vol. 3A, paging";
    ABORT_READ = "ACCESS.abort-page-read": "From outside an enclave, a read of the processor reserved memory gives all ones", ABORT;
    ABORT_WRITE = "ACCESS.abort-page-write": "From outside an enclave, a write to the processor reserved memory is dropped", ABORT;
    ABORT_FETCH = "ACCESS.abort-page-fetch": "From outside an enclave, a fetch from the processor reserved memory gives all ones", "model: abort page behaviour for fetches is reported, not specified";
    ORDINARY = "ACCESS.ordinary-memory": "Ordinary memory is open to whoever the page tables let through", "Intel SDM vol. 3A, paging";
    DEVICE_PRM = "ACCESS.dma-outside-prm": "DMA into the processor reserved memory is refused: reads give all ones, writes are dropped", ABORT;
    BUS_CIPHERTEXT = "ACCESS.dram-ciphertext": "What leaves the package for the processor reserved memory is encrypted", "Intel SDM vol. 3D, memory encryption (model: the cipher is not carried out in this version)";
    FETCH_IN_ELRANGE = "ACCESS.fetch-in-elrange": "Code inside an enclave is fetched from its own range only", EPCM;
    EPCM_OWNER = "ACCESS.epcm-owner": "The EPCM says the page is this enclave's, at this linear address, of type PT_REG, and not blocked, pending or modified", EPCM;
    EPCM_RIGHTS = "ACCESS.epcm-rights": "The EPCM grants this kind of access", EPCM;
    NOT_INIT = "ACCESS.initialised": "The enclave is initialised, so that code can run inside", "Intel SDM vol. 3D, EENTER";
}

/// Observers that mean something for SGX, in its words.
pub(super) fn observers() -> Vec<(Observer, Text)> {
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
    pub(super) fn touch(&self, observer: Observer, address: u64, access: Access) -> Probe {
        match observer {
            Observer::Inside => self.touch_inside(address, access),
            Observer::Device | Observer::Bus => self.touch_physical(observer, address, access),
            _ => self.touch_outside(address, access),
        }
    }

    fn touch_outside(&self, address: u64, access: Access) -> Probe {
        match self.os_target(address) {
            Target::Unmapped => {
                faulted(&UNMAPPED, text!("probe.pf", "#PF: nothing is mapped here"))
            }
            Target::Ram(p) => self.open(p, access),
            Target::Epc(_) | Target::Prm => abort_page(access),
        }
    }

    fn touch_physical(&self, observer: Observer, address: u64, access: Access) -> Probe {
        let at = match address < self.platform.memory_end.0 {
            true => Some(Physical(address)),
            false => self.translate(Linear(address)),
        };
        match at.map_or(Target::Unmapped, |p| self.physical_target(p)) {
            Target::Unmapped => faulted(
                &UNMAPPED,
                text!("probe.no-memory", "There is no memory here"),
            ),
            Target::Ram(p) => self.open(p, access),
            _ if observer == Observer::Bus => Probe {
                answer: text!("probe.ciphertext", "Ciphertext"),
                tone: Tone::Hidden,
                rule: &BUS_CIPHERTEXT,
                bytes: Vec::new(),
                decided_by: None,
            },
            _ => Probe {
                rule: &DEVICE_PRM,
                ..abort_page(access)
            },
        }
    }

    /// Ordinary memory answers with what it holds.
    fn open(&self, at: Physical, access: Access) -> Probe {
        let bytes = self.ram.bytes(at, 16);
        Probe {
            answer: match access {
                Access::Read => text!("probe.reads", "The bytes that lie there"),
                Access::Write => text!("probe.writes", "The write takes effect"),
                Access::Fetch => text!("probe.fetches", "The bytes that lie there, as code"),
            },
            tone: Tone::Plain,
            rule: &ORDINARY,
            bytes: if access == Access::Write {
                Vec::new()
            } else {
                bytes
            },
            decided_by: Some(Place::new("ram", at.0, 16)),
        }
    }

    /// An access by code inside the enclave whose range holds the address, else the first enclave.
    fn touch_inside(&self, address: u64, access: Access) -> Probe {
        let holds = |h: &&super::machine::Handle| address.wrapping_sub(h.base.0) < h.size;
        let enclaves = || self.driver.enclaves.iter().map(|(_, h)| h);
        let Some(own) = enclaves().find(holds) else {
            if access == Access::Fetch {
                return faulted(&FETCH_IN_ELRANGE, text!("probe.gp", "#GP(0)"));
            }
            return self.touch_outside(address, access);
        };
        if !self.secs.get(&own.secs).is_some_and(|s| s.is_init()) {
            return faulted(&NOT_INIT, text!("probe.not-yet", "No code runs inside yet"));
        }
        let pf = || {
            text!(
                "probe.pf-sgx",
                "#PF with the SGX bit: page tables and EPCM disagree"
            )
        };
        let at = Linear(address);
        let Some(physical) = self.tables.walk(own.process, at) else {
            return faulted(&UNMAPPED, text!("probe.pf", "#PF: nothing is mapped here"));
        };
        let Target::Epc(page) = self.physical_target(physical) else {
            return faulted(&EPCM_OWNER, pf());
        };
        let Some(slot) = self.epc.get(&page) else {
            return faulted(&EPCM_OWNER, pf());
        };
        let e = &slot.entry;
        let mine = e.secs == Some(own.secs)
            && e.linaddr.0 == address & !0xfff
            && e.page_type == PageType::REG
            && !(e.blocked || e.pending || e.modified);
        if !mine {
            return faulted(&EPCM_OWNER, pf());
        }
        let right = match access {
            Access::Read => SecInfoFlags::R,
            Access::Write => SecInfoFlags::W,
            Access::Fetch => SecInfoFlags::X,
        };
        if !e.rwx.contains(right) {
            return faulted(&EPCM_RIGHTS, pf());
        }
        let mut bytes = [0; 16];
        slot.content.read((address % 4096) as usize, &mut bytes);
        Probe {
            answer: text!("probe.plain", "Allowed: the plain bytes"),
            tone: Tone::Good,
            rule: &EPCM_RIGHTS,
            bytes: if access == Access::Write {
                Vec::new()
            } else {
                bytes.to_vec()
            },
            decided_by: Some(Self::epcm_place(page)),
        }
    }
}

fn faulted(rule: &'static Rule, answer: Text) -> Probe {
    Probe {
        answer,
        tone: Tone::Bad,
        rule,
        bytes: Vec::new(),
        decided_by: None,
    }
}

fn abort_page(access: Access) -> Probe {
    let (answer, rule, bytes) = match access {
        Access::Read => (
            text!("probe.ones", "All ones: the abort page"),
            &ABORT_READ,
            vec![0xff; 16],
        ),
        Access::Write => (
            text!("probe.dropped", "Nothing: the write is dropped"),
            &ABORT_WRITE,
            Vec::new(),
        ),
        Access::Fetch => (
            text!("probe.ones", "All ones: the abort page"),
            &ABORT_FETCH,
            vec![0xff; 16],
        ),
    };
    Probe {
        answer,
        tone: Tone::Hidden,
        rule,
        bytes,
        decided_by: None,
    }
}
