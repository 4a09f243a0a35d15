//! Writes images of the Open Enclave SDK from a description.

/// A version of the loader, as its sources have it (`host/sgx/create.c`, `loadelf.c`, `elf.c`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sgx) struct How {
    pub name: &'static str,
    /// `sizeof(oe_sgx_enclave_properties_t)`.
    pub props: usize,
    /// Offsets from the TCS of what FS and GS point at, in pages; the TLS pages are added to where it says so.
    pub(super) fs: (u64, bool),
    pub(super) gs: (u64, bool),
    /// Pages of thread-local variables are as many as needed, and counted in SIZE.
    pub(super) tls: (bool, bool),
    /// `image_info.enclave_size` is SIZE, not the end of the last page.
    pub(super) rounded: bool,
    /// Symbols are found in `.symtab`, not in `.dynsym`.
    pub(super) symtab: bool,
    pub(super) headless: bool,
    pub(super) plt: bool,
    /// 0.4: a table of functions, symbols that count in pages, properties that are not loaded.
    pub(super) ecalls: bool,
    pub(super) zero_base: bool,
}

const OLD: How = How {
    name: "0.5 to 0.7",
    props: 1920,
    fs: (5, false),
    gs: (4, false),
    tls: (false, false),
    rounded: false,
    symtab: true,
    headless: true,
    plt: false,
    ecalls: false,
    zero_base: false,
};

const MIDDLE: How = How {
    name: "0.12",
    fs: (4, true),
    gs: (4, true),
    tls: (true, true),
    rounded: true,
    symtab: false,
    ..OLD
};

/// Every version, the oldest first.
pub(in crate::sgx) const ALL: [How; 9] = [
    How {
        name: "0.4",
        props: 1856,
        fs: (4, false),
        symtab: false,
        ecalls: true,
        ..OLD
    },
    OLD,
    How {
        name: "0.8 to 0.9",
        gs: (5, false),
        ..OLD
    },
    How {
        name: "0.10",
        gs: (5, false),
        rounded: true,
        ..OLD
    },
    How {
        name: "0.11",
        tls: (true, false),
        ..MIDDLE
    },
    MIDDLE,
    How {
        name: "0.13 to 0.16 (e_shoff 0)",
        props: 1952,
        ..MIDDLE
    },
    How {
        name: "0.13 to 0.16 (e_shoff kept)",
        props: 1952,
        headless: false,
        plt: true,
        ..MIDDLE
    },
    How {
        name: "0.17 to 0.19",
        props: 1960,
        headless: false,
        plt: true,
        zero_base: true,
        ..MIDDLE
    },
];

/// A segment that is loaded; the first begins with the ELF header.
#[derive(Clone, Debug)]
pub(in crate::sgx) struct Seg {
    pub vaddr: u64,
    pub bytes: Vec<u8>,
    pub memsz: u64,
    pub flags: u32,
}

/// An image.
#[derive(Clone, Debug)]
pub(in crate::sgx) struct Oe {
    pub segments: Vec<Seg>,
    pub entry: u64,
    /// Where the properties are loaded to, in the last segment.
    pub oeinfo: u64,
    /// Where each variable is that a loader may write to.
    pub vars: Vec<(&'static str, u64)>,
    /// Offset, kind, symbol and addend.
    pub relocs: Vec<(u64, u32, u32, u64)>,
    pub plt: Vec<(u64, u32, u32, u64)>,
    /// Address, size and alignment of the initialised and of the zeroed thread-local variables.
    pub tls: [(u64, u64, u64); 2],
    /// Functions and data in `.ecall`, and whether each is a function.
    pub calls: Vec<(u64, bool)>,
    pub heap: u64,
    pub stack: u64,
    pub threads: u64,
    pub start: Option<u64>,
    /// Whether it needs a library.
    pub needs: bool,
}

/// The names of variables before and since 0.5.
pub(in crate::sgx) const PAGES: [&str; 8] = [
    "oe_base_reloc_page",
    "oe_num_reloc_pages",
    "oe_base_ecall_page",
    "oe_num_ecall_pages",
    "oe_base_heap_page",
    "oe_num_heap_pages",
    "oe_num_pages",
    "oe_virtual_base_addr",
];
pub(in crate::sgx) const VARS: [&str; 9] = [
    "_enclave_rva",
    "_reloc_rva",
    "_reloc_size",
    "_tdata_rva",
    "_tdata_size",
    "_tdata_align",
    "_tbss_size",
    "_tbss_align",
    "_td_from_tcs_offset",
];

pub(super) const CALLS: u64 = 0x40_0000;

pub(super) fn word(bytes: &mut [u8], at: u64, value: u64) {
    bytes[at as usize..at as usize + 8].copy_from_slice(&value.to_le_bytes());
}

/// A SIGSTRUCT of which only what is not signed here matters: its two constants, ATTRIBUTES and ENCLAVEHASH.
pub(in crate::sgx) fn sigstruct(hash: [u8; 32]) -> Vec<u8> {
    let mut sig = vec![0; 1808];
    sig[..16].copy_from_slice(b"\x06\0\0\0\xe1\0\0\0\0\0\x01\0\0\0\0\0");
    sig[24..40].copy_from_slice(b"\x01\x01\0\0\x60\0\0\0\x60\0\0\0\x01\0\0\0");
    sig[928] = 4;
    sig[936] = 3;
    sig[960..992].copy_from_slice(&hash);
    sig
}

impl Oe {
    /// The properties with these bytes as SIGSTRUCT.
    fn properties(&self, how: &How, sig: &[u8]) -> Vec<u8> {
        let mut out = vec![];
        out.extend((how.props as u32).to_le_bytes());
        out.extend(2_u32.to_le_bytes());
        for n in [self.heap, self.stack, self.threads] {
            out.extend(n.to_le_bytes());
        }
        out.resize(how.props, 0);
        out[32] = 7;
        if let (Some(start), true) = (self.start, how.zero_base) {
            out[36] = 2;
            word(&mut out, 88, start);
        }
        let marker = if how.ecalls { 0 } else { 8 };
        let at = how.props - marker - 1808;
        out[at..at + 1808].copy_from_slice(sig);
        out[at + 1808..].fill(0xec);
        out
    }

    /// The relocations as the file has them.
    pub(super) fn table(relocs: &[(u64, u32, u32, u64)]) -> Vec<u8> {
        let mut out = vec![];
        for (offset, kind, symbol, addend) in relocs {
            out.extend(offset.to_le_bytes());
            out.extend(kind.to_le_bytes());
            out.extend(symbol.to_le_bytes());
            out.extend(addend.to_le_bytes());
        }
        out
    }

    /// Symbols for the dynamic linker: name, kind and binding, address, size. For versions that look among all
    /// symbols the variables stand elsewhere here, so that a reader who looks here is found out.
    pub(super) fn dynamic_symbols(&self, how: &How) -> Vec<(String, u8, u64, u64)> {
        let elsewhere = if how.symtab { 16 } else { 0 };
        let vars = self
            .vars
            .iter()
            .map(|(name, at)| (name.to_string(), 0x11, at + elsewhere, 8));
        let calls = self.calls.iter().enumerate().map(|(n, (at, function))| {
            (
                format!("call{n}"),
                if *function { 0x12 } else { 0x11 },
                *at,
                4,
            )
        });
        vars.chain(calls).collect()
    }

    /// The file, with this as SIGSTRUCT, and where in it each segment lies.
    pub(in crate::sgx) fn write(&self, how: &How, sig: &[u8]) -> (Vec<u8>, Vec<usize>) {
        let mut segments = self.segments.clone();
        let properties = self.properties(how, sig);
        let last = segments.last_mut().expect("a segment");
        if !how.ecalls {
            let at = (self.oeinfo - last.vaddr) as usize;
            last.bytes[at..at + how.props].copy_from_slice(&properties);
        }
        let mut out: Vec<u8> = vec![];
        let mut places = vec![];
        for seg in &segments {
            places.push(out.len());
            out.extend(&seg.bytes);
            out.resize(out.len().next_multiple_of(8), 0);
        }
        let mut sections: Vec<(&str, u32, u64, u64, u64, u64)> = vec![];
        let put = |out: &mut Vec<u8>, bytes: &[u8]| {
            let at = out.len() as u64;
            out.extend(bytes);
            out.resize(out.len().next_multiple_of(8), 0);
            at
        };
        let tables = [(".dynsym", ".dynstr"), (".symtab", ".strtab")];
        for (n, (table, strings)) in tables.into_iter().enumerate() {
            let mut all = self.dynamic_symbols(how);
            if n == 1 {
                all = self
                    .vars
                    .iter()
                    .map(|(n, at)| (n.to_string(), 0x11, *at, 8))
                    .collect();
                all.insert(0, ("_start".into(), 0x12, self.entry, 4));
            }
            let (mut symbols, mut names) = (vec![0; 24], vec![0]);
            for (name, info, value, size) in all {
                symbols.extend((names.len() as u32).to_le_bytes());
                symbols.extend([info, 0, 1, 0]);
                symbols.extend(value.to_le_bytes());
                symbols.extend(size.to_le_bytes());
                names.extend(name.as_bytes());
                names.push(0);
            }
            let at = put(&mut out, &symbols);
            sections.push((
                table,
                if n == 0 { 11 } else { 2 },
                0,
                at,
                symbols.len() as u64,
                24,
            ));
            let at = put(&mut out, &names);
            sections.push((strings, 3, 0, at, names.len() as u64, 0));
        }
        for (name, relocs) in [(".rela.dyn", &self.relocs), (".rela.plt", &self.plt)] {
            let bytes = Self::table(relocs);
            let at = put(&mut out, &bytes);
            sections.push((name, 4, 0, at, bytes.len() as u64, 24));
        }
        let at = match how.ecalls {
            true => put(&mut out, &properties),
            false => {
                let last = segments.last().expect("a segment");
                *places.last().expect("a place") as u64 + self.oeinfo - last.vaddr
            }
        };
        let addr = if how.ecalls { 0 } else { self.oeinfo };
        sections.push((".oeinfo", 1, addr, at, how.props as u64, 0));
        if how.ecalls {
            sections.push((".ecall", 1, CALLS, 0, 0x100, 0));
        }
        let dynamic = put(
            &mut out,
            &[[1_u64, 1], [0, 0]]
                .as_flattened()
                .iter()
                .flat_map(|n| n.to_le_bytes())
                .collect::<Vec<_>>(),
        );
        let mut names = b"\0.shstrtab\0".to_vec();
        let mut rows = vec![];
        for (name, kind, addr, at, len, entry) in &sections {
            rows.push((
                names.len() as u32,
                *kind,
                [0, *addr, *at, *len, 0, 1, *entry],
            ));
            names.extend(name.as_bytes());
            names.push(0);
        }
        for (name, (addr, size, align)) in [".tdata", ".tbss"].into_iter().zip(self.tls) {
            if size > 0 {
                rows.push((names.len() as u32, 8, [0, addr, 0, size, 0, align, 0]));
                names.extend(name.as_bytes());
                names.push(0);
            }
        }
        let at = put(&mut out, &names);
        rows.push((1, 3, [0, 0, at, names.len() as u64, 0, 1, 0]));
        let shoff = out.len() as u64;
        out.extend([0; 64]);
        for (name, kind, rest) in &rows {
            out.extend(name.to_le_bytes());
            out.extend(kind.to_le_bytes());
            rest.iter().for_each(|n| out.extend(n.to_le_bytes()));
        }
        let mut head = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0\x01\0\0\0".to_vec();
        for n in [self.entry, 64, shoff] {
            head.extend(n.to_le_bytes());
        }
        head.extend([0; 4]);
        let count = segments.len() as u16 + u16::from(self.needs);
        let sections = rows.len() as u16 + 1;
        for half in [64, 56, count, 64, sections, sections - 1] {
            head.extend(half.to_le_bytes());
        }
        for (seg, at) in segments.iter().zip(&places) {
            head.extend(1_u32.to_le_bytes());
            head.extend(seg.flags.to_le_bytes());
            let len = seg.bytes.len() as u64;
            for n in [*at as u64, seg.vaddr, 0, len, seg.memsz, 4096] {
                head.extend(n.to_le_bytes());
            }
        }
        if self.needs {
            head.extend(2_u32.to_le_bytes());
            head.extend(4_u32.to_le_bytes());
            for n in [dynamic, 0, 0, 32, 32, 8] {
                head.extend(n.to_le_bytes());
            }
        }
        assert!(
            head.len() <= segments[0].bytes.len(),
            "the headers lie in the first segment"
        );
        out[..head.len()].copy_from_slice(&head);
        (out, places)
    }
}
