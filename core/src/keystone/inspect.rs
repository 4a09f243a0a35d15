//! A report or program taken apart byte by byte.

use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use super::keys::{TEST_DEVICE, guess_sm_key};
use super::report::{is_json, read};
use super::structs::{EnclaveReport, Report};
use crate::bytes::inspection::{count, line};
use crate::bytes::{DumpLine, FieldValue, Inspection, dump, dump_layout, fields_of, hex};
use crate::crypto::ed25519_sha3;
use crate::crypto::sha256::sha256;
use crate::formats::elf::{self, Elf, Header, Segment};
use crate::memory::PAGE;

/// Takes a file apart; `None` if this machine does not know it.
#[must_use]
pub fn inspect(bytes: &[u8]) -> Option<Inspection> {
    let found = super::recognise(bytes)?;
    let key = found.key;
    let mut seen = Inspection::new(found.what, found.why);
    if key != "report" {
        program(bytes, &mut seen);
        return Some(seen);
    }
    let report = read(bytes);
    seen.lines = match &report {
        Ok(_) if is_json(bytes) => json_lines(bytes),
        _ => dump(bytes, 0, &rows(bytes)),
    };
    match report {
        Ok(report) => judge(&report, &mut seen),
        Err(why) => seen.wrong.push(why.en()),
    }
    Some(seen)
}

/// A program: header and program headers field by field, what is between them by count.
fn program(bytes: &[u8], seen: &mut Inspection) {
    let pages = bytes.len().div_ceil(PAGE);
    seen.follows
        .push(("pages in an enclave", pages.to_string()));
    if !bytes.starts_with(&elf::MAGIC) {
        seen.lines = contents(bytes, 0, "RISC-V instructions and data");
        return;
    }
    let (head, rest) = bytes.split_at(bytes.len().min(Header::SIZE));
    seen.lines = dump_layout(Header::LAYOUT, head, 0);
    // Of a header that is cut, fields without a byte have lines of their own.
    seen.lines.retain(|l| l.len > 0);
    let mut at = head.len();
    match Elf::parse(bytes) {
        Err(bad) => seen.wrong.push(bad.to_string()),
        Ok(elf) => {
            let from = usize::try_from(elf.header.phoff).unwrap_or(at);
            let table = elf.segments.len() * Segment::SIZE;
            if table > 0 && from >= at {
                seen.lines
                    .extend(contents(&bytes[at..from], at as u64, "contents"));
                for part in bytes[from..from + table].chunks(Segment::SIZE) {
                    let lines = dump_layout(Segment::LAYOUT, part, seen_to(&seen.lines));
                    seen.lines.extend(lines);
                }
                at = from + table;
            }
            let loaded: u64 = elf.loaded().map(|s| s.memsz).sum();
            seen.follows.push(("entry", hex::addr(elf.header.entry)));
            seen.follows.push(("bytes loaded", hex::size(loaded)));
        }
    }
    let rest = &bytes[at.max(bytes.len() - rest.len())..];
    seen.lines.extend(contents(rest, at as u64, "contents"));
}

/// Up to where the lines go.
fn seen_to(lines: &[DumpLine]) -> u64 {
    lines.last().map_or(0, |l| l.offset + l.len as u64)
}

/// One line for bytes that are only counted; none for none.
fn contents(bytes: &[u8], at: u64, what: &str) -> Vec<DumpLine> {
    if bytes.is_empty() {
        return Vec::new();
    }
    let digest = hex::encode(&sha256(bytes)[..8]);
    let meaning = alloc::format!("{what}, sha256 {digest}…");
    vec![line(at, bytes.len(), count(bytes.len()), &meaning)]
}

/// The fields of the binary form, `data` cut where the enclave's part ends.
fn rows(bytes: &[u8]) -> Vec<FieldValue> {
    let mut rows = fields_of(Report::LAYOUT, bytes);
    let Some(at) = rows.iter().position(|r| r.name == "enclave.data") else {
        return rows;
    };
    let len = bytes.get(64..72).map_or(0, |b| {
        b.iter().rev().fold(0_u64, |n, b| n << 8 | u64::from(*b))
    });
    let len = usize::try_from(len).unwrap_or(usize::MAX);
    if len < EnclaveReport::DATA_MAX {
        let mut rest = rows[at].clone();
        rest.name = "enclave.data past data_len, not signed".to_string();
        rest.offset += len;
        rest.size -= len;
        rest.text = match bytes.get(rest.offset..rest.offset + rest.size) {
            Some(b) if b.iter().all(|b| *b == 0) => "zeros".into(),
            _ => "not zero: what lay in the monitor's memory".into(),
        };
        rows[at].size = len;
        rows[at].text = hex::count(len as u64, "byte").into();
        rows.insert(at + 1, rest);
    }
    rows
}

/// The text, sixteen bytes a line, with what can be printed of it.
fn json_lines(bytes: &[u8]) -> Vec<DumpLine> {
    let pieces = bytes.chunks(16).enumerate();
    let lines = pieces.map(|(i, piece)| {
        let shown = piece.iter().map(|b| match b {
            0x20..=0x7e => char::from(*b),
            _ => '.',
        });
        DumpLine {
            offset: 16 * i as u64,
            len: piece.len(),
            hex: hex::spaced(piece),
            meaning: shown.collect(),
        }
    });
    lines.collect()
}

/// What follows from a report, and what is wrong with it whoever asks.
fn judge(report: &Report, seen: &mut Inspection) {
    let (e, sm) = (&report.enclave, &report.sm);
    let yes = |held: bool| if held { "yes" } else { "no" }.to_string();
    let device = &report.dev_public_key;
    let chain = ed25519_sha3::verify(&sm.signed(), device, &sm.signature);
    let signed = e.signed();
    let enclave = signed
        .as_ref()
        .map(|m| ed25519_sha3::verify(m, &sm.public_key, &e.signature));
    let guessed = guess_sm_key(&sm.hash, &sm.public_key).is_some();
    seen.follows = vec![
        ("enclave hash", hex::encode(&e.hash)),
        ("security monitor hash", hex::encode(&sm.hash)),
        (
            "device key is Keystone's published test key",
            yes(*device == TEST_DEVICE.public),
        ),
        (
            "monitor's secret key found by trying 32 seeds",
            yes(guessed),
        ),
    ];
    if let Err(why) = chain {
        seen.wrong.push(alloc::format!(
            "The device key in the report did not sign this monitor: {why}."
        ));
    }
    match enclave {
        Some(Ok(())) => {}
        Some(Err(why)) => seen.wrong.push(alloc::format!(
            "The monitor did not sign this enclave: {why}."
        )),
        None => seen.wrong.push(alloc::format!(
            "enclave.data_len is {}, but there is room for 1,024 bytes.",
            e.data_len
        )),
    }
}
