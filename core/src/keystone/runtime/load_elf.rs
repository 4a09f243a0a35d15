//! A program file comes to its addresses: ELF segment by segment, anything else page by page
//! (runtime/loader/loader.c, loadElf).

use super::tables::{R, Tables, W, X, word};
use crate::arch::riscv::sv39::{Pte, index};
use crate::formats::elf::{Elf, MAGIC, Segment};
use crate::memory::{PAGE, Physical, Ram};

/// A file in private memory, where it goes if it does not say so itself, and what its pages grant besides.
#[derive(Clone, Copy)]
pub(super) struct File {
    pub(super) at: u64,
    pub(super) size: u64,
    pub(super) va: u64,
    /// The U bit, or nothing.
    pub(super) for_whom: u64,
}

/// Why a file could not be loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failed {
    /// It begins like an ELF file and is none, or a segment is not aligned as in the file.
    Unsound,
    /// There is no free page.
    NoPage,
}

/// Most pages that are mapped for one file.
const MOST: u64 = 1 << 15;

/// Gives a zeroed page.
type Fresh<'a> = &'a mut dyn FnMut(&mut Ram) -> Option<u64>;

/// Maps a file; gives the address where it starts to run.
pub(super) fn load(
    ram: &mut Ram,
    tables: &mut Tables,
    file: File,
    fresh: Fresh<'_>,
) -> Result<u64, Failed> {
    let page = PAGE as u64;
    let head = ram.bytes(Physical(file.at), MAGIC.len());
    if head != MAGIC {
        for n in 0..file.size.div_ceil(page).min(MOST) {
            let to = (file.va.wrapping_add(n * page), file.at + n * page);
            let mapped = tables.map(ram, to, R | W | X | file.for_whom, fresh);
            mapped.ok_or(Failed::NoPage)?;
        }
        return Ok(file.va);
    }
    let bytes = ram.bytes(Physical(file.at), file.size as usize);
    let elf = Elf::parse(&bytes).map_err(|_| Failed::Unsound)?;
    let mut left = MOST;
    for segment in elf.loaded() {
        one(ram, tables, (file, segment), &mut left, fresh)?;
    }
    Ok(elf.header.entry)
}

/// One segment: a page that it shares with what lies before, whole pages where they are in the file,
/// copies for the rest.
fn one(
    ram: &mut Ram,
    tables: &mut Tables,
    (file, segment): (File, &Segment),
    left: &mut u64,
    fresh: Fresh<'_>,
) -> Result<(), Failed> {
    let page = PAGE as u64;
    let rights = rights(segment.flags) | file.for_whom;
    let file_end = segment.vaddr.wrapping_add(segment.filesz);
    let memory_end = segment.vaddr.wrapping_add(segment.memsz);
    let (mut va, mut from) = (segment.vaddr, file.at + segment.offset);
    if memory_end < va {
        return Err(Failed::Unsound);
    }
    let within = va % page;
    if within != 0 {
        if within != from % page {
            return Err(Failed::Unsound);
        }
        let to = own(ram, tables, va, rights, fresh)?;
        copy(ram, from, to + within, page - within);
        (va, from) = (va - within + page, from - within + page);
    }
    while va < memory_end {
        *left = left.checked_sub(1).ok_or(Failed::NoPage)?;
        if va.saturating_add(page) <= file_end {
            if tables.find(ram, va).is_none() {
                let to = (va, from & !(page - 1));
                tables.map(ram, to, rights, fresh).ok_or(Failed::NoPage)?;
            }
        } else {
            let to = own(ram, tables, va, rights, fresh)?;
            if va < file_end {
                copy(ram, from, to, file_end - va);
            }
        }
        (va, from) = (va.wrapping_add(page), from + page);
        if va == 0 {
            break;
        }
    }
    Ok(())
}

/// The page behind an address, a fresh one where there is none.
fn own(
    ram: &mut Ram,
    tables: &mut Tables,
    va: u64,
    rights: u64,
    fresh: Fresh<'_>,
) -> Result<u64, Failed> {
    if let Some(to) = tables.find(ram, va) {
        return Ok(to);
    }
    let to = fresh(ram).ok_or(Failed::NoPage)?;
    let at = va & !(PAGE as u64 - 1);
    tables
        .map(ram, (at, to), rights, fresh)
        .ok_or(Failed::NoPage)?;
    Ok(to)
}

fn copy(ram: &mut Ram, from: u64, to: u64, len: u64) {
    let bytes = ram.bytes(Physical(from), len as usize);
    ram.write(Physical(to), &bytes);
}

/// p_flags as page rights: what may be written may be read.
fn rights(flags: u32) -> u64 {
    let bit = |flag: u32, rights: u64| if flags & flag != 0 { rights } else { 0 };
    bit(1, X) | bit(2, R | W) | bit(4, R)
}

impl Tables {
    /// The page that an address leads to already.
    fn find(&self, ram: &Ram, va: u64) -> Option<u64> {
        let mut table = self.root;
        for level in [2, 1, 0] {
            let pte = Pte::from_bits(word(ram, table + index(va, level) * 8));
            if !pte.contains(Pte::V) {
                return None;
            }
            table = pte.physical();
        }
        Some(table)
    }
}
