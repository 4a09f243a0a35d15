//! The program of an image: its segments, its thread-local storage, its relocations.

use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;

use super::properties::{Properties, properties};
use super::symbols;
use crate::bytes::{Malformed, Why, Wire, hex};
use crate::formats::elf::{Elf, Rela, Section, Segment, SegmentType};
use crate::memory::PAGE;
use crate::text;

/// Bytes of a page.
pub(super) const PAGE_BYTES: u64 = PAGE as u64;

/// The kind of relocation that asks for an offset of a thread-local variable.
const TPOFF64: u32 = 18;

/// The tags of a needed library, and of where to look for libraries.
const NEEDED: u64 = 1;

/// As far from the image’s first byte does it end at most.
const END_MOST: u64 = 1 << 40;

/// A segment that is loaded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Loaded {
    /// Which program header, from 0.
    pub(super) number: u16,
    /// Where in the file that header is.
    pub(super) at: u64,
    pub(super) segment: Segment,
}

/// What every layout is made of.
#[derive(Debug)]
pub(super) struct Program<'a> {
    pub(super) bytes: &'a Rc<[u8]>,
    pub(super) elf: Elf,
    sections: Vec<Section>,
    pub(super) properties: Properties<'a>,
    /// In the order of their addresses.
    pub(super) segments: Vec<Loaded>,
    /// Bytes from the first segment’s page to the last one’s, in whole pages.
    pub(super) size: u64,
}

impl<'a> Program<'a> {
    /// Reads what no version of the loader reads differently.
    pub(super) fn read(bytes: &'a Rc<[u8]>) -> Result<Self, Malformed> {
        let elf = Elf::parse(bytes)?;
        let properties = properties(bytes)?;
        let sections = elf.sections(bytes)?;
        let segments = loaded(&elf)?;
        let ends = segments.iter().map(|s| s.segment.vaddr + s.segment.memsz);
        let size = ends.max().unwrap_or(0).next_multiple_of(PAGE_BYTES);
        if elf.header.entry == 0 {
            let why = text!("oe.no-entry", "is 0, but threads enter the image there");
            return Err(Malformed::says(24, "Elf64_Ehdr.e_entry", why));
        }
        Ok(Self {
            bytes,
            elf,
            sections,
            properties,
            segments,
            size,
        })
    }

    /// The section of a name.
    pub(super) fn section(&self, name: &[u8]) -> Option<Section> {
        let all = &self.sections;
        let found = all
            .iter()
            .find(|s| self.elf.name(self.bytes, all, s) == name);
        found.copied()
    }

    /// The bytes of a section in the file.
    fn held(&self, section: &Section) -> Result<&'a [u8], Malformed> {
        let from = usize::try_from(section.offset).unwrap_or(usize::MAX);
        let rest = self.bytes.get(from..).unwrap_or_default();
        let part = usize::try_from(section.size).ok();
        part.and_then(|len| rest.get(..len)).ok_or_else(|| {
            let (needs, left) = (section.size, rest.len() as u64);
            Malformed::new(section.offset, "Elf64_Shdr", Why::Short { needs, left })
        })
    }

    /// Pages that thread-local variables take in each thread.
    pub(super) fn tls_pages(&self) -> u64 {
        let both: [&[u8]; 2] = [b".tdata", b".tbss"];
        let sizes = both.into_iter().filter_map(|name| self.section(name));
        let up = |s: Section| s.size.checked_next_multiple_of(s.addralign.max(1));
        let all = sizes.map(|s| up(s).unwrap_or(u64::MAX));
        all.fold(0_u64, u64::saturating_add).div_ceil(PAGE_BYTES)
    }

    /// Whether the file needs a library.
    pub(super) fn needs_library(&self) -> Result<bool, Malformed> {
        let dynamic = self.elf.dynamic(self.bytes)?;
        Ok(dynamic.iter().any(|d| d.tag == NEEDED))
    }

    /// The relocations as pages hold them, without the zeros behind: for thread-local variables the symbol’s
    /// value is written in, which the enclave does not look up itself.
    pub(super) fn relocations(&self, plt: bool) -> Result<Vec<u8>, Malformed> {
        let Some(section) = self.section(b".rela.dyn").filter(|s| s.size > 0) else {
            return Ok(Vec::new());
        };
        let mut all = self.held(&section)?.to_vec();
        if let Some(more) = self.section(b".rela.plt").filter(|_| plt) {
            all.extend_from_slice(self.held(&more)?);
        }
        let mut known = None;
        for (n, entry) in (0_u64..).zip(all.chunks_exact_mut(Rela::SIZE)) {
            let rela = Rela::read(entry);
            if rela.kind() != TPOFF64 {
                continue;
            }
            let known = match &known {
                Some(known) => known,
                None => known.insert(symbols::table(self, true)?.0),
            };
            let symbol = usize::try_from(rela.info >> 32).unwrap_or(usize::MAX);
            let Some(symbol) = known.get(symbol) else {
                let at = section.offset.saturating_add(n * Rela::SIZE as u64 + 8);
                let why = text!(
                    "oe.no-symbol",
                    "names symbol {n}, but the symbols for the dynamic linker are {count}",
                    n = rela.info >> 32,
                    count = known.len()
                );
                return Err(Malformed::says(at, "Elf64_Rela.r_info", why));
            };
            entry[16..].copy_from_slice(&symbol.value.to_le_bytes());
        }
        Ok(all)
    }
}

/// The segments that are loaded: from address 0 up, each from a page of its own.
fn loaded(elf: &Elf) -> Result<Vec<Loaded>, Malformed> {
    let mut all: Vec<Loaded> = vec![];
    for (number, segment) in (0_u16..).zip(&elf.segments) {
        if segment.segment_type != SegmentType::LOAD {
            continue;
        }
        let at = elf
            .header
            .phoff
            .saturating_add(u64::from(number) * Segment::SIZE as u64);
        let page = segment.vaddr / PAGE_BYTES * PAGE_BYTES;
        let follows = match all.last() {
            Some(before) => before.segment.vaddr + before.segment.memsz <= page,
            None => segment.vaddr == 0,
        };
        let end = segment.vaddr.checked_add(segment.memsz);
        let ends = end.is_some_and(|end| end <= END_MOST);
        if !follows || !ends || segment.flags & 7 == 0 {
            let why = text!(
                "oe.segment",
                "is loaded to {vaddr} with {memsz} bytes in memory and permissions {flags}, which no version of the loader takes: segments begin at 0, follow one another, and share no page",
                vaddr = hex::addr(segment.vaddr),
                memsz = hex::short(segment.memsz),
                flags = u64::from(segment.flags)
            );
            return Err(Malformed::says(at, "Elf64_Phdr", why));
        }
        let segment = *segment;
        all.push(Loaded {
            number,
            at,
            segment,
        });
    }
    if all.iter().all(|s| s.segment.memsz == 0) {
        let why = text!("oe.no-segment", "loads nothing");
        return Err(Malformed::says(elf.header.phoff, "Elf64_Phdr", why));
    }
    Ok(all)
}
