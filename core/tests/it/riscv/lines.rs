//! Lines of JSON: every sample file answered as it stands, and mistakes told by member.

use serde_json::Value;
use teescope_core::arch::riscv::lines::answer;

use crate::vectors;

const KINDS: [&str; 6] = ["drop", "fine", "keystone", "lock", "page", "smepmp"];

/// The member that a line's mistake is in.
fn member(line: &str) -> String {
    answer(line).expect_err("it cannot be used").member
}

shared_test! {
    fn every_sample_line_is_answered() {
        for kind in KINDS {
            let text = vectors::read(&format!("keystone/pmp-{kind}.jsonl")).unwrap_or_default();
            let text = String::from_utf8(text).expect("text");
            for (n, line) in text.lines().enumerate() {
                let asked: Value = serde_json::from_str(line).expect("JSON");
                let got = answer(line).unwrap_or_else(|bad| panic!("{kind} {n}: {bad}"));
                assert_eq!(got["verdicts"], asked["qemu"], "{kind}, line {}", n + 1);
                assert_eq!(got.get("after"), asked.get("after"), "{kind}, line {}", n + 1);
                // The same registers beside the probes instead of in “read”.
                let mut flat = asked.clone();
                let read = flat.as_object_mut().and_then(|m| m.remove("read")).expect("registers");
                (flat["cfg"], flat["addr"]) = (read["cfg"].clone(), read["addr"].clone());
                assert_eq!(answer(&flat.to_string()).expect("an answer"), got);
            }
        }
    }

    fn it_tells_who_decided() {
        let got = answer(r#"{"cfg": [24, "0x1f"], "addr": [536870911, "0x3fffffffffffff"], "probes": [[1, 3, 4294967296], [3, 3, 0], [0, 8, "0x100000000"]]}"#);
        let got = got.expect("an answer");
        assert_eq!(got["verdicts"], serde_json::json!([0, 0, 0]));
        assert_eq!(got["entries"], serde_json::json!([1, 0, 1]));
        assert_eq!(got["rules"], serde_json::json!(["PMP.read", "PMP.m-unlocked", "PMP.execute"]));
    }

    fn rewrites_may_name_registers() {
        let got = answer(r#"{"cfg": [], "addr": [], "entries": 2, "rewrites": [["pmpaddr1", 5], ["pmpcfg0", 7936], ["mseccfg", 1]]}"#);
        let got = got.expect("an answer");
        assert_eq!(got["after"], serde_json::json!({"cfg": [0, 31], "addr": [0, 5]}));
        assert_eq!(got.get("verdicts"), None);
    }

    fn mistakes_are_told_by_member() {
        for (line, wanted) in [
            ("", ""),
            ("[1]", ""),
            (r#"{"read": 1, "probes": []}"#, "read"),
            (r#"{"probes": []}"#, "cfg"),
            (r#"{"read": {"cfg": [1]}, "probes": []}"#, "read.addr"),
            (r#"{"read": {"cfg": [256], "addr": []}, "probes": []}"#, "read.cfg[0]"),
            (r#"{"cfg": [], "addr": [0, -1], "probes": []}"#, "addr[1]"),
            (r#"{"cfg": [], "addr": [1.5], "probes": []}"#, "addr[0]"),
            (r#"{"cfg": [], "addr": []}"#, "probes"),
            (r#"{"cfg": [], "addr": [], "probes": [[2, 0, 0]]}"#, "probes[0]"),
            (r#"{"cfg": [], "addr": [], "probes": [[1, 0, 0], [1, 9, 0]]}"#, "probes[1]"),
            (r#"{"cfg": [], "addr": [], "probes": [[1, 0]]}"#, "probes[0]"),
            (r#"{"cfg": [], "addr": [], "probes": [], "rewrites": 1}"#, "rewrites"),
            (r#"{"cfg": [], "addr": [], "probes": [], "rewrites": [[18, 1]]}"#, "rewrites[0]"),
            (r#"{"cfg": [], "addr": [], "probes": [], "rewrites": [["pmpcfg1", 1]]}"#, "rewrites[0]"),
            (r#"{"cfg": [], "addr": [], "probes": [], "grain": 54}"#, "grain"),
            (r#"{"cfg": [], "addr": [], "probes": [], "entries": 65}"#, "entries"),
            (r#"{"cfg": [], "addr": [], "probes": [], "mseccfg": "x"}"#, "mseccfg"),
        ] {
            assert_eq!(member(line), wanted, "{line}");
        }
    }
}
