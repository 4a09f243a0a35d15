//! Where in a program a byte of its file lies, in the linker's names: the section, and the function or variable.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Elf, Section, Symbol};

/// Where a byte lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The section's name.
    pub section: String,
    /// The name of the function or variable around it, and how many bytes into that it lies.
    pub symbol: Option<(String, u64)>,
}

/// A section without bytes in the file.
const NOBITS: u32 = 8;
/// The symbols that a linker keeps, and those that the dynamic linker needs.
const SYMTAB: u32 = 2;
const DYNSYM: u32 = 11;
/// Symbols of variables and functions, by the low four bits of `st_info`.
const OBJECT: u8 = 1;
const FUNCTION: u8 = 2;

impl Elf {
    /// Where a byte at an offset of the file lies; `None` if no section with a name holds it.
    #[must_use]
    pub fn spot(&self, bytes: &[u8], at: u64) -> Option<Spot> {
        let sections = self.sections(bytes).ok()?;
        let holds = |s: &&Section| {
            let within = at.checked_sub(s.offset);
            s.section_type != NOBITS && within.is_some_and(|w| w < s.size)
        };
        let own = sections.iter().skip(1).find(holds)?;
        let name = self.name(bytes, &sections, own);
        if name.is_empty() {
            return None;
        }
        let address = own.addr.wrapping_add(at - own.offset);
        let tables = [SYMTAB, DYNSYM].into_iter();
        let mut tables = tables.filter_map(|kind| sections.iter().find(|s| s.section_type == kind));
        Some(Spot {
            section: String::from_utf8_lossy(name).into_owned(),
            symbol: tables.find_map(|table| symbol(bytes, &sections, table, address)),
        })
    }
}

/// The innermost symbol of a table around an address.
fn symbol(
    bytes: &[u8],
    sections: &[Section],
    table: &Section,
    address: u64,
) -> Option<(String, u64)> {
    let names = sections.get(table.link as usize)?;
    let all: Vec<Symbol> = Symbol::table(bytes, table.offset, table.size).ok()?;
    let around = all.iter().filter(|s| {
        let within = address.checked_sub(s.value);
        matches!(s.info & 15, OBJECT | FUNCTION) && within.is_some_and(|w| w < s.size)
    });
    let own = around.min_by_key(|s| s.size)?;
    let name = own.name(bytes, names.offset);
    (!name.is_empty()).then(|| {
        let name = String::from_utf8_lossy(name).into_owned();
        (name, address - own.value)
    })
}
