//! Symbols of an image: those that the loader writes to, and the functions that the host calls.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::program::Program;
use crate::bytes::Malformed;
use crate::formats::elf::{Section, Symbol};

/// A function, in the lower 4 bits of `st_info`.
const FUNCTION: u8 = 2;

/// The symbols of a table that have one of `names`, by name: the first of several.
pub(super) fn named(
    program: &Program<'_>,
    dynamic: bool,
    names: &[&'static str],
) -> Result<BTreeMap<&'static str, u64>, Malformed> {
    let mut found = BTreeMap::new();
    let (symbols, strings) = table(program, dynamic)?;
    for symbol in symbols.iter().skip(1).filter(|s| s.name != 0) {
        let name = symbol.name(program.bytes, strings);
        if let Some(known) = names.iter().find(|n| n.as_bytes() == name) {
            found.entry(*known).or_insert(symbol.value);
        }
    }
    Ok(found)
}

/// The symbols of a table in its order, and where their names are; none where the file has no such table.
pub(super) fn table(program: &Program<'_>, dynamic: bool) -> Result<(Vec<Symbol>, u64), Malformed> {
    let names: [&[u8]; 2] = match dynamic {
        true => [b".dynsym", b".dynstr"],
        false => [b".symtab", b".strtab"],
    };
    let [Some(table), Some(strings)] = names.map(|name| program.section(name)) else {
        return Ok((Vec::new(), 0));
    };
    let symbols = Symbol::table(program.bytes, table.offset, table.size)?;
    Ok((symbols, strings.offset))
}

/// Addresses of the functions in a section, as the symbols for the dynamic linker name them.
pub(super) fn functions(program: &Program<'_>, section: &Section) -> Result<Vec<u64>, Malformed> {
    let (symbols, _) = table(program, true)?;
    let end = section.addr.saturating_add(section.size);
    let inside = |s: &&Symbol| s.value >= section.addr && s.value.saturating_add(s.size) <= end;
    let all = symbols.iter().skip(1);
    let functions = all.filter(|s| s.info & 0xf == FUNCTION).filter(inside);
    Ok(functions.map(|s| s.value).collect())
}
