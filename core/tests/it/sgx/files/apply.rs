//! Operations as JSON: the file of known answers as it is, every form, and every mistake by its place.

use serde_json::{Value as Json, json};
use teescope_core::sgx::apply::{apply, read};

use crate::vectors;

fn run(text: &str) -> Vec<Json> {
    let cases = read(text).unwrap_or_else(|bad| panic!("{bad}"));
    cases.iter().map(|case| apply(case).json()).collect()
}

/// The steps of the only case.
fn steps(value: &Json) -> Vec<Json> {
    let all = run(&value.to_string());
    assert_eq!(all.len(), 1);
    all[0]["steps"].as_array().expect("steps").clone()
}

fn complaint(value: &Json) -> String {
    match read(&value.to_string()) {
        Ok(_) => panic!("accepted: {value}"),
        Err(bad) => bad.to_string(),
    }
}

shared_test! {
    fn known_answers_come_out_in_the_same_form() {
        let Some(bytes) = vectors::read("sgx/mrenclave/synthetic.json") else { return };
        let text = String::from_utf8(bytes).expect("UTF-8");
        let known: Json = serde_json::from_str(&text).expect("JSON");
        let known = known["cases"].as_array().expect("cases");
        let found = run(&text);
        assert_eq!(found.len(), known.len());
        let mut compared = 0;
        for (known, found) in known.iter().zip(&found) {
            for key in ["name", "blocks_total", "bits_total", "mrenclave"] {
                assert_eq!(known[key], found[key], "{}", known["name"]);
            }
            let steps = found["steps"].as_array().expect("steps");
            for wanted in known["steps"].as_array().expect("steps") {
                if wanted.get("skipped").is_some() {
                    continue;
                }
                let same = |s: &&Json| s["blocks"] == wanted["blocks"];
                let step = steps.iter().find(same).expect("a step with as many blocks");
                assert_eq!(step["outcome"], "done");
                for (key, value) in wanted.as_object().expect("a step") {
                    assert_eq!(step.get(key), Some(value), "{key} in {}", known["name"]);
                    compared += 1;
                }
            }
        }
        assert!(compared > 3000, "{compared}");
    }

    fn every_shape_of_input_is_the_same_enclave() {
        let ops = json!([{"op": "EADD", "offset": 0, "secinfo_flags": 0x205, "content": "pattern.7"},
            {"op": "EEXTEND", "offset": 256}]);
        let case = json!({"name": "one", "size": 8192, "ssaframesize": 1, "ops": ops});
        let mut list = vec![json!({"op": "ECREATE", "size": "0x2000", "ssaframesize": 1})];
        list.extend(ops.as_array().expect("a list").clone());
        let as_text = json!(["ECREATE(size=0x2000)",
            "EADD(offset=0,secinfo_flags=0x205,content=pattern.7)", {"op": "EEXTEND", "offset": "0x100"}]);
        let all = [
            json!({"cases": [case], "made_by": "a test"}), json!([case]), case,
            Json::Array(list), as_text,
        ];
        let wanted = run(&all[0].to_string())[0]["mrenclave"].clone();
        assert!(wanted.is_string());
        for form in all {
            assert_eq!(run(&form.to_string())[0]["mrenclave"], wanted, "{form}");
        }
    }

    fn every_form_of_contents_is_read() {
        let content = |content: Json| {
            let case = json!({"size": 8192, "ops": [
                {"op": "EADD", "offset": 0, "secinfo_flags": 0x203, "content": content},
                {"op": "EEXTEND", "offset": 0},
            ]});
            steps(&case)[2]["data_sha256"].as_str().expect("a digest").to_string()
        };
        let zero = content(json!("zeros"));
        assert_eq!(content(json!("zero")), zero);
        assert_eq!(content(json!({"zero": true})), zero);
        assert_eq!(content(json!({"fill": "00000000"})), zero);
        assert_eq!(content(json!({"hex": ""})), zero);
        assert_eq!(content(json!({"tcs": {}})), zero);
        let rule = "byte[i]=(seed*131+i*7+(i>>8))&255";
        let seven = content(json!({"rule": rule, "seed": 7}));
        assert_eq!(content(json!("pattern.7")), seven);
        assert_eq!(content(json!({"rule": "seed 7, then byte 4095 ^= 1"})), seven);
        assert_ne!(content(json!({"rule": "seed 7, then byte 255 ^= 0x80"})), seven);
        let word = content(json!({"fill": "cccccccc"}));
        assert_eq!(content(json!("fill.cccccccc")), word);
        assert_eq!(content(json!({"hex": "cc".repeat(256)})), word);
        assert_ne!(content(json!({"tcs": {"ossa": 4096, "nssa": 2}})), zero);
    }

    fn refusals_and_faults_are_told_with_code_and_rule() {
        let told = steps(&json!([
            {"op": "ECREATE", "size": 8192},
            {"op": "EADD", "offset": 0, "secinfo_flags": 0x202},
            {"op": "EADD", "offset": 0, "secinfo_flags": 0x203, "rcx": "0x1000"},
            {"op": "EEXTEND", "offset": 0},
            {"op": "EVENT", "pending": true},
            {"op": "EINIT", "sign": "demo"},
        ]));
        let part = |i: usize| {
            let s = &told[i];
            json!([s["outcome"], s["code"], s["name"], s["address"], s["rule"], s["blocks"]])
        };
        assert_eq!(part(0), json!(["done", null, null, null, null, 1]));
        assert_eq!(part(1), json!(["faulted", 0, "#GP", null, "EADD.write-needs-read", 1]));
        assert_eq!(part(2), json!(["faulted", null, "#PF", "0x1000", "EADD.page-in-epc", 1]));
        assert_eq!(part(3), json!(["refused", 22, "EINVAL", null, "DRIVER.page-known", 1]));
        assert_eq!(part(5), json!(
            ["refused", 128, "SGX_UNMASKED_EVENT", null, "EINIT.no-event-pending", 1]
        ));
        assert_eq!(told[1]["secinfo_flags"], 0x202);
        assert_eq!(told[2]["rcx"], "0x1000");
    }

    fn two_enclaves_measure_apart() {
        let told = steps(&json!([
            {"op": "ECREATE", "size": 8192},
            {"op": "ECREATE", "enclave": 1, "process": 1, "base": "0x7e0000000000", "size": 16384},
            {"op": "EADD", "enclave": 1, "offset": 0, "secinfo_flags": 0x203},
            {"op": "EADD", "offset": 0, "secinfo_flags": 0x203},
            {"op": "EREMOVE", "enclave": 1, "offset": 0},
            {"op": "EREMOVE", "enclave": 1, "secs": true},
        ]));
        let blocks: Vec<&Json> = told.iter().map(|s| &s["blocks"]).collect();
        assert_eq!(blocks, [&json!(1), &json!(1), &json!(2), &json!(2), &json!(2), &Json::Null]);
        assert_ne!(told[2]["midstate"], told[3]["midstate"]);
    }

    fn mistakes_are_told_by_case_operation_and_key() {
        let op = |op: Json| json!([{"size": 8192, "ops": []}, {"size": 8192, "ops": [{"op": "EPA"}, op]}]);
        let said = complaint(&op(json!({"op": "EADD", "ofset": 0, "secinfo_flags": 1})));
        assert!(said.starts_with("case 2, operation 2: EADD has no argument “ofset”."), "{said}");
        let said = complaint(&op(json!({"op": "EEXTEND", "offset": -1})));
        assert!(said.starts_with("case 2, operation 2, key “offset”: It cannot be -1"), "{said}");
        let said = complaint(&op(json!({"op": "EEXTEND", "offset": 1.5})));
        assert!(said.contains("cannot be 1.5"), "{said}");
        let said = complaint(&op(json!({"op": "EWB"})));
        assert!(said.starts_with("case 2, operation 2: There is no operation “EWB”."), "{said}");
        let said = complaint(&op(json!({"offset": 0})));
        assert!(said.starts_with("case 2, operation 2, key “op”: It must name"), "{said}");
        let said = complaint(&op(json!({"op": "EADD", "offset": 0, "secinfo_flags": 1, "content": {"rule": "x"}})));
        assert!(said.starts_with("case 2, operation 2, key “content”: The rule must be"), "{said}");
        let said = complaint(&op(json!({"op": "EADD", "offset": 0, "secinfo_flags": 1, "content": {"tcs": {"x": 1}}})));
        assert!(said.contains("TCS has no field “x”"), "{said}");
        let said = complaint(&op(json!(7)));
        assert!(said.contains("An operation is an object"), "{said}");
        assert!(complaint(&json!({"ops": [], "ssaframsize": 2})).starts_with("key “ssaframsize”"));
        assert!(complaint(&json!({"ops": [], "ssaframesize": 2})).contains("needs “size” too"));
        assert!(complaint(&json!({"size": 8192})).starts_with("key “ops”: Expected is a list"));
        assert!(complaint(&json!({"cases": 1})).starts_with("key “cases”: It must be a list"));
        assert!(complaint(&json!("ECREATE")).starts_with("Expected is a list of operations"));
        let bad = read("{\"cases\": [").map(|_| ()).expect_err("no JSON").to_string();
        assert!(bad.starts_with("The input is not JSON: EOF"), "{bad}");
    }

    /// Threads, events and accesses are driven from JSON, and the registers of each step are told.
    fn a_running_enclave_is_driven_from_json() {
        let ops = json!([
            {"op": "ECREATE", "size": 32768},
            {"op": "EADD", "offset": 0, "secinfo_flags": 517},
            {"op": "EADD", "offset": 4096, "secinfo_flags": 256, "content": {"tcs": {"ossa": 8192, "nssa": 1}}},
            {"op": "EADD", "offset": 8192, "secinfo_flags": 515},
            {"op": "WRMSR", "msr": 140, "value": "0x55d6ba08e8d5d50d"},
            {"op": "WRMSR", "msr": 141, "value": "0xa4fb326dfbd1c06b"},
            {"op": "WRMSR", "msr": 142, "value": "0x943d838313a1f7e8"},
            {"op": "WRMSR", "msr": 143, "value": "0xcad47c0919d23de2"},
            {"op": "EINIT", "sign": "demo"},
            {"op": "EENTER", "offset": 4096},
            {"op": "SET", "rdx": 99},
            {"op": "ACCESS", "at": "0x7f0000002000", "access": "write", "hex": "0102030405060708"},
            {"op": "ACCESS", "at": "0x7f0000002000"},
            {"op": "RAISE", "event": "PF", "address": "0x7f0000002123", "code": 6},
            {"op": "ACCESS", "at": "0x7f0000002000"},
            {"op": "ENCLU"},
        ]);
        let cases = read(&ops.to_string()).expect("operations");
        let done = apply(&cases[0]).json();
        let step = |n: usize| &done["steps"][n - 1];
        assert!(done["steps"].as_array().expect("steps").iter().all(|s| s["outcome"] == "done"), "{done}");
        assert_eq!((&step(10)["inside"], &step(10)["registers"]["rip"]), (&json!(true), &json!("0x7f0000000000")));
        assert_eq!(step(13)["read"], "0102030405060708");
        let aex = step(14);
        assert_eq!((&aex["inside"], &aex["address"], &aex["code"]), (&json!(false), &json!("0x7f00_0000_2123"), &json!("0x6")));
        let registers = &aex["registers"];
        assert_eq!((&registers["rax"], &registers["rdx"], &registers["mxcsr"]), (&json!("0x3"), &json!("0x0"), &json!("0x1fb0")));
        assert_eq!(step(15)["read"], "ffffffffffffffff");
        assert_eq!((&step(16)["inside"], &step(16)["registers"]["rdx"]), (&json!(true), &json!("0x63")));
    }
}
