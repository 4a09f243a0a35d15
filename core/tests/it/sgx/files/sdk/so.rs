//! Writes programs of the Intel SGX SDK that are not signed: an ELF library with the symbols, the thread-local
//! storage and the empty note that the signing tool looks for.

/// Where the data segment goes, in the file and in memory: not at the start of a page.
const DATA_AT: usize = 0x3120;

/// `g_global_data` in the data segment.
const GLOBAL: usize = 0x48;

/// A program.
#[derive(Clone, Debug)]
pub(super) struct So {
    /// What `g_global_data.sdk_version` holds.
    pub version: u64,
    /// Bytes of `g_global_data`.
    pub data_size: usize,
    /// Size and alignment of thread-local storage.
    pub tls: Option<(u64, u64)>,
    /// Bytes of memory behind the data in the file.
    pub bss: u64,
    /// `enclave_entry`.
    pub entry: u64,
    /// Whether there is a symbol for it.
    pub entry_symbol: bool,
    /// Bytes of the note.
    pub note: usize,
    pub seed: u8,
}

/// SDK 2 in the form of programs.
pub(super) const fn sdk(minor: u64, revision: u64) -> u64 {
    2 << 32 | minor << 16 | revision
}

impl So {
    /// A program of a release, by its minor version.
    pub(super) fn of(minor: u64) -> Self {
        let (revision, data_size, note) = match minor {
            17 => (101, 1688, 0x5000),
            20 => (100, 1760, 0x5000),
            _ => (100, 1776, 0x6000),
        };
        Self {
            version: sdk(minor, revision),
            data_size,
            tls: None,
            bss: 0x300,
            entry: 0x1010,
            entry_symbol: true,
            note,
            seed: 3,
        }
    }

    /// Bytes of the data segment in the file.
    fn data_len(&self) -> usize {
        GLOBAL + self.data_size + 24
    }

    /// Where the last segment ends in memory.
    pub(super) fn end(&self) -> u64 {
        let end = DATA_AT as u64 + self.data_len() as u64 + self.bss;
        end.next_multiple_of(4096)
    }

    /// Where in the file `g_global_data` lies.
    pub(super) const fn global() -> usize {
        DATA_AT + GLOBAL
    }

    /// The segments: offset in the file, which is the address, bytes in the file, in memory, permissions.
    pub(super) fn segments(&self) -> [(usize, usize, u64, u32); 2] {
        let data = self.data_len();
        [
            (0, 0x2345, 0x2345, 5),
            (DATA_AT, data, data as u64 + self.bss, 6),
        ]
    }

    pub(super) fn write(&self) -> Vec<u8> {
        let headers = 3 + usize::from(self.tls.is_some());
        let mut out: Vec<u8> = (0..DATA_AT + self.data_len())
            .map(|n| (n as u8).wrapping_mul(13).wrapping_add(self.seed))
            .collect();
        let put = |out: &mut Vec<u8>, at: usize, bytes: &[u8]| {
            out[at..at + bytes.len()].copy_from_slice(bytes);
        };
        put(&mut out, Self::global(), &self.version.to_le_bytes());
        // Symbols and their names, where the code segment has them.
        let names = b"\0g_global_data\0enclave_entry\0other\0";
        let (names_at, symbols_at) = (0x400, 0x500);
        put(&mut out, names_at, names);
        let symbol = |name: u32, value: u64, size: u64| {
            let mut s = name.to_le_bytes().to_vec();
            s.extend([0x11, 0]);
            s.extend(1_u16.to_le_bytes());
            s.extend(value.to_le_bytes());
            s.extend(size.to_le_bytes());
            s
        };
        let mut symbols = vec![0; 24];
        symbols.extend(symbol(28, 0x77, 8));
        symbols.extend(symbol(1, Self::global() as u64, self.data_size as u64));
        if self.entry_symbol {
            symbols.extend(symbol(15, self.entry, 0));
        }
        put(&mut out, symbols_at, &symbols);
        let dynamic_at = 0x700;
        let words: Vec<u8> = [5, names_at as u64, 6, symbols_at as u64, 0, 0]
            .iter()
            .flat_map(|n: &u64| n.to_le_bytes())
            .collect();
        put(&mut out, dynamic_at, &words);
        let note_at = out.len();
        out.extend(13_u32.to_le_bytes());
        out.extend((self.note as u32).to_le_bytes());
        out.extend(1_u32.to_le_bytes());
        out.extend(b"sgx_metadata\0");
        out.resize(out.len() + self.note, 0);
        let note_end = out.len();
        let strings_at = out.len();
        out.extend(b"\0.dynsym\0.dynstr\0.note.sgxmeta\0.shstrtab\0");
        let strings_end = out.len();
        out.resize(out.len().next_multiple_of(8), 0);
        let sections_at = out.len();
        let section = |name: u32, kind: u32, addr: usize, from: usize, to: usize| {
            let mut s = name.to_le_bytes().to_vec();
            s.extend(kind.to_le_bytes());
            for n in [0, addr, from, to - from, 0, 1, 24] {
                s.extend((n as u64).to_le_bytes());
            }
            s.resize(64, 0);
            s
        };
        out.extend([0; 64]);
        let symbols_end = symbols_at + symbols.len();
        out.extend(section(1, 11, symbols_at, symbols_at, symbols_end));
        out.extend(section(9, 3, names_at, names_at, names_at + names.len()));
        out.extend(section(17, 7, 0, note_at, note_end));
        out.extend(section(31, 3, 0, strings_at, strings_end));
        let mut head = b"\x7fELF\x02\x01\x01".to_vec();
        head.resize(16, 0);
        head.extend(3_u16.to_le_bytes());
        head.extend(62_u16.to_le_bytes());
        head.extend(1_u32.to_le_bytes());
        for n in [self.entry, 64, sections_at as u64] {
            head.extend(n.to_le_bytes());
        }
        head.extend(0_u32.to_le_bytes());
        for half in [64, 56, headers as u16, 64, 5, 4] {
            head.extend(half.to_le_bytes());
        }
        let mut header = |kind: u32, flags: u32, words: [u64; 6]| {
            head.extend(kind.to_le_bytes());
            head.extend(flags.to_le_bytes());
            words.iter().for_each(|n| head.extend(n.to_le_bytes()));
        };
        for (at, len, memsz, flags) in self.segments() {
            let at = at as u64;
            header(1, flags, [at, at, at, len as u64, memsz, 0x1000]);
        }
        let at = dynamic_at as u64;
        header(2, 6, [at, at, at, 48, 48, 8]);
        if let Some((size, align)) = self.tls {
            let at = DATA_AT as u64;
            header(7, 4, [at, at, at, size.min(16), size, align]);
        }
        put(&mut out, 0, &head);
        out
    }
}
