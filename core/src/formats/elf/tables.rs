//! The tables a linker leaves in an ELF file besides its program headers: sections and their names, what
//! the dynamic linker reads, relocations, notes, symbols.

use alloc::vec::Vec;

use super::{Elf, SegmentType};
use crate::bytes::{Malformed, Structure, Why};
use crate::layout;

layout! {
    /// A section: a named stretch of the file.
    #[derive(Copy)]
    pub struct Section: "Elf64_Shdr", 64 bytes, align 8, "System V ABI, section header";
    0  4 "sh_name" => name: u32, "Where its name starts among the names of sections.";
    4  4 "sh_type" => section_type: u32, "What it holds.";
    8  8 "sh_flags" => flags: u64, "1 written, 2 in memory, 4 executed.";
    16 8 "sh_addr" => addr: u64 as Address, "Where in memory it goes.";
    24 8 "sh_offset" => offset: u64 as Size, "Where in the file it starts.";
    32 8 "sh_size" => size: u64 as Size, "How many bytes it takes.";
    40 4 "sh_link" => link: u32, "Another section that belongs to it.";
    44 4 "sh_info" => info: u32, "More about it.";
    48 8 "sh_addralign" => addralign: u64 as Size, "To what it is aligned.";
    56 8 "sh_entsize" => entsize: u64 as Size, "Size of an entry, if it is a table.";
}

layout! {
    /// An entry for the dynamic linker.
    #[derive(Copy)]
    pub struct Dynamic: "Elf64_Dyn", 16 bytes, align 8, "System V ABI, dynamic section";
    0 8 "d_tag" => tag: u64, "What it says.";
    8 8 "d_val" => value: u64 as Address, "Its value, often an address.";
}

impl Dynamic {
    /// The end of the entries.
    pub const NULL: u64 = 0;
    /// Bytes of the relocations of the procedure linkage table.
    pub const PLTRELSZ: u64 = 2;
    /// Where the names of symbols are in memory.
    pub const STRTAB: u64 = 5;
    /// Where the symbols are in memory.
    pub const SYMTAB: u64 = 6;
    /// Where the relocations with addends are in memory.
    pub const RELA: u64 = 7;
    /// Bytes of the relocations with addends.
    pub const RELASZ: u64 = 8;
    /// Where among the names a library’s own is.
    pub const SONAME: u64 = 14;
    /// Relocations change segments that are not written.
    pub const TEXTREL: u64 = 22;
    /// Where the relocations of the procedure linkage table are in memory.
    pub const JMPREL: u64 = 23;
}

layout! {
    /// A relocation with its addend.
    #[derive(Copy)]
    pub struct Rela: "Elf64_Rela", 24 bytes, align 8, "System V ABI, relocation";
    0  8 "r_offset" => offset: u64 as Address, "What is relocated.";
    8  8 "r_info" => info: u64, "Kind in the lower 32 bits, symbol in the upper.";
    16 8 "r_addend" => addend: u64, "What is added.";
}

layout! {
    /// What opens a note; its name and its content follow.
    #[derive(Copy)]
    pub struct Note: "Elf64_Nhdr", 12 bytes, align 4, "System V ABI, note section";
    0 4 "n_namesz" => namesz: u32 as Size, "Bytes of its name, the final zero among them.";
    4 4 "n_descsz" => descsz: u32 as Size, "Bytes of its content.";
    8 4 "n_type" => note_type: u32, "What it is, to whoever knows the name.";
}

layout! {
    /// A symbol.
    #[derive(Copy)]
    pub struct Symbol: "Elf64_Sym", 24 bytes, align 8, "System V ABI, symbol table";
    0  4 "st_name" => name: u32, "Where its name starts among the names of symbols.";
    4  1 "st_info" => info: u8, "What it is and who may use it.";
    5  1 "st_other" => other: u8, "Who sees it.";
    6  2 "st_shndx" => shndx: u16, "Which section it lies in.";
    8  8 "st_value" => value: u64 as Address, "Where it lies.";
    16 8 "st_size" => size: u64 as Size, "How many bytes it takes.";
}

/// As many entries of a table are read at most: more than any linker writes, and few enough that a
/// hostile file costs no time that matters.
const ENTRIES_MOST: usize = 1 << 20;

/// The bytes of a file from `at` on.
fn from(bytes: &[u8], at: u64) -> &[u8] {
    let at = usize::try_from(at).unwrap_or(usize::MAX);
    bytes.get(at..).unwrap_or_default()
}

/// A structure at an offset of a file.
fn read<T: Structure>(bytes: &[u8], at: u64) -> Result<T, Malformed> {
    let rest = from(bytes, at);
    T::parse(rest.get(..T::SIZE).unwrap_or(rest), at)
}

impl Elf {
    /// The section headers, in the file’s order.
    ///
    /// # Errors
    /// The table or an entry lies outside the file.
    pub fn sections(&self, bytes: &[u8]) -> Result<Vec<Section>, Malformed> {
        let header = &self.header;
        if header.shnum > 0 && header.shentsize != 64 {
            let found = u64::from(header.shentsize);
            let expected = "64".into();
            let why = Why::Value { expected, found };
            return Err(Malformed::new(58, "Elf64_Ehdr.e_shentsize", why));
        }
        let at = |n: u16| header.shoff.saturating_add(u64::from(n) * 64);
        let all = (0..header.shnum).map(|n| read(bytes, at(n)));
        all.collect()
    }

    /// The name of a section among `sections`; empty where it has none that can be read.
    #[must_use]
    pub fn name<'a>(&self, bytes: &'a [u8], sections: &[Section], section: &Section) -> &'a [u8] {
        let Some(names) = sections.get(usize::from(self.header.shstrndx)) else {
            return &[];
        };
        if u64::from(section.name) >= names.size {
            return &[];
        }
        string(bytes, names.offset.saturating_add(u64::from(section.name)))
    }

    /// The section of a name.
    ///
    /// # Errors
    /// See [`sections`](Self::sections).
    pub fn section(&self, bytes: &[u8], name: &[u8]) -> Result<Option<Section>, Malformed> {
        let all = self.sections(bytes)?;
        let found = all.iter().find(|s| self.name(bytes, &all, s) == name);
        Ok(found.copied())
    }

    /// What the dynamic linker reads, up to the entry that ends it; empty where there is nothing for it.
    ///
    /// # Errors
    /// The entries do not end inside the file.
    pub fn dynamic(&self, bytes: &[u8]) -> Result<Vec<Dynamic>, Malformed> {
        let mut segments = self.segments.iter();
        let Some(segment) = segments.find(|s| s.segment_type == SegmentType::DYNAMIC) else {
            return Ok(Vec::new());
        };
        let mut all = Vec::new();
        let mut at = segment.offset;
        while all.len() < ENTRIES_MOST {
            let entry: Dynamic = read(bytes, at)?;
            if entry.tag == Dynamic::NULL {
                break;
            }
            all.push(entry);
            at = at.saturating_add(Dynamic::SIZE as u64);
        }
        Ok(all)
    }
}

/// A string that ends with a zero, without the zero; empty where it does not end within 4,096 bytes.
#[must_use]
fn string(bytes: &[u8], at: u64) -> &[u8] {
    let rest = from(bytes, at);
    let rest = &rest[..rest.len().min(4096)];
    let end = rest.iter().position(|b| *b == 0);
    end.map_or(&[], |end| &rest[..end])
}

impl Rela {
    /// The kind of relocation.
    #[must_use]
    pub const fn kind(&self) -> u32 {
        self.info as u32
    }

    /// The relocations in `len` bytes at an offset of a file.
    ///
    /// # Errors
    /// They do not lie inside the file, or are too many.
    pub fn table(bytes: &[u8], at: u64, len: u64) -> Result<Vec<Self>, Malformed> {
        table(bytes, at, len)
    }
}

impl Symbol {
    /// The symbols in `len` bytes at an offset of a file.
    ///
    /// # Errors
    /// They do not lie inside the file, or are too many.
    pub fn table(bytes: &[u8], at: u64, len: u64) -> Result<Vec<Self>, Malformed> {
        table(bytes, at, len)
    }

    /// Its name, from the names at an offset of the file.
    #[must_use]
    pub fn name<'a>(&self, bytes: &'a [u8], names: u64) -> &'a [u8] {
        string(bytes, names.saturating_add(u64::from(self.name)))
    }
}

/// The whole entries in `len` bytes at an offset of a file.
fn table<T: Structure>(bytes: &[u8], at: u64, len: u64) -> Result<Vec<T>, Malformed> {
    let rest = from(bytes, at);
    let name = T::LAYOUT.name;
    let part = usize::try_from(len).ok().and_then(|len| rest.get(..len));
    let Some(part) = part else {
        let left = rest.len() as u64;
        return Err(Malformed::new(at, name, Why::Short { needs: len, left }));
    };
    let entries = part.len() / T::SIZE;
    if entries > ENTRIES_MOST {
        let why = crate::text!(
            "elf.many-entries",
            "has {n} entries, more than the {most} that are read",
            n = entries,
            most = ENTRIES_MOST
        );
        return Err(Malformed::says(at, name, why));
    }
    Ok(part.chunks_exact(T::SIZE).map(T::read).collect())
}
