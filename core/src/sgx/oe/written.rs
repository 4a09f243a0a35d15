//! What the loader writes into the program before it is loaded: where things lie that it alone decides.

use alloc::vec::Vec;

use super::layout::Plan;
use super::loader::{EnclaveSize, Loader};
use super::program::{PAGE_BYTES, Program};
use super::symbols;
use crate::bytes::{Malformed, hex};
use crate::formats::elf::{Header, MAGIC, Section, Segment};
use crate::sgx::image::Patch;
use crate::sgx::structs::SigStruct;
use crate::text;

/// Bytes of `image_info`, behind which the SIGSTRUCT lies.
const INFO: u64 = 48;

/// Symbols that must be there.
const NEEDED: [&str; 3] = ["_enclave_rva", "_reloc_rva", "_reloc_size"];

/// Symbols of thread-local storage, which may be missing.
const LOCAL: [&str; 6] = [
    "_tdata_rva",
    "_tdata_size",
    "_tdata_align",
    "_tbss_size",
    "_tbss_align",
    "_td_from_tcs_offset",
];

/// Symbols of 0.4, each by either of the names that it had.
const PAGES: [[&str; 2]; 8] = [
    ["oe_base_reloc_page", "__oe_baseRelocPage"],
    ["oe_num_reloc_pages", "__oe_numRelocPages"],
    ["oe_base_ecall_page", "__oe_baseECallPage"],
    ["oe_num_ecall_pages", "__oe_numECallPages"],
    ["oe_base_heap_page", "__oe_baseHeapPage"],
    ["oe_num_heap_pages", "__oe_numHeapPages"],
    ["oe_num_pages", "__oe_numPages"],
    ["oe_virtual_base_addr", "__oe_virtualBaseAddr"],
];

/// What is written, later pieces over earlier ones.
pub(super) struct Written<'a> {
    program: &'a Program<'a>,
    pieces: Vec<Patch>,
}

/// Everything that a loader writes, by offset in the image.
pub(super) fn written(
    program: &Program<'_>,
    loader: &Loader,
    plan: &Plan,
) -> Result<Vec<Patch>, Malformed> {
    let mut written = Written {
        program,
        pieces: Vec::new(),
    };
    if loader.headless {
        written.header()?;
    }
    match loader.info {
        None => written.pages(plan)?,
        Some(info) => {
            let oeinfo = oeinfo(program)?;
            written.info(&oeinfo, info, loader, plan)?;
            written.symbols(loader, plan)?;
            let at = oeinfo.addr.saturating_add(info + INFO);
            written.put(at, &[0; SigStruct::SIZE])?;
        }
    }
    Ok(written.pieces)
}

/// The section of the properties, which must lie in memory as it does in the file.
fn oeinfo(program: &Program<'_>) -> Result<Section, Malformed> {
    let at = program.properties.at;
    let section = program.section(b".oeinfo").filter(|s| s.addr != 0);
    let loaded = section.filter(|section| {
        program.segments.iter().any(|s| {
            let Segment { vaddr, filesz, .. } = s.segment;
            let within = section.addr.checked_sub(vaddr);
            let within = within.filter(|n| *n < filesz);
            within.is_some_and(|n| s.segment.offset.checked_add(n) == Some(section.offset))
        })
    });
    loaded.ok_or_else(|| {
        let why = text!(
            "oe.not-loaded",
            "is not loaded with the image, where the enclave looks for it"
        );
        Malformed::says(at, ".oeinfo", why)
    })
}

impl Written<'_> {
    /// Writes bytes to an offset of the image.
    fn put(&mut self, at: u64, bytes: &[u8]) -> Result<(), Malformed> {
        let end = at.checked_add(bytes.len() as u64);
        if end.is_none_or(|end| end > self.program.size) {
            let why = text!(
                "oe.written-outside",
                "has the loader write to {at}, outside the image of {size} bytes",
                at = hex::addr(at),
                size = hex::short(self.program.size)
            );
            return Err(Malformed::says(self.program.properties.at, ".oeinfo", why));
        }
        self.pieces.push(Patch {
            at,
            bytes: bytes.into(),
            from: 0,
            len: bytes.len(),
        });
        Ok(())
    }

    /// Tells the first ELF header that a segment begins with that there are no sections.
    fn header(&mut self) -> Result<(), Malformed> {
        let opens = |s: &Segment| {
            let from = usize::try_from(s.offset).ok()?;
            let held = self.program.bytes.get(from..)?.first_chunk()?;
            let header = Header::from_bytes(held);
            let is = header.magic == MAGIC && (header.class, header.data) == (2, 1);
            let sizes = (header.ehsize, header.phentsize, header.shentsize);
            let machine = header.machine == self.program.elf.header.machine;
            (is && machine && sizes == (64, 56, 64) && s.filesz >= Header::SIZE as u64)
                .then_some(s.vaddr)
        };
        let found = self.program.segments.iter().find_map(|s| opens(&s.segment));
        let Some(at) = found else {
            return Ok(());
        };
        self.put(at + 40, &[0; 8])?;
        self.put(at + 60, &[0; 4])
    }

    /// Where things lie, in the properties.
    fn info(
        &mut self,
        oeinfo: &Section,
        info: u64,
        loader: &Loader,
        plan: &Plan,
    ) -> Result<(), Malformed> {
        let size = match loader.enclave_size {
            EnclaveSize::End => plan.end,
            EnclaveSize::Size => plan.size,
        };
        let words = [
            oeinfo.addr,
            u64::from(loader.properties),
            self.program.size,
            plan.reloc_pages() * PAGE_BYTES,
            plan.heap_at(),
            size,
        ];
        let at = oeinfo.addr.saturating_add(info);
        self.put(at, words.map(u64::to_le_bytes).as_flattened())
    }

    /// The same in variables of the enclave.
    fn symbols(&mut self, loader: &Loader, plan: &Plan) -> Result<(), Malformed> {
        let names: Vec<_> = NEEDED.into_iter().chain(LOCAL).collect();
        let found = symbols::named(self.program, loader.dynamic, &names)?;
        let mut put = |name: &str, value: u64| match found.get(name) {
            Some(at) => self.put(*at, &value.to_le_bytes()).map(|()| true),
            None => Ok(false),
        };
        let own = found.get(NEEDED[0]).copied().unwrap_or_default();
        let values = [own, plan.image, plan.reloc_pages() * PAGE_BYTES];
        let mut missing = None;
        for (name, value) in NEEDED.into_iter().zip(values) {
            if !put(name, value)? {
                missing = missing.or(Some(name));
            }
        }
        for (section, names) in [(plan.tdata, &LOCAL[..3]), (plan.tbss, &LOCAL[3..5])] {
            let Some(section) = section.filter(|s| s.size > 0) else {
                continue;
            };
            let all = [section.addr, section.size, section.addralign];
            for (name, value) in names.iter().rev().zip(all.into_iter().rev()) {
                put(name, value)?;
            }
        }
        // Before 0.11 the place of thread data was no variable.
        if loader.dynamic {
            put(LOCAL[5], (4 + plan.tls_pages) * PAGE_BYTES)?;
        }
        missing.map_or(Ok(()), |name| Err(self.lacks(name)))
    }

    /// What 0.4 writes, which counts in pages.
    fn pages(&mut self, plan: &Plan) -> Result<(), Malformed> {
        let names = PAGES.as_flattened();
        let found = symbols::named(self.program, true, names)?;
        let relocations = self.program.size / PAGE_BYTES;
        let ecalls = relocations + plan.reloc_pages();
        let values = [
            relocations,
            plan.reloc_pages(),
            ecalls,
            plan.ecall_pages(),
            plan.heap_at() / PAGE_BYTES,
            plan.heap,
            plan.end / PAGE_BYTES,
        ];
        for (n, both) in PAGES.iter().enumerate() {
            let Some(at) = both.iter().find_map(|name| found.get(name)).copied() else {
                return Err(self.lacks(both[0]));
            };
            // The last one is told its own address.
            let value = values.get(n).copied().unwrap_or(at);
            if !at.is_multiple_of(8) {
                return Err(self.lacks(both[0]));
            }
            self.put(at, &value.to_le_bytes())?;
        }
        Ok(())
    }

    fn lacks(&self, name: &'static str) -> Malformed {
        let why = text!(
            "oe.no-variable",
            "has no variable “{name}” that the loader could write to",
            name = name
        );
        Malformed::says(self.program.elf.header.shoff, "Elf64_Sym", why)
    }
}
