//! Where an enclave file holds its metadata, and which structure a loader takes where there are several.

use alloc::vec::Vec;

use super::structs::{Directory, ElrangeEntry, MAGIC, Metadata};
use crate::bytes::{Malformed, Why, hex};
use crate::formats::elf::{Elf, Note, SegmentType};
use crate::memory::PAGE;
use crate::sgx::structs::SigStruct;
use crate::text;

/// The section that holds the note.
pub(super) const SECTION: &[u8] = b".note.sgxmeta";

/// The note’s name, with its final zero.
pub(super) const NAME: &[u8] = b"sgx_metadata\0";

/// Where the tables begin: behind the head, the SIGSTRUCT and two directories.
pub(in crate::sgx) const DATA: u64 =
    (Metadata::SIZE + SigStruct::SIZE + 2 * Directory::SIZE) as u64;

/// As many structures are looked at in one file.
const PLACES_MOST: usize = 16;

/// The first major version whose image may lie in a larger enclave; versions are this much apart.
const GAP: u64 = 10;

/// The note’s content in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sgx) struct Block {
    /// Offset of the note’s header.
    pub note: u64,
    /// Offset of the content.
    pub at: u64,
    /// Its bytes.
    pub len: u64,
}

/// A metadata structure in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sgx) struct Place {
    /// Offset in the file.
    pub at: u64,
    /// How it opens.
    pub head: Metadata,
}

/// The note with the metadata: in the section of its name, or, where sections are stripped, among the notes
/// that the program headers list.
pub(in crate::sgx) fn block(bytes: &[u8], elf: &Elf) -> Result<Option<Block>, Malformed> {
    if let Some(section) = elf.section(bytes, SECTION)? {
        return note(bytes, section.offset).map(Some);
    }
    for segment in &elf.segments {
        let mut at = segment.offset;
        let end = at.saturating_add(segment.filesz).min(bytes.len() as u64);
        while segment.segment_type == SegmentType::NOTE && at < end {
            if let Ok(found) = note(bytes, at) {
                return Ok(Some(found));
            }
            let Ok(head) = head(bytes, at) else {
                break;
            };
            let up = |n: u32| u64::from(n).next_multiple_of(4);
            at += Note::SIZE as u64 + up(head.namesz) + up(head.descsz);
        }
    }
    Ok(None)
}

fn head(bytes: &[u8], at: u64) -> Result<Note, Malformed> {
    let rest = rest(bytes, at);
    Note::decode(rest.get(..Note::SIZE).unwrap_or(rest), at)
}

fn rest(bytes: &[u8], at: u64) -> &[u8] {
    let from = usize::try_from(at).unwrap_or(usize::MAX);
    bytes.get(from..).unwrap_or_default()
}

/// The note at an offset, which must have the SDK’s name. Its content follows the name without padding.
fn note(bytes: &[u8], at: u64) -> Result<Block, Malformed> {
    let head = head(bytes, at)?;
    let name = at + Note::SIZE as u64;
    if head.namesz as usize != NAME.len() || !rest(bytes, name).starts_with(NAME) {
        let why = text!("sdk.note-name", "does not have the name “sgx_metadata”");
        return Err(Malformed::says(name, "Elf64_Nhdr", why));
    }
    let content = name + NAME.len() as u64;
    let (needs, left) = (u64::from(head.descsz), rest(bytes, content).len() as u64);
    if needs > left {
        let why = Why::Short { needs, left };
        return Err(Malformed::new(content, ".note.sgxmeta", why));
    }
    Ok(Block {
        note: at,
        at: content,
        len: needs,
    })
}

/// Every metadata structure of a file, in its order.
///
/// # Errors
/// There is no note, it is empty because the file is not signed, or a structure does not fit into it.
pub(in crate::sgx) fn places(bytes: &[u8], elf: &Elf) -> Result<Vec<Place>, Malformed> {
    let Some(block) = block(bytes, elf)? else {
        return Err(no_note());
    };
    let mut all = Vec::new();
    let (mut at, end) = (block.at, block.at + block.len);
    while all.len() < PLACES_MOST && at < end {
        let rest = rest(bytes, at);
        let Some(head) = rest.first_chunk().map(Metadata::from_bytes) else {
            break;
        };
        if head.magic != MAGIC {
            break;
        }
        let size = u64::from(head.size);
        if size < DATA || size > end - at {
            let why = text!(
                "sdk.size",
                "is {size} bytes; the structure has {least} at least, and the note {left} from there on",
                size = size,
                least = DATA,
                left = end - at
            );
            return Err(Malformed::says(at + 16, "metadata_t.size", why));
        }
        all.push(Place { at, head });
        at += size;
    }
    if all.is_empty() {
        return Err(Malformed::says(
            block.at,
            "metadata_t.magic_num",
            unsigned(),
        ));
    }
    Ok(all)
}

/// That there is no note.
pub(super) fn no_note() -> Malformed {
    let why = text!(
        "sdk.no-note",
        "has no note “sgx_metadata”, so this is no enclave of the Intel SGX SDK"
    );
    Malformed::says(0, "Elf64_Ehdr", why)
}

/// What is missing where a file is not signed.
fn unsigned() -> crate::text::Text {
    text!(
        "sdk.unsigned",
        "is not there: the file is an enclave that is not signed yet. How much heap and stack it gets and how many threads stands in the signing tool’s configuration (.config.xml), and the tool writes data of its own version into the image. So this file alone has no MRENCLAVE. Give its configuration besides, or sign it (sgx_sign sign) and give the .signed.so"
    )
}

/// The structure that a loader takes: of those for the processor the one of the highest version, the first
/// of several. Without dynamic memory (EDMM) only the major version 1 counts.
#[must_use]
pub(in crate::sgx) fn choose(places: &[Place], edmm: bool) -> Option<Place> {
    let fits = |p: &&Place| edmm || (p.head.version >> 32) % GAP <= 1;
    let better = |best: Option<Place>, p: &Place| match best {
        Some(best) if best.head.version >= p.head.version => Some(best),
        _ => Some(*p),
    };
    places.iter().filter(fits).fold(None, better)
}

impl Place {
    /// Bytes of the metadata, which must lie inside it.
    pub(super) fn part<'a>(
        &self,
        bytes: &'a [u8],
        offset: u64,
        len: u64,
        field: &'static str,
    ) -> Result<&'a [u8], Malformed> {
        let size = u64::from(self.head.size);
        let left = size.saturating_sub(offset);
        let from = usize::try_from(self.at.saturating_add(offset)).unwrap_or(usize::MAX);
        let held = usize::try_from(len).ok().and_then(|len| {
            let end = from.checked_add(len)?;
            bytes.get(from..end)
        });
        match held {
            Some(held) if len <= left => Ok(held),
            _ => {
                let at = self.at.saturating_add(offset);
                Err(Malformed::new(at, field, Why::Short { needs: len, left }))
            }
        }
    }

    /// A directory by number; the table it names lies inside the metadata, behind the directories.
    pub(super) fn directory(
        &self,
        bytes: &[u8],
        number: u64,
        field: &'static str,
    ) -> Result<Directory, Malformed> {
        let offset = (Metadata::SIZE + SigStruct::SIZE) as u64 + number * Directory::SIZE as u64;
        let held = self.part(bytes, offset, Directory::SIZE as u64, field)?;
        let directory = Directory::decode_lenient(held, self.at + offset)?;
        let (from, len) = (u64::from(directory.offset), u64::from(directory.size));
        if len > 0 && (from < DATA || from + len > u64::from(self.head.size)) {
            let why = text!(
                "sdk.directory",
                "names the bytes from {from} to {to} of the metadata, whose tables lie from {least} to {size}",
                from = from,
                to = from + len,
                least = DATA,
                size = self.head.size
            );
            return Err(Malformed::says(self.at + offset, field, why));
        }
        Ok(directory)
    }

    /// Where the image lies in a larger enclave, if the version says that it may.
    pub(super) fn elrange(&self, bytes: &[u8]) -> Result<Option<ElrangeEntry>, Malformed> {
        if self.head.version >> 32 <= GAP {
            return Ok(None);
        }
        let field = "elrange_config_entry_t";
        let directory = self.directory(bytes, 2, field)?;
        let offset = u64::from(directory.offset);
        let held = self.part(bytes, offset, ElrangeEntry::SIZE as u64, field)?;
        let entry = ElrangeEntry::decode_lenient(held, self.at + offset)?;
        let whole = entry.start.checked_add(entry.size);
        let image = entry.image.checked_add(self.head.enclave_size);
        let pages = [entry.start, entry.image, entry.size];
        let aligned = pages.iter().all(|n| n.is_multiple_of(PAGE as u64));
        let holds = whole.is_some_and(|w| image.is_some_and(|i| i <= w));
        if !aligned || !holds || entry.image < entry.start || !entry.size.is_power_of_two() {
            let why = text!(
                "sdk.elrange",
                "puts an image of {size} bytes at {image} into an enclave of {whole} bytes at {start}, where it does not fit",
                size = hex::short(self.head.enclave_size),
                image = hex::addr(entry.image),
                whole = hex::short(entry.size),
                start = hex::addr(entry.start)
            );
            return Err(Malformed::says(self.at + offset, field, why));
        }
        Ok(Some(entry))
    }
}
