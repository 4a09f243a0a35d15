//! Enclaves of Gramine: laid out from a manifest (`.manifest.sgx`), whose text is in the enclave itself, and
//! from `libpal.so`.
//!
//! | what | file |
//! |---|---|
//! | which releases lay out how | [`Release`], `release.rs` |
//! | what the manifest says about it | `manifest.rs` |
//! | areas, TCS and thread data | `layout.rs` |
//! | which of the releases signed | `prove.rs` |
//! | the answer of `measure` | `report.rs` |
//! | a manifest taken apart | `inspect.rs` |
//!
//! Documents: Gramine, `python/graminelibos/sgx_sign.py` (how the signing tool builds and measures the enclave),
//! `pal_linux_defs.h`, `pal_arch.h`, `sgx_arch.h`, `pal_tcb.h` or before 1.3 `sgx_tls.h` (the constants that it
//! takes from the build).

mod inspect;
mod layout;
mod manifest;
mod prove;
mod release;
mod report;

use alloc::vec::Vec;

pub(in crate::sgx) use inspect::inspect;
pub(in crate::sgx) use prove::make;
pub use release::{RELEASES, Release};

use super::image::Laid;
use crate::bytes::Malformed;
use crate::formats::elf::{self, Dynamic, Elf, FileType, Machine};
use crate::formats::toml::{self, Entry};
use crate::text;
use crate::text::Text;

/// As much of a file is looked at to tell whether it is a manifest.
pub const LOOKED_AT: usize = 64 * 1024;

/// Whether a file looks like a manifest: a text with the keys of the loader or the library OS, and of SGX, the
/// file system or the system calls besides.
#[must_use]
pub fn looks_like(bytes: &[u8]) -> bool {
    let start = bytes.get(..bytes.len().min(LOOKED_AT)).unwrap_or_default();
    if start.iter().any(|b| *b < b'\t') {
        return false;
    }
    let mut seen = [false; 2];
    for line in start.split(|b| *b == b'\n') {
        let line = line.trim_ascii_start();
        let table = line.iter().take_while(|b| **b == b'[').count();
        let line = line
            .get(table.min(2)..)
            .unwrap_or_default()
            .trim_ascii_start();
        let len = line.iter().take_while(|b| b.is_ascii_lowercase()).count();
        let after = line[len..].trim_ascii_start().first();
        if after != Some(&b'.') && !(table > 0 && after == Some(&b']')) {
            continue;
        }
        match &line[..len] {
            b"loader" | b"libos" => seen[0] = true,
            b"sgx" | b"fs" | b"sys" => seen[1] = true,
            _ => {}
        }
    }
    seen == [true; 2]
}

/// Whether a file is Gramine’s `libpal.so`: a library for x86-64 that calls itself so.
#[must_use]
pub(in crate::sgx) fn is_libpal(bytes: &[u8]) -> bool {
    let machine = bytes.get(18..20);
    if !bytes.starts_with(&elf::MAGIC) || machine != Some(&Machine::X86_64.value().to_le_bytes()) {
        return false;
    }
    let Ok(elf) = Elf::parse(bytes) else {
        return false;
    };
    let dynamic = elf.dynamic(bytes).unwrap_or_default();
    let value = |tag: u64| dynamic.iter().find(|d| d.tag == tag).map(|d| d.value);
    let (Some(strings), Some(name)) = (value(Dynamic::STRTAB), value(Dynamic::SONAME)) else {
        return false;
    };
    let lies = strings
        .checked_add(name)
        .and_then(|at| file_offset(&elf, at));
    let lies = lies.and_then(|at| usize::try_from(at).ok());
    let found = lies.and_then(|at| bytes.get(at..)).unwrap_or_default();
    elf.header.file_type == FileType::DYN && found.starts_with(b"libpal.so\0")
}

/// Where in the file what lies at an address of the program is.
fn file_offset(elf: &Elf, addr: u64) -> Option<u64> {
    let mut loaded = elf.loaded();
    let held = loaded.find(|s| addr.checked_sub(s.vaddr).is_some_and(|n| n < s.filesz))?;
    held.offset.checked_add(addr - held.vaddr)
}

/// Which of the two files something is wrong with, and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sgx) struct Unfit {
    /// Whether it is libpal; else it is the manifest.
    pub libpal: bool,
    /// What is wrong.
    pub bad: Malformed,
}

impl Unfit {
    fn manifest(bad: Malformed) -> Self {
        Self { libpal: false, bad }
    }

    fn libpal(bad: Malformed) -> Self {
        Self { libpal: true, bad }
    }

    /// The file and what is wrong with it, as a sentence.
    pub(in crate::sgx) fn text(&self) -> Text {
        let file = if self.libpal {
            "libpal.so"
        } else {
            ".manifest.sgx"
        };
        Text::join(&[file.into(), self.bad.text()], ": ")
    }
}

/// Why a manifest alone is not measured.
pub(in crate::sgx) fn needs_libpal() -> Malformed {
    let why = text!(
        "gramine.needs-libpal",
        "is one of Gramine. What it measures depends on libpal.so of the same Gramine besides (lib/…/gramine/sgx/libpal.so), so that file is needed too"
    );
    Malformed::says(0, ".manifest.sgx", why)
}

/// What a manifest sets, and the releases that could have signed it, the newest first.
///
/// # Errors
/// The manifest is not TOML, or none of the releases wrote it; says where.
pub(in crate::sgx) fn releases(
    manifest: &[u8],
) -> Result<(Vec<Entry>, Vec<&'static Release>), Malformed> {
    let entries = toml::read(manifest)?;
    let fits = |r: &&Release| manifest::fits(&entries, r);
    let fitting: Vec<_> = RELEASES.iter().filter(fits).collect();
    match (fitting.is_empty(), RELEASES.first()) {
        (true, Some(newest)) => Err(manifest::not_final(manifest, &entries, newest)),
        _ => Ok((entries, fitting)),
    }
}

/// The enclave that a release makes of a manifest and libpal.
///
/// # Errors
/// One of the two is malformed or they do not fit together; says where.
fn open(
    manifest: &[u8],
    entries: &[Entry],
    libpal: &[u8],
    release: &'static Release,
) -> Result<Laid, Unfit> {
    let chosen = manifest::chosen(manifest, entries, release).map_err(Unfit::manifest)?;
    layout::lay_out(manifest, libpal, &chosen, release)
}
