//! Where two enclaves part first: the record, its bytes on both sides, and where they come from.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::lockstep::Parting;
use crate::bytes::hex;
use crate::memory::{CHUNK, PAGE};
use crate::sgx::image::{Image, Item};
use crate::sgx::recognise::SCENARIO;
use crate::sgx::scenarios::label_of;
use crate::sgx::structs::SecInfoFlags;
use crate::sgx::words;
use crate::text;
use crate::text::Text;
use crate::trace::Place;
use crate::view::{Bytes, Field, First, Spot, Tone};

/// Bytes of a record before its data.
const HEADER: usize = 64;

/// An operation where the two part, as one side has it.
pub(super) struct Operation {
    /// ECREATE, EADD or EEXTEND; `None` where the side has ended.
    pub(super) name: Option<&'static str>,
    /// Which page, in the order of EADD.
    pub(super) page: Option<u64>,
    /// Offset in the enclave.
    pub(super) offset: Option<u64>,
    /// Where in the file the first differing byte lies, or the record.
    pub(super) file: Option<u64>,
}

/// What is told of the parting, and for programs.
pub(super) struct Told {
    pub(super) first: First,
    pub(super) operations: [Operation; 2],
}

/// Tells where two images part.
pub(super) fn first(parting: &Parting, images: [&dyn Image; 2]) -> Told {
    let mut differ = differ(&parting.absorbed);
    let operations = [0, 1].map(|side: usize| {
        let within = differ.first().copied().unwrap_or(0);
        operation(images[side], parting.at, within)
    });
    if !alike(&operations) {
        // Contents of two places say nothing about one another.
        differ.retain(|i| *i < HEADER);
    }
    let mut facts = vec![(
        text!("diff.first.agreed", "the same up to here"),
        format!("{}", parting.at),
    )];
    for (side, op) in ["A", "B"].into_iter().zip(&operations) {
        if let Some(at) = op.file {
            let name = text!("diff.first.file", "in the file of {side}", side = side);
            facts.push((name, format!("{at:#x}")));
        }
    }
    let agreed = &parting.agreed;
    facts.push((
        text!("diff.first.midstate", "running SHA-256 before it (both)"),
        hex::encode(&agreed.midstate_be()),
    ));
    facts.push((
        text!("diff.first.blocks", "blocks of 64 bytes before it (both)"),
        agreed.blocks().to_string(),
    ));
    facts.push((
        text!("diff.first.final", "MRENCLAVE if both ended there"),
        hex::encode(&agreed.finish()),
    ));
    let bytes = [0, 1].map(|side: usize| {
        let data = &parting.absorbed[side];
        let id = ["diff-bytes-a", "diff-bytes-b"][side];
        (!data.is_empty()).then(|| panel(id, side, data, &operations[side], &differ))
    });
    let spots = [0, 1].map(|side: usize| {
        let step = label_of(images[side], parting.at);
        Some(Spot {
            scenario: SCENARIO,
            key: "stream",
            step,
        })
    });
    let first = First {
        says: says(parting, images, &operations, &differ),
        facts,
        bytes,
        differ,
        spots,
    };
    Told { first, operations }
}

/// The bytes at which two records differ; where one ends, all of the other's are different.
fn differ(absorbed: &[Vec<u8>; 2]) -> Vec<usize> {
    let [a, b] = absorbed;
    let len = a.len().max(b.len());
    (0..len).filter(|i| a.get(*i) != b.get(*i)).collect()
}

/// Whether both are the same operation at the same place.
fn alike([a, b]: &[Operation; 2]) -> bool {
    a.name == b.name && a.offset == b.offset
}

fn operation(image: &dyn Image, at: u64, within: usize) -> Operation {
    let item = image.get(at);
    let record = image.lies_at(at);
    let (name, offset) = match &item {
        None => (None, None),
        Some(Item::Ecreate { .. }) => (Some("ECREATE"), None),
        Some(Item::Eadd(offset, ..)) => (Some("EADD"), Some(*offset)),
        Some(Item::Eextend(chunk)) => (Some("EEXTEND"), Some(chunk.offset)),
    };
    let page = offset.and_then(|o| image.page_at(o));
    let in_record = record.map(|r| r + within as u64);
    let file = match (name, page, offset) {
        (Some("EEXTEND"), Some(page), Some(offset)) if within >= HEADER => {
            let at = offset as usize % PAGE + within - HEADER;
            let content = image.content(page);
            content
                .and_then(|c| c.lies_at(at).map(|(_, place)| place))
                .or(in_record)
        }
        _ => in_record,
    };
    Operation {
        name,
        page,
        offset,
        file,
    }
}

fn says(
    parting: &Parting,
    images: [&dyn Image; 2],
    operations: &[Operation; 2],
    differ: &[usize],
) -> Vec<Text> {
    let mut all = Vec::new();
    let n = parting.at + 1;
    let named = [0, 1].map(|side: usize| name(images[side], &operations[side]));
    match (operations[0].name, operations[1].name) {
        (None, _) | (_, None) => {
            let (ended, goes_on, next) = match operations[0].name {
                None => ("A", "B", &named[1]),
                Some(_) => ("B", "A", &named[0]),
            };
            all.push(text!(
                "diff.first.ended",
                "Record {n}: {ended} ends here, and {goes_on} goes on with {next}.",
                n = n,
                ended = ended,
                goes_on = goes_on,
                next = next.clone()
            ));
        }
        _ if alike(operations) => {
            all.push(text!(
                "diff.first.same-kind",
                "Record {n}, {record}. Bytes that differ: {bytes}.",
                n = n,
                record = named[0].clone(),
                bytes = differ.len()
            ));
        }
        _ => all.push(text!(
            "diff.first.other-kind",
            "Record {n}: A has {a}, B has {b}.",
            n = n,
            a = named[0].clone(),
            b = named[1].clone()
        )),
    }
    all
}

/// An operation in words, with its page and what the format says of it.
fn name(image: &dyn Image, op: &Operation) -> Text {
    let name = op.name.unwrap_or_default();
    let Some(offset) = op.offset else {
        return name.into();
    };
    let page = op.page.and_then(|n| image.page(n));
    let (number, flags, origin) = page.map_or((0, SecInfoFlags::NONE, None), |p| {
        (p.number + 1, p.flags, p.origin.words())
    });
    let kind = format!(
        "{} {}",
        words::page_type(flags.page_type()),
        words::rwx(flags)
    );
    match origin {
        Some(origin) => text!(
            "diff.first.name-of",
            "{op} at {offset} (page {n}, {kind}, {origin})",
            op = name,
            offset = hex::addr(offset),
            n = number,
            kind = kind,
            origin = origin
        ),
        None => text!(
            "diff.first.name",
            "{op} at {offset} (page {n}, {kind})",
            op = name,
            offset = hex::addr(offset),
            n = number,
            kind = kind
        ),
    }
}

/// A record as a panel; the fields in which it differs stand out.
fn panel(id: &'static str, side: usize, data: &[u8], op: &Operation, differ: &[usize]) -> Bytes {
    let name = op.name.unwrap_or_default();
    let side = ["A", "B"][side];
    Bytes {
        id,
        title: format!("{side}: {name}").into(),
        note: match op.file {
            Some(at) => text!(
                "diff.bytes.note",
                "the first differing byte lies at {at} in the file",
                at = format!("{at:#x}")
            ),
            None => text!(
                "diff.bytes.made",
                "these bytes are made by the loader, not in the file"
            ),
        },
        place: Place::new(id, 0, data.len() as u64),
        data: Rc::from(data),
        fields: fields(name, data, differ),
    }
}

fn fields(name: &str, data: &[u8], differ: &[usize]) -> Vec<Field> {
    let rows: &[(Text, usize, usize)] = &match name {
        "ECREATE" => vec![
            (text!("measure.tag", "tag"), 0, 8),
            ("SSAFRAMESIZE".into(), 8, 4),
            ("SIZE".into(), 12, 8),
            (text!("measure.zeros", "zeros"), 20, 44),
        ],
        "EADD" => vec![
            (text!("measure.tag", "tag"), 0, 8),
            (text!("measure.offset", "offset"), 8, 8),
            ("SECINFO.FLAGS".into(), 16, 8),
            (text!("measure.secinfo-rest", "rest of SECINFO"), 24, 40),
        ],
        _ => vec![
            (text!("measure.tag", "tag"), 0, 8),
            (text!("measure.offset", "offset"), 8, 8),
            (text!("measure.zeros", "zeros"), 16, 48),
            (text!("measure.data", "{n} bytes", n = CHUNK), HEADER, CHUNK),
        ],
    };
    let field = |(name, offset, size): &(Text, usize, usize)| {
        let end = offset + size;
        let here = differ.iter().filter(|i| (*offset..end).contains(i)).count();
        let bytes = data.get(*offset..end).unwrap_or_default();
        Field {
            name: name.clone(),
            offset: *offset,
            size: *size,
            value: value(bytes),
            meaning: match here {
                0 => text!("diff.field.same", "the same on both sides"),
                n => text!("diff.field.differs", "bytes that differ: {n}", n = n),
            },
            reserved: false,
            // A long field is not different as a whole: its bytes are marked one by one.
            tone: if here > 0 && *size <= 8 {
                Tone::Bad
            } else {
                Tone::Plain
            },
        }
    };
    rows.iter().map(field).collect()
}

/// A tag as letters, a number in hex, of others nothing.
fn value(bytes: &[u8]) -> Text {
    let word = |bytes: &[u8]| {
        bytes
            .iter()
            .rev()
            .fold(0_u64, |n, b| n << 8 | u64::from(*b))
    };
    let letters = bytes.iter().take_while(|b| b.is_ascii_uppercase()).count();
    match bytes.len() {
        8 if letters > 3 => String::from_utf8_lossy(&bytes[..letters])
            .into_owned()
            .into(),
        4 | 8 => hex::addr(word(bytes)).into(),
        _ => Text::none(),
    }
}
