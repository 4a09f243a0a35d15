//! The traces of the real security monitor, replayed step by step: every result must come out again.

use serde_json::{Map, Value as Json};
use teescope_core::keystone::apply::APPLIER;
use teescope_core::trace::{Input, Inputs, Params};

use crate::vectors;

/// The first page of every enclave of the traces.
fn page0() -> Option<Inputs> {
    let bytes = vectors::read("keystone/enclave-page0.bin")?;
    let input = Input {
        name: "enclave-page0.bin".into(),
        bytes: bytes.into(),
    };
    Some(Inputs::from([("page0".to_string(), input)]))
}

/// Bytes of a report past its data are the stack of the monitor: masked on both sides.
fn masked(step: &Json) -> Json {
    let mut step = step.clone();
    let bytes = step
        .get("bytes")
        .and_then(Json::as_str)
        .filter(|b| b.len() == 2 * 1352);
    if let Some(bytes) = bytes {
        let len = (64..72).rev().fold(0, |n, i| {
            n << 8 | usize::from_str_radix(&bytes[2 * i..2 * i + 2], 16).expect("hex")
        });
        let (head, tail) = bytes.split_at(2 * (72 + len));
        let tail = &tail[2 * (1024 - len)..];
        let masked = format!("{head}{}{tail}", "--".repeat(1024 - len));
        step["bytes"] = masked.into();
    }
    step
}

/// Replays a trace; gives how many steps were compared.
fn replay(name: &str) -> usize {
    let (Some(bytes), Some(inputs)) = (vectors::read(&format!("keystone/{name}")), page0()) else {
        return 0;
    };
    let text = String::from_utf8(bytes).expect("UTF-8");
    let known: Json = serde_json::from_str(&text).expect("JSON");
    let found = (APPLIER.run)(&text, &Params::new(), &inputs)
        .unwrap_or_else(|e| panic!("{name}: {}", e.en()));
    assert!(found.warnings.is_empty());
    for key in ["opensbi_pmp_writes", "sm_pmp_writes"] {
        assert_eq!(known.get(key), found.json.get(key), "{name}: {key}");
    }
    let none = Vec::new();
    let steps = |json: &Json| -> Vec<Json> {
        json.get("steps")
            .and_then(Json::as_array)
            .unwrap_or(&none)
            .clone()
    };
    let (known, found) = (steps(&known), steps(&found.json));
    assert_eq!(known.len(), found.len());
    for (i, (known, found)) in known.iter().zip(&found).enumerate() {
        assert_eq!(masked(found), masked(known), "{name}, step {i}");
    }
    found.len()
}

shared_test! {
    fn the_boot_writes_what_the_real_one_writes() {
        replay("sm-boot.json");
    }

    fn two_enclaves_and_the_host() {
        assert!(matches!(replay("sm-figure3.json"), 0 | 42));
    }

    fn every_function_and_every_bad_argument() {
        assert!(matches!(replay("sm-errors.json"), 0 | 75));
    }

    fn enclaves_that_need_two_entries() {
        assert!(matches!(replay("sm-tor.json"), 0 | 21));
    }

    fn six_enclaves_fill_eight_entries() {
        assert!(matches!(replay("sm-full.json"), 0 | 16));
    }

    fn reports_and_sealing_keys() {
        assert!(matches!(replay("sm-attest.json"), 0 | 32));
    }

    fn the_last_entry_is_taken_from_the_operating_system() {
        assert!(matches!(replay("sm-clash.json"), 0 | 8));
    }

    /// A file comes back the same whether it holds its results or not.
    fn results_in_the_file_are_passed_over() {
        let Some(bytes) = vectors::read("keystone/sm-tor.json") else { return };
        let mut json: Json = serde_json::from_slice(&bytes).expect("JSON");
        let run = |json: &Json| (APPLIER.run)(&json.to_string(), &Params::new(), &Inputs::new())
            .unwrap_or_else(|e| panic!("{}", e.en()));
        let with = run(&json).json;
        for step in json["steps"].as_array_mut().expect("steps") {
            let step = step.as_object_mut().expect("a step");
            let own = ["do", "base", "runtime_pages", "user_pages", "tag", "epm", "utm", "runtime",
                "user", "free", "free_requested", "note", "addr", "fid", "a0", "eid", "host_fid"];
            *step = step.iter().filter(|(k, _)| own.contains(&k.as_str()))
                .map(|(k, v)| (k.clone(), v.clone())).collect::<Map<_, _>>();
        }
        assert_eq!(run(&json).json, with);
        assert_eq!(run(&json).warnings.len(), 1, "the first page is missing");
    }
}
