//! The program of an SDK enclave: its segments in pages, what the signing tool patches in it, and which
//! pages text relocations make writable.

use alloc::collections::BTreeSet;
use alloc::rc::Rc;
use alloc::vec::Vec;

use super::metadata::{DATA, Place};
use super::not_laid;
use super::structs::PatchEntry;
use crate::bytes::{Malformed, hex};
use crate::formats::elf::{Dynamic, Elf, Rela, Segment, SegmentType};
use crate::memory::PAGE;
use crate::sgx::image::{Filling, Laid, Origin, Patch, Stretch};
use crate::sgx::structs::{PageType, SecInfoFlags};
use crate::text;

/// As many entries a table of the metadata may have.
pub(super) const ENTRIES_MOST: usize = 4096;

/// Metadata of this version is loaded with pages after segments that begin inside a page (SDK 1.5).
const WITH_PADDING: u64 = 1 << 32 | 3;

const PAGE_BYTES: u64 = PAGE as u64;

/// The entries of a table of the metadata, each with its offset in the file.
pub(in crate::sgx) fn table<'a>(
    bytes: &'a [u8],
    place: &Place,
    number: u64,
    field: &'static str,
) -> Result<Vec<(u64, &'a [u8; 32])>, Malformed> {
    let directory = place.directory(bytes, number, field)?;
    let (offset, len) = (u64::from(directory.offset), u64::from(directory.size));
    if len == 0 {
        return Ok(Vec::new());
    }
    let held = place.part(bytes, offset, len, field)?;
    let (entries, left) = held.as_chunks::<32>();
    if !left.is_empty() || entries.len() > ENTRIES_MOST {
        let why = text!(
            "sdk.table",
            "has {len} bytes; it should be whole entries of 32 bytes, {most} of them at most",
            len = len,
            most = ENTRIES_MOST
        );
        return Err(Malformed::says(place.at + offset, field, why));
    }
    let at = place.at + offset;
    let entries = entries.iter().zip(0_u64..);
    Ok(entries.map(|(e, n)| (at + n * 32, e)).collect())
}

/// What the signing tool replaces in the file before it is loaded.
pub(super) fn patches(bytes: &Rc<[u8]>, place: &Place) -> Result<Vec<Patch>, Malformed> {
    let size = u64::from(place.head.size);
    let mut all = Vec::new();
    for (at, entry) in table(bytes, place, 0, "patch_entry_t")? {
        let entry = PatchEntry::from_bytes(entry);
        let (src, len) = (u64::from(entry.src), u64::from(entry.size));
        let end = entry.dst.checked_add(len);
        let inside = end.is_some_and(|end| end <= bytes.len() as u64);
        let held = src >= DATA && src + len <= size;
        let itself = end.is_some_and(|end| entry.dst < place.at + size && end > place.at);
        if len == 0 {
            continue;
        }
        if !inside || !held || itself {
            let why = text!(
                "sdk.patch",
                "replaces {len} bytes at {dst} of the file by those at {src} of the metadata; both must be there, and the metadata does not patch itself",
                len = len,
                dst = hex::short(entry.dst),
                src = hex::short(src)
            );
            return Err(Malformed::says(at, "patch_entry_t", why));
        }
        // Both ends were found inside the file.
        all.push(Patch {
            at: entry.dst,
            bytes: bytes.clone(),
            from: (place.at + src) as usize,
            len: len as usize,
        });
    }
    Ok(all)
}

/// The pages that text relocations change, by number.
fn relocated(bytes: &[u8], elf: &Elf) -> Result<BTreeSet<u64>, Malformed> {
    let dynamic = elf.dynamic(bytes)?;
    let value = |tag: u64| dynamic.iter().rev().find(|d| d.tag == tag).map(|d| d.value);
    let mut pages = BTreeSet::new();
    if value(Dynamic::TEXTREL).is_none() {
        return Ok(pages);
    }
    let sections = elf.sections(bytes)?;
    for (table, size) in [
        (Dynamic::JMPREL, Dynamic::PLTRELSZ),
        (Dynamic::RELA, Dynamic::RELASZ),
    ] {
        let (Some(addr), size) = (value(table), value(size).unwrap_or(0)) else {
            continue;
        };
        let Some(section) = sections.iter().find(|s| s.addr == addr) else {
            let why = text!(
                "sdk.no-relocations",
                "puts relocations at {addr}, where no section is",
                addr = hex::addr(addr)
            );
            return Err(Malformed::says(0, "Elf64_Dyn", why));
        };
        for (rela, n) in Rela::table(bytes, section.offset, size)?
            .iter()
            .zip(0_u64..)
        {
            if rela.kind() == 0 {
                continue;
            }
            let page = rela.offset / PAGE_BYTES;
            if page >= image_pages(elf) {
                let at = section.offset + n * Rela::SIZE as u64;
                let why = text!(
                    "sdk.relocation-outside",
                    "is {at}, behind the last segment",
                    at = hex::addr(rela.offset)
                );
                return Err(Malformed::says(at, "Elf64_Rela.r_offset", why));
            }
            pages.insert(page);
            if rela.offset % PAGE_BYTES > PAGE_BYTES - 8 {
                pages.insert(page + 1);
            }
        }
    }
    Ok(pages)
}

/// How many pages the segment of the highest address ends after.
fn image_pages(elf: &Elf) -> u64 {
    let last = elf.loaded().max_by_key(|s| s.vaddr);
    last.map_or(0, |s| s.vaddr.saturating_add(s.memsz).div_ceil(PAGE_BYTES))
}

/// Lays the segments out, in the order of the program headers.
pub(super) fn segments(
    bytes: &[u8],
    elf: &Elf,
    place: &Place,
    laid: &mut Laid,
) -> Result<(), Malformed> {
    let relocated = relocated(bytes, elf)?;
    let padded = place.head.version == WITH_PADDING;
    let mut last: Option<(&Segment, u64)> = None;
    let all = elf.segments.iter().zip(0_u16..);
    for (segment, number) in all.filter(|(s, _)| s.segment_type == SegmentType::LOAD) {
        let at = elf.header.phoff.saturating_add(u64::from(number) * 56);
        if let Some((before, _)) = last.filter(|_| padded) {
            let next = segment.vaddr / PAGE_BYTES * PAGE_BYTES;
            padding(before, Some(next), laid, at)?;
        }
        if last.map_or(segment.vaddr > 0, |(_, highest)| segment.vaddr > highest) {
            last = Some((segment, segment.vaddr));
        }
        one(segment, number, at, &relocated, laid)?;
    }
    match last.filter(|_| padded) {
        Some((segment, _)) => padding(segment, None, laid, elf.header.phoff),
        None => Ok(()),
    }
}

fn flags(segment: &Segment) -> SecInfoFlags {
    let mut rwx = SecInfoFlags::from_bits(0);
    for (bit, flag) in [
        (4, SecInfoFlags::R),
        (2, SecInfoFlags::W),
        (1, SecInfoFlags::X),
    ] {
        if segment.flags & bit != 0 {
            rwx = rwx.with(flag);
        }
    }
    SecInfoFlags::page(PageType::REG, rwx)
}

/// The zero page that loaders of metadata 1.3 add where a segment, were it moved to the start of its first
/// page, would end a page later.
fn padding(
    segment: &Segment,
    next: Option<u64>,
    laid: &mut Laid,
    at: u64,
) -> Result<(), Malformed> {
    let up = |n: u64| n.checked_next_multiple_of(PAGE_BYTES);
    let end = segment.vaddr.checked_add(segment.memsz).and_then(up);
    let moved = up(segment.memsz)
        .and_then(|n| n.checked_add(segment.vaddr))
        .and_then(up);
    let (Some(end), Some(moved)) = (end, moved) else {
        return Ok(());
    };
    if end >= moved || next.is_some_and(|next| end >= next) {
        return Ok(());
    }
    let stretch = Stretch {
        offset: end,
        pages: 1,
        flags: flags(segment),
        measured: true,
        origin: Origin::Padding,
        filling: Filling::Zero,
    };
    laid.push(stretch)
        .map_err(|why| not_laid(at, "Elf64_Phdr", why))
}

/// One segment: pages with bytes of the file, then zero pages up to its size in memory.
fn one(
    segment: &Segment,
    number: u16,
    at: u64,
    relocated: &BTreeSet<u64>,
    laid: &mut Laid,
) -> Result<(), Malformed> {
    let Segment {
        vaddr,
        filesz,
        memsz,
        ..
    } = *segment;
    let end = vaddr.checked_add(memsz).filter(|e| *e <= 1 << 56);
    let unaligned_zeros = filesz == 0 && memsz > 0 && !vaddr.is_multiple_of(PAGE_BYTES);
    let Some(end) = end.filter(|_| !unaligned_zeros && segment.flags & 7 != 0) else {
        let why = text!(
            "sdk.segment",
            "is loaded to {vaddr} with {memsz} bytes in memory and permissions {flags}, as no loader does",
            vaddr = hex::addr(vaddr),
            memsz = hex::short(memsz),
            flags = u64::from(segment.flags)
        );
        return Err(Malformed::says(at, "Elf64_Phdr", why));
    };
    let file_end = (vaddr + filesz).next_multiple_of(PAGE_BYTES);
    let first = if filesz == 0 {
        vaddr
    } else {
        vaddr / PAGE_BYTES * PAGE_BYTES
    };
    let own = flags(segment);
    let mut push = |offset: u64, end: u64, reloc: bool, filling: Filling| {
        let stretch = Stretch {
            offset,
            pages: end.saturating_sub(offset).div_ceil(PAGE_BYTES),
            flags: if reloc {
                own.with(SecInfoFlags::W)
            } else {
                own
            },
            measured: true,
            origin: Origin::Segment {
                number,
                flags: segment.flags,
                relocated: reloc,
            },
            filling,
        };
        laid.push(stretch)
            .map_err(|why| not_laid(at, "Elf64_Phdr", why))
    };
    let program = Filling::Program {
        start: vaddr,
        at: segment.offset,
        len: filesz,
    };
    let mut from = first;
    if filesz > 0 {
        let changes = !own.contains(SecInfoFlags::W);
        let numbers = first / PAGE_BYTES..file_end / PAGE_BYTES;
        for page in relocated.range(numbers).filter(|_| changes) {
            let page = page * PAGE_BYTES;
            push(from, page, false, program.clone())?;
            push(page, page + PAGE_BYTES, true, program.clone())?;
            from = page + PAGE_BYTES;
        }
        push(from, file_end, false, program)?;
        from = file_end;
    }
    push(from, end, false, Filling::Zero)
}
