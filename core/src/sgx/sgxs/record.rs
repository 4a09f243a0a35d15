//! One record of a stream, read where it lies.

use crate::bytes::{Malformed, Reader, Why};
use crate::memory::CHUNK;
use crate::text;
use crate::text::Text;

/// Bytes of a record without its data.
pub(super) const HEADER: usize = 64;

/// Bytes of a record with data, the longest there is.
pub(super) const LONGEST: usize = HEADER + CHUNK;

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
        // As one number: a comparison of bytes costs more than all else that a record does.
        let tag = u64::from_le_bytes(tag.try_into().ok()?);
        [Self::Eextend, Self::Unmeasrd, Self::Eadd, Self::Ecreate]
            .into_iter()
            .find(|k| tag == u64::from_le_bytes(k.tag()))
    }

    /// The fields after the tag, by name and size in bytes.
    const fn fields(self) -> &'static [(&'static str, usize)] {
        match self {
            Self::Ecreate => &[
                ("ECREATE.SSAFRAMESIZE", 4),
                ("ECREATE.SIZE", 8),
                ("ECREATE.reserved", 44),
            ],
            Self::Eadd => &[
                ("EADD.offset", 8),
                ("EADD.SECINFO.FLAGS", 8),
                ("EADD.SECINFO.reserved", 40),
            ],
            Self::Eextend => &[
                ("EEXTEND.offset", 8),
                ("EEXTEND.reserved", 48),
                ("EEXTEND.data", CHUNK),
            ],
            Self::Unmeasrd => &[
                ("UNMEASRD.offset", 8),
                ("UNMEASRD.reserved", 48),
                ("UNMEASRD.data", CHUNK),
            ],
        }
    }

    /// Where the reserved bytes at the end of the header begin.
    const fn reserved(self) -> usize {
        match self {
            Self::Ecreate => 20,
            Self::Eadd => 24,
            Self::Eextend | Self::Unmeasrd => 16,
        }
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
        Self::open(bytes.get(at..).unwrap_or_default(), at)
    }

    /// The same where `rest` is what the file has from `at` on, as far as a record can reach.
    pub(super) fn open(rest: &[u8], at: usize) -> Result<Self, Malformed> {
        let known = rest.get(..8).and_then(Kind::of);
        let Some(kind) = known.filter(|kind| rest.len() >= kind.size()) else {
            return Err(unreadable(rest, at, known));
        };
        let reserved = kind.reserved();
        if !is_zero(&rest[reserved..HEADER]) {
            return Err(not_zero(rest, at, kind));
        }
        let mut record = Self {
            at,
            kind,
            offset: 0,
            value: 0,
            ssaframesize: 0,
        };
        match kind {
            Kind::Ecreate => {
                record.ssaframesize = word(rest, 8) as u32;
                record.value = word(rest, 12);
            }
            Kind::Eadd => {
                record.offset = word(rest, 8);
                record.value = word(rest, 16);
            }
            Kind::Eextend | Kind::Unmeasrd => record.offset = word(rest, 8),
        }
        Ok(record)
    }
}

/// Whether all bytes are zero.
fn is_zero(bytes: &[u8]) -> bool {
    let (words, rest) = bytes.as_chunks::<8>();
    let word = words
        .iter()
        .fold(0, |all, word| all | u64::from_le_bytes(*word));
    word == 0 && rest.iter().all(|b| *b == 0)
}

/// The eight bytes at an offset as a number; zero where they are missing.
fn word(bytes: &[u8], at: usize) -> u64 {
    let bytes = bytes.get(at..).and_then(<[u8]>::first_chunk);
    bytes.map_or(0, |b| u64::from_le_bytes(*b))
}

/// Why no record could be read: an unknown tag, or the first field that the file does not hold whole.
fn unreadable(rest: &[u8], at: usize, kind: Option<Kind>) -> Malformed {
    let mut reader = Reader::at(rest, at as u64);
    let tag: [u8; 8] = match reader.array("record tag") {
        Ok(tag) => tag,
        Err(short) => return short,
    };
    let Some(kind) = kind else {
        return Malformed::says(at as u64, "record tag", unknown(&tag));
    };
    let missing = kind.fields().iter().find_map(|(name, size)| {
        let read = reader.bytes(*size as u64, *name);
        read.err()
    });
    missing.unwrap_or_else(|| {
        Malformed::says(
            at as u64,
            kind.name(),
            text!("sgxs.unread", "cannot be read"),
        )
    })
}

/// Where the first reserved byte lies that is not zero.
fn not_zero(rest: &[u8], at: usize, kind: Kind) -> Malformed {
    let start = kind.reserved();
    let bytes = rest.get(start..HEADER).unwrap_or_default();
    let (i, found) = bytes
        .iter()
        .enumerate()
        .find(|(_, b)| **b != 0)
        .map_or((0, 0), |(i, b)| (i, *b));
    let fields = kind.fields().iter();
    let field = fields
        .rev()
        .find(|(name, _)| name.ends_with("reserved"))
        .map_or("reserved", |(name, _)| name);
    Malformed::new((at + start + i) as u64, field, Why::Reserved { found })
}

/// What is wrong with a tag that opens no record.
fn unknown(tag: &[u8; 8]) -> Text {
    if tag == b"UNSIZED\0" {
        return text!(
            "sgxs.unsized",
            "is UNSIZED: the enclave's size is still open, so it can neither be loaded nor measured. Let the tool that made the file fix the size"
        );
    }
    text!(
        "sgxs.unknown-tag",
        "is {tag}, which is none of ECREATE, EADD, EEXTEND and UNMEASRD",
        tag = crate::bytes::hex::encode(tag)
    )
}
