//! Reports before a verifier: real ones, forged ones, spoilt ones.

use std::collections::BTreeSet;
use teescope_core::memory::Source;

use teescope_core::bytes::{DumpLine, hex};
use teescope_core::crypto::ed25519_sha3::verify;
use teescope_core::crypto::sha256::sha256;
use teescope_core::keystone::keys::TEST_DEVICE;
use teescope_core::keystone::report::{self, SCENARIO, from_json, read, to_json};
use teescope_core::keystone::structs::Report;
use teescope_core::keystone::{inspect, recognise};
use teescope_core::text::Catalogue;
use teescope_core::trace::{Edit, Input, Inputs, Scenario, Session, Settings};

use super::samples::array;
use crate::vectors;

/// The reports of the recorded run.
fn real() -> Vec<[u8; 1352]> {
    let Some(run) = vectors::json("keystone/sm-attest.json") else {
        return Vec::new();
    };
    let steps = run["steps"].as_array().expect("steps");
    let reports = steps.iter().filter(|s| s["note"] == "report");
    reports.map(|s| array(&s["bytes"])).collect()
}

/// A run with these parameters, over a file if one is given.
fn open(set: &[(&str, &str)], file: Option<&[u8]>) -> Box<dyn Session> {
    let mut settings = Settings::default();
    let mut inputs = Inputs::new();
    for (key, value) in set {
        settings.params.insert((*key).into(), (*value).into());
    }
    if let Some(bytes) = file {
        let digest = format!("sha256-{}", hex::encode(&sha256(bytes)));
        settings.params.insert("report".into(), digest);
        let (name, bytes) = ("report".into(), Source::from(bytes));
        inputs.insert("report".into(), Input { name, bytes });
    }
    SCENARIO.open(&settings, &inputs).expect("a run")
}

/// What became of each step: nothing, or the rule that did not hold.
fn outcome(run: &mut dyn Session) -> Vec<(String, String)> {
    let steps = (1..=run.len()).filter_map(|p| run.step(p));
    let stopped = steps.filter(|s| !s.outcome.is_done());
    stopped
        .map(|s| (s.label.clone(), s.broken().map_or("", |r| r.id).to_string()))
        .collect()
}

/// The rules that stop a run with an edit.
fn with_edit(set: &[(&str, &str)], edit: &str) -> Vec<String> {
    let edit = Edit::parse(edit).expect("an edit");
    let mut run = open(set, None).fork(&[edit]).expect("a fork");
    outcome(&mut *run)
        .into_iter()
        .map(|(_, rule)| rule)
        .collect()
}

/// Parameters, an edit, and the rules that then stop steps.
type Row = (
    &'static [(&'static str, &'static str)],
    &'static str,
    &'static [&'static str],
);

/// Every byte is in exactly one line.
fn covers(lines: &[DumpLine], len: usize) {
    let mut at = 0;
    for line in lines {
        assert_eq!(line.offset, at);
        at += line.len as u64;
    }
    assert_eq!(at, len as u64);
}

shared_test! {
    fn the_report_made_here_is_accepted_by_both_verifiers() {
        for verifier in ["intended", "upstream"] {
            for seed in ["one-byte", "all-bytes"] {
                let mut run = open(&[("verifier", verifier), ("seed-from", seed)], None);
                assert_eq!(outcome(&mut *run), [], "{verifier} {seed}");
            }
        }
    }

    fn real_reports_are_accepted_and_strangers_are_not() {
        let reports = real();
        let keys = vectors::json("keystone/keys.json");
        for bytes in &reports {
            assert_eq!(outcome(&mut *open(&[], Some(bytes))), []);
            let keys = keys.as_ref().expect("keys");
            let text = |key: &str| keys[key].as_str().expect("hex").to_string();
            let (sm, enclave) = (text("sm_hash"), text("enclave_hash"));
            let expected = [("sm", &*sm), ("enclave", &*enclave)];
            assert_eq!(outcome(&mut *open(&expected, Some(bytes))), []);
            let other = [("sm", &*enclave), ("enclave", &*sm), ("device", &sm[..64])];
            let rules: Vec<_> = outcome(&mut *open(&other, Some(bytes))).into_iter().map(|o| o.1).collect();
            assert_eq!(rules, [
                "REPORT.sm-signature", "REPORT.device-key", "REPORT.sm-hash", "REPORT.enclave-hash", "REPORT.all-held",
            ]);
        }
    }

    /// The row of each rule: a change that breaks it, and what else breaks then.
    fn every_rule_is_broken_by_a_row() {
        const HELD: &str = "REPORT.all-held";
        let upstream: &'static [_] = &[("verifier", "upstream")];
        let intended: &'static [_] = &[("verifier", "intended")];
        let rows: [Row; 11] = [
            (intended, "~receive:FLIP(at=0)", &["REPORT.readable", "REPORT.readable", "REPORT.readable", "REPORT.readable", "REPORT.readable", "REPORT.readable", HELD]),
            (intended, "+verify.sm:FLIP(at=0x488,bit=3)", &["REPORT.sm-signature", "REPORT.sm-hash", HELD]),
            (intended, "+verify.sm:FLIP(at=0x507,bit=7)", &["REPORT.sm-signature", HELD]),
            (intended, "+verify.enclave:WRITE(at=0x40,hex=0104)", &["REPORT.data-length", HELD]),
            (upstream, "+verify.enclave:WRITE(at=0x40,hex=0104)", &["REPORT.enclave-signature", HELD]),
            (upstream, "+verify.enclave:WRITE(at=0x40,hex=0105)", &["REPORT.data-inside", HELD]),
            (upstream, "+verify.enclave:WRITE(at=0x40,hex=ffffffffffffffff)", &["REPORT.data-inside", HELD]),
            (intended, "+verify.enclave:FLIP(at=0x48)", &["REPORT.enclave-signature", HELD]),
            (intended, "+verify.enclave:FLIP(at=0x528)", &["REPORT.device-key", HELD]),
            (intended, "+verify.enclave:FLIP(at=0)", &["REPORT.enclave-signature", "REPORT.enclave-hash", HELD]),
            (&[("seed-from", "all-bytes")], "+receive:FORGE(data=00)", &["FORGE.key-found"]),
        ];
        let mut broken = BTreeSet::new();
        for (set, edit, rules) in rows {
            assert_eq!(with_edit(set, edit), rules, "{edit}");
            broken.extend(rules.iter().map(|r| (*r).to_string()));
        }
        // What upstream's verifier does not look at, and what nobody signs.
        assert_eq!(with_edit(upstream, "+verify.enclave:FLIP(at=0x528)"), [""; 0]);
        assert_eq!(with_edit(intended, "+verify.enclave:FLIP(at=0x447)"), [""; 0]);
        // Probes have no outcome: their rules are those they answer with.
        let mut run = open(&[], None);
        for address in [0, 1351, 1352, u64::MAX] {
            let probe = run.probe(1, teescope_core::trace::Observer::Network, address, teescope_core::view::Access::Read);
            assert_eq!(probe.bytes.len(), usize::from(address < 1352));
            broken.insert(probe.rule.id.to_string());
        }
        let declared: BTreeSet<_> = report::rules().iter().map(|r| r.id.to_string()).collect();
        assert_eq!(broken, declared);
    }

    fn a_forged_report_is_accepted_where_the_key_follows_from_two_bytes() {
        for verifier in ["intended", "upstream"] {
            let edit = "+receive:FORGE(data=666f72676564)";
            assert_eq!(with_edit(&[("verifier", verifier)], edit), [""; 0]);
        }
        // And with another measurement it is rejected only by who knows which to expect.
        let hash = "ab".repeat(64);
        let edit = format!("+receive:FORGE(data=00,hash={hash})");
        assert_eq!(with_edit(&[], &edit), ["REPORT.enclave-hash", "REPORT.all-held"]);
    }

    fn the_json_form_carries_the_same() {
        for bytes in real() {
            let report = Report::from_bytes(&bytes);
            let text = to_json(&report).to_string();
            let again = from_json(text.as_bytes()).expect("the same report");
            assert_eq!(to_json(&again), to_json(&report));
            let found = recognise(text.as_bytes()).expect("a report");
            assert_eq!((found.key, found.scenario), ("report", "keystone/report"));
            assert_eq!(outcome(&mut *open(&[], Some(text.as_bytes()))), []);
            let seen = inspect(text.as_bytes()).expect("known");
            covers(&seen.lines(text.as_bytes(), &Catalogue::default()), text.len());
            assert_eq!(seen.wrong, []);
        }
    }

    fn json_that_is_no_report_says_which_member() {
        let report = report::read(&made()).expect("a report");
        let good = to_json(&report);
        let paths = [
            "/device_pubkey", "/security_monitor/hash", "/security_monitor/pubkey", "/security_monitor/signature",
            "/enclave/hash", "/enclave/datalen", "/enclave/data", "/enclave/signature",
        ];
        let zeros = "00".repeat(64);
        for path in paths {
            let values = ["", "0", "zz", &zeros[1..], &zeros[..126]].map(serde_json::Value::from);
            let others = [serde_json::Value::Null, (-1).into(), 1025.into(), u64::MAX.into(), serde_json::json!([]), serde_json::json!({})];
            for value in values.into_iter().chain(others) {
                let mut bad = good.clone();
                *bad.pointer_mut(path).expect("a member") = value.clone();
                let error = from_json(bad.to_string().as_bytes()).expect_err("no report").en();
                // A length that is one but not that of the data is told of the data.
                let name = match value.is_u64() {
                    true if path == "/enclave/datalen" => "enclave.data".into(),
                    _ => path[1..].replace('/', "."),
                };
                assert!(error.contains(&format!("“{name}”")), "{path} = {value}: {error}");
            }
        }
        for bad in ["", "{", "[]", "{}", "{\"enclave\": 1}", "null"] {
            assert!(from_json(bad.as_bytes()).is_err());
            assert_eq!(recognise(bad.as_bytes()), None);
            assert!(!outcome(&mut *open(&[], Some(bad.as_bytes()))).is_empty(), "{bad}");
        }
    }

    fn a_report_cut_anywhere_is_refused_and_one_byte_more_too() {
        let whole = made();
        let json = to_json(&read(&whole).expect("a report")).to_string();
        for bytes in [&whole[..], json.as_bytes()] {
            for len in 0..bytes.len() {
                assert!(read(&bytes[..len]).is_err(), "{len}");
                assert_eq!(inspect(&bytes[..len]), None, "{len}");
            }
        }
        let mut longer = whole.to_vec();
        longer.push(0);
        assert!(read(&longer).is_err());
        for len in [0, 1, 71, 1351, 1353] {
            longer.resize(len, 0);
            let rules: Vec<_> = outcome(&mut *open(&[], Some(&longer))).into_iter().map(|o| o.1).collect();
            assert_eq!(rules.first().map(String::as_str), Some("REPORT.readable"));
            assert_eq!(rules.last().map(String::as_str), Some("REPORT.all-held"));
        }
    }

    /// One flipped bit anywhere: refused where something covers it, and taken apart whole in any case.
    fn every_flipped_bit_is_noticed_or_not_covered() {
        let good = made();
        let len = read(&good).expect("a report").enclave.data_len as usize;
        for bit in 0..good.len() * 8 {
            let (at, mask) = (bit / 8, 1 << (bit % 8));
            let mut bytes = good;
            bytes[at] ^= mask;
            let report = read(&bytes).expect("still 1,352 bytes");
            let covered = at < 72 + len || (1096..1320).contains(&at);
            // Of every byte one bit is verified and taken apart.
            if bit % 8 != at % 8 {
                continue;
            }
            let sm = verify(&report.sm.signed(), &TEST_DEVICE.public, &report.sm.signature);
            let signed = report.enclave.signed();
            let enclave = signed.map(|m| verify(&m, &report.sm.public_key, &report.enclave.signature));
            assert_eq!(sm.is_err() || enclave != Some(Ok(())), covered, "byte {at}");
            match inspect(&bytes) {
                // Half of data_len is what tells a report from other files of its size.
                None => assert!((68..72).contains(&at), "byte {at}"),
                Some(seen) => {
                    covers(&seen.lines(&bytes, &Catalogue::default()), bytes.len());
                    let device = (1320..1352).contains(&at);
                    assert_eq!(seen.wrong.is_empty(), !covered && !device, "byte {at}");
                }
            }
        }
    }
}

/// The report that the scenario makes.
fn made() -> [u8; 1352] {
    let mut run = open(&[], None);
    let view = run.view(0, None);
    match view.panel("report") {
        Some(teescope_core::view::Panel::Bytes(b)) => b.data[..].try_into().expect("a report"),
        _ => panic!("no report"),
    }
}
