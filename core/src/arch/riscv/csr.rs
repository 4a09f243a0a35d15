//! Control and status registers: numbers and names, of those that machines here use.

use alloc::format;
use alloc::string::String;

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
