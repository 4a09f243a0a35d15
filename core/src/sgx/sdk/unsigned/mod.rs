//! An enclave that is not signed yet, completed as the signing tool does: from the program and the tool’s
//! configuration to the file that the tool signs, whose MRENCLAVE is the tool’s.
//!
//! | what | file |
//! |---|---|
//! | which releases of the tool are known | `releases.rs` |
//! | the configuration’s form | `xml.rs` |
//! | its settings | `settings.rs` |
//! | the tool’s checks, and what the settings come to | `params.rs` |
//! | what is looked up in the program | `program.rs` |
//! | the layout table | `rows.rs` |
//! | what is written into the program | `global.rs` |
//!
//! The tool also writes the date of the day into SIGSTRUCT, which is not measured and stays zero here.

mod global;
mod params;
mod program;
mod releases;
mod rows;
mod settings;
mod xml;

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use super::metadata::{Block, block};
use super::structs::{Directory, ElrangeEntry, MAGIC, Metadata, PatchEntry};
use crate::bytes::Malformed;
use crate::formats::elf::Elf;
use crate::sgx::structs::{Miscselect, SigStruct};
use crate::text;
use crate::text::Text;

use params::Params;
use program::Program;
use releases::Release;
use rows::{Row, TEMPLATE, Table};
use settings::{Key, Settings};

pub(in crate::sgx) use releases::RELEASES;

/// A file completed as the signing tool does.
#[derive(Clone, Debug)]
pub struct Completed {
    /// The file before it is signed.
    pub file: Rc<[u8]>,
    /// The release of the SDK whose tool is followed.
    pub release: &'static str,
    /// The version that the program names, if it is another one: then the release is an assumption.
    pub other: Option<String>,
}

impl Completed {
    /// Whose work this is, as a sentence; where the release is an assumption, it says so.
    #[must_use]
    pub fn words(&self) -> Text {
        match &self.other {
            None => text!(
                "unsigned.made",
                "The metadata was made here from the configuration, as sgx_sign of SDK {release} does, which the program names as its own.",
                release = self.release
            ),
            Some(other) => text!(
                "unsigned.assumed",
                "Assumption: the metadata was made here as sgx_sign of SDK {release} does. The program names SDK {other}, whose tool may write other bytes into g_global_data and into the layout table; then MRENCLAVE is another one.",
                release = self.release,
                other = other.as_str()
            ),
        }
    }
}

/// Why a file cannot be completed: which of the two files is to blame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Incomplete {
    /// The program.
    Program(Malformed),
    /// The configuration.
    Config(Malformed),
}

impl Incomplete {
    /// The reason.
    #[must_use]
    pub const fn why(&self) -> &Malformed {
        match self {
            Self::Program(why) | Self::Config(why) => why,
        }
    }
}

/// Completes an unsigned enclave file: as the tool of the release that the program names, or of one that the
/// reader names.
///
/// # Errors
/// The file is none, is signed, or was made with a release whose tool is not known; or the configuration is one
/// that the tool refuses. Says where.
pub fn complete(
    bytes: &[u8],
    config: &[u8],
    release: Option<&str>,
) -> Result<Completed, Incomplete> {
    let elf = Elf::parse(bytes).map_err(Incomplete::Program)?;
    let note = unsigned_note(bytes, &elf).map_err(Incomplete::Program)?;
    let program = Program::of(bytes, &elf).map_err(Incomplete::Program)?;
    let release = chosen(&program, release).map_err(Incomplete::Program)?;
    let settings = Settings::read(config, release).map_err(Incomplete::Config)?;
    let params = Params::of(&settings, release).map_err(Incomplete::Config)?;
    let metadata = metadata(&params, &program, release, &settings)?;
    let len = metadata.len() as u64;
    if len > note.len {
        let why = text!(
            "unsigned.note-small",
            "has {has} bytes; the metadata takes {needs}",
            has = note.len,
            needs = len
        );
        let bad = Malformed::says(note.at, ".note.sgxmeta", why);
        return Err(Incomplete::Program(bad));
    }
    let mut file = bytes.to_vec();
    // The note was found inside the file.
    let from = note.at as usize;
    file[from..from + note.len as usize].fill(0);
    file[from..from + metadata.len()].copy_from_slice(&metadata);
    Ok(Completed {
        file: file.into(),
        release: release.name,
        other: (releases::of(program.version) != Some(release))
            .then(|| releases::written(program.version)),
    })
}

/// Whether a text looks like a configuration of the signing tool.
pub(in crate::sgx) fn looks_like(bytes: &[u8]) -> bool {
    let start = bytes.get(..bytes.len().min(4096)).unwrap_or(bytes);
    let wanted = b"<EnclaveConfiguration";
    start.windows(wanted.len()).any(|w| w == wanted)
}

/// The settings of a configuration, as the newest tool that is known reads it.
///
/// # Errors
/// It is none, or the tool refuses it; says where.
pub(in crate::sgx) fn settings(bytes: &[u8]) -> Result<Vec<(&'static str, u64)>, Malformed> {
    let [.., newest] = &RELEASES;
    let settings = Settings::read(bytes, newest)?;
    Params::of(&settings, newest)?;
    Ok(settings.given().collect())
}

/// The note, which must be empty.
fn unsigned_note(bytes: &[u8], elf: &Elf) -> Result<Block, Malformed> {
    let Some(note) = block(bytes, elf)? else {
        return Err(super::metadata::no_note());
    };
    let from = note.at as usize;
    if bytes[from..].starts_with(&MAGIC.to_le_bytes()) {
        let why = text!(
            "unsigned.filled",
            "is there: the file holds its metadata already, so it is measured without a configuration"
        );
        return Err(Malformed::says(note.at, "metadata_t.magic_num", why));
    }
    Ok(note)
}

/// The release whose tool is followed.
fn chosen(program: &Program, named: Option<&str>) -> Result<&'static Release, Malformed> {
    let at = program.data;
    if let Some(name) = named.filter(|name| releases::named(name).is_none()) {
        let why = text!(
            "unsigned.no-release",
            "cannot be assumed to be {name}: the signing tool of that SDK is not known here. Known are SDK {known}",
            name = name,
            known = releases::all()
        );
        return Err(Malformed::says(at, "g_global_data.sdk_version", why));
    }
    let found = match named {
        None => releases::of(program.version),
        Some(name) => releases::named(name),
    };
    let Some(release) = found else {
        let why = text!(
            "unsigned.release",
            "names SDK {version}. What its signing tool writes is not known here: of g_global_data, the fields from td_template on may lie elsewhere, and the layout table holds offsets that depend on it. Known are SDK {known}; one of them can be chosen as an assumption",
            version = releases::written(program.version),
            known = releases::all()
        );
        return Err(Malformed::says(at, "g_global_data.sdk_version", why));
    };
    if !release.data.contains(&program.data_size) {
        let why = text!(
            "unsigned.data-size",
            "has {size} bytes, as no program of SDK {release} does",
            size = program.data_size,
            release = release.name
        );
        return Err(Malformed::says(at, "g_global_data", why));
    }
    Ok(release)
}

/// All metadata of the file.
fn metadata(
    params: &Params,
    program: &Program,
    release: &Release,
    settings: &Settings<'_>,
) -> Result<Vec<u8>, Incomplete> {
    let tables = Metadata::SIZE + SigStruct::SIZE + release.directories as usize * Directory::SIZE;
    let mut start = tables;
    if params.range.is_some() {
        start += ElrangeEntry::SIZE;
        if release.directories == 2 {
            start += Directory::SIZE;
        }
    }
    let too_large = || {
        let why = text!(
            "config.too-large",
            "makes the enclave larger than addresses reach"
        );
        Incomplete::Config(settings.wrong(Key::HeapMax, why))
    };
    let table = rows::table(params, program, release, start as u32).ok_or_else(too_large)?;
    if let Some((image, from, size)) = params.range {
        let end = image.checked_add(table.end);
        if end.is_none_or(|end| from.checked_add(size).is_none_or(|last| end > last)) {
            let bad = params::outside(settings, image, table.end);
            return Err(Incomplete::Config(bad));
        }
    }
    let template = global::tcs(params, program, &table).ok_or_else(too_large)?;
    let data = global::data(params, program, release, &table, &template).ok_or_else(too_large)?;
    let one = One {
        params,
        program,
        release,
        table: &table,
        start,
        template: &template,
        data: &data,
    };
    let range = if params.range.is_some() { 10 } else { 0 };
    let (major, minor) = release.metadata;
    let own = |major: u64, minor: u64| (major + range) << 32 | minor;
    let (without, with) = params.kinds;
    let mut all = Vec::new();
    if with {
        all.extend(one.encode(own(major, minor), &table.rows));
        if !release.grown && params.range.is_none() {
            all.extend(one.encode(own(2, 1), &table.rows));
        }
    }
    if without {
        let plain = rows::plain(&table.rows, params.threads.0);
        all.extend(one.encode(own(1, release.plain), &plain));
    }
    Ok(all)
}

/// One metadata structure.
struct One<'a> {
    params: &'a Params,
    program: &'a Program,
    release: &'a Release,
    table: &'a Table,
    /// Where the TCS template goes.
    start: usize,
    template: &'a [u8],
    data: &'a [u8],
}

impl One<'_> {
    fn encode(&self, version: u64, rows: &[Row]) -> Vec<u8> {
        let params = self.params;
        let data_at = self.start + TEMPLATE as usize;
        let zero_at = data_at + self.data.len();
        let patches_at = zero_at + 8;
        let patches = self.patches(data_at as u32, zero_at as u32);
        let rows_at = patches_at + patches.len();
        let end = rows_at + rows.len() * 32;
        let head = Metadata {
            magic: MAGIC,
            version,
            size: end as u32,
            tcs_policy: params.policy,
            ssa_frame_size: params.frame,
            max_save_buffer_size: if self.release.grown {
                params.xsave as u32
            } else {
                2632
            },
            misc_select: Miscselect::from_bits(params.misc),
            tcs_min_pool: params.pool,
            enclave_size: self.table.size,
            attributes: params.attributes,
        };
        let mut out = head.encode().to_vec();
        out.extend(params.sigstruct.encode());
        let directory = |offset: usize, size: usize| {
            let (offset, size) = (offset as u32, size as u32);
            Directory { offset, size }.encode()
        };
        out.extend(directory(patches_at, patches.len()));
        out.extend(directory(rows_at, rows.len() * 32));
        if let Some((image, start, size)) = params.range {
            // As a directory of its own, or as the first of the data.
            out.extend(directory(
                self.start - ElrangeEntry::SIZE,
                ElrangeEntry::SIZE,
            ));
            out.resize(self.start - ElrangeEntry::SIZE, 0);
            out.extend(ElrangeEntry { image, start, size }.encode());
        }
        out.resize(self.start, 0);
        out.extend(self.template);
        out.extend(self.data);
        out.extend([0; 8]);
        out.extend(patches);
        out.extend(rows.iter().flat_map(Row::encode));
        debug_assert_eq!(out.len(), end);
        out
    }

    /// `g_global_data`, and zeros over what the ELF header says of sections.
    fn patches(&self, data: u32, zero: u32) -> Vec<u8> {
        let own = (self.program.data, data, self.data.len() as u32);
        let all = [own, (60, zero, 2), (40, zero, 8), (62, zero, 2)];
        let encoded = all.map(|(dst, src, size)| PatchEntry { dst, src, size }.encode());
        encoded.concat()
    }
}
