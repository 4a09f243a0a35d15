//! Logical processors: the registers of whatever runs on them, and the enclave it runs in, if any.

use alloc::rc::Rc;

use super::machine::{EpcPage, Machine};
use super::structs::GprSgx;
use crate::arch::x86::{XFRM_SUPPORTED, XState};
use crate::memory::{Few, Linear};
use crate::trace::Place;

/// Where the process's own code calls ENCLU.
pub const HOST_CODE: u64 = 0x5555_0000_1000;
/// The process's asynchronous exit pointer: one ENCLU, the trampoline.
pub const TRAMPOLINE: u64 = 0x5555_0000_2000;
/// The process's stack.
pub const HOST_STACK: u64 = 0x7ffc_0000_8000;
/// Bytes of ENCLU.
pub const ENCLU_BYTES: u64 = 3;

/// RFLAGS bits by the manual's names (Intel SDM vol. 1, EFLAGS register).
pub mod rflags {
    /// CF, PF, AF, ZF, SF and OF: what arithmetic leaves behind.
    pub const STATUS: u64 = 0x8d5;
    /// ZF: a leaf of ENCLU reports a code in RAX.
    pub const ZF: u64 = 1 << 6;
    /// TF: a debug exception after every instruction.
    pub const TF: u64 = 1 << 8;
    /// RF: the next instruction raises no debug exception.
    pub const RF: u64 = 1 << 16;
    /// Bit 1, always set, and IF.
    pub const USUAL: u64 = 0x202;
}

/// One logical processor. A clone is cheap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Processor {
    /// The process whose page tables it uses.
    pub process: u8,
    /// General registers, RIP, RFLAGS, FS and GS base. URSP, URBP, EXITINFO and AEXNOTIFY are unused.
    pub regs: GprSgx,
    /// x87, SSE and extended registers.
    pub xstate: XState,
    /// XCR0: the state components that are switched on.
    pub xcr0: u64,
    /// CR4.OSXSAVE.
    pub osxsave: bool,
    /// CR4.OSFXSR.
    pub osfxsr: bool,
    /// Whether it runs in 64-bit mode.
    pub mode64: bool,
    /// The enclave it runs in.
    pub inside: Option<Inside>,
    /// Translations held since the enclave was entered, by linear page.
    pub tlb: Few<u64, Held>,
}

/// What the processor keeps while it runs in an enclave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inside {
    /// The SECS.
    pub secs: EpcPage,
    /// The TCS it entered by.
    pub tcs: EpcPage,
    /// The pages of the save area frame that the next asynchronous exit fills.
    pub frame: Rc<[EpcPage]>,
    /// FS base outside.
    pub fsbase: u64,
    /// GS base outside.
    pub gsbase: u64,
    /// XCR0 outside.
    pub xcr0: u64,
    /// RFLAGS.TF outside.
    pub tf: bool,
}

/// A translation that the processor holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// The EPC page it leads to.
    pub page: EpcPage,
    /// Whether it may be written.
    pub writable: bool,
    /// Whether code may be fetched.
    pub executable: bool,
}

impl Processor {
    /// A processor that runs a process's own code.
    #[must_use]
    pub fn of_process(process: u8) -> Self {
        let regs = GprSgx {
            rsp: HOST_STACK,
            rbp: HOST_STACK + 0x40,
            rip: HOST_CODE,
            rflags: rflags::USUAL,
            ..GprSgx::default()
        };
        Self {
            process,
            regs,
            xstate: XState::default(),
            xcr0: XFRM_SUPPORTED,
            osxsave: true,
            osfxsr: true,
            mode64: true,
            inside: None,
            tlb: Few::default(),
        }
    }

    /// The components that XCR0 enables; without CR4.OSXSAVE x87 and SSE.
    #[must_use]
    pub fn enabled(&self) -> u64 {
        if self.osxsave { self.xcr0 } else { 3 }
    }

    /// The value of a register by its offset in GPRSGX.
    #[must_use]
    pub fn register(&self, offset: usize) -> u64 {
        let bytes = self.regs.encode();
        let found = bytes.get(offset..).and_then(|b| b.first_chunk());
        found.map_or(0, |b| u64::from_le_bytes(*b))
    }

    /// Sets a register by its offset in GPRSGX.
    pub fn set_register(&mut self, offset: usize, value: u64) {
        let mut bytes = self.regs.encode();
        if let Some(place) = bytes.get_mut(offset..offset.saturating_add(8)) {
            place.copy_from_slice(&value.to_le_bytes());
        }
        self.regs = GprSgx::from_bytes(&bytes);
    }
}

/// The registers that software names, by offset in GPRSGX: everything but the fields of the exit.
const NAMED: [usize; 20] = [
    0, 8, 16, 24, 32, 40, 48, 56, 64, 72, 80, 88, 96, 104, 112, 120, 128, 136, 168, 176,
];

/// The registers that software names: the manual's name and the offset in GPRSGX.
pub fn registers() -> impl Iterator<Item = (&'static str, usize)> {
    let fields = GprSgx::LAYOUT.fields.iter();
    let named = fields.filter(|f| NAMED.contains(&f.offset));
    named.map(|f| (f.name, f.offset))
}

impl Machine {
    /// A logical processor; one that nothing has happened on runs process 1's own code.
    #[must_use]
    pub fn cpu(&self, cpu: u8) -> Processor {
        let known = self.cpus.get(&cpu).cloned();
        known.unwrap_or_else(|| Processor::of_process(0))
    }

    /// The enclave a processor runs in: its SECS page, and its range.
    #[must_use]
    pub fn range_of(&self, inside: &Inside) -> (Linear, u64) {
        let secs = self.secs.get(&inside.secs);
        secs.map_or((Linear(0), 0), |s| {
            (Linear(s.fields.baseaddr), s.fields.size)
        })
    }

    /// The place of a register, by its offset in GPRSGX; 0 with the length of GPRSGX is all of them.
    #[must_use]
    pub fn register_place(cpu: u8, offset: usize, len: u64) -> Place {
        Place::new("reg", u64::from(cpu) << 12 | offset as u64, len)
    }
}
