//! Traps: what mcause says, and the faults that steps end in.

use crate::trace::Fault;
use crate::view::Access;

/// An exception by its number in mcause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cause(pub u64);

impl Cause {
    /// The instruction does not exist, or not at this level.
    pub const ILLEGAL_INSTRUCTION: Self = Self(2);
    /// ECALL from user mode.
    pub const ECALL_U: Self = Self(8);
    /// ECALL from supervisor mode.
    pub const ECALL_S: Self = Self(9);
    /// ECALL from machine mode.
    pub const ECALL_M: Self = Self(11);

    /// What physical memory protection raises for an access.
    #[must_use]
    pub const fn access_fault(access: Access) -> Self {
        match access {
            Access::Fetch => Self(1),
            Access::Read => Self(5),
            Access::Write => Self(7),
        }
    }

    /// What the page tables raise for an access.
    #[must_use]
    pub const fn page_fault(access: Access) -> Self {
        match access {
            Access::Fetch => Self(12),
            Access::Read => Self(13),
            Access::Write => Self(15),
        }
    }

    /// The manual's name; empty for a reserved number.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.0 {
            0 => "instruction address misaligned",
            1 => "instruction access fault",
            2 => "illegal instruction",
            3 => "breakpoint",
            4 => "load address misaligned",
            5 => "load access fault",
            6 => "store/AMO address misaligned",
            7 => "store/AMO access fault",
            8 => "environment call from U-mode",
            9 => "environment call from S-mode",
            11 => "environment call from M-mode",
            12 => "instruction page fault",
            13 => "load page fault",
            15 => "store/AMO page fault",
            _ => "",
        }
    }

    /// The fault with the address that mtval reports.
    #[must_use]
    pub const fn at(self, address: u64) -> Fault {
        Fault {
            name: self.name(),
            code: Some(self.0),
            address: Some(address),
        }
    }

    /// The fault without an address.
    #[must_use]
    pub const fn fault(self) -> Fault {
        Fault {
            name: self.name(),
            code: Some(self.0),
            address: None,
        }
    }
}

/// An interrupt by its number: the bit in mip and mie, and mcause without its top bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Interrupt(pub u64);

impl Interrupt {
    /// Supervisor software interrupt.
    pub const SSI: Self = Self(1);
    /// Machine software interrupt: what another hart sends.
    pub const MSI: Self = Self(3);
    /// Supervisor timer interrupt.
    pub const STI: Self = Self(5);
    /// Machine timer interrupt.
    pub const MTI: Self = Self(7);
    /// Supervisor external interrupt.
    pub const SEI: Self = Self(9);
    /// Machine external interrupt.
    pub const MEI: Self = Self(11);

    /// The bit in mip, mie and mideleg.
    #[must_use]
    pub const fn bit(self) -> u64 {
        1 << (self.0 & 63)
    }

    /// What mcause holds: the top bit, then the number.
    #[must_use]
    pub const fn cause(self) -> u64 {
        1 << 63 | self.0
    }
}
