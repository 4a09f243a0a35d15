//! measure, inspect and apply on files.

use serde_json::json;

use super::{file, stream, teescope, teescope_with, vector};

/// SHA-256 of what a stream measures: everything but the chunk that is not.
const MEASURED: &str = "d133dde2183bcf00a48b9e8ab26b305feef172afa7f1f2c617f93919b3ade0a0";

#[test]
fn a_stream_is_measured() {
    let path = file("measure.sgxs", &stream());
    let wanted = json!({
        "mrenclave": MEASURED, "mrsigner": null, "isvprodid": null, "isvsvn": null,
        "attributes": {"flags": null, "xfrm": null},
        "pages": 1, "measured_pages": 0, "size": "0x2000",
        "format": "SGXS", "enclavehash": null, "inputs": {}, "layout": null,
         "sdk_release": null, "sdk_assumed": null,
    });
    assert_eq!(teescope(&["measure", "--json", &path]).json(), wanted);
    assert_eq!(
        teescope_with(&["measure", "-", "--json"], &stream()).json(),
        wanted
    );
    let text = teescope(&["measure", &path]);
    assert!(text.out.starts_with(&format!(
        "mrenclave         {MEASURED}\nmrsigner          –\n"
    )));
}

#[test]
fn vectors_are_measured() {
    for (path, key, value) in [
        (
            "mrenclave/base.sgxs",
            "mrenclave",
            "726b59d3414039eb84f66d030bf1aa2980dad718929a5bd3a2ef1f95f79199c9",
        ),
        (
            "mrenclave/unmeasured.sgxs",
            "mrenclave",
            "8d28117f8a37ebf7d5db15eb27f45dbf29ecf3927765671b5cf9cf1a9ef1b47c",
        ),
        (
            "sigstruct/intel-le-2024.sigstruct.bin",
            "mrsigner",
            "acb77012053e05a63d413b8bbae8fb6c5d73b3f2996d91c43bbbf90959c0f8d4",
        ),
    ] {
        let Some(bytes) = vector(&format!("sgx/{path}")) else {
            return;
        };
        let told = teescope_with(&["measure", "--json", "-"], &bytes).json();
        assert_eq!(told[key], value, "{path}");
        assert_eq!(told.as_object().map(serde_json::Map::len), Some(14));
    }
}

#[test]
fn a_configuration_goes_with_an_enclave_that_is_not_signed() {
    let stream = file("config.sgxs", &stream());
    let config = file("Enclave.config.xml", b"<EnclaveConfiguration/>");
    let told = teescope(&["measure", &stream, "--config", &config]);
    assert_eq!(told.code, 2);
    assert!(
        told.err.contains("config.sgxs cannot be used: Elf64_Ehdr"),
        "{}",
        told.err
    );
    let told = teescope(&["measure", &stream, "--sdk", "2.26"]);
    assert_eq!(told.code, 2);
    assert!(told.err.contains("does not depend on sdk"), "{}", told.err);
}

#[test]
fn unusable_files_are_refused() {
    let refused = |input: &[u8]| {
        teescope_with(&["measure", "-"], input)
            .complaint()
            .to_string()
    };
    assert!(refused(b"").starts_with("standard input: The file is neither an SGXS stream"));
    let cut = refused(&stream()[..200]);
    assert_eq!(
        cut,
        "standard input: EEXTEND.data at offset 0xc0 (192) needs 256 bytes but only 8 can be read.\n"
    );
    let ended = teescope_with(&["inspect", "-"], b"hello");
    assert!(
        ended
            .complaint()
            .starts_with("standard input (5 bytes) is no artefact")
    );
    let ended = teescope_with(&["apply", "sgx", "-"], b"[{\"op\": \"EAD\"}]");
    assert!(
        ended
            .complaint()
            .starts_with("standard input: operation 1: There is no operation “EAD”")
    );
    let ended = teescope_with(&["apply", "tdx", "-"], b"[]");
    assert!(ended.complaint().starts_with("There is no machine “tdx”"));
}

#[test]
fn three_files_measure_as_the_real_monitor_did() {
    let (Some(page0), Some(keys)) = (
        vector("keystone/enclave-page0.bin"),
        vector("keystone/keys.json"),
    ) else {
        return;
    };
    let keys: serde_json::Value = serde_json::from_slice(&keys).expect("JSON");
    let page = |p: usize| (0..4096).map(move |i| (66 + 7 * p + 3 * i + (i >> 8)) as u8);
    let loader = file("kept-loader.bin", &page0);
    let runtime = file("kept-runtime", &(0..3).flat_map(page).collect::<Vec<u8>>());
    let eapp = file("kept-eapp", &(3..5).flat_map(page).collect::<Vec<u8>>());
    let words = ["measure", "--json", &loader, &runtime, &eapp];
    let ended = teescope(&words);
    assert_eq!(ended.code, 0);
    // The files of that run are no programs, and are told to be none.
    assert_eq!(ended.err.matches("is no program").count(), 2);
    let told: serde_json::Value = serde_json::from_str(&ended.out).expect("JSON");
    let wanted = serde_json::json!({
        "enclave_hash": keys["enclave_hash"], "loader_size": "0x1000", "runtime_size": "0x3000",
        "eapp_size": "0x2000", "pages": 278, "epm_size": "0x200000", "epm_allocator": "buddy",
        "utm_size": "0x2000", "freemem": "0x100000",
    });
    assert_eq!(told, wanted);
    let two = teescope(&["measure", &loader, &runtime]);
    assert!(two.complaint().contains("three files"), "{}", two.err);
    let sgx = teescope(&["measure", &loader, &runtime, &eapp, "--tee", "sgx"]);
    assert!(sgx.complaint().contains("from one file"), "{}", sgx.err);
    let none = teescope(&["measure", &loader, "--tee", "none"]);
    assert!(
        none.complaint().contains("There is no machine “none”"),
        "{}",
        none.err
    );
    let utm = teescope(&["measure", &loader, &runtime, &eapp, "--utm", "many"]);
    assert!(utm.complaint().contains("utm is “many”"), "{}", utm.err);
}

#[test]
fn a_bad_signature_is_a_warning() {
    let Some(mut bytes) = vector("sgx/sigstruct/fortanix-sig1.sigstruct.bin") else {
        return;
    };
    bytes[1026] = 9;
    let ended = teescope_with(&["measure", "--json", "-"], &bytes);
    assert_eq!(ended.code, 0);
    assert!(
        ended.err.contains("The signature does not verify"),
        "{}",
        ended.err
    );
    assert!(ended.out.contains("\"isvsvn\": 9"), "{}", ended.out);
}

#[test]
fn every_byte_is_shown_once() {
    let bytes = [&stream()[..], b"more"].concat();
    let seen = teescope_with(&["inspect", "--json", "-"], &bytes).json();
    assert_eq!(seen["what"], "SGXS");
    let lines = seen["lines"].as_array().expect("lines");
    let mut at = 0;
    for line in lines {
        assert_eq!(line["offset"], at, "{line}");
        at += line["len"].as_u64().expect("a length");
    }
    assert_eq!(at, bytes.len() as u64);
    assert_eq!(lines.last().expect("a line")["meaning"], "unexplained");
    let wrong = seen["wrong"][0].as_str().expect("a sentence").to_string();
    assert!(wrong.starts_with("record tag at offset 0x"), "{wrong}");
    let text = teescope_with(&["inspect", "-"], &bytes).out;
    assert!(text.contains("SECINFO.FLAGS: 0x205 (REG r-x)"), "{text}");
    assert!(
        text.contains("UNMEASRD x 1: chunks 0x0100 to 0x01ff"),
        "{text}"
    );
    assert!(text.contains(&format!("WRONG: {wrong}")), "{text}");
}

#[test]
fn a_text_that_spells_a_file_is_taken_apart_as_the_file() {
    let Some(bytes) = vector("sgx/sigstruct/intel-le-2024.sigstruct.bin") else {
        return;
    };
    let plain = teescope_with(&["inspect", "--json", "-"], &bytes).json();
    assert_eq!(plain["from"], "1,808 bytes, taken as they are");
    assert_eq!(plain["wrong"], serde_json::json!([]));
    let held = plain["checks"].as_array().expect("checks");
    assert!(held.len() == 7 && held.iter().all(|c| c["held"] == true));
    let notes = plain["notes"].to_string();
    assert!(notes.contains("launch_enclave_mrsigner.hh"), "{notes}");
    let hex: Vec<String> = bytes.iter().map(|b| format!("0x{b:02x}")).collect();
    let array = format!("uint8_t sig[1808] = {{ {} }};", hex.join(", "));
    let mut pasted = teescope_with(&["inspect", "--json", "-"], array.as_bytes()).json();
    assert_eq!(pasted["from"], "an array in source code: 1,808 bytes");
    pasted["from"] = plain["from"].clone();
    assert_eq!(pasted, plain);
    // What is printed can be read again.
    let text = teescope_with(&["inspect", "-"], &bytes).out;
    let dump: Vec<&str> = text.lines().skip(2).collect();
    let again = teescope_with(&["inspect", "-"], dump.join("\n").as_bytes()).out;
    assert_eq!(
        again.lines().nth(1),
        Some("a dump with offsets: 1,808 bytes")
    );
    let odd = teescope_with(&["inspect", "-"], b"06 00 00 0");
    assert!(
        odd.complaint()
            .contains("hex text at offset 0x9 has a group"),
        "{}",
        odd.err
    );
}

#[test]
fn a_report_is_taken_apart_in_both_forms() {
    use teescope_core::keystone::keys::{Identity, SeedFrom, TEST_DEVICE};
    use teescope_core::keystone::report::{make, to_json};
    let mut told = teescope_core::trace::Silent;
    let identity = Identity::boot(&TEST_DEVICE, [7; 64], SeedFrom::OneByteEach, &mut told);
    let report = make(&identity, &[8; 64], b"hello", &[0; 1024]);
    let text = to_json(&report).to_string();
    for bytes in [&report.encode()[..], text.as_bytes()] {
        let seen = teescope_with(&["inspect", "--json", "-"], bytes).json();
        assert_eq!(seen["what"], "Keystone report");
        let mut at = 0;
        for line in seen["lines"].as_array().expect("lines") {
            assert_eq!(line["offset"], at, "{line}");
            at += line["len"].as_u64().expect("a length");
        }
        assert_eq!(at, bytes.len() as u64);
        assert_eq!(seen["wrong"], serde_json::json!([]));
        assert_eq!(seen["follows"]["enclave hash"], "08".repeat(64));
        let guessed = "monitor's secret key found by trying 32 seeds";
        assert_eq!(seen["follows"][guessed], "yes");
    }
    let mut bytes = report.encode();
    bytes[72] ^= 1;
    let text = teescope_with(&["inspect", "-"], &bytes).out;
    assert!(
        text.contains("enclave.data past data_len, not signed: zeros"),
        "{text}"
    );
    assert!(
        text.contains("WRONG: The monitor did not sign this enclave"),
        "{text}"
    );
}

#[test]
fn known_answers_are_compared_as_an_outsider_would() {
    let Some(bytes) = vector("sgx/mrenclave/synthetic.json") else {
        return;
    };
    let known: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
    let found = teescope_with(&["apply", "sgx", "-", "--json"], &bytes).json();
    for (known, found) in known["cases"]
        .as_array()
        .expect("cases")
        .iter()
        .zip(found["cases"].as_array().expect("cases"))
    {
        for key in ["name", "blocks_total", "bits_total", "mrenclave"] {
            assert_eq!(known[key], found[key]);
        }
    }
    let text = teescope_with(&["apply", "sgx", "-"], &bytes).out;
    assert!(
        text.contains("406 blocks, MRENCLAVE 726b59d3414039eb"),
        "{text}"
    );
}

#[test]
fn traces_of_the_real_monitor_come_back() {
    let Some(page0) = vector("keystone/enclave-page0.bin") else {
        return;
    };
    let page0 = file("page0.bin", &page0);
    for name in ["figure3", "errors", "tor", "full", "clash"] {
        let Some(bytes) = vector(&format!("keystone/sm-{name}.json")) else {
            continue;
        };
        let words = ["apply", "keystone", "-", "--json", "--page0", &page0];
        let ended = teescope_with(&words, &bytes);
        assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{name}");
        let known: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
        assert_eq!(ended.json()["steps"], known["steps"], "{name}");
    }
}

#[test]
fn a_bad_step_is_told_by_number_and_key() {
    let complain = |words: &[&str], text: &str| {
        teescope_with(words, text.as_bytes())
            .complaint()
            .to_string()
    };
    let apply = ["apply", "keystone", "-"];
    for (text, wanted) in [
        ("[", "The input is not JSON"),
        ("{\"steps\": 1}", "Expected is an object with a list"),
        ("{\"steps\": [7]}", "operation 1: A step is an object"),
        (
            "{\"steps\": [{\"do\": \"host_jump\"}]}",
            "operation 1, key “do”: Nothing of that name",
        ),
        (
            "{\"steps\": [{\"do\": \"host_call\", \"fid\": -1}]}",
            "operation 1, key “fid”: It must be a whole number",
        ),
        (
            "{\"steps\": [{\"do\": \"host_read\", \"addr\": 0, \"len\": 65537}]}",
            "operation 1, key “len”: It must be at most",
        ),
    ] {
        let told = complain(&apply, text);
        assert!(told.contains(wanted), "{text}: {told}");
    }
    let told = complain(&["apply", "sgx", "-", "--page0", "x"], "[]");
    assert!(told.contains("sgx takes no --page0"), "{told}");
    let told = complain(
        &["apply", "keystone", "-", "--monitor", "x"],
        "{\"steps\": []}",
    );
    assert!(told.contains("upstream or intended"), "{told}");
}

#[test]
fn pmp_samples_are_answered() {
    for kind in ["drop", "fine", "keystone", "lock", "page", "smepmp"] {
        let Some(bytes) = vector(&format!("keystone/pmp-{kind}.jsonl")) else {
            continue;
        };
        let asked = String::from_utf8(bytes).expect("text");
        let ended = teescope_with(&["pmp", "-"], asked.as_bytes());
        assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{kind}");
        let json = |line: &str| -> serde_json::Value { serde_json::from_str(line).expect("JSON") };
        let told: Vec<_> = ended.out.lines().map(json).collect();
        let asked: Vec<_> = asked.lines().map(json).collect();
        assert_eq!(told.len(), asked.len());
        for (told, asked) in told.iter().zip(&asked) {
            assert_eq!(told["verdicts"], asked["qemu"], "{kind}");
            assert_eq!(told.get("after"), asked.get("after"), "{kind}");
        }
    }
}

#[test]
fn a_bad_pmp_line_is_told_by_line_and_member() {
    let good = "{\"cfg\": [], \"addr\": [], \"probes\": []}\n\n";
    for (line, wanted) in [
        (
            "{\"cfg\": [300]",
            "standard input, line 3: this is not JSON: ",
        ),
        (
            "{\"read\": {\"cfg\": [0, 300], \"addr\": []}, \"probes\": []}",
            "standard input, line 3: member “read.cfg[1]”: a whole number from 0 to 255 is needed",
        ),
    ] {
        let ended = teescope_with(&["pmp", "-"], format!("{good}{line}\n").as_bytes());
        assert_eq!(ended.code, 2);
        let err = ended.err.strip_prefix("teescope: ").expect("a complaint");
        assert!(err.starts_with(wanted), "{err}");
    }
}

#[test]
fn registers_are_read_from_a_file() {
    let text = b"pmpcfg0 0x1f18\npmpaddr0 0x2003ffff\npmpaddr1 0x3fffffffffffff\n";
    let given = format!("dump={}", file("pmp-registers.txt", text));
    let run = ["run", "keystone/pmp", "--json", "--file", &given];
    let run = [&run[..], &["--set", "ask=0x80000000,0x80200000"]].concat();
    let all = teescope(&run).json();
    let steps = all["steps"].as_array().expect("steps");
    let ends: Vec<_> = steps[3..].iter().map(|s| &s["outcome"]["result"]).collect();
    assert_eq!(ends, ["faulted", "done"]);
    let bad = format!(
        "dump={}",
        file("pmp-bad.txt", b"pmpaddr0 0x1\npmpaddr1 0xg\n")
    );
    let ended = teescope(&["run", "keystone/pmp", "--file", &bad]);
    assert!(
        ended.complaint().starts_with("line 2, character 10: “0xg”"),
        "{}",
        ended.err
    );
    let ended = teescope(&["run", "keystone/pmp", "--file", "size=x"]);
    assert!(
        ended
            .complaint()
            .starts_with("keystone/pmp takes no file as “size”")
    );
}

/// A quote as a pasted file, and bytes that could be two structures.
#[test]
fn inspect_tells_what_no_magic_number_opens() {
    let mut request = vec![0_u8; 512];
    // KEYNAME 4, and a KEYID whose first byte is 3: as a TARGETINFO, XFRM is 3.
    (request[0], request[40]) = (4, 3);
    let first = teescope_with(&["inspect", "--json", "-"], &request).json();
    assert_eq!(first["what"], "TARGETINFO");
    let names: Vec<_> = first["readings"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|r| &r["what"])
        .collect();
    assert_eq!(names, ["TARGETINFO", "KEYREQUEST"]);
    let second = teescope_with(&["inspect", "--json", "--as", "keyrequest", "-"], &request).json();
    assert_eq!(second["what"], "KEYREQUEST");
    let ended = teescope_with(&["inspect", "--as", "SECS", "-"], &request);
    assert!(
        ended
            .err
            .contains("is no SECS. It could be: TARGETINFO, KEYREQUEST."),
        "{}",
        ended.err
    );
}

/// The case file of something that was looked at is replayed with its file, and refused with another.
#[test]
fn a_case_of_what_was_looked_at_is_replayed() {
    use teescope_core::artefacts::look;
    let mut request = [0_u8; 512];
    request[0] = 4;
    let case = look(&std::rc::Rc::from(&request[..])).case();
    let case = file("looked.case.json", case.expect("a case").write().as_bytes());
    let given = |name: &str, bytes: &[u8]| format!("file={}", file(name, bytes));
    let (own, cut) = (
        given("looked.bin", &request),
        given("cut.bin", &request[..300]),
    );
    let same = teescope(&["replay", &case, "--file", &own]);
    assert!(
        same.out.starts_with("inspect: the same digest "),
        "{}{}",
        same.out,
        same.err
    );
    let other = teescope(&["replay", &case, "--file", &cut]);
    assert!(
        other.err.contains("another file than the case file names"),
        "{}",
        other.err
    );
    let none = teescope(&["replay", &case]);
    assert!(
        none.err.contains("give it with --file file=PATH"),
        "{}",
        none.err
    );
}
