//! A report taken apart byte by byte.

use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use super::keys::{TEST_DEVICE, guess_sm_key};
use super::report::{is_json, read};
use super::structs::{EnclaveReport, Report};
use crate::bytes::{DumpLine, FieldValue, Inspection, dump, fields_of, hex};
use crate::crypto::ed25519_sha3;

/// Takes a file apart; `None` if this machine does not know it.
#[must_use]
pub fn inspect(bytes: &[u8]) -> Option<Inspection> {
    let found = super::recognise(bytes)?;
    let mut seen = Inspection::new(found.what, found.why);
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
