//! RISC-V (RV64): privilege levels, traps, control registers, physical memory protection, Sv39.
//!
//! Documents: The RISC-V Instruction Set Manual, volume II (privileged architecture).

pub mod csr;
pub mod dump;
pub mod lines;
mod pieces;
pub mod pmp;
mod pmp_cfg;
mod privilege;
pub mod smepmp;
pub mod sv39;
mod trap;

pub use pieces::{END, Piece};
pub use pmp::{Decision, Pmp};
pub use privilege::Privilege;
pub use trap::{Cause, Interrupt};

/// Every rule of the architecture that a machine can meet.
#[must_use]
pub fn rules() -> alloc::vec::Vec<&'static crate::trace::Rule> {
    let mut all = pmp::RULES.to_vec();
    all.extend(smepmp::RULES);
    all.extend(sv39::RULES);
    all
}
