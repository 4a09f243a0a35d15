//! What an image's section `.oeinfo` holds: the author's settings and the SIGSTRUCT.

use alloc::vec::Vec;

use crate::bytes::{Layout, Malformed, Why};
use crate::formats::elf::{self, Elf, Machine};
use crate::sgx::structs::SigStruct;
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

layout! {
    /// Who the enclave is, behind the header in every version.
    #[derive(Copy)]
    pub struct Config: "oe_sgx_enclave_config_t", 8 bytes, align 4, "Open Enclave SDK, include/openenclave/bits/sgx/sgxproperties.h";
    0 2 "product_id" => product_id: u16, "ISVPRODID that is signed.";
    2 2 "security_version" => security_version: u16, "ISVSVN that is signed.";
    4 4 "flags" => flags: u32 as Address, "Bit 0: #PF and #GP are told inside the enclave; bit 1: BASEADDR is 0. Unused before 0.16.";
}

layout! {
    /// Who it is besides, from 0.13 on.
    #[derive(Copy)]
    pub struct Identifiers: "oe_sgx_enclave_config_t", 32 bytes, align 1, "Open Enclave SDK, include/openenclave/bits/sgx/sgxproperties.h";
    0  16 "family_id" => family_id: [u8; 16], "ISVFAMILYID that is signed.";
    16 16 "extended_product_id" => extended_product_id: [u8; 16], "ISVEXTPRODID that is signed.";
}

layout! {
    /// What the SECS is given.
    #[derive(Copy)]
    pub struct Wishes: "oe_sgx_enclave_config_t", 16 bytes, align 8, "Open Enclave SDK, include/openenclave/bits/sgx/sgxproperties.h";
    0 8 "attributes" => attributes: u64 as Address, "ATTRIBUTES: DEBUG, MODE64BIT, KSS.";
    8 8 "xfrm" => xfrm: u64 as Address, "XFRM; the loader writes it before it signs.";
}

layout! {
    /// Where an enclave whose BASEADDR is 0 begins, from 0.17 on.
    #[derive(Copy)]
    pub struct Start: "oe_sgx_enclave_config_t", 8 bytes, align 8, "Open Enclave SDK, include/openenclave/bits/sgx/sgxproperties.h";
    0 8 "start_address" => start_address: u64 as Address, "The image’s first address, if BASEADDR is 0.";
}

layout! {
    /// What the loader writes for the enclave to find; zero in the file.
    #[derive(Copy)]
    pub struct ImageInfo: "oe_sgx_enclave_image_info_t", 48 bytes, align 8, "Open Enclave SDK, include/openenclave/bits/sgx/sgxproperties.h";
    0  8 "oeinfo_rva" => oeinfo_rva: u64 as Address, "Where in the image these properties are.";
    8  8 "oeinfo_size" => oeinfo_size: u64 as Size, "Their bytes.";
    16 8 "reloc_rva" => reloc_rva: u64 as Address, "Where the relocations begin.";
    24 8 "reloc_size" => reloc_size: u64 as Size, "Bytes of their pages.";
    32 8 "heap_rva" => heap_rva: u64 as Address, "Where the heap begins.";
    40 8 "enclave_size" => enclave_size: u64 as Size, "SIZE; up to 0.9 where the last page ends.";
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
    /// All of them.
    pub held: &'a [u8],
}

/// The bit of the flags that asks for BASEADDR 0.
const ZERO_BASE: u8 = 1 << 1;

impl Properties<'_> {
    /// What lies behind the header up to the SIGSTRUCT, by the size of the whole: offset in the file and layout.
    /// Empty where no release has such properties.
    pub(in crate::sgx) fn parts(&self) -> Vec<(u64, &'static Layout)> {
        let layouts: &[&'static Layout] = match self.header.size {
            1920 => &[Config::LAYOUT, Wishes::LAYOUT, ImageInfo::LAYOUT],
            1952 | 1960 => &[
                Config::LAYOUT,
                Identifiers::LAYOUT,
                Wishes::LAYOUT,
                ImageInfo::LAYOUT,
            ],
            _ => &[],
        };
        let mut at = self.at + Header::SIZE as u64;
        let mut all = Vec::new();
        for layout in layouts {
            if self.header.size == 1960 && core::ptr::eq(*layout, ImageInfo::LAYOUT) {
                all.push((at, Start::LAYOUT));
                at += Start::SIZE as u64;
            }
            all.push((at, *layout));
            at += layout.size as u64;
        }
        all
    }

    /// Where an enclave whose BASEADDR is 0 begins, as properties of 0.17 and later say it; `None` where
    /// BASEADDR is left to the loader.
    pub(super) fn start_address(&self) -> Option<u64> {
        let flags = self.held.get(36)?;
        let start = self.held.get(88..)?.first_chunk()?;
        (flags & ZERO_BASE != 0).then(|| u64::from_le_bytes(*start))
    }
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
        held,
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
