//! A hart: its PMP, its registers, and whose they are at the moment.

use crate::arch::riscv::{Interrupt, Pmp, Privilege};

use super::pmp_regions::Region;

/// The registers that a context switch exchanges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context {
    /// x0 to x31; x0 is always zero.
    pub x: [u64; 32],
    /// mepc: where the context goes on.
    pub mepc: u64,
    /// mstatus: MPP says at which level it goes on.
    pub mstatus: u64,
    /// The supervisor's registers, in the order of [`Context::S_CSRS`].
    pub s: [u64; 10],
}

impl Context {
    /// The supervisor registers that are exchanged, by number: sstatus, sie, stvec, scounteren,
    /// sscratch, sepc, scause, stval, sip, satp (keystone sm/src/thread.c).
    pub const S_CSRS: [u16; 10] = [
        0x100, 0x104, 0x105, 0x106, 0x140, 0x141, 0x142, 0x143, 0x144, 0x180,
    ];

    /// mstatus.MPP = supervisor.
    pub const MPP_S: u64 = 1 << 11;

    /// sstatus.UXL = 2: user mode is 64 bits wide. It cannot be changed and is all that sstatus
    /// holds at an enclave's first entry.
    pub const UXL_64: u64 = 2 << 32;

    /// All zero, going on in supervisor mode at `pc`.
    #[must_use]
    pub fn starting(pc: u64) -> Self {
        let mut context = Self {
            x: [0; 32],
            mepc: pc,
            mstatus: Self::MPP_S,
            s: [0; 10],
        };
        context.s[0] = Self::UXL_64;
        context
    }

    /// Argument register a`n`, n below 8.
    #[must_use]
    pub fn a(&self, n: usize) -> u64 {
        self.x.get(10 + n).copied().unwrap_or(0)
    }

    /// Sets argument register a`n`, n below 8.
    pub fn set_a(&mut self, n: usize, value: u64) {
        if let Some(x) = self.x.get_mut(10 + n) {
            *x = value;
        }
    }

    /// A supervisor register by number; zero for one that is not exchanged.
    #[must_use]
    pub fn csr(&self, number: u16) -> u64 {
        let at = Self::S_CSRS.iter().position(|n| *n == number);
        at.and_then(|i| self.s.get(i)).copied().unwrap_or(0)
    }

    /// Sets a supervisor register by number; says whether it is one.
    pub fn set_csr(&mut self, number: u16, value: u64) -> bool {
        let at = Self::S_CSRS.iter().position(|n| *n == number);
        match at.and_then(|i| self.s.get_mut(i)) {
            Some(place) => {
                *place = value;
                true
            }
            None => false,
        }
    }
}

/// What another hart asks of this one by interrupt: a region's entries are to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PmpIpi {
    /// The region as it was when the interrupt was sent.
    pub region: Region,
    /// The permissions to set, or `None` to switch the entries off.
    pub perm: Option<u8>,
}

/// One hart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hart {
    /// Its physical memory protection.
    pub pmp: Pmp,
    /// The level it runs at when the monitor has returned.
    pub mode: Privilege,
    /// What its registers hold.
    pub context: Context,
    /// Whose they are: an enclave's, or the host's.
    pub inside: Option<u8>,
    /// Which interrupts and at what address the monitor takes: mideleg.
    pub mideleg: u64,
    /// Where traps into machine mode go.
    pub mtvec: u64,
    /// An interrupt of another hart that it has not taken yet.
    pub ipi: Option<PmpIpi>,
    /// Whether it can go on: false once not even its trap handler can be fetched.
    pub stuck: bool,
}

/// Supervisor interrupts that the host takes itself: SSIP, STIP, SEIP.
pub const HOST_MIDELEG: u64 = Interrupt::SSI.bit() | Interrupt::STI.bit() | Interrupt::SEI.bit();

/// The monitor's trap vector while the host runs (model: an address inside the monitor).
pub const HOST_VECTOR: u64 = 0x8000_0400;

/// The monitor's trap vector while an enclave runs (model: an address inside the monitor).
pub const ENCLAVE_VECTOR: u64 = 0x8001_2000;

/// Where Linux runs (model: an address of its kernel).
pub const HOST_PC: u64 = 0x8020_0000;

impl Hart {
    /// A hart after reset.
    #[must_use]
    pub fn new(implemented: u8) -> Self {
        Self {
            pmp: Pmp::new(implemented, 0),
            mode: Privilege::Machine,
            context: Context::starting(0x1000),
            inside: None,
            mideleg: 0,
            mtvec: 0,
            ipi: None,
            stuck: false,
        }
    }
}
