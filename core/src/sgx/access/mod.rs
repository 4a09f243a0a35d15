//! Who may touch an address now, and which rule says so: one function decides every access.
//!
//! [`Machine::judge`] decides for one page. The probe asks it without doing anything, an operation
//! does what it says, and both name its rule.

mod perform;
mod probe;

pub(super) use perform::who_words;
pub(super) use probe::observers;

use super::dram;
use super::machine::{EpcPage, Machine, Target};
use super::platform::MemoryEngine;
use super::processor::Held;
use super::structs::{PageType, Pfec, SecInfoFlags};
use crate::arch::x86::{self, Pte};
use crate::memory::{Few, Linear, Physical};
use crate::rules;
use crate::trace::{Fault, Rule};
use crate::view::Access;

const EPCM: &str = "Intel SDM vol. 3D, access control requirements";
const PAGING: &str = "Intel SDM vol. 3A, paging";
const ABORT: &str = "Intel SDM calls it undefined; Costan and Devadas, Intel SGX Explained, report abort page behaviour";

rules! {
    FETCH_IN_ELRANGE = "ACCESS.fetch-in-elrange": "Code inside an enclave is fetched from its own range only", EPCM;
    HELD_TRANSLATION = "ACCESS.held-translation": "A translation that the processor holds since the enclave was entered is used as it is, until the thread leaves", "Intel SDM vol. 3D, EENTER and EEXIT flush linear translations; vol. 3A, caching translation information";
    UNMAPPED = "ACCESS.mapped": "The page tables map the address", PAGING;
    PAGE_RIGHTS = "ACCESS.page-rights": "The page tables grant this kind of access", PAGING;
    EPCM_OWNER = "ACCESS.epcm-owner": "The EPCM says the page is this enclave's, at this linear address, of type PT_REG, and not blocked, pending or modified", EPCM;
    EPCM_RIGHTS = "ACCESS.epcm-rights": "The EPCM grants this kind of access", EPCM;
    ABORT_READ = "ACCESS.abort-page-read": "From outside an enclave, a read of the processor reserved memory gives all ones", ABORT;
    ABORT_WRITE = "ACCESS.abort-page-write": "From outside an enclave, a write to the processor reserved memory is dropped", ABORT;
    ABORT_FETCH = "ACCESS.abort-page-fetch": "From outside an enclave, a fetch from the processor reserved memory gives all ones", "model: abort page behaviour for fetches is reported, not specified";
    ORDINARY = "ACCESS.ordinary-memory": "Ordinary memory is open to whoever the page tables let through", PAGING;
    DEVICE_PRM = "ACCESS.dma-outside-prm": "DMA into the processor reserved memory is refused: reads give all ones, writes are dropped", ABORT;
    BUS_LISTENS = "ACCESS.bus-listens": "A probe on DRAM listens and does not write", "model: a probe that only listens; one that rewrites DRAM is an operation of its own";
    BUS_CIPHERTEXT = "ACCESS.dram-ciphertext": "What leaves the package for the processor reserved memory is encrypted", dram::CITE;
    BUS_COUNTED = "ACCESS.dram-counted": "What leaves the package for the processor reserved memory is encrypted under a counter that goes up whenever the line is written back", dram::COUNTED;
    NOT_INIT = "ACCESS.initialised": "The enclave is initialised, so that code can run inside", "Intel SDM vol. 3D, EENTER";
}

/// Who makes an access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// The code that runs on a logical processor: an enclave's thread, or the process's own.
    Code(u8),
    /// The operating system.
    System,
    /// The hypervisor.
    Hypervisor,
    /// System management mode: the firmware.
    Smm,
    /// A device by DMA.
    Device,
    /// A probe on DRAM.
    Bus,
}

/// In which way an address is looked at.
#[derive(Clone, Copy)]
pub(super) enum Eyes<'a> {
    /// Enclave mode, in the enclave of that SECS.
    Enclave {
        secs: EpcPage,
        process: u8,
        held: Option<&'a Few<u64, Held>>,
    },
    /// A process's own code.
    Process(u8),
    /// Privileged software; addresses below the end of memory are physical ones.
    System,
    /// A device.
    Device,
    /// A probe.
    Bus,
}

/// Where an access comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A page of the enclave, in plain, with the translation the processor keeps.
    Own(Held),
    /// Ordinary memory.
    Ram(Physical),
    /// The abort page: reads give all ones, writes are dropped.
    Ones,
    /// DRAM behind the memory encryption.
    Cipher(Physical),
    /// A write that nobody makes.
    Nothing,
    /// A fault, with the error code of a page fault.
    Fault(Fault, Pfec),
}

/// What decides an access, and where it comes to.
#[derive(Clone, Copy)]
pub(super) struct Verdict {
    pub(super) rule: &'static Rule,
    pub(super) found: Found,
}

const fn verdict(rule: &'static Rule, found: Found) -> Verdict {
    Verdict { rule, found }
}

/// The error code of a page fault by user code.
fn pfec(access: Access) -> Pfec {
    Pfec::US
        .set(Pfec::WR, access == Access::Write)
        .set(Pfec::ID, access == Access::Fetch)
}

impl Machine {
    /// One access within a page.
    pub(super) fn judge(&self, eyes: Eyes<'_>, at: u64, access: Access) -> Verdict {
        if let Some(broken) = self.dram.broken().filter(|_| !matches!(eyes, Eyes::Bus)) {
            let fault = Found::Fault(dram::drop_and_lock(broken), Pfec::NONE);
            return verdict(&dram::RUNNING, fault);
        }
        match eyes {
            Eyes::Enclave {
                secs,
                process,
                held,
            } => self.judge_enclave(secs, process, held, at, access),
            Eyes::Process(process) => match self.walked(process, at, access) {
                Ok(pte) => self.open(Physical(pte.frame.0 + at % 4096), access),
                Err(stopped) => stopped,
            },
            Eyes::System => match self.os_target(at) {
                Target::Unmapped => {
                    verdict(&UNMAPPED, Found::Fault(x86::no_access(at), pfec(access)))
                }
                Target::Ram(p) => verdict(&ORDINARY, Found::Ram(p)),
                Target::Epc(_) | Target::Prm => abort(access),
            },
            Eyes::Device | Eyes::Bus => self.judge_physical(matches!(eyes, Eyes::Bus), at, access),
        }
    }

    /// The page-table entry that lets an access through.
    fn walked(&self, process: u8, at: u64, access: Access) -> Result<Pte, Verdict> {
        let code = pfec(access);
        let Some(pte) = self.tables.get(process, Linear(at)) else {
            let fault = Found::Fault(x86::no_access(at), code);
            return Err(verdict(&UNMAPPED, fault));
        };
        let granted = match access {
            Access::Read => true,
            Access::Write => pte.writable,
            Access::Fetch => pte.executable,
        };
        if granted {
            return Ok(pte);
        }
        let fault = Found::Fault(x86::pf(at), code.with(Pfec::P));
        Err(verdict(&PAGE_RIGHTS, fault))
    }

    /// A physical address for anybody outside enclaves.
    fn open(&self, at: Physical, access: Access) -> Verdict {
        match self.physical_target(at) {
            Target::Unmapped => verdict(&UNMAPPED, Found::Fault(x86::pf(at.0), pfec(access))),
            Target::Ram(p) => verdict(&ORDINARY, Found::Ram(p)),
            Target::Epc(_) | Target::Prm => abort(access),
        }
    }

    fn judge_physical(&self, bus: bool, at: u64, access: Access) -> Verdict {
        let physical = match at < self.platform.memory_end.0 {
            true => Some(Physical(at)),
            // Nothing translates for them but the kernel's map of all memory, which never changes.
            false => self.in_direct_map(at),
        };
        let Some(p) = physical else {
            return verdict(&UNMAPPED, Found::Fault(x86::no_access(at), Pfec::NONE));
        };
        if bus && access == Access::Write {
            return verdict(&BUS_LISTENS, Found::Nothing);
        }
        match self.physical_target(p) {
            Target::Epc(_) | Target::Prm if bus => {
                let rule = match self.platform.memory {
                    MemoryEngine::Mktme => &BUS_CIPHERTEXT,
                    MemoryEngine::Mee => &BUS_COUNTED,
                };
                verdict(rule, Found::Cipher(p))
            }
            Target::Epc(_) | Target::Prm => verdict(&DEVICE_PRM, Found::Ones),
            _ => self.open(p, access),
        }
    }

    /// An access in enclave mode: outside ELRANGE as the process, inside by page tables and EPCM both.
    fn judge_enclave(
        &self,
        secs: EpcPage,
        process: u8,
        held: Option<&Few<u64, Held>>,
        at: u64,
        access: Access,
    ) -> Verdict {
        let inside = self
            .secs
            .get(&secs)
            .is_some_and(|s| at.wrapping_sub(s.fields.baseaddr) < s.fields.size);
        if !inside {
            if access == Access::Fetch {
                return verdict(&FETCH_IN_ELRANGE, Found::Fault(x86::gp0(), Pfec::NONE));
            }
            return self.judge(Eyes::Process(process), at, access);
        }
        let held = held.and_then(|tlb| tlb.get(&(at / 4096))).copied();
        if let Some(held) = held.filter(|h| match access {
            Access::Read => true,
            Access::Write => h.writable,
            Access::Fetch => h.executable,
        }) {
            return verdict(&HELD_TRANSLATION, Found::Own(held));
        }
        let pte = match self.walked(process, at, access) {
            Ok(pte) => pte,
            Err(stopped) => return stopped,
        };
        let fault = Found::Fault(x86::pf(at), pfec(access).with(Pfec::P).with(Pfec::SGX));
        let entry = match self.physical_target(pte.frame) {
            Target::Epc(page) => self.epcm(page).map(|e| (page, e)),
            _ => None,
        };
        let mine = entry.filter(|(_, e)| {
            e.secs == Some(secs)
                && e.linaddr.0 == at & !0xfff
                && e.page_type == PageType::REG
                && !(e.blocked || e.pending || e.modified)
        });
        let Some((page, e)) = mine else {
            return verdict(&EPCM_OWNER, fault);
        };
        let right = match access {
            Access::Read => SecInfoFlags::R,
            Access::Write => SecInfoFlags::W,
            Access::Fetch => SecInfoFlags::X,
        };
        if !e.rwx.contains(right) {
            return verdict(&EPCM_RIGHTS, fault);
        }
        let held = Held {
            page,
            writable: pte.writable && e.rwx.contains(SecInfoFlags::W),
            executable: pte.executable && e.rwx.contains(SecInfoFlags::X),
        };
        verdict(&EPCM_RIGHTS, Found::Own(held))
    }
}

fn abort(access: Access) -> Verdict {
    let rule = match access {
        Access::Read => &ABORT_READ,
        Access::Write => &ABORT_WRITE,
        Access::Fetch => &ABORT_FETCH,
    };
    verdict(rule, Found::Ones)
}
