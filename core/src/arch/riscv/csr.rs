//! Control and status registers: numbers and names, of those that machines here use.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::pmp::Pmp;
use crate::trace::Rule;

/// Registers that stand alone, by number, ascending.
const NAMES: &[(u16, &str)] = &[
    (0x100, "sstatus"),
    (0x104, "sie"),
    (0x105, "stvec"),
    (0x106, "scounteren"),
    (0x140, "sscratch"),
    (0x141, "sepc"),
    (0x142, "scause"),
    (0x143, "stval"),
    (0x144, "sip"),
    (0x180, "satp"),
    (0x300, "mstatus"),
    (0x302, "medeleg"),
    (0x303, "mideleg"),
    (0x304, "mie"),
    (0x305, "mtvec"),
    (0x341, "mepc"),
    (0x342, "mcause"),
    (0x343, "mtval"),
    (0x344, "mip"),
    (MSECCFG, "mseccfg"),
];

/// Machine security configuration (Smepmp).
pub const MSECCFG: u16 = 0x747;

/// The first of the 16 configuration registers of physical memory protection.
pub const PMPCFG0: u16 = 0x3a0;

/// The first of its 64 address registers.
pub const PMPADDR0: u16 = 0x3b0;

/// The name of a register; `None` for one that is not listed here.
#[must_use]
pub fn name(number: u16) -> Option<String> {
    match number {
        PMPCFG0..0x3b0 => Some(format!("pmpcfg{}", number - PMPCFG0)),
        PMPADDR0..0x3f0 => Some(format!("pmpaddr{}", number - PMPADDR0)),
        _ => NAMES
            .iter()
            .find(|(n, _)| *n == number)
            .map(|(_, name)| (*name).into()),
    }
}

/// The number of a register by its name, without regard to case.
#[must_use]
pub fn number(name: &str) -> Option<u16> {
    let name = name.to_ascii_lowercase();
    let indexed = |prefix: &str, first: u16, count: u16| {
        let digits = name.strip_prefix(prefix)?;
        let plain = digits.len() == 1 || !digits.starts_with(['0', '+']);
        let index: u16 = digits.parse().ok().filter(|_| plain)?;
        (index < count).then_some(first + index)
    };
    indexed("pmpcfg", PMPCFG0, 16)
        .or_else(|| indexed("pmpaddr", PMPADDR0, 64))
        .or_else(|| {
            let found = NAMES.iter().find(|(_, n)| *n == name);
            found.map(|(number, _)| *number)
        })
}

/// Reads a register of physical memory protection by its number; `None` if it is none that RV64 has.
#[must_use]
pub fn read_pmp(pmp: &Pmp, register: u16) -> Option<u64> {
    match place(register)? {
        Place::Cfg(n) => Some(pmp.cfg_register(n)),
        Place::Addr(entry) => Some(pmp.addr(entry)),
        Place::Mseccfg => Some(pmp.mseccfg().bits()),
    }
}

/// Writes a register of physical memory protection by its number. Gives the rules by which the value did
/// not become as written, with the entry concerned where it is one; `None` if it is no such register.
pub fn write_pmp(
    pmp: &mut Pmp,
    register: u16,
    value: u64,
) -> Option<Vec<(Option<u8>, &'static Rule)>> {
    Some(match place(register)? {
        Place::Cfg(n) => {
            let kept = pmp.write_cfg(n, value).into_iter();
            kept.map(|kept| (Some(kept.entry), kept.rule)).collect()
        }
        Place::Addr(entry) => {
            let kept = pmp.write_addr(entry, value).into_iter();
            kept.map(|rule| (Some(entry), rule)).collect()
        }
        Place::Mseccfg => {
            let kept = pmp.write_mseccfg(value).into_iter();
            kept.map(|rule| (None, rule)).collect()
        }
    })
}

enum Place {
    Cfg(u8),
    Addr(u8),
    Mseccfg,
}

/// Which register of the PMP a number is. The odd configuration registers exist on RV32 only.
fn place(register: u16) -> Option<Place> {
    match register {
        PMPCFG0..0x3b0 if register.is_multiple_of(2) => {
            Some(Place::Cfg((register - PMPCFG0) as u8))
        }
        PMPADDR0..0x3f0 => Some(Place::Addr((register - PMPADDR0) as u8)),
        MSECCFG => Some(Place::Mseccfg),
        _ => None,
    }
}
