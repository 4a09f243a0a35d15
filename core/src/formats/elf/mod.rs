//! ELF of 64 bits, as far as telling what a program file is: its header and its program headers; and,
//! for those who need them, the tables a linker leaves besides ([`Section`], [`Dynamic`], [`Rela`],
//! [`Note`], [`Symbol`]).

mod spot;
mod tables;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::bytes::{Malformed, Why};
use crate::{layout, text, values};

pub use spot::Spot;
pub use tables::{Dynamic, Note, Rela, Section, Symbol};

values! {
    /// For which instruction set a file is.
    pub struct Machine: u16, "e_machine";
    0 "EM_NONE" => NONE, "None.";
    62 "EM_X86_64" => X86_64, "AMD64.";
    183 "EM_AARCH64" => AARCH64, "Arm, 64 bits.";
    243 "EM_RISCV" => RISCV, "RISC-V.";
}

values! {
    /// What a file is for.
    pub struct FileType: u16, "e_type";
    1 "ET_REL" => REL, "An object file.";
    2 "ET_EXEC" => EXEC, "A program at fixed addresses.";
    3 "ET_DYN" => DYN, "A program or library at any address.";
    4 "ET_CORE" => CORE, "A memory dump.";
}

values! {
    /// What a segment is for.
    pub struct SegmentType: u32, "p_type";
    0 "PT_NULL" => NULL, "Not in use.";
    1 "PT_LOAD" => LOAD, "Loaded into memory.";
    2 "PT_DYNAMIC" => DYNAMIC, "For the dynamic linker.";
    3 "PT_INTERP" => INTERP, "The dynamic linker’s name.";
    4 "PT_NOTE" => NOTE, "Notes.";
    6 "PT_PHDR" => PHDR, "The program headers themselves.";
    7 "PT_TLS" => TLS, "Thread-local storage.";
}

layout! {
    /// What opens a file.
    #[derive(Copy)]
    pub struct Header: "Elf64_Ehdr", 64 bytes, align 8, "System V ABI, ELF header";
    0  4 "ei_mag" => magic: [u8; 4], "7F and the letters ELF.";
    4  1 "ei_class" => class: u8, "2: addresses of 64 bits.";
    5  1 "ei_data" => data: u8, "1: least significant byte first.";
    6  1 "ei_version" => ident_version: u8, "1.";
    7  1 "ei_osabi" => osabi: u8, "For which operating system; 0 for any.";
    8  8 "ei_pad" => pad: [u8; 8], "Version of that interface, and padding.";
    16 2 "e_type" => file_type: FileType, "What the file is for.";
    18 2 "e_machine" => machine: Machine, "For which instruction set.";
    20 4 "e_version" => version: u32, "1.";
    24 8 "e_entry" => entry: u64 as Address, "Where it starts to run.";
    32 8 "e_phoff" => phoff: u64 as Size, "Where in the file the program headers are.";
    40 8 "e_shoff" => shoff: u64 as Size, "Where in the file the section headers are.";
    48 4 "e_flags" => flags: u32, "Flags of the instruction set.";
    52 2 "e_ehsize" => ehsize: u16 as Size, "Size of this header: 64.";
    54 2 "e_phentsize" => phentsize: u16 as Size, "Size of a program header: 56.";
    56 2 "e_phnum" => phnum: u16, "How many program headers.";
    58 2 "e_shentsize" => shentsize: u16 as Size, "Size of a section header.";
    60 2 "e_shnum" => shnum: u16, "How many section headers.";
    62 2 "e_shstrndx" => shstrndx: u16, "Which section holds the names of sections.";
}

layout! {
    /// A segment: a stretch of the file and where it goes.
    #[derive(Copy)]
    pub struct Segment: "Elf64_Phdr", 56 bytes, align 8, "System V ABI, program header";
    0  4 "p_type" => segment_type: SegmentType, "What it is for.";
    4  4 "p_flags" => flags: u32, "1 to be executed, 2 written, 4 read.";
    8  8 "p_offset" => offset: u64 as Size, "Where in the file it starts.";
    16 8 "p_vaddr" => vaddr: u64 as Address, "Where in memory it goes.";
    24 8 "p_paddr" => paddr: u64 as Address, "Where in physical memory, if that matters.";
    32 8 "p_filesz" => filesz: u64 as Size, "How many bytes of it are in the file.";
    40 8 "p_memsz" => memsz: u64 as Size, "How many bytes it takes in memory.";
    48 8 "p_align" => align: u64 as Size, "To what it is aligned.";
}

/// What opens every ELF file.
pub const MAGIC: [u8; 4] = *b"\x7fELF";

/// A program file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elf {
    /// Its header.
    pub header: Header,
    /// Its program headers, in the file's order.
    pub segments: Vec<Segment>,
}

impl Elf {
    /// Reads a file of 64 bits, least significant byte first.
    ///
    /// # Errors
    /// The header or a program header is cut or holds what it cannot; says at which offset. Loaded
    /// segments must lie inside the file, and take no less memory than file.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let head = bytes.get(..Header::SIZE).unwrap_or(bytes);
        Header::LAYOUT.check_length(head, 0)?;
        let header = Header::decode(head, 0)?;
        if header.magic != MAGIC {
            let why = text!("elf.magic", "is not 7F 45 4C 46, so this is no ELF file");
            return Err(Malformed::says(0, "Elf64_Ehdr.ei_mag", why));
        }
        for (at, name, wanted, found) in [
            (4, "ei_class", 2, u64::from(header.class)),
            (5, "ei_data", 1, u64::from(header.data)),
            (6, "ei_version", 1, u64::from(header.ident_version)),
            (20, "e_version", 1, u64::from(header.version)),
            (52, "e_ehsize", 64, u64::from(header.ehsize)),
        ] {
            is(at, name, wanted, found)?;
        }
        if header.phnum > 0 {
            is(54, "e_phentsize", 56, u64::from(header.phentsize))?;
        }
        let segments = (0..u64::from(header.phnum)).map(|n| segment(bytes, &header, n));
        Ok(Self {
            header,
            segments: segments.collect::<Result<_, _>>()?,
        })
    }

    /// The segments that are loaded, with what they take in memory in bytes.
    pub fn loaded(&self) -> impl Iterator<Item = &Segment> {
        let all = self.segments.iter();
        all.filter(|s| s.segment_type == SegmentType::LOAD)
    }
}

/// A field of the header that can have one value only.
fn is(at: u64, name: &'static str, wanted: u64, found: u64) -> Result<(), Malformed> {
    if found == wanted {
        return Ok(());
    }
    let field: String = format!("Elf64_Ehdr.{name}");
    let expected = format!("{wanted}").into();
    Err(Malformed::new(at, field, Why::Value { expected, found }))
}

fn segment(bytes: &[u8], header: &Header, n: u64) -> Result<Segment, Malformed> {
    let size = Segment::SIZE as u64;
    let at = header.phoff.saturating_add(n * size);
    let from = usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
    let rest = &bytes[from..];
    let segment = Segment::decode(rest.get(..Segment::SIZE).unwrap_or(rest), at)?;
    if segment.segment_type != SegmentType::LOAD {
        return Ok(segment);
    }
    let end = segment.offset.checked_add(segment.filesz);
    if end.is_none_or(|end| end > bytes.len() as u64) {
        let left = (bytes.len() as u64).saturating_sub(segment.offset);
        let needs = segment.filesz;
        let why = Why::Short { needs, left };
        return Err(Malformed::new(segment.offset, "Elf64_Phdr", why));
    }
    if segment.memsz < segment.filesz {
        let why = text!(
            "elf.memsz",
            "is smaller than p_filesz: the segment would not fit into its memory"
        );
        return Err(Malformed::says(at + 40, "Elf64_Phdr.p_memsz", why));
    }
    Ok(segment)
}

/// A RISC-V program of one segment: `code`, which goes to `at` and starts there.
#[must_use]
pub fn program(at: u64, code: &[u8]) -> Vec<u8> {
    let head = (Header::SIZE + Segment::SIZE) as u64;
    let size = head + code.len() as u64;
    let header = Header {
        magic: MAGIC,
        class: 2,
        data: 1,
        ident_version: 1,
        file_type: FileType::EXEC,
        machine: Machine::RISCV,
        version: 1,
        entry: at.wrapping_add(head),
        phoff: Header::SIZE as u64,
        ehsize: Header::SIZE as u16,
        phentsize: Segment::SIZE as u16,
        phnum: 1,
        ..Header::default()
    };
    let segment = Segment {
        segment_type: SegmentType::LOAD,
        flags: 5,
        offset: 0,
        vaddr: at,
        paddr: at,
        filesz: size,
        memsz: size,
        align: 0x1000,
    };
    let mut bytes = header.encode().to_vec();
    bytes.extend_from_slice(&segment.encode());
    bytes.extend_from_slice(code);
    bytes
}
