//! ENCLS: the leaves that only the operating system may call, one file each.

pub mod eadd;
pub mod ecreate;
pub mod edbgrd;
pub mod edbgwr;
pub mod eextend;
pub mod einit;
pub mod epa;
pub mod eremove;

use super::machine::{EpcPage, Machine};
use crate::arch::x86;
use crate::memory::Linear;
use crate::rules;
use crate::trace::{Fault, Recorder, Rule, Stop};

/// The registers a leaf takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Registers {
    /// RBX.
    pub rbx: u64,
    /// RCX.
    pub rcx: u64,
    /// RDX.
    pub rdx: u64,
}

/// A leaf of ENCLS: its number in EAX and its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// The number in EAX.
    pub number: u32,
    /// The manual's name.
    pub name: &'static str,
    /// Whether this version carries it out.
    pub modelled: bool,
}

/// Every leaf of ENCLS (Intel SDM vol. 3D, ENCLS).
pub const LEAVES: &[Leaf] = &[
    Leaf {
        number: 0,
        name: "ECREATE",
        modelled: true,
    },
    Leaf {
        number: 1,
        name: "EADD",
        modelled: true,
    },
    Leaf {
        number: 2,
        name: "EINIT",
        modelled: true,
    },
    Leaf {
        number: 3,
        name: "EREMOVE",
        modelled: true,
    },
    Leaf {
        number: 4,
        name: "EDBGRD",
        modelled: true,
    },
    Leaf {
        number: 5,
        name: "EDBGWR",
        modelled: true,
    },
    Leaf {
        number: 6,
        name: "EEXTEND",
        modelled: true,
    },
    Leaf {
        number: 7,
        name: "ELDB",
        modelled: false,
    },
    Leaf {
        number: 8,
        name: "ELDU",
        modelled: false,
    },
    Leaf {
        number: 9,
        name: "EBLOCK",
        modelled: false,
    },
    Leaf {
        number: 10,
        name: "EPA",
        modelled: true,
    },
    Leaf {
        number: 11,
        name: "EWB",
        modelled: false,
    },
    Leaf {
        number: 12,
        name: "ETRACK",
        modelled: false,
    },
    Leaf {
        number: 13,
        name: "EAUG",
        modelled: false,
    },
    Leaf {
        number: 14,
        name: "EMODPR",
        modelled: false,
    },
    Leaf {
        number: 15,
        name: "EMODT",
        modelled: false,
    },
    Leaf {
        number: 16,
        name: "ERDINFO",
        modelled: false,
    },
    Leaf {
        number: 17,
        name: "ETRACKC",
        modelled: false,
    },
    Leaf {
        number: 18,
        name: "ELDBC",
        modelled: false,
    },
    Leaf {
        number: 19,
        name: "ELDUC",
        modelled: false,
    },
    Leaf {
        number: 24,
        name: "EUPDATESVN",
        modelled: false,
    },
];

rules! {
    LEAF_KNOWN = "ENCLS.leaf-known": "EAX names a leaf of ENCLS that this processor has", "Intel SDM vol. 3D, ENCLS";
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
        0 => ecreate::RULES,
        1 => eadd::RULES,
        2 => einit::RULES,
        3 => eremove::RULES,
        4 => edbgrd::RULES,
        5 => edbgwr::RULES,
        6 => eextend::RULES,
        10 => epa::RULES,
        _ => RULES,
    }
}

/// Carries out ENCLS with EAX = `number`.
pub(super) fn encls<R: Recorder>(
    m: &mut Machine,
    number: u32,
    registers: Registers,
    recorder: &mut R,
) -> Result<(), Stop> {
    match number {
        0 => ecreate::ecreate(m, registers, recorder),
        1 => eadd::eadd(m, registers, recorder),
        2 => einit::einit(m, registers, recorder),
        3 => eremove::eremove(m, registers, recorder),
        4 => edbgrd::edbgrd(m, registers, recorder),
        5 => edbgwr::edbgwr(m, registers, recorder),
        6 => eextend::eextend(m, registers, recorder),
        10 => epa::epa(m, registers, recorder),
        _ => recorder.require(&LEAF_KNOWN, false, x86::gp0()),
    }
}

/// `#GP(0)`, what most checks end in.
pub(super) const GP: Fault = x86::gp0();

/// Whether an address is a multiple of `size`.
pub(super) fn aligned(address: u64, size: u64) -> bool {
    address.is_multiple_of(size)
}

/// Checks that an address resolves into the EPC and gives the page; otherwise `#PF` at the address, or
/// `#GP(0)` where it is not canonical.
pub(super) fn resolve<R: Recorder>(
    m: &Machine,
    recorder: &mut R,
    rule: &'static Rule,
    address: u64,
) -> Result<EpcPage, Stop> {
    if let Some(page) = m.in_epc(Linear(address)) {
        recorder.require(rule, true, GP)?;
        return Ok(page);
    }
    let fault = x86::no_access(address);
    recorder.require(rule, false, fault)?;
    Err(fault.into())
}
