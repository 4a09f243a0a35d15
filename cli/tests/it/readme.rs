//! Every example of the README does what the README says.

use super::{elf, file, folder, program, stream, teescope, teescope_with};

const README: &str = include_str!("../../README.md");

/// The code blocks that open with this line, with the line they stand at.
fn blocks(opens: &str) -> Vec<(usize, String)> {
    let mut all = Vec::new();
    let mut lines = README.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        if line.strip_prefix("```") == Some(opens) {
            let block: Vec<&str> = lines
                .by_ref()
                .map(|(_, l)| l)
                .take_while(|l| *l != "```")
                .collect();
            all.push((at + 1, block.join("\n")));
        }
    }
    all
}

/// A command line cut into words; double quotes keep a word together.
fn words(line: &str) -> Vec<String> {
    let mut all = Vec::new();
    for (i, part) in line.split('"').enumerate() {
        if i % 2 == 1 {
            all.push(part.to_string());
        } else {
            all.extend(part.split_whitespace().map(ToString::to_string));
        }
    }
    all
}

#[test]
fn operations_do_what_they_say() {
    let mut seen = std::collections::BTreeSet::new();
    for (opens, fails) in [("json", false), ("json faults", true)] {
        for (line, text) in blocks(opens) {
            let ended = teescope_with(&["apply", "sgx", "-", "--json"], text.as_bytes()).json();
            let steps = ended["cases"][0]["steps"]
                .as_array()
                .expect("steps")
                .clone();
            let (last, before) = steps.split_last().expect("a step");
            for step in before {
                assert_eq!(step["outcome"], "done", "README line {line}: {step}");
            }
            let wanted = if fails { "faulted" } else { "done" };
            assert_eq!(last["outcome"], wanted, "README line {line}: {last}");
            seen.extend(
                steps
                    .iter()
                    .filter_map(|s| s["op"].as_str().map(ToString::to_string)),
            );
        }
    }
    let all = [
        "BOOT", "ECREATE", "EADD", "EEXTEND", "EINIT", "EREMOVE", "EPA", "ENCLS", "WRMSR", "MMAP",
        "WRITE", "FLIP", "EVENT", "HOLD", "THREAD", "EENTER", "EEXIT", "ERESUME", "EDECCSSA",
        "ENCLU", "EDBGRD", "EDBGWR", "SET", "ACCESS", "EXECUTE", "RAISE", "CPU", "MAP", "UNMAP",
    ];
    for op in all {
        assert!(seen.contains(op), "no example of {op}");
    }
}

#[test]
fn probes_are_answered_as_they_say() {
    let [(_, text)] = &blocks("json pmp")[..] else {
        panic!("one example");
    };
    for words in [["pmp", "-"].as_slice(), &["pmp", "-", "--json"]] {
        let ended = teescope_with(words, text.as_bytes());
        assert_eq!((ended.code, ended.err.as_str()), (0, ""));
        let all: Vec<serde_json::Value> = ended
            .out
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect();
        assert_eq!(all.len(), 2);
        assert_eq!(all[0]["verdicts"], serde_json::json!([262, 0, 0]));
        assert_eq!(all[0]["entries"], serde_json::json!([0, 7, 0]));
        assert_eq!(all[1]["verdicts"], serde_json::json!([0]));
        // The first entry is locked, so that only the second changes.
        assert_eq!(all[1]["after"]["cfg"][0], 129);
        assert_eq!(all[1]["after"]["cfg"][1], 0);
        assert_eq!(all[1]["after"]["addr"][0], 0x2000_0000);
    }
}

#[test]
fn steps_come_back_with_their_results() {
    let [(_, text)] = &blocks("json keystone")[..] else {
        panic!("one example");
    };
    let given: serde_json::Value = serde_json::from_str(text).expect("JSON");
    let ended = teescope_with(&["apply", "keystone", "-", "--json"], text.as_bytes());
    let told: serde_json::Value = serde_json::from_str(&ended.out).expect("JSON");
    assert_eq!((ended.code, &told), (0, &given));
    assert!(ended.err.contains("first page"), "{}", ended.err);
    let lines = teescope_with(&["apply", "keystone", "-"], text.as_bytes()).out;
    assert!(lines.contains("RESUME.stopped"), "{lines}");
}

#[test]
fn commands_run() {
    let mut lines = Vec::new();
    for (opens, code) in [("console", 0), ("console differs", 1)] {
        let blocks = blocks(opens);
        assert!(!blocks.is_empty(), "{opens}");
        let all = blocks.iter().flat_map(|(_, block)| block.lines());
        lines.extend(all.map(|line| (line.to_string(), code)));
    }
    file(
        "host.json",
        b"{\"steps\": [{\"do\": \"host_call\", \"fid\": 2003}]}",
    );
    file("enclave.sgxs", &stream());
    file("rebuilt.sgxs", &stream());
    let mut patched = stream();
    patched[200] ^= 1;
    file("patched.sgxs", &patched);
    file("loader.bin", &[0x13; 300]);
    file("runtime.elf", &elf());
    file("eapp.elf", &elf());
    file(
        "registers.txt",
        b"pmpcfg0 0x1f18\npmpaddr0 0x2003ffff\npmpaddr1 0x3fffffffffffff\n",
    );
    file(
        "probes.jsonl",
        b"{\"cfg\": [31], \"addr\": [1], \"probes\": [[1, 0, 0]]}",
    );
    file(
        "operations.json",
        b"[{\"op\": \"ECREATE\", \"size\": 8192}]",
    );
    // A SIGSTRUCT over nothing in particular: what EINIT makes of it is a result.
    let made = ["run", "sgx/hello-enclave", "--json"];
    let all = teescope(&made).json();
    let steps = all["steps"].as_array().expect("steps");
    let events = steps
        .iter()
        .flat_map(|s| s["events"].as_array().expect("events"));
    let sigstruct = events
        .filter(|e| e["what"] == "SIGSTRUCT")
        .find_map(|e| e["bytes"].as_str())
        .expect("a SIGSTRUCT");
    let bytes: Vec<u8> = (0..sigstruct.len() / 2)
        .map(|i| u8::from_str_radix(&sigstruct[2 * i..2 * i + 2], 16).expect("hex"))
        .collect();
    file("enclave.sig", &bytes);
    assert_eq!(
        teescope(&["run", "sgx/hello-enclave", "--case", "run.json"]).code,
        0
    );
    for (line, code) in lines {
        let line = line.strip_prefix("$ teescope ").expect("a command");
        let ended = program(&folder())
            .args(words(line))
            .output()
            .expect("started");
        let err = String::from_utf8_lossy(&ended.stderr);
        assert_eq!((ended.status.code(), &*err), (Some(code), ""), "{line}");
    }
}
