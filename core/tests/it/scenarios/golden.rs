//! Golden traces: every registered scenario as text, the same natively and on wasm32.
//!
//! `UPDATE_EXPECT=1` rewrites the files; read the difference before committing it.

use teescope_core::bytes::hex;
use teescope_core::text::Catalogue;
use teescope_core::trace::dump;

use super::{listed, open};

/// The traces by scenario. A scenario that is registered and not listed here fails the test.
const GOLDEN: &[(&str, &str)] = &[
    (
        "sgx/hello-enclave",
        include_str!("../../golden/sgx/hello-enclave.txt"),
    ),
    (
        "sgx/epc-and-elrange",
        include_str!("../../golden/sgx/epc-and-elrange.txt"),
    ),
    (
        "sgx/order-matters",
        include_str!("../../golden/sgx/order-matters.txt"),
    ),
    (
        "sgx/measured-or-not",
        include_str!("../../golden/sgx/measured-or-not.txt"),
    ),
    ("sgx/signing", include_str!("../../golden/sgx/signing.txt")),
    (
        "sgx/einit-refused",
        include_str!("../../golden/sgx/einit-refused.txt"),
    ),
    (
        "sgx/debug-same-mrenclave",
        include_str!("../../golden/sgx/debug-same-mrenclave.txt"),
    ),
    (
        "sgx/enter-and-exit",
        include_str!("../../golden/sgx/enter-and-exit.txt"),
    ),
    (
        "sgx/ecall-and-ocall",
        include_str!("../../golden/sgx/ecall-and-ocall.txt"),
    ),
    ("sgx/aex", include_str!("../../golden/sgx/aex.txt")),
    (
        "sgx/two-level-exceptions",
        include_str!("../../golden/sgx/two-level-exceptions.txt"),
    ),
    (
        "sgx/aex-notify",
        include_str!("../../golden/sgx/aex-notify.txt"),
    ),
    (
        "sgx/who-may-touch-what",
        include_str!("../../golden/sgx/who-may-touch-what.txt"),
    ),
    (
        "sgx/hostile-remap",
        include_str!("../../golden/sgx/hostile-remap.txt"),
    ),
    (
        "sgx/careless-exit",
        include_str!("../../golden/sgx/careless-exit.txt"),
    ),
    (
        "sgx/page-fault-channel",
        include_str!("../../golden/sgx/page-fault-channel.txt"),
    ),
    (
        "sgx/single-step",
        include_str!("../../golden/sgx/single-step.txt"),
    ),
    (
        "sgx/debug-enclave",
        include_str!("../../golden/sgx/debug-enclave.txt"),
    ),
    (
        "sgx/sigstruct",
        include_str!("../../golden/sgx/sigstruct.txt"),
    ),
    ("sgx/destroy", include_str!("../../golden/sgx/destroy.txt")),
    ("sgx/common", include_str!("../../golden/sgx/common.txt")),
    (
        "keystone/classic-measurement",
        include_str!("../../golden/keystone/classic-measurement.txt"),
    ),
    (
        "keystone/from-files",
        include_str!("../../golden/keystone/from-files.txt"),
    ),
    (
        "keystone/report",
        include_str!("../../golden/keystone/report.txt"),
    ),
    (
        "keystone/figure-3",
        include_str!("../../golden/keystone/figure-3.txt"),
    ),
    (
        "keystone/lifecycle",
        include_str!("../../golden/keystone/lifecycle.txt"),
    ),
    (
        "keystone/hostile-os",
        include_str!("../../golden/keystone/hostile-os.txt"),
    ),
    (
        "keystone/interrupt-and-resume",
        include_str!("../../golden/keystone/interrupt-and-resume.txt"),
    ),
    (
        "keystone/attest",
        include_str!("../../golden/keystone/attest.txt"),
    ),
    (
        "keystone/sealing",
        include_str!("../../golden/keystone/sealing.txt"),
    ),
    (
        "keystone/exhaustion",
        include_str!("../../golden/keystone/exhaustion.txt"),
    ),
    (
        "keystone/tor-enclave",
        include_str!("../../golden/keystone/tor-enclave.txt"),
    ),
    (
        "keystone/other-hart",
        include_str!("../../golden/keystone/other-hart.txt"),
    ),
    (
        "keystone/boot",
        include_str!("../../golden/keystone/boot.txt"),
    ),
    (
        "keystone/sm-key",
        include_str!("../../golden/keystone/sm-key.txt"),
    ),
    (
        "keystone/resume-after-exit",
        include_str!("../../golden/keystone/resume-after-exit.txt"),
    ),
    (
        "keystone/last-entry",
        include_str!("../../golden/keystone/last-entry.txt"),
    ),
    (
        "keystone/entries-left",
        include_str!("../../golden/keystone/entries-left.txt"),
    ),
    (
        "keystone/stale-report",
        include_str!("../../golden/keystone/stale-report.txt"),
    ),
    (
        "keystone/sealing-anywhere",
        include_str!("../../golden/keystone/sealing-anywhere.txt"),
    ),
    (
        "keystone/sstc-timer",
        include_str!("../../golden/keystone/sstc-timer.txt"),
    ),
    (
        "keystone/shared-buffer",
        include_str!("../../golden/keystone/shared-buffer.txt"),
    ),
    (
        "keystone/page-tables",
        include_str!("../../golden/keystone/page-tables.txt"),
    ),
    (
        "keystone/edge-call",
        include_str!("../../golden/keystone/edge-call.txt"),
    ),
    (
        "keystone/common",
        include_str!("../../golden/keystone/common.txt"),
    ),
    (
        "keystone/pmp",
        include_str!("../../golden/keystone/pmp.txt"),
    ),
];

shared_test! {
    /// Every scenario's trace is the one on file.
    fn every_trace_is_as_on_file() {
        for scenario in listed() {
            let id = scenario.info().id;
            let mut run = open(scenario);
            let digest = hex::encode(&run.digest());
            let steps = run.len();
            let text = format!(
                "{id}, {steps} steps, digest {digest}\n\n{}",
                dump(&mut *run, steps, &Catalogue::default())
            );
            if update(id, &text) {
                continue;
            }
            let golden = GOLDEN.iter().find(|(g, _)| *g == id);
            let (_, golden) = golden.unwrap_or_else(|| panic!("{id} has no golden trace: add it to GOLDEN"));
            if let Some((n, (was, is))) = golden.lines().zip(text.lines()).enumerate().find(|(_, (a, b))| a != b) {
                panic!("{id}, line {}: on file\n  {was}\nnow\n  {is}", n + 1);
            }
            assert_eq!(golden.lines().count(), text.lines().count(), "{id}: another number of lines");
        }
    }
}

/// Writes the trace if asked to; a browser or Node cannot.
fn update(id: &str, text: &str) -> bool {
    if cfg!(target_arch = "wasm32") || std::env::var("UPDATE_EXPECT").as_deref() != Ok("1") {
        return false;
    }
    let path = format!("{}/tests/golden/{id}.txt", env!("CARGO_MANIFEST_DIR"));
    std::fs::write(&path, text).unwrap_or_else(|e| panic!("{path}: {e}"));
    true
}
