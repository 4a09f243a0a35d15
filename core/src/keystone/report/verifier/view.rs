//! The verifier as panels.

use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use super::{Check, Op, Verifier};
use crate::bytes::hex;
use crate::keystone::keys::TEST_DEVICE;
use crate::keystone::structs::Report;
use crate::text;
use crate::text::Text;
use crate::trace::{Place, Shown};
use crate::view::{
    Bytes, Cell, Column, Fact, Facts, Field, Node, Panel, Row, States, Table, Tone, View, fields,
};

pub(super) fn panels(v: &Verifier, _: Option<Shown<'_, Op>>) -> View {
    View {
        panels: vec![
            Panel::Table(chain(v)),
            Panel::Bytes(report(v)),
            Panel::States(states(v)),
            Panel::Facts(expected(v)),
        ],
    }
}

/// A place of the report by the field it lies in.
pub(super) fn place_name(place: &Place) -> Text {
    let fields = crate::bytes::fields_of(Report::LAYOUT, &[]);
    let at = usize::try_from(place.at).unwrap_or(usize::MAX);
    let field = fields
        .iter()
        .find(|f| f.offset <= at && at - f.offset < f.size);
    let Some(f) = field else {
        return hex::addr(place.at).into();
    };
    let from = at - f.offset;
    match place.len {
        n if n == f.size as u64 => f.name.as_str().into(),
        1 => alloc::format!("{}[{from}]", f.name).into(),
        n => alloc::format!("{}[{from}..{}]", f.name, from as u64 + n).into(),
    }
}

/// The tone of what a check found.
fn tone(v: &Verifier, check: Check) -> Tone {
    match v.result(check) {
        Some(true) => Tone::Good,
        Some(false) => Tone::Bad,
        None if !v.wants(check) => Tone::Warn,
        None => Tone::Plain,
    }
}

fn result(v: &Verifier, check: Check) -> Cell {
    let text = match v.result(check) {
        Some(true) => text!("attest.chain.holds", "holds"),
        Some(false) => text!("attest.chain.fails", "does not hold"),
        None if !v.wants(check) => text!("attest.chain.skipped", "not looked at"),
        None => text!("attest.chain.open", "not checked yet"),
    };
    Cell {
        text,
        tone: tone(v, check),
    }
}

/// Who vouches for whom.
fn chain(v: &Verifier) -> Table {
    let column = |title| Column { title, mono: false };
    let row = |key: &str, check, who: Text, what: Text| Row {
        key: key.to_string(),
        cells: vec![cell(who), cell(what), result(v, check)],
        place: None,
    };
    Table {
        id: "chain",
        title: text!("attest.chain", "Who vouches for whom"),
        note: match v.expected.as_upstream {
            true => text!("attest.chain.upstream", "the checks of upstream’s verifier"),
            false => text!("attest.chain.intended", "the checks that were intended"),
        },
        wide: false,
        columns: vec![
            column(text!("attest.chain.who", "Who")),
            column(text!("attest.chain.what", "says what")),
            column(text!("attest.chain.result", "Result")),
        ],
        rows: vec![
            row(
                "sm",
                Check::Sm,
                text!("attest.chain.device", "the device, by its key"),
                text!(
                    "attest.chain.sm",
                    "this monitor was booted, and this is its key"
                ),
            ),
            row(
                "enclave",
                Check::Enclave,
                text!("attest.chain.monitor", "the monitor, by its key"),
                text!(
                    "attest.chain.enclave",
                    "this enclave wants these data attested"
                ),
            ),
            row(
                "device",
                Check::Device,
                text!("attest.report.verifier", "the verifier"),
                text!(
                    "attest.chain.device-key",
                    "the report names the expected device"
                ),
            ),
            row(
                "sm-hash",
                Check::SmHash,
                text!("attest.report.verifier", "the verifier"),
                text!("attest.chain.sm-hash", "this is the expected monitor"),
            ),
            row(
                "enclave-hash",
                Check::EnclaveHash,
                text!("attest.report.verifier", "the verifier"),
                text!("attest.chain.enclave-hash", "this is the expected enclave"),
            ),
        ],
        empty: Text::none(),
    }
}

fn cell(text: Text) -> Cell {
    Cell {
        text,
        tone: Tone::Plain,
    }
}

/// The report field by field, or the file before it is read.
fn report(v: &Verifier) -> Bytes {
    let is_report = v.bytes.len() == Report::SIZE;
    let mut all = match is_report {
        true => fields(Report::LAYOUT, &v.bytes),
        false => vec![file(v)],
    };
    for field in &mut all {
        field.tone = match field.name.en().as_str() {
            "sm.signature" => tone(v, Check::Sm),
            "enclave.signature" => tone(v, Check::Enclave),
            "sm.hash" => tone(v, Check::SmHash),
            "enclave.hash" => tone(v, Check::EnclaveHash),
            "dev_public_key" => tone(v, Check::Device),
            _ => Tone::Plain,
        };
    }
    Bytes {
        id: "report",
        title: match is_report {
            true => "report".into(),
            false => text!("attest.report.file", "The file"),
        },
        note: match v.received {
            true => text!("attest.report.received", "as the verifier has it"),
            false => text!("attest.report.carried", "on its way"),
        },
        place: Verifier::place(0, v.bytes.len() as u64),
        data: v.bytes.clone(),
        fields: all,
    }
}

fn file(v: &Verifier) -> Field {
    Field {
        name: text!("attest.report.text", "not read yet"),
        offset: 0,
        size: v.bytes.len(),
        value: text!("attest.bytes", "{n} bytes", n = v.bytes.len()),
        meaning: text!(
            "attest.report.text-meaning",
            "JSON, or something that is no report."
        ),
        reserved: false,
        tone: Tone::Plain,
    }
}

fn states(v: &Verifier) -> States {
    let node = |title, tone| Node { title, tone };
    let held = |check| v.result(check) == Some(true);
    let current = match v.verdict {
        Some(true) => 5,
        Some(false) => 6,
        None if held(Check::Sm) && held(Check::Enclave) => 4,
        None if held(Check::Sm) => 3,
        None if v.report.is_some() => 2,
        None => usize::from(v.received),
    };
    let step = |from, to, text| (from, to, text);
    States {
        id: "trust",
        title: text!("attest.trust", "What the verifier may believe"),
        note: Text::none(),
        nodes: vec![
            node(text!("attest.trust.away", "on its way"), Tone::Plain),
            node(text!("attest.trust.received", "received"), Tone::Plain),
            node(text!("attest.trust.read", "read"), Tone::Plain),
            node(text!("attest.trust.monitor", "the monitor"), Tone::System),
            node(text!("attest.trust.enclave", "the enclave"), Tone::OwnerA),
            node(text!("attest.trust.accepted", "accepted"), Tone::Good),
            node(text!("attest.trust.rejected", "rejected"), Tone::Bad),
        ],
        edges: vec![
            step(0, 1, "RECEIVE".into()),
            step(1, 2, "READ".into()),
            step(2, 3, "VERIFY-SM".into()),
            step(3, 4, "VERIFY-ENCLAVE".into()),
            step(4, 5, "VERDICT".into()),
            step(4, 6, "VERDICT".into()),
        ],
        current,
    }
}

/// What the verifier knows beforehand.
fn expected(v: &Verifier) -> Facts {
    let e = &v.expected;
    let none = || {
        text!(
            "attest.expected.none",
            "not given: nothing will be compared"
        )
    };
    let hash = |hash: &Option<[u8; 64]>| hash.map_or_else(none, |h| hex::encode(&h).into());
    let fact = |key: &str, name: Text, value: Text, warn: bool| Fact {
        key: key.to_string(),
        name,
        value,
        mono: true,
        tone: if warn { Tone::Warn } else { Tone::Plain },
        cite: Text::none(),
        model: false,
        place: None,
    };
    let mut facts: Vec<Fact> = vec![
        fact(
            "device",
            text!("attest.expected.device", "Device key"),
            hex::encode(&e.device).into(),
            false,
        ),
        fact(
            "sm",
            text!("attest.expected.sm", "Monitor’s measurement"),
            hash(&e.sm_hash),
            e.sm_hash.is_none(),
        ),
        fact(
            "enclave",
            text!("attest.expected.enclave", "Enclave’s measurement"),
            hash(&e.enclave_hash),
            e.enclave_hash.is_none(),
        ),
    ];
    if e.device == TEST_DEVICE.public {
        let value = text!(
            "attest.expected.test-key",
            "Keystone’s published test key: everybody has its secret half, so it proves nothing"
        );
        let name = text!("attest.expected.whose", "Whose key that is");
        facts.push(Fact {
            mono: false,
            ..fact("test-key", name, value, true)
        });
    }
    Facts {
        id: "expected",
        title: text!("attest.expected", "What the verifier expects"),
        note: text!(
            "attest.expected.note",
            "known beforehand, from somewhere it trusts"
        ),
        facts,
    }
}
