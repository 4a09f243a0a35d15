//! Enclave files of the Intel SGX SDK: an ELF library whose note `.note.sgxmeta` says how it is loaded.
//!
//! | what | file |
//! |---|---|
//! | the structures the signing tool writes | [`structs`] |
//! | where the metadata is, and which of several is used | `metadata.rs` |
//! | the program: segments, patches, text relocations | `program.rs` |
//! | what follows it: heap, stacks, threads, guards | `layout.rs` |
//! | a file that is not signed yet, completed from the signing tool’s configuration | `unsigned/` |
//!
//! Documents: Intel SGX SDK for Linux, `common/inc/internal/metadata.h`, `psw/urts/loader.cpp` and
//! `psw/urts/parser/elfparser.cpp` (metadata 1.3 to 3.0). What its loader checks and the measurement does not
//! depend on, such as undefined symbols, is not checked here.

mod layout;
mod metadata;
mod program;
pub mod structs;
pub(in crate::sgx) mod unsigned;

use alloc::rc::Rc;

pub(in crate::sgx) use metadata::{Place, block, choose, places};
pub(in crate::sgx) use program::table;

use super::image::{Laid, NotLaid, PAGES_MOST};
use super::structs::SigStruct;
use crate::bytes::{Malformed, hex};
use crate::formats::elf::{self, Elf, Machine};
use crate::text;

/// What a file looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sgx) enum Looks {
    /// An enclave with metadata.
    Signed,
    /// An enclave whose note is still empty.
    Unsigned,
    /// A program that holds the note’s name where its tables do not lead.
    Broken,
}

/// Whether a file looks like an enclave of the SDK: an ELF file for x86-64 with the note.
#[must_use]
pub(in crate::sgx) fn looks_like(bytes: &[u8]) -> Option<Looks> {
    let machine = bytes.get(18..20)?;
    if !bytes.starts_with(&elf::MAGIC) || machine != Machine::X86_64.value().to_le_bytes() {
        return None;
    }
    let block = Elf::parse(bytes).and_then(|elf| metadata::block(bytes, &elf));
    if let Ok(Some(block)) = block {
        let at = usize::try_from(block.at).unwrap_or(usize::MAX);
        let signed = bytes
            .get(at..)
            .unwrap_or_default()
            .starts_with(&structs::MAGIC.to_le_bytes());
        return Some(if signed {
            Looks::Signed
        } else {
            Looks::Unsigned
        });
    }
    let name = metadata::NAME;
    bytes
        .windows(name.len())
        .any(|w| w == name)
        .then_some(Looks::Broken)
}

/// Reads an enclave file as a processor with or without dynamic memory (EDMM, SGX2) loads it: files may
/// hold metadata for both.
///
/// # Errors
/// The file is no such enclave, is not signed, or is malformed; says where.
pub(in crate::sgx) fn open(bytes: &Rc<[u8]>, edmm: bool) -> Result<Laid, Malformed> {
    let elf = Elf::parse(bytes)?;
    let places = places(bytes, &elf)?;
    let place = choose(&places, edmm).ok_or_else(|| none_fits(&places))?;
    load(bytes, &elf, &place)
}

/// Reads the enclave file as one of its metadata structures says.
///
/// # Errors
/// The file or the metadata is malformed; says where.
pub(in crate::sgx) fn load(bytes: &Rc<[u8]>, elf: &Elf, place: &Place) -> Result<Laid, Malformed> {
    let head = place.head;
    let size = head.enclave_size;
    let mut laid = Laid::new("Intel SGX SDK", bytes.clone(), size, head.ssa_frame_size);
    let sig = place.part(bytes, 64, SigStruct::SIZE as u64, "metadata_t.enclave_css")?;
    let found = Some((place.at + 64, Rc::from(sig)));
    if SigStruct::decode_lenient(sig, place.at + 64)?.is_unsigned() {
        laid.draft = found;
    } else {
        laid.sigstruct = found;
    }
    if let Some(elrange) = place.elrange(bytes)? {
        laid.size = elrange.size;
        laid.shift = elrange.image - elrange.start;
    }
    laid.patches = program::patches(bytes, place)?;
    program::segments(bytes, elf, place, &mut laid)?;
    layout::entries(bytes, place, &mut laid)?;
    laid.finish()
        .map_err(|why| not_laid(place.at, "metadata_t", why))
}

fn none_fits(places: &[Place]) -> Malformed {
    let at = places.first().map_or(0, |p| p.at);
    Malformed::says(
        at + 8,
        "metadata_t.version",
        text!(
            "sdk.none-fits",
            "is for processors with dynamic memory (EDMM, SGX2) only; one without has no metadata that it could use"
        ),
    )
}

/// Why pages cannot be laid out, as the end of a sentence about a field.
pub(in crate::sgx) fn not_laid(at: u64, field: &'static str, why: NotLaid) -> Malformed {
    let says = match why {
        NotLaid::TooMuch => text!(
            "image.too-much",
            "lays out more than is taken here: at most {pages} pages, in stretches of which there may be 131,072",
            pages = hex::number(PAGES_MOST)
        ),
        NotLaid::Twice(offset) => text!(
            "image.twice",
            "adds the page at {offset} of the enclave twice",
            offset = hex::addr(offset)
        ),
    };
    Malformed::says(at, field, says)
}
