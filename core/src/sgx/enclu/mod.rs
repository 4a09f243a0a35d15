//! ENCLU: the leaves that code in ring 3 calls, one file each.

mod door;
pub mod edeccssa;
pub mod eenter;
pub mod eexit;
pub mod egetkey;
pub mod ereport;
pub mod eresume;
mod operand;

use super::encls::{GP, Leaf};
use super::events::{self, Cause};
use super::machine::{EpcPage, Machine};
use super::op::Enclu;
use super::processor::TRAMPOLINE;
use super::structs::{AttributesFlags, GprSgx, Pfec, Tcs};
use crate::arch::x86;
use crate::rules;
use crate::trace::{Fault, Recorder, Rule, Stop};

const fn leaf_row(number: u32, name: &'static str, modelled: bool) -> Leaf {
    Leaf {
        number,
        name,
        modelled,
    }
}

/// Every leaf of ENCLU (Intel SDM vol. 3D, ENCLU).
pub const LEAVES: &[Leaf] = &[
    leaf_row(0, "EREPORT", true),
    leaf_row(1, "EGETKEY", true),
    leaf_row(2, "EENTER", true),
    leaf_row(3, "ERESUME", true),
    leaf_row(4, "EEXIT", true),
    leaf_row(5, "EACCEPT", false),
    leaf_row(6, "EMODPE", false),
    leaf_row(7, "EACCEPTCOPY", false),
    leaf_row(8, "EVERIFYREPORT2", false),
    leaf_row(9, "EDECCSSA", true),
];

rules! {
    LEAF_KNOWN = "ENCLU.leaf-known": "EAX names a leaf of ENCLU that this processor has", "Intel SDM vol. 3D, ENCLU";
}

/// The leaf of that number.
#[must_use]
pub fn leaf(number: u32) -> Option<&'static Leaf> {
    LEAVES.iter().find(|l| l.number == number)
}

/// The rules of a leaf, in the manual's order.
#[must_use]
pub fn rules_of(number: u32) -> &'static [&'static Rule] {
    match number {
        0 => ereport::RULES,
        1 => egetkey::RULES,
        2 => eenter::RULES,
        3 => eresume::RULES,
        4 => eexit::RULES,
        9 => edeccssa::RULES,
        _ => RULES,
    }
}

impl Machine {
    /// The code on a processor loads the registers and executes ENCLU. A fault inside an enclave
    /// causes an asynchronous exit before anybody hears of it.
    pub(super) fn enclu<R: Recorder>(&mut self, op: &Enclu, recorder: &mut R) -> Result<(), Stop> {
        let mut own = self.cpu(op.cpu);
        if op.loads_leaf {
            own.regs.rax = u64::from(op.leaf);
        }
        if let Some((enclave, offset)) = op.door {
            let base = self.enclave(enclave).map_or(0, |h| h.base.0);
            own.regs.rbx = base.wrapping_add(offset);
            own.regs.rcx = TRAMPOLINE;
        }
        let loaded = [
            (op.call.rbx, &mut own.regs.rbx),
            (op.call.rcx, &mut own.regs.rcx),
            (op.call.rdx, &mut own.regs.rdx),
        ];
        for (value, register) in loaded {
            *register = value.unwrap_or(*register);
        }
        let leaf = own.regs.rax as u32;
        let before = self.cpus.get(&op.cpu).cloned();
        self.cpus.insert_mut(op.cpu, own);
        let result = match leaf {
            0 => ereport::ereport(self, op.cpu, recorder),
            1 => egetkey::egetkey(self, op.cpu, recorder),
            2 => eenter::eenter(self, op.cpu, recorder),
            3 => eresume::eresume(self, op.cpu, recorder),
            4 => eexit::eexit(self, op.cpu, recorder),
            9 => edeccssa::edeccssa(self, op.cpu, recorder),
            _ => recorder.require(&LEAF_KNOWN, false, GP),
        };
        if let Err(Stop::Faulted(fault)) = result {
            self.fault_of(op.cpu, fault, recorder);
            if self.cpu(op.cpu).inside.is_none()
                && before.as_ref().is_none_or(|b| b.inside.is_none())
            {
                // Outside, a faulting ENCLU leaves what was there before the registers were loaded.
                match before {
                    Some(before) => self.cpus.insert_mut(op.cpu, before),
                    None => {
                        self.cpus.remove_mut(&op.cpu);
                    }
                }
            }
        }
        result
    }

    /// Delivers the fault of an instruction.
    pub(super) fn fault_of<R: Recorder>(&mut self, cpu: u8, fault: Fault, recorder: &mut R) {
        let page_fault = fault.name == "#PF";
        let mut cause = Cause::of(events::named(fault.name));
        cause.address = fault.address;
        if page_fault {
            cause.code = Some(Pfec::P.with(Pfec::US).with(Pfec::SGX).bits());
        }
        self.deliver(cpu, cause, recorder);
    }

    /// Whether the processor has AEX-Notify: CPUID.12H.1 lets an enclave ask for it.
    pub(super) fn has_aex_notify(&self) -> bool {
        self.platform
            .attributes
            .contains(AttributesFlags::AEXNOTIFY)
    }

    /// The TCS in a page.
    pub(super) fn tcs(&self, page: EpcPage) -> Tcs {
        Tcs::from_bytes(&self.epc_bytes(page))
    }

    /// Writes the fields of a TCS that the processor keeps: STATE to AEP.
    pub(super) fn set_tcs<R: Recorder>(&mut self, page: EpcPage, tcs: &Tcs, recorder: &mut R) {
        self.epc_write(page, 0, &tcs.encode()[..48], recorder);
    }
}

/// What every way in needs to know of the enclave behind the door.
pub(super) struct Door {
    /// The TCS page.
    pub(super) page: EpcPage,
    /// The TCS.
    pub(super) tcs: Tcs,
    /// The SECS page.
    pub(super) secs: EpcPage,
    /// BASEADDR.
    pub(super) base: u64,
    /// SSAFRAMESIZE.
    pub(super) frame_pages: u64,
    /// XFRM.
    pub(super) xfrm: u64,
    /// Whether the thread asked to be told about asynchronous exits.
    pub(super) notify: bool,
}

impl Door {
    /// The linear address of the n-th frame of the state save area.
    pub(super) fn frame_at(&self, n: u64) -> u64 {
        let offset = n.wrapping_mul(self.frame_pages * 4096);
        self.base.wrapping_add(self.tcs.ossa).wrapping_add(offset)
    }
}

/// `#PF` at a page, or `#GP(0)` where its address is not canonical.
fn fault_at(address: u64) -> Fault {
    x86::no_access(address)
}

/// Bytes of GPRSGX, as an offset from the end of a frame.
const GPRSGX: usize = GprSgx::SIZE;
