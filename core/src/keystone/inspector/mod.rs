//! The PMP inspector: a hart of nothing but physical memory protection, its registers as somebody
//! pasted them, and the question who may touch what, and which entry says so.

pub mod access;
pub mod csrw;
mod op;
mod op_text;
mod run;
mod scenario;
mod tells;
mod touch;
mod view;
mod what_if;

pub use op::{Op, Touch};
pub(super) use scenario::PMP;

use crate::arch::riscv::Pmp;
use crate::trace::{Place, Rule};

/// A hart with its PMP. A clone is cheap.
#[derive(Clone, Debug)]
pub struct Hart {
    /// Its registers.
    pub pmp: Pmp,
}

impl Hart {
    /// The place of an entry's configuration.
    #[must_use]
    pub fn cfg_place(entry: u8) -> Place {
        Place::new("pmpcfg", u64::from(entry), 1)
    }

    /// The place of an entry's address register.
    #[must_use]
    pub fn addr_place(entry: u8) -> Place {
        Place::new("pmpaddr", u64::from(entry), 1)
    }
}

/// The rules of the inspector besides those of PMP itself.
#[must_use]
pub fn rules() -> alloc::vec::Vec<&'static Rule> {
    let mut all = csrw::RULES.to_vec();
    all.extend(access::RULES);
    all
}
