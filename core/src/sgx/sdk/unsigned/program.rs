//! What the signing tool looks up in a program: where it ends, its thread-local storage, its entry point, and
//! `g_global_data`, which it overwrites.
//!
//! Documents: Intel SGX SDK for Linux, `psw/urts/parser/elfparser.cpp` (`check_symbol_table`,
//! `build_regular_sections`) and `manage_metadata.cpp` (`calculate_sections_size`, `get_rawdata_by_rva`).

use alloc::vec::Vec;

use crate::bytes::{Malformed, hex};
use crate::formats::elf::{Dynamic, Elf, Segment, SegmentType, Symbol};
use crate::memory::PAGE;
use crate::text;
use crate::text::Text;

const PAGE_BYTES: u64 = PAGE as u64;

/// No program that is laid out here ends behind this address.
const END_MOST: u64 = 1 << 47;

/// What is found in a program.
#[derive(Debug)]
pub(super) struct Program {
    /// Where the last segment ends, in whole pages.
    pub end: u64,
    /// Pages that each segment takes.
    pub segments: Vec<u64>,
    /// Bytes of thread-local storage, rounded up to its alignment, if there is any.
    pub tls: Option<u64>,
    /// `enclave_entry`.
    pub entry: u64,
    /// Where in the file `g_global_data` lies.
    pub data: u64,
    /// How many bytes it has.
    pub data_size: u64,
    /// `g_global_data.sdk_version`.
    pub version: u64,
}

fn wrong(at: u64, field: &'static str, why: Text) -> Malformed {
    Malformed::says(at, field, why)
}

impl Program {
    /// Looks a program up.
    ///
    /// # Errors
    /// It is no enclave that the tool would sign; says what is missing.
    pub(super) fn of(bytes: &[u8], elf: &Elf) -> Result<Self, Malformed> {
        let last = elf
            .loaded()
            .fold(None, |last: Option<&Segment>, s| match last {
                Some(l) if s.vaddr <= l.vaddr => last,
                None if s.vaddr == 0 => None,
                _ => Some(s),
            });
        let end = last.and_then(|s| s.vaddr.checked_add(s.memsz)?.checked_next_multiple_of(4096));
        let Some(end) = end.filter(|end| *end <= END_MOST) else {
            let why = text!(
                "unsigned.end",
                "leads to no segment that is loaded behind address 0, or to one that ends behind {most}",
                most = hex::addr(END_MOST)
            );
            return Err(wrong(elf.header.phoff, "Elf64_Phdr", why));
        };
        let symbols = Symbols::of(bytes, elf)?;
        let (at, data_size) = symbols.find(b"g_global_data").ok_or_else(|| {
            let why = text!(
                "unsigned.no-data",
                "opens a table without the symbol “g_global_data”, which every enclave of the SDK has"
            );
            wrong(symbols.at, "Elf64_Sym", why)
        })?;
        let data = in_file(elf, at).ok_or_else(|| {
            let why = text!(
                "unsigned.data-outside",
                "puts “g_global_data” to {at}, where no segment has bytes of the file",
                at = hex::addr(at)
            );
            wrong(symbols.at, "Elf64_Sym", why)
        })?;
        let from = usize::try_from(data).unwrap_or(usize::MAX);
        let held = bytes.get(from..).unwrap_or_default();
        let version = held.first_chunk().copied().map(u64::from_le_bytes);
        let Some(version) = version.filter(|_| data_size <= held.len() as u64) else {
            let why = text!("unsigned.data-short", "ends behind the end of the file");
            return Err(wrong(data, "g_global_data", why));
        };
        Ok(Self {
            end,
            segments: elf.loaded().map(|s| s.memsz.div_ceil(PAGE_BYTES)).collect(),
            tls: tls(elf)?,
            entry: symbols
                .find(b"enclave_entry")
                .map_or(elf.header.entry, |(at, _)| at),
            data,
            data_size,
            version,
        })
    }
}

/// Thread-local storage, rounded up to its alignment as the tool does.
fn tls(elf: &Elf) -> Result<Option<u64>, Malformed> {
    let mut all = elf.segments.iter();
    let Some(segment) = all.rfind(|s| s.segment_type == SegmentType::TLS) else {
        return Ok(None);
    };
    let size = match segment.align {
        0 | 1 => Some(segment.memsz),
        align if align.is_power_of_two() => segment.memsz.checked_next_multiple_of(align),
        _ => None,
    };
    match size.filter(|size| *size <= END_MOST) {
        Some(size) => Ok(Some(size)),
        None => {
            let why = text!(
                "unsigned.tls",
                "has thread-local storage of {size} bytes, aligned to {align}",
                size = hex::short(segment.memsz),
                align = hex::short(segment.align)
            );
            Err(wrong(elf.header.phoff, "Elf64_Phdr", why))
        }
    }
}

/// Where in the file an address lies: in the first segment whose pages hold it.
fn in_file(elf: &Elf, at: u64) -> Option<u64> {
    let holds = |s: &&Segment| {
        let end = s.vaddr.saturating_add(s.memsz);
        let end = end.checked_next_multiple_of(PAGE_BYTES).unwrap_or(u64::MAX);
        s.vaddr / PAGE_BYTES * PAGE_BYTES <= at && at < end
    };
    let segment = elf.loaded().find(holds)?;
    let within = at.checked_sub(segment.vaddr)?;
    (within <= segment.filesz).then(|| segment.offset.saturating_add(within))
}

/// The symbols that the dynamic linker sees.
struct Symbols<'a> {
    bytes: &'a [u8],
    /// Where in the file they lie, and their names.
    at: u64,
    names: u64,
    all: Vec<Symbol>,
}

impl<'a> Symbols<'a> {
    fn of(bytes: &'a [u8], elf: &Elf) -> Result<Self, Malformed> {
        let dynamic = elf.dynamic(bytes)?;
        let sections = elf.sections(bytes)?;
        let section = |tag: u64| {
            let entry = dynamic.iter().rev().find(|d| d.tag == tag)?;
            sections.iter().find(|s| s.addr == entry.value)
        };
        let (table, names) = (section(Dynamic::SYMTAB), section(Dynamic::STRTAB));
        let (Some(table), Some(names)) = (table, names) else {
            let why = text!(
                "unsigned.no-symbols",
                "names no symbols for the dynamic linker that a section holds"
            );
            return Err(wrong(0, "Elf64_Dyn", why));
        };
        Ok(Self {
            bytes,
            at: table.offset,
            names: names.offset,
            all: Symbol::table(bytes, table.offset, table.size)?,
        })
    }

    /// Value and size of a symbol, the last of its name.
    fn find(&self, name: &[u8]) -> Option<(u64, u64)> {
        let named = |s: &&Symbol| s.name != 0 && s.name(self.bytes, self.names) == name;
        let found = self.all.iter().skip(1).rfind(named)?;
        Some((found.value, found.size))
    }
}
