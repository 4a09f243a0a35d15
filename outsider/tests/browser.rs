//! Runs the stranger's functions in a real browser tab.

use sha2::{Digest, Sha256};
use teescope_outsider::{measured, open, scenarios, told};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn every_listed_scenario_runs_to_its_end() {
    let all = scenarios();
    assert!(
        all.iter().any(|(id, _)| *id == "sgx/hello-enclave"),
        "{all:?}"
    );
    for (id, title) in all {
        let mut session = open(id, &[]).expect("its own defaults fit");
        let lines = told(&mut *session);
        assert_eq!(lines.len() as u64, session.len(), "{title}");
        assert!(lines.iter().all(|line| !line.is_empty()), "{title}");
    }
}

/// MRENCLAVE is the SHA-256 of what the leaves absorbed, so a plain hash over the same bytes must
/// give the value that the machine reports.
#[wasm_bindgen_test]
fn mrenclave_is_the_hash_of_what_was_absorbed() {
    let mut session = open("sgx/hello-enclave", &[]).expect("it opens");
    let measured = measured(&mut *session).expect("the enclave was initialised");
    assert_eq!(measured.value, Sha256::digest(&measured.input).to_vec());
    assert_eq!(&measured.input[..8], b"ECREATE\0");
    assert_eq!(measured.input.len() % 64, 0);
}

#[wasm_bindgen_test]
fn what_does_not_fit_is_refused_in_words() {
    assert!(
        open("sgx/no-such-scenario", &[])
            .err()
            .is_some_and(|why| why.contains("no-such-scenario"))
    );
    assert!(open("sgx/hello-enclave", &[("no-such-parameter", "1")]).is_err());
}
