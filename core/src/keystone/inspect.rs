//! A report or program taken apart byte by byte.

use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use super::keys::{TEST_DEVICE, guess_sm_key};
use super::report::{is_json, read};
use super::structs::{EnclaveReport, Report};
use crate::bytes::inspection::Kind;
use crate::bytes::{Inspection, Part, hex};
use crate::crypto::ed25519_sha3;
use crate::formats::elf::{self, Elf, Header, Segment};
use crate::memory::PAGE;
use crate::text;
use crate::text::Text;

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
    seen.parts = match &report {
        Ok(_) if is_json(bytes) => vec![Part {
            kind: Kind::Letters,
            ..Part::new("JSON", 0, bytes.len(), Text::none())
        }],
        _ => fields(bytes),
    };
    seen.rest_unexplained(bytes.len());
    match report {
        Ok(report) => judge(&report, &mut seen),
        Err(why) => seen.wrong.push(why),
    }
    Some(seen)
}

/// A program: header and program headers field by field, what is between them by count.
fn program(bytes: &[u8], seen: &mut Inspection) {
    let pages = bytes.len().div_ceil(PAGE);
    seen.follows
        .push(("pages in an enclave", pages.to_string()));
    if !bytes.starts_with(&elf::MAGIC) {
        let name = text!("inspect.riscv", "RISC-V instructions and data");
        seen.parts.extend(Part::contents(name, bytes, 0));
        return;
    }
    let contents = |from: usize, to: usize| {
        let name = text!("inspect.contents", "contents");
        Part::contents(name, bytes.get(from..to).unwrap_or_default(), from)
    };
    let head = &bytes[..bytes.len().min(Header::SIZE)];
    seen.parts = Part::of_layout(Header::LAYOUT, head, 0);
    // Of a header that is cut, fields without a byte have lines of their own.
    seen.parts.retain(|p| p.len > 0);
    let mut at = head.len();
    match Elf::parse(bytes) {
        Err(bad) => seen.wrong.push(bad.text()),
        Ok(elf) => {
            let from = usize::try_from(elf.header.phoff).unwrap_or(at);
            let table = elf.segments.len() * Segment::SIZE;
            if table > 0 && from >= at {
                seen.parts.extend(contents(at, from));
                for part in bytes[from..from + table].chunks(Segment::SIZE) {
                    let own = Part::of_layout(Segment::LAYOUT, part, seen.end());
                    seen.parts.extend(own);
                }
                at = from + table;
            }
            let loaded: u64 = elf.loaded().map(|s| s.memsz).sum();
            seen.follows.push(("entry", hex::addr(elf.header.entry)));
            seen.follows.push(("bytes loaded", hex::size(loaded)));
        }
    }
    seen.parts.extend(contents(at, bytes.len()));
}

/// The fields of the binary form, `data` cut where the enclave's part ends.
fn fields(bytes: &[u8]) -> Vec<Part> {
    let mut parts = Part::of_layout(Report::LAYOUT, &bytes[..bytes.len().min(Report::SIZE)], 0);
    let data = |p: &Part| p.name == Text::from("enclave.data");
    let Some(at) = parts.iter().position(data) else {
        return parts;
    };
    let len = bytes.get(64..72).map_or(0, |b| {
        b.iter().rev().fold(0_u64, |n, b| n << 8 | u64::from(*b))
    });
    let len = usize::try_from(len).unwrap_or(usize::MAX);
    if len < EnclaveReport::DATA_MAX && len < parts[at].len {
        let mut rest = parts[at].clone();
        rest.name = text!(
            "inspect.past-data",
            "enclave.data past data_len, not signed"
        );
        rest.at += len;
        rest.len -= len;
        rest.value = match bytes.get(rest.at..rest.at + rest.len) {
            Some(b) if b.iter().all(|b| *b == 0) => text!("measure.zeros", "zeros"),
            _ => text!(
                "inspect.past-data-left",
                "not zero: what lay in the monitor’s memory"
            ),
        };
        parts[at].len = len;
        parts[at].value = hex::count(len as u64, "byte").into();
        parts.insert(at + 1, rest);
    }
    parts
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
        seen.wrong.push(text!(
            "inspect.chain-broken",
            "The device key in the report did not sign this monitor: {why}.",
            why = why.to_string()
        ));
    }
    match enclave {
        Some(Ok(())) => {}
        Some(Err(why)) => seen.wrong.push(text!(
            "inspect.enclave-unsigned",
            "The monitor did not sign this enclave: {why}.",
            why = why.to_string()
        )),
        None => seen.wrong.push(text!(
            "inspect.data-len",
            "enclave.data_len is {n}, but there is room for 1,024 bytes.",
            n = e.data_len
        )),
    }
}
