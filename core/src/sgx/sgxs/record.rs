//! One record of a stream, read where it lies.

use alloc::borrow::Cow;

use crate::bytes::{Malformed, Reader, Why};
use crate::memory::CHUNK;

/// Bytes of a record without its data.
pub(super) const HEADER: usize = 64;

/// What a record says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The enclave is created.
    Ecreate,
    /// A page is added.
    Eadd,
    /// A chunk is loaded and measured.
    Eextend,
    /// A chunk is loaded and not measured.
    Unmeasrd,
}

impl Kind {
    /// The tag that opens the record.
    #[must_use]
    pub const fn tag(self) -> [u8; 8] {
        *match self {
            Self::Ecreate => b"ECREATE\0",
            Self::Eadd => b"EADD\0\0\0\0",
            Self::Eextend => b"EEXTEND\0",
            Self::Unmeasrd => b"UNMEASRD",
        }
    }

    /// The tag without its zeros.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ecreate => "ECREATE",
            Self::Eadd => "EADD",
            Self::Eextend => "EEXTEND",
            Self::Unmeasrd => "UNMEASRD",
        }
    }

    /// The kind of a tag.
    #[must_use]
    pub fn of(tag: &[u8]) -> Option<Self> {
        [Self::Ecreate, Self::Eadd, Self::Eextend, Self::Unmeasrd]
            .into_iter()
            .find(|k| tag == k.tag())
    }

    /// Bytes of the whole record.
    #[must_use]
    pub const fn size(self) -> usize {
        match self {
            Self::Ecreate | Self::Eadd => HEADER,
            Self::Eextend | Self::Unmeasrd => HEADER + CHUNK,
        }
    }
}

/// A record: what its header says and where it lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// Offset of its first byte in the file.
    pub at: usize,
    /// What it says.
    pub kind: Kind,
    /// The offset in the enclave; zero for ECREATE.
    pub offset: u64,
    /// SECINFO.FLAGS of EADD, SIZE of ECREATE; zero otherwise.
    pub value: u64,
    /// SSAFRAMESIZE of ECREATE; zero otherwise.
    pub ssaframesize: u32,
}

impl Record {
    /// Offset of the chunk's bytes in the file, for records that have data.
    #[must_use]
    pub fn data(&self) -> usize {
        self.at + HEADER
    }

    /// Offset in the file of the record after this one.
    #[must_use]
    pub fn end(&self) -> usize {
        self.at + self.kind.size()
    }

    /// Reads the record at `at`, its reserved bytes and the presence of its data checked.
    ///
    /// # Errors
    /// The tag is unknown, a reserved byte is not zero, or the file ends early.
    pub fn read(bytes: &[u8], at: usize) -> Result<Self, Malformed> {
        let mut reader = Reader::at(bytes.get(at..).unwrap_or_default(), at as u64);
        let tag: [u8; 8] = reader.array("record tag")?;
        let Some(kind) = Kind::of(&tag) else {
            return Err(Malformed::says(at as u64, "record tag", unknown(&tag)));
        };
        let mut record = Self {
            at,
            kind,
            offset: 0,
            value: 0,
            ssaframesize: 0,
        };
        match kind {
            Kind::Ecreate => {
                record.ssaframesize = reader.u32("ECREATE.SSAFRAMESIZE")?;
                record.value = reader.u64("ECREATE.SIZE")?;
                zeros(&mut reader, 44, "ECREATE.reserved")?;
            }
            Kind::Eadd => {
                record.offset = reader.u64("EADD.offset")?;
                record.value = reader.u64("EADD.SECINFO.FLAGS")?;
                zeros(&mut reader, 40, "EADD.SECINFO.reserved")?;
            }
            Kind::Eextend => {
                record.offset = reader.u64("EEXTEND.offset")?;
                zeros(&mut reader, 48, "EEXTEND.reserved")?;
                reader.bytes(CHUNK as u64, "EEXTEND.data")?;
            }
            Kind::Unmeasrd => {
                record.offset = reader.u64("UNMEASRD.offset")?;
                zeros(&mut reader, 48, "UNMEASRD.reserved")?;
                reader.bytes(CHUNK as u64, "UNMEASRD.data")?;
            }
        }
        Ok(record)
    }
}

/// Reads bytes that must be zero.
fn zeros(reader: &mut Reader<'_>, len: u64, field: &'static str) -> Result<(), Malformed> {
    let at = reader.offset();
    let bytes = reader.bytes(len, field)?;
    match bytes.iter().position(|b| *b != 0) {
        None => Ok(()),
        Some(i) => {
            let why = Why::Reserved { found: bytes[i] };
            Err(Malformed::new(at + i as u64, field, why))
        }
    }
}

/// What is wrong with a tag that opens no record.
fn unknown(tag: &[u8; 8]) -> Cow<'static, str> {
    if tag == b"UNSIZED\0" {
        return "is UNSIZED: the enclave's size is still open, so it can neither be loaded nor measured. Let the tool that made the file fix the size".into();
    }
    alloc::format!(
        "is {}, which is none of ECREATE, EADD, EEXTEND and UNMEASRD",
        crate::bytes::hex::encode(tag)
    )
    .into()
}
