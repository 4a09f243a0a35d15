//! Writes enclave files of the Intel SGX SDK from a description, and measures the same description naively:
//! both from the published structures and from the rules of the signing tool, not from the loader here.

use sha2::{Digest, Sha256};

/// The magic number of the metadata.
const MAGIC: u64 = 0x86a8_0294_635d_0e4c;

/// Bytes of the metadata before its tables.
pub(in crate::sgx) const DATA: usize = 64 + 1808 + 16;

/// A segment that is loaded.
#[derive(Clone, Debug)]
pub(in crate::sgx) struct Seg {
    pub vaddr: u64,
    pub bytes: Vec<u8>,
    pub memsz: u64,
    pub flags: u32,
}

/// What a layout entry is filled with.
#[derive(Clone, Debug)]
pub(in crate::sgx) enum Fill {
    Word(u32),
    Bytes(Vec<u8>),
}

/// A row of the layout table.
#[derive(Clone, Debug)]
pub(in crate::sgx) enum Row {
    Entry {
        id: u16,
        attributes: u16,
        pages: u32,
        rva: u64,
        fill: Fill,
        flags: u64,
    },
    Group {
        id: u16,
        count: u16,
        times: u32,
        step: u64,
    },
}

/// An enclave file.
#[derive(Clone, Debug)]
pub(in crate::sgx) struct Sdk {
    pub version: u64,
    pub size: u64,
    pub ssa: u32,
    pub segments: Vec<Seg>,
    /// Relocations by address; `None` where the file has no text relocations.
    pub textrel: Option<Vec<u64>>,
    /// Offset in the file of what is replaced, and by what.
    pub patches: Vec<(u64, Vec<u8>)>,
    pub rows: Vec<Row>,
    /// Image address, BASEADDR and SIZE of the enclave around it.
    pub elrange: Option<(u64, u64, u64)>,
    pub sigstruct: Vec<u8>,
}

pub(in crate::sgx) const RW: u64 = 0x203;
pub(in crate::sgx) const TCS: u64 = 0x100;
pub(in crate::sgx) const ADD: u16 = 1;
pub(in crate::sgx) const MEASURED: u16 = 3;

pub(in crate::sgx) fn entry(id: u16, attributes: u16, pages: u32, rva: u64, flags: u64) -> Row {
    let fill = Fill::Word(0);
    Row::Entry {
        id,
        attributes,
        pages,
        rva,
        fill,
        flags,
    }
}

/// An entry with contents.
pub(in crate::sgx) fn filled(row: Row, with: Fill) -> Row {
    match row {
        Row::Entry {
            id,
            attributes,
            pages,
            rva,
            flags,
            ..
        } => Row::Entry {
            id,
            attributes,
            pages,
            rva,
            fill: with,
            flags,
        },
        group @ Row::Group { .. } => group,
    }
}

impl Sdk {
    pub(in crate::sgx) fn small() -> Self {
        Self {
            version: 2 << 32 | 4,
            size: 0x20000,
            ssa: 1,
            segments: vec![Seg {
                vaddr: 0,
                bytes: (0..0x1234).map(|i| (i * 7) as u8).collect(),
                memsz: 0x1234,
                flags: 5,
            }],
            textrel: None,
            patches: vec![],
            rows: vec![],
            elrange: None,
            sigstruct: vec![0; 1808],
        }
    }

    /// The metadata structure.
    fn metadata(&self) -> Vec<u8> {
        let mut data: Vec<u8> = vec![];
        let mut put = |bytes: &[u8]| {
            let at = DATA + data.len();
            data.extend(bytes);
            at as u32
        };
        let mut third = vec![];
        if let Some((image, start, size)) = self.elrange {
            // The directory of the range opens the data, its entry follows.
            third.extend((DATA as u32 + 8).to_le_bytes());
            third.extend(24_u32.to_le_bytes());
            [image, start, size]
                .iter()
                .for_each(|n| third.extend(n.to_le_bytes()));
            put(&third);
        }
        let mut patches = vec![];
        for (dst, bytes) in &self.patches {
            patches.extend(dst.to_le_bytes());
            patches.extend(put(bytes).to_le_bytes());
            patches.extend((bytes.len() as u32).to_le_bytes());
            patches.extend([0; 16]);
        }
        let mut rows = vec![];
        for row in &self.rows {
            match row {
                Row::Entry {
                    id,
                    attributes,
                    pages,
                    rva,
                    fill,
                    flags,
                } => {
                    rows.extend(id.to_le_bytes());
                    rows.extend(attributes.to_le_bytes());
                    rows.extend(pages.to_le_bytes());
                    rows.extend(rva.to_le_bytes());
                    let (size, at) = match fill {
                        Fill::Word(word) => (*word, 0),
                        Fill::Bytes(bytes) => (bytes.len() as u32, put(bytes)),
                    };
                    rows.extend(size.to_le_bytes());
                    rows.extend(at.to_le_bytes());
                    rows.extend(flags.to_le_bytes());
                }
                Row::Group {
                    id,
                    count,
                    times,
                    step,
                } => {
                    rows.extend(id.to_le_bytes());
                    rows.extend(count.to_le_bytes());
                    rows.extend(times.to_le_bytes());
                    rows.extend(step.to_le_bytes());
                    rows.extend([0; 16]);
                }
            }
        }
        let patch_dir = (put(&patches), patches.len() as u32);
        let layout_dir = (put(&rows), rows.len() as u32);
        let mut out = vec![];
        out.extend(MAGIC.to_le_bytes());
        out.extend(self.version.to_le_bytes());
        out.extend(((DATA + data.len()) as u32).to_le_bytes());
        for n in [1, self.ssa, 2632, 0, 0] {
            out.extend(n.to_le_bytes());
        }
        out.extend(self.size.to_le_bytes());
        out.extend(4_u64.to_le_bytes());
        out.extend(3_u64.to_le_bytes());
        out.extend(&self.sigstruct);
        for (at, len) in [patch_dir, layout_dir] {
            out.extend(at.to_le_bytes());
            out.extend(len.to_le_bytes());
        }
        out.extend(data);
        out
    }

    /// The file, and where in it each segment lies.
    pub(in crate::sgx) fn write(&self) -> (Vec<u8>, Vec<usize>) {
        self.write_with(&self.metadata())
    }

    /// The file with this content of the note.
    pub(in crate::sgx) fn write_with(&self, content: &[u8]) -> (Vec<u8>, Vec<usize>) {
        let headers = self.segments.len() + 1;
        let mut out = vec![0; 64 + headers * 56];
        let mut places = vec![];
        for seg in &self.segments {
            places.push(out.len());
            out.extend(&seg.bytes);
        }
        let word = |n: u64| n.to_le_bytes();
        let rela_at = out.len();
        let relocations = self.textrel.as_deref().unwrap_or_default();
        for at in relocations {
            // R_X86_64_64; 0 would be R_X86_64_NONE.
            out.extend([word(*at), word(1), word(0)].concat());
        }
        // Where the table would be in memory: what sections are found by.
        let rela_addr = 0x7f_0000_u64;
        let dynamic_at = out.len();
        if self.textrel.is_some() {
            for (tag, value) in [
                (7, rela_addr),
                (8, relocations.len() as u64 * 24),
                (9, 24),
                (22, 0),
            ] {
                out.extend([word(tag), word(value)].concat());
            }
        }
        out.extend([0; 16]);
        let dynamic_end = out.len();
        let note_at = out.len();
        out.extend(13_u32.to_le_bytes());
        out.extend((content.len() as u32).to_le_bytes());
        out.extend(1_u32.to_le_bytes());
        out.extend(b"sgx_metadata\0");
        out.extend(content);
        let note_end = out.len();
        let names_at = out.len();
        out.extend(b"\0.rela.dyn\0.note.sgxmeta\0.shstrtab\0");
        let names_end = out.len();
        out.resize(out.len().next_multiple_of(8), 0);
        let sections_at = out.len();
        let section = |name: u32, kind: u32, addr: u64, from: usize, to: usize| {
            let mut s = vec![];
            s.extend(name.to_le_bytes());
            s.extend(kind.to_le_bytes());
            let (from, len) = (from as u64, (to - from) as u64);
            for n in [0, addr, from, len, 0, 1, 0] {
                s.extend(word(n));
            }
            s.resize(64, 0);
            s
        };
        out.extend([0; 64]);
        out.extend(section(
            1,
            4,
            rela_addr,
            rela_at,
            rela_at + relocations.len() * 24,
        ));
        out.extend(section(11, 7, 0, note_at, note_end));
        out.extend(section(25, 3, 0, names_at, names_end));
        let mut head = b"\x7fELF\x02\x01\x01".to_vec();
        head.resize(16, 0);
        head.extend(3_u16.to_le_bytes());
        head.extend(62_u16.to_le_bytes());
        head.extend(1_u32.to_le_bytes());
        for n in [0x10, 64, sections_at as u64] {
            head.extend(word(n));
        }
        head.extend(0_u32.to_le_bytes());
        for half in [64, 56, headers as u16, 64, 4, 3] {
            head.extend(half.to_le_bytes());
        }
        for (seg, at) in self.segments.iter().zip(&places) {
            head.extend(1_u32.to_le_bytes());
            head.extend(seg.flags.to_le_bytes());
            for n in [
                *at as u64,
                seg.vaddr,
                seg.vaddr,
                seg.bytes.len() as u64,
                seg.memsz,
                0x1000,
            ] {
                head.extend(word(n));
            }
        }
        head.extend(2_u32.to_le_bytes());
        head.extend(6_u32.to_le_bytes());
        let len = (dynamic_end - dynamic_at) as u64;
        for n in [dynamic_at as u64, 0, 0, len, len, 8] {
            head.extend(word(n));
        }
        out[..head.len()].copy_from_slice(&head);
        (out, places)
    }

    /// Two metadata structures in one file.
    pub(in crate::sgx) fn write_both(&self, other: &Self) -> Vec<u8> {
        self.write_with(&[self.metadata(), other.metadata()].concat())
            .0
    }

    /// Every page that is added, in order: offset in the enclave, flags, whether measured, contents.
    pub(in crate::sgx) fn pages(&self) -> Vec<(u64, u64, bool, Vec<u8>)> {
        let (mut file, places) = self.write();
        for (at, bytes) in &self.patches {
            file[*at as usize..*at as usize + bytes.len()].copy_from_slice(bytes);
        }
        let mut all = vec![];
        for (seg, at) in self.segments.iter().zip(places) {
            let first = seg.vaddr / 4096 * 4096;
            let held = seg.vaddr + seg.bytes.len() as u64;
            let rwx = u64::from(seg.flags >> 2 & 1 | seg.flags & 2 | (seg.flags & 1) << 2);
            let mut page = first;
            while page < seg.vaddr + seg.memsz {
                let content = (page..page + 4096).map(|a| {
                    let inside = a >= seg.vaddr && a < held;
                    let n = a.wrapping_sub(seg.vaddr) as usize;
                    if inside { file[at + n] } else { 0 }
                });
                let touched = self
                    .textrel
                    .iter()
                    .flatten()
                    .any(|r| (*r..*r + 8).any(|a| a / 4096 * 4096 == page) && page < held);
                let w = if touched { 2 } else { 0 };
                all.push((page, 0x200 | rwx | w, true, content.collect()));
                page += 4096;
            }
        }
        for (n, row) in self.rows.iter().enumerate() {
            match row {
                Row::Entry { .. } => one(row, 0, &mut all),
                Row::Group {
                    count, times, step, ..
                } => {
                    for k in 1..=u64::from(*times) {
                        for row in &self.rows[n - usize::from(*count)..n] {
                            one(row, k * step, &mut all);
                        }
                    }
                }
            }
        }
        if let Some((image, start, _)) = self.elrange {
            all.iter_mut().for_each(|p| p.0 += image - start);
        }
        all
    }

    /// MRENCLAVE, from one flat byte string.
    pub(in crate::sgx) fn mrenclave(&self) -> [u8; 32] {
        let mut flat = vec![];
        let pad = |flat: &mut Vec<u8>| flat.resize(flat.len().next_multiple_of(64), 0);
        flat.extend(b"ECREATE\0");
        flat.extend(self.ssa.to_le_bytes());
        flat.extend(self.elrange.map_or(self.size, |e| e.2).to_le_bytes());
        pad(&mut flat);
        for (offset, flags, measured, content) in self.pages() {
            flat.extend(b"EADD\0\0\0\0");
            flat.extend(offset.to_le_bytes());
            flat.extend(flags.to_le_bytes());
            pad(&mut flat);
            for (n, chunk) in content.chunks(256).enumerate().filter(|_| measured) {
                flat.extend(b"EEXTEND\0");
                flat.extend((offset + n as u64 * 256).to_le_bytes());
                pad(&mut flat);
                flat.extend(chunk);
            }
        }
        Sha256::digest(&flat).into()
    }
}

/// The pages of one entry, `step` behind where it stands.
fn one(row: &Row, step: u64, all: &mut Vec<(u64, u64, bool, Vec<u8>)>) {
    let Row::Entry {
        attributes,
        pages,
        rva,
        fill,
        flags,
        ..
    } = row
    else {
        panic!("a group in a group");
    };
    if attributes & ADD == 0 || (*flags == 0 && matches!(fill, Fill::Word(_))) {
        return;
    }
    let rva = rva + step;
    for n in 0..u64::from(*pages) {
        let mut measured = attributes & 2 != 0;
        let mut content = vec![0; 4096];
        match fill {
            Fill::Word(word) => {
                content = word.to_le_bytes().repeat(1024);
            }
            Fill::Bytes(bytes) if *flags == TCS => {
                content[..bytes.len()].copy_from_slice(bytes);
                for at in [16, 48, 56] {
                    let word: [u8; 8] = content[at..at + 8].try_into().expect("eight bytes");
                    let word = u64::from_le_bytes(word) + rva;
                    content[at..at + 8].copy_from_slice(&word.to_le_bytes());
                }
            }
            Fill::Bytes(bytes) => {
                measured = true;
                let part = bytes.iter().skip(n as usize * 4096).take(4096);
                content
                    .iter_mut()
                    .zip(part)
                    .for_each(|(to, from)| *to = *from);
            }
        }
        all.push((rva + n * 4096, *flags, measured, content));
    }
}
