//! A comparison for programs: places and numbers, the same in every language.

use alloc::format;
use alloc::vec::Vec;

use serde_json::{Map, Value as Json, json};

use super::first::Operation;
use super::given::{Given, Kind};
use super::lockstep::Parting;
use super::pages::{Pages, Run, Seen, What};
use super::trial;
use super::walk::Change;
use crate::bytes::hex;

/// A JSON object.
pub(super) type Object = Map<alloc::string::String, Json>;

fn wide(n: u64) -> Json {
    format!("{n:#x}").into()
}

/// Both sides.
pub(super) fn sides(given: &[Given; 2], ends: [[u8; 32]; 2]) -> Object {
    let mut all = Object::new();
    for (side, (given, end)) in ["a", "b"].into_iter().zip(given.iter().zip(ends)) {
        let (kind, image) = match &given.kind {
            Kind::Image(image) => ("enclave", Some(image)),
            Kind::SigStruct(_) => ("sigstruct", None),
            Kind::Unread => ("unread", None),
            Kind::Expected(_) => ("mrenclave", None),
        };
        let sig = given.sigstruct();
        let value = json!({
            "name": given.name,
            "kind": kind,
            "format": image.map(|i| i.format()),
            "mrenclave": hex::encode(&end),
            "mrsigner": sig.map(|s| hex::encode(&s.mrsigner())),
            "pages": image.map(|i| i.pages()),
            "size": image.map(|i| wide(i.size())),
            "ssaframesize": image.map(|i| i.ssaframesize()),
        });
        all.insert(side.into(), value);
    }
    all
}

/// Where they part.
pub(super) fn parting(
    out: &mut Object,
    parting: &Parting,
    operations: &[Operation; 2],
    differ: &[usize],
) {
    let side = |n: usize| {
        let op = &operations[n];
        json!({
            "op": op.name,
            "page": op.page,
            "offset": op.offset.map(wide),
            "file_offset": op.file.map(wide),
            "record": hex::encode(&parting.absorbed[n]),
        })
    };
    let value = json!({
        "record": parting.at,
        "a": side(0),
        "b": side(1),
        "differing_bytes": differ,
        "agreed_midstate": hex::encode(&parting.agreed.midstate_be()),
        "agreed_blocks": parting.agreed.blocks(),
    });
    out.insert("first".into(), value);
}

/// Every run of differing pages.
pub(super) fn pages(out: &mut Object, pages: &Pages) {
    let differ = pages.runs.iter().filter(|r| !r.what.is_nothing());
    let all: Vec<Json> = differ.map(run).collect();
    out.insert("pages".into(), all.into());
    out.insert("pages_not_listed".into(), pages.lost.into());
}

fn run(run: &Run) -> Json {
    let page = |seen: Option<Seen>| {
        seen.map(|s| {
            json!({
                "page": s.number,
                "offset": wide(s.offset),
                "flags": wide(s.flags.bits()),
                "measured": s.measured.count_ones(),
            })
        })
    };
    json!({
        "what": names(run.what),
        "pages": run.count,
        "a": page(run.first[0]),
        "b": page(run.first[1]),
        "bytes": run.bytes,
        "unmeasured_bytes": run.loose,
    })
}

fn names(what: What) -> Vec<&'static str> {
    let all = [
        (what.only_a, "only-a"),
        (what.only_b, "only-b"),
        (what.moved, "moved"),
        (what.page_type, "page-type"),
        (what.rwx, "permissions"),
        (what.relocated, "text-relocation"),
        (what.measured, "measured"),
        (what.content, "content"),
        (what.shifted, "tcs-follows"),
        (what.nssa, "nssa"),
        (what.unmeasured, "unmeasured"),
        (what.cleared, "cleared"),
    ];
    all.into_iter()
        .filter(|(is, _)| *is)
        .map(|(_, n)| n)
        .collect()
}

/// What was tried against an expected value.
pub(super) fn tries(out: &mut Object, tried: usize, of: usize, hit: Option<&Change>) {
    let hit = hit.map(|change| trial::why(change).id());
    out.insert(
        "tried".into(),
        json!({ "changes": tried, "of": of, "hit": hit }),
    );
}
