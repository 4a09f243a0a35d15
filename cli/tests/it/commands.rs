//! Words, help, languages, scenarios, case files.

use std::process::Stdio;

use super::{file, folder, program, stream, teescope, teescope_with};

#[test]
fn every_command_helps() {
    let all = [
        "list", "run", "measure", "diff", "inspect", "apply", "compare", "profiles", "pmp",
        "replay",
    ];
    let overview = teescope(&["--help"]);
    assert_eq!(overview.code, 0);
    for name in all {
        assert!(overview.out.contains(&format!("\n  {name}")), "{name}");
        for help in ["--help", "-h"] {
            let ended = teescope(&[name, help]);
            assert_eq!((ended.code, ended.err.as_str()), (0, ""));
            assert!(
                ended.out.starts_with(&format!("teescope {name}")),
                "{}",
                ended.out
            );
            for option in ["--json", "--lang CODE", "--help"] {
                assert!(ended.out.contains(option), "{name} {option}");
            }
        }
    }
}

#[test]
fn what_is_said_comes_in_three_forms() {
    let told = teescope(&["profiles", "--json"]).json();
    let rows = told["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 13);
    for row in rows {
        assert_eq!(row["machines"].as_array().map(Vec::len), Some(3), "{row}");
    }
    let told = teescope(&["profiles", "encryption", "--tee", "keystone,sgx", "--json"]).json();
    assert_eq!(told["rows"].as_array().map(Vec::len), Some(1));
    let cells = &told["rows"][0]["machines"];
    assert_eq!(
        (&cells[0]["tee"], &cells[1]["tee"]),
        (&"keystone".into(), &"sgx".into())
    );
    assert_eq!(
        cells[0]["evidence"]["link"],
        "#keystone/common@secret.still"
    );
    let csv = teescope(&["profiles", "--csv"]);
    assert!(
        csv.out
            .starts_with("part,row,title,machine,then,today,dated,"),
        "{}",
        csv.out
    );
    let text = teescope(&["profiles"]).out;
    assert!(
        text.contains("not yet run: This machine is not modelled yet."),
        "{text}"
    );
    assert!(text.contains("† holds no longer, or never did"), "{text}");
    for (words, says) in [
        (&["profiles", "price"][..], "There is no row “price”."),
        (
            &["profiles", "--tee", "vault"],
            "There is no machine “vault”. There are sgx, keystone, trustzone.",
        ),
        (
            &["profiles", "--csv", "--json"],
            "--csv and --json exclude each other.",
        ),
    ] {
        let wrong = teescope(words);
        assert_eq!(wrong.code, 2);
        assert!(wrong.err.contains(says), "{}", wrong.err);
    }
}

#[test]
fn a_question_is_answered_by_every_machine() {
    let told = teescope(&["compare", "in-use", "--json"]).json();
    let kinds = |told: &serde_json::Value| {
        let machines = told["machines"].as_array().expect("machines").iter();
        let kind = |m: &serde_json::Value| format!("{} {} {}", m["tee"], m["kind"], m["differs"]);
        machines
            .map(kind)
            .collect::<Vec<_>>()
            .join(", ")
            .replace('"', "")
    };
    assert_eq!(kinds(&told), "sgx constant true, keystone refused true");
    // The operating system reads ones behind the abort page; the answer carries what it read.
    assert_eq!(told["machines"][0]["bytes"], "ff".repeat(16));
    let told = teescope(&[
        "compare",
        "in-use",
        "--observer",
        "dma",
        "--tee",
        "keystone",
        "--json",
    ]);
    assert_eq!(kinds(&told.json()), "keystone plain false");
    let listed = teescope(&["compare", "--json"]).json();
    assert_eq!(listed.as_array().map(Vec::len), Some(12));
    let wrong = teescope(&["compare", "who"]);
    assert!(
        wrong
            .complaint()
            .starts_with("There is no question “who”. There are in-use,")
    );
    let wrong = teescope(&["compare", "in-use", "--observer", "nobody"]);
    assert!(wrong.complaint().starts_with("“nobody” is no observer."));
    let wrong = teescope(&["compare", "in-use", "--tee", "safe"]);
    assert!(wrong.complaint().starts_with("“safe” is no machine"));
}

#[test]
fn wrong_words_are_told() {
    let complain = |words: &[&str]| teescope(words).complaint().to_string();
    assert!(complain(&[]).starts_with("No command was given."));
    assert!(
        complain(&["mesure"]).starts_with("There is no command “mesure”. There are list, run,")
    );
    assert!(complain(&["list", "--jsn"]).starts_with("“teescope list” has no option --jsn."));
    assert!(complain(&["list", "--json", "--json"]).starts_with("--json was given twice"));
    assert!(complain(&["list", "--json=yes"]).starts_with("--json takes no value"));
    assert!(complain(&["list", "--lang"]).starts_with("--lang needs CODE after it"));
    assert!(
        complain(&["list", "--lang", "xx"]).starts_with("There is no language “xx”. There are en,")
    );
    assert!(complain(&["measure"]).starts_with("“teescope measure” needs FILE"));
    assert!(complain(&["inspect", "a", "b"]).starts_with("“b” is one word too many"));
    assert!(complain(&["run", "sgx/none"]).starts_with("There is no scenario “sgx/none”."));
    let unset = complain(&["run", "sgx/hello-enclave", "--set", "heap"]);
    assert!(unset.starts_with("--set takes KEY=VALUE"), "{unset}");
    let unknown = complain(&["run", "sgx/hello-enclave", "--set", "heep=1"]);
    assert!(
        unknown.starts_with("sgx/hello-enclave has no parameter “heep”"),
        "{unknown}"
    );
    let seed = complain(&["run", "sgx/hello-enclave", "--seed", "-1"]);
    assert!(seed.starts_with("The seed “-1” is no number"), "{seed}");
    let step = complain(&["run", "sgx/hello-enclave", "--to", "nowhere"]);
    assert!(step.starts_with("The run has no step “nowhere”"), "{step}");
    let edit = complain(&["run", "sgx/hello-enclave", "--edit", "+nowhere:EPA"]);
    assert!(edit.contains("names the step “nowhere”"), "{edit}");
    let needs = complain(&["run", "sgx/from-file"]);
    assert!(
        needs.ends_with("On the command line: --file stream=PATH.\n"),
        "{needs}"
    );
    let takes = complain(&["run", "sgx/from-file", "--file", "strem=x"]);
    assert!(
        takes.starts_with("sgx/from-file takes no file as “strem”"),
        "{takes}"
    );
    let absent = complain(&["measure", "not-there.sgxs"]);
    assert!(
        absent.starts_with("not-there.sgxs cannot be read"),
        "{absent}"
    );
}

#[test]
fn scenarios_are_listed() {
    let all = teescope(&["list", "--json"]).json();
    let all = all.as_array().expect("a list");
    let ids: Vec<&str> = all.iter().filter_map(|s| s["id"].as_str()).collect();
    assert!(ids.contains(&"sgx/hello-enclave") && ids.contains(&"sgx/from-file"));
    for scenario in all {
        for key in ["tee", "title", "question", "lesson"] {
            assert!(
                scenario[key].as_str().is_some_and(|s| !s.is_empty()),
                "{scenario}"
            );
        }
        for param in scenario["params"].as_array().expect("a list") {
            assert!(
                param["takes"].is_object() && param["default"].is_string(),
                "{param}"
            );
        }
    }
    let careless = all.iter().find(|s| s["id"] == "sgx/careless-exit");
    let careless = careless.expect("a scenario that leaks");
    assert_eq!(careless["secret"], "secret");
    let channels = careless["channels"].as_array().expect("a list");
    assert!(
        channels
            .iter()
            .any(|c| c["observer"] == "privileged" && c["at"] == "registers")
    );
    let text = teescope(&["list"]);
    assert_eq!(
        text.out.lines().filter(|l| !l.starts_with(' ')).count(),
        ids.len()
    );
}

#[test]
fn a_run_is_told_step_by_step() {
    let text = teescope(&["run", "sgx/hello-enclave"]);
    assert_eq!((text.code, text.err.as_str()), (0, ""));
    assert!(
        text.out.contains("ok EINIT.signature-valid"),
        "{}",
        text.out
    );
    let all = teescope(&["run", "sgx/hello-enclave", "--json"]).json();
    let steps = all["steps"].as_array().expect("steps");
    assert_eq!(all["len"], steps.len());
    assert_eq!(all["digest"].as_str().map(str::len), Some(64));
    assert_eq!(steps.last().expect("EINIT")["outcome"]["result"], "done");
    let part = [
        "run",
        "sgx/hello-enclave",
        "--json",
        "--to",
        "create.ecreate",
    ];
    let part = teescope(&part).json();
    let some = part["steps"].as_array().expect("steps");
    assert!(part["digest"].is_null() && some.len() < steps.len());
    assert_eq!(some.last().expect("a step")["label"], "create.ecreate");
    assert_eq!(some[..], steps[..some.len()]);
    let by_number = [
        "run",
        "sgx/hello-enclave",
        "--json",
        "--to",
        &some.len().to_string(),
    ];
    assert_eq!(teescope(&by_number).json(), part);
}

#[test]
fn a_refusal_is_a_result() {
    let words = [
        "run",
        "sgx/hello-enclave",
        "--json",
        "--edit",
        "+init.einit:EVENT(pending=yes)",
    ];
    let all = teescope(&words).json();
    let last = all["steps"]
        .as_array()
        .expect("steps")
        .last()
        .expect("EINIT")
        .clone();
    assert_eq!(last["outcome"]["name"], "SGX_UNMASKED_EVENT");
    assert_eq!(last["rule"], "EINIT.no-event-pending");
    assert_eq!(
        all["settings"]["edits"][0],
        "+init.einit:EVENT(pending=yes)"
    );
}

#[test]
fn a_case_is_replayed_to_the_same_digest() {
    let case = folder().join("hello.case.json");
    let case = case.to_str().expect("UTF-8");
    let words = [
        "run",
        "sgx/hello-enclave",
        "--seed",
        "0x7",
        "--set",
        "heap=3",
        "--case",
        case,
    ];
    assert_eq!(teescope(&words).code, 0);
    let told = teescope(&["replay", case, "--json"]).json();
    assert_eq!(
        (&told["same"], &told["scenario"]),
        (&true.into(), &"sgx/hello-enclave".into())
    );
    assert_eq!(told["digest"], told["expected"]);
    let text = std::fs::read_to_string(case).expect("a case file");
    let other = file(
        "other.case.json",
        text.replace("\"heap\": \"3\"", "\"heap\": \"4\"")
            .as_bytes(),
    );
    let ended = teescope(&["replay", &other]);
    assert_eq!((ended.code, ended.out.as_str()), (1, ""));
    assert!(
        ended.err.contains("the run came to the digest"),
        "{}",
        ended.err
    );
    let from_input = teescope_with(&["replay", "-"], text.as_bytes());
    assert_eq!(from_input.code, 0, "{}", from_input.err);
    let bad = teescope_with(&["replay", "-"], b"{}");
    assert!(
        bad.complaint()
            .starts_with("standard input: The key “teescope”")
    );
    let no_text = teescope_with(&["replay", "-"], b"ab\xff");
    assert_eq!(
        no_text.complaint(),
        "standard input is not UTF-8 text: see offset 0x2.\n"
    );
}

#[test]
fn a_case_with_files_asks_for_them() {
    let enclave = file("case.sgxs", &stream());
    let case = folder().join("file.case.json");
    let case = case.to_str().expect("UTF-8");
    let given = format!("stream={enclave}");
    let run = ["run", "sgx/from-file", "--file", &given, "--case", case];
    assert_eq!(teescope(&run).code, 0);
    assert_eq!(teescope(&["replay", case, "--file", &given]).code, 0);
    let without = teescope(&["replay", case]);
    assert!(without.complaint().contains("--file stream=PATH"));
    let mut changed = stream();
    changed[200] ^= 1;
    let other = format!("stream={}", file("changed.sgxs", &changed));
    let ended = teescope(&["replay", case, "--file", &other]);
    assert!(
        ended
            .complaint()
            .starts_with("changed.sgxs is not the file that this run uses")
    );
}

#[test]
fn it_speaks_japanese() {
    let all = teescope(&["list", "--lang", "ja", "--json"]).json();
    let question = all[0]["question"].as_str().expect("a question").to_string();
    assert!(
        question.chars().any(|c| ('ぁ'..='ん').contains(&c)),
        "{question}"
    );
    assert_eq!(all[0]["id"], "sgx/hello-enclave");
    let run = teescope(&["run", "sgx/hello-enclave", "--lang=ja", "--to", "3"]);
    assert!(run.out.contains("ECREATE") && !run.out.is_ascii());
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut child = program(&folder())
        .args(["run", "sgx/hello-enclave", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    drop(child.stdout.take());
    let ended = child.wait_with_output().expect("ended");
    assert!(ended.status.success(), "{:?}", ended.status);
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
}
