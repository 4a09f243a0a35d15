//! The twelve published enclaves: record, midstate and would-be MRENCLAVE at every listed step.

use serde_json::Value as Json;
use teescope_core::bytes::hex;
use teescope_core::formats::dcap::Attributes;
use teescope_core::sgx::structs::{Miscselect, SecInfoFlags, Tcs, TcsFlags};
use teescope_core::sgx::{Call, Content, Eadd, Ecreate, EpcPage, Machine, Op, SigSource};
use teescope_core::trace::{Absorb, Event, Everything, Machine as _, Outcome, Silent, Value};

use super::scene::{BASE, einit, small};
use crate::vectors;

/// An operation of the file.
fn op(case: &str, json: &Json) -> Op {
    let offset = number(&json["offset"]);
    match text(&json["op"]) {
        "EADD" => Op::Eadd(Eadd {
            enclave: 0,
            offset,
            flags: SecInfoFlags::from_bits(number(&json["secinfo_flags"])),
            content: content(case, &json["content"]),
            call: Call::default(),
        }),
        "EEXTEND" => Op::Eextend {
            enclave: 0,
            offset,
            call: Call::default(),
        },
        other => panic!("{case}: {other}"),
    }
}

/// The page of an EADD, by the file's rules.
fn content(case: &str, json: &Json) -> Content {
    if json == "zeros" {
        return Content::Zero;
    }
    if let Some(tcs) = json.get("tcs") {
        let field = |name: &str| number(&tcs[name]);
        let flags = TcsFlags::from_bits(u64::from(case == "tcs_dbgoptin"));
        let whole = Tcs {
            flags,
            ossa: field("ossa"),
            nssa: field("nssa") as u32,
            oentry: field("oentry"),
            ofsbasgx: field("ofsbasgx"),
            ogsbasgx: field("ogsbasgx"),
            fslimit: field("fslimit") as u32,
            gslimit: field("gslimit") as u32,
            ..Tcs::default()
        };
        return Content::Bytes(whole.encode()[..].into());
    }
    match text(&json["rule"]) {
        "byte[i]=(seed*131+i*7+(i>>8))&255" => Content::Pattern(number(&json["seed"])),
        "seed 1, then byte 4095 ^= 1" => {
            let mut page = pattern(1);
            page[4095] ^= 1;
            Content::Bytes(page[..].into())
        }
        other => panic!("{case}: {other}"),
    }
}

/// The file's rule for page contents, once more.
fn pattern(seed: usize) -> [u8; 4096] {
    std::array::from_fn(|i| ((seed * 131 + i * 7 + (i >> 8)) & 255) as u8)
}

fn number(json: &Json) -> u64 {
    json.as_u64().expect("a number")
}

fn text(json: &Json) -> &str {
    json.as_str().expect("a string")
}

/// One step carried out: what was absorbed, joined, and how.
struct Step {
    absorbed: Vec<u8>,
    told: Absorb,
    if_final: [u8; 32],
}

/// Carries out a case: ECREATE first, then its operations.
fn steps(case: &Json) -> (Machine, Vec<Step>) {
    let name = text(&case["name"]);
    let mut m = Machine::new(small());
    let create = Op::Ecreate(Ecreate {
        enclave: 0,
        process: 0,
        base: BASE,
        size: number(&case["size"]),
        ssaframesize: number(&case["ssaframesize"]) as u32,
        attributes: Attributes::new(4, 3),
        miscselect: Miscselect::from_bits(0),
        call: Call::default(),
    });
    let ops = case["ops"].as_array().expect("operations").iter();
    let ops = std::iter::once(create).chain(ops.map(|json| op(name, json)));
    let mut made = Vec::new();
    for op in ops {
        let mut recorder = Everything::default();
        assert_eq!(m.apply(&op, &mut recorder), Outcome::Done, "{name}: {op:?}");
        let mut absorbs = recorder.events.into_iter().filter_map(|event| match event {
            Event::Absorb(absorb) => Some(absorb),
            _ => None,
        });
        let told = absorbs.next().expect("every leaf here absorbs");
        assert!(absorbs.next().is_none(), "and absorbs once");
        let absorbed = told.pieces.iter().flat_map(|p| p.bytes.iter().copied());
        made.push(Step {
            absorbed: absorbed.collect(),
            if_final: m
                .secs
                .get(&EpcPage(0))
                .expect("a SECS")
                .measurement
                .finish(),
            told,
        });
    }
    (m, made)
}

/// Compares a step with the file's.
fn compare(name: &str, step: &Step, listed: &Json) {
    let head = listed.get("block").or_else(|| listed.get("header"));
    let head = text(head.expect("a record"));
    assert_eq!(hex::encode(&step.absorbed[..64]), head, "{name}");
    match listed.get("data_sha256") {
        Some(digest) => {
            let found = teescope_core::crypto::sha256::sha256(&step.absorbed[64..]);
            assert_eq!(hex::encode(&found), text(digest), "{name}");
        }
        None => assert_eq!(step.absorbed.len(), 64, "{name}"),
    }
    assert_eq!(step.told.blocks, number(&listed["blocks"]), "{name}");
    let midstate = hex::decode(text(&listed["midstate"])).expect("hex");
    assert_eq!(step.told.after, Value::from(&midstate[..]), "{name}");
    assert_eq!(
        hex::encode(&step.if_final),
        text(&listed["if_final"]),
        "{name}"
    );
}

fn cases() -> Vec<Json> {
    let file = vectors::json("sgx/mrenclave/synthetic.json");
    let cases = file.map(|f| f["cases"].as_array().expect("cases").clone());
    cases.unwrap_or_default()
}

shared_test! {
    fn the_twelve_enclaves_measure_as_published_at_every_step() {
        let cases = cases();
        assert!(cases.is_empty() || cases.len() == 12);
        for case in &cases {
            let name = text(&case["name"]);
            let (m, made) = steps(case);
            let mut at = 0;
            for listed in case["steps"].as_array().expect("steps") {
                match listed.get("skipped") {
                    Some(n) => at += number(n) as usize,
                    None => {
                        compare(name, &made[at], listed);
                        at += 1;
                    }
                }
            }
            assert_eq!(at, made.len(), "{name}: all steps");
            let state = m.secs.get(&EpcPage(0)).expect("a SECS");
            assert_eq!(state.measurement.blocks(), number(&case["blocks_total"]), "{name}");
            assert_eq!(state.measurement.bits(), number(&case["bits_total"]), "{name}");
            assert_eq!(hex::encode(&state.measurement.finish()), text(&case["mrenclave"]), "{name}");
        }
    }

    fn einit_writes_the_published_mrenclave() {
        for case in cases() {
            let (mut m, _) = steps(&case);
            m.launch_hash = teescope_core::crypto::sha256::sha256(&super::scene::key().modulus());
            assert_eq!(m.apply(&einit(0, SigSource::Now), &mut Silent), Outcome::Done);
            let mrenclave = m.secs.get(&EpcPage(0)).expect("a SECS").fields.mrenclave;
            assert_eq!(hex::encode(&mrenclave), text(&case["mrenclave"]));
        }
    }

    fn the_sgxs_files_are_what_their_enclaves_absorb() {
        for (case, file) in [("base", "base.sgxs"), ("unmeasured", "unmeasured.sgxs")] {
            let Some(bytes) = vectors::read(&format!("sgx/mrenclave/{file}")) else { return };
            let cases = cases();
            let case = cases.iter().find(|c| c["name"] == case).expect("the case");
            let absorbed: Vec<u8> = steps(case).1.into_iter().flat_map(|s| s.absorbed).collect();
            assert!(absorbed == bytes, "{file}");
            let digest = teescope_core::crypto::sha256::sha256(&bytes);
            assert_eq!(hex::encode(&digest), text(&case["mrenclave"]));
        }
    }

    fn pattern_pages_follow_the_files_rule() {
        for seed in 0..4 {
            assert_eq!(Content::Pattern(seed as u64).page().bytes(), pattern(seed));
        }
    }
}
