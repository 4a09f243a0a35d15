//! Enclave images of the Open Enclave SDK: an ELF file whose section `.oeinfo` holds the author's settings and
//! the SIGSTRUCT.
//!
//! They are not laid out: how the loader arranges threads, which relocations it adds and what it patches into
//! the image changed from version to version (`host/sgx/create.c` and `host/sgx/loadelf.c`), and the file does
//! not name the version. What was signed can be told all the same.

use crate::bytes::{Malformed, Why};
use crate::formats::elf::{self, Elf, Machine};
use crate::sgx::structs::SigStruct;
use crate::text::Text;
use crate::{layout, text};

/// The section that holds the properties.
const SECTION: &[u8] = b".oeinfo";

layout! {
    /// What opens the properties, the same in every version.
    #[derive(Copy)]
    pub struct Header: "oe_enclave_properties_header_t", 32 bytes, align 8, "Open Enclave SDK, include/openenclave/bits/properties.h";
    0  4 "size" => size: u32 as Size, "Bytes of the whole properties.";
    4  4 "enclave_type" => enclave_type: u32, "2: an SGX enclave.";
    8  8 "num_heap_pages" => heap: u64 as Pages, "Pages of heap.";
    16 8 "num_stack_pages" => stack: u64 as Pages, "Pages of each thread’s stack.";
    24 8 "num_tcs" => tcs: u64, "Threads.";
}

/// The properties of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Properties<'a> {
    /// Offset of the section in the file.
    pub at: u64,
    /// How it opens.
    pub header: Header,
    /// The SIGSTRUCT and its offset in the file; `None` in an image that is not signed.
    pub sigstruct: Option<(u64, &'a [u8; SigStruct::SIZE])>,
}

/// Whether a file is such an image: an ELF file for x86-64 with the section.
#[must_use]
pub(in crate::sgx) fn looks_like(bytes: &[u8]) -> bool {
    let machine = bytes.get(18..20);
    bytes.starts_with(&elf::MAGIC)
        && machine == Some(&Machine::X86_64.value().to_le_bytes()[..])
        && Elf::parse(bytes).is_ok_and(|elf| matches!(elf.section(bytes, SECTION), Ok(Some(_))))
}

/// Reads the properties.
///
/// # Errors
/// There is no such section, or it does not lie in the file.
pub fn properties(bytes: &[u8]) -> Result<Properties<'_>, Malformed> {
    let elf = Elf::parse(bytes)?;
    let Some(section) = elf.section(bytes, SECTION)? else {
        let why = text!(
            "oe.no-section",
            "has no section “.oeinfo”, so this is no image of the Open Enclave SDK"
        );
        return Err(Malformed::says(0, "Elf64_Ehdr", why));
    };
    let at = section.offset;
    let rest = usize::try_from(at).ok().and_then(|at| bytes.get(at..));
    let rest = rest.unwrap_or_default();
    let header = Header::decode(rest.get(..Header::SIZE).unwrap_or(rest), at)?;
    let (needs, left) = (u64::from(header.size), rest.len() as u64);
    let held = rest.get(..header.size as usize);
    let Some(held) = held.filter(|_| needs >= Header::SIZE as u64) else {
        let why = Why::Short { needs, left };
        return Err(Malformed::new(
            at,
            "oe_enclave_properties_header_t.size",
            why,
        ));
    };
    Ok(Properties {
        at,
        header,
        sigstruct: sigstruct(held, at),
    })
}

/// The SIGSTRUCT in the properties, by its two constants: its place in them changed between versions.
fn sigstruct(held: &[u8], at: u64) -> Option<(u64, &[u8; SigStruct::SIZE])> {
    let places = (Header::SIZE..held.len()).step_by(8);
    places.take(512).find_map(|from| {
        let whole: &[u8; SigStruct::SIZE] = held.get(from..)?.first_chunk()?;
        let constants =
            whole.starts_with(&SigStruct::HEADER) && whole[24..40] == SigStruct::HEADER2;
        constants.then_some((at + from as u64, whole))
    })
}

/// Why such an image is neither loaded nor measured, as the end of a sentence.
#[must_use]
pub(in crate::sgx) fn not_laid_out() -> Text {
    text!(
        "oe.not-laid-out",
        "belongs to an image of the Open Enclave SDK. How its loader arranges threads, relocations and what it patches into the image changed from version to version, and the file does not name its version. So it is not loaded here; what was signed for it is told by measure"
    )
}
