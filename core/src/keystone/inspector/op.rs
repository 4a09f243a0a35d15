//! What can be done to the hart: a register is written, an address is touched, the hart is reset.

use crate::arch::riscv::Privilege;
use crate::view::Access;

/// One operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// A control register is written.
    Csrw {
        /// Its number.
        register: u16,
        /// The value.
        value: u64,
        /// The mode that executes the instruction.
        mode: Privilege,
    },
    /// Memory is touched.
    Touch(Touch),
    /// The hart is reset.
    Reset,
}

/// One access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touch {
    /// What it does.
    pub access: Access,
    /// The mode that does it.
    pub mode: Privilege,
    /// The physical address of its first byte.
    pub at: u64,
    /// How many bytes, at least one.
    pub size: u64,
}
