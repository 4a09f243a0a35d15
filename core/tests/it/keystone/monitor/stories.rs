//! What the scenarios claim is so: with an upstream fault and without it.

use teescope_core::keystone::{Faults, Platform};
use teescope_core::tees;
use teescope_core::trace::{Event, Inputs, Session, Settings};
use teescope_core::view::Panel;

use super::scene::{booted, upstream};
use crate::vectors;

fn run(id: &str, params: &[(&str, &str)]) -> Box<dyn Session> {
    let params = params
        .iter()
        .map(|(k, v)| (k.to_string(), v.to_string()))
        .collect();
    let settings = Settings {
        params,
        ..Settings::default()
    };
    tees::open(id, &settings, &Inputs::new()).unwrap_or_else(|e| panic!("{id}: {e}"))
}

/// How the step of a label ended: its result's name, empty if it was done.
fn ends(run: &mut dyn Session, label: &str) -> String {
    let position = run.find(label).unwrap_or_else(|| panic!("no step {label}"));
    run.step(position).expect("a step").outcome.name().en()
}

/// What the step of a label read.
fn read(run: &mut dyn Session, label: &str) -> Vec<u8> {
    let position = run.find(label).expect("a step");
    let step = run.step(position).expect("a step");
    let bytes = step.events.iter().find_map(|e| match e {
        Event::Message { bytes, .. } => Some(bytes.to_vec()),
        _ => None,
    });
    bytes.unwrap_or_default()
}

/// The bytes of the structure a step shows.
fn structure(run: &mut dyn Session, label: &str) -> Vec<u8> {
    let position = run.find(label).expect("a step");
    let view = run.view(position, None);
    match view.panel("structure") {
        Some(Panel::Bytes(b)) => b.data.to_vec(),
        _ => Vec::new(),
    }
}

/// The measurement that a panel shows.
fn hash(run: &mut dyn Session, label: &str) -> Vec<u8> {
    let position = run.find(label).expect("a step");
    match run.view(position, None).panel("hash") {
        Some(Panel::Digest(d)) => d.if_final.clone(),
        _ => Vec::new(),
    }
}

const MENDED: (&str, &str) = ("monitor", "intended");

shared_test! {
    fn the_key_of_one_byte_and_the_key_of_all() {
        let Some(known) = vectors::json("keystone/keys.json") else { return };
        let key = |faults| {
            let m = booted(Platform { faults, ..upstream() });
            let identity = m.monitor.identity.as_ref().expect("keys").clone();
            teescope_core::bytes::hex::encode(&identity.sm.public)
        };
        assert_eq!(known["sm_public_key"], key(Faults::UPSTREAM));
        let mended = key(Faults::UPSTREAM.without(Faults::SM_KEY));
        assert_eq!(known["sm_public_key_if_the_seed_hashed_all_of_both"], mended);
        // What is left of the device's secret in memory.
        let left = |params: &[_]| read(&mut *run("keystone/sm-key", params), "read.block");
        assert_eq!(left(&[]).iter().filter(|b| **b != 0).count(), 63);
        assert!(left(&[MENDED]).iter().all(|b| *b == 0));
    }

    fn an_exited_enclave_goes_on_or_not() {
        let resume = |params: &[_]| ends(&mut *run("keystone/resume-after-exit", params), "resume.after-exit");
        assert_eq!(resume(&[]), "");
        assert_eq!(resume(&[MENDED]), "NOT_RESUMABLE (100010)");
    }

    fn the_last_entry_is_given_away_or_not() {
        let after = |params: &[_]| {
            let mut run = run("keystone/last-entry", params);
            (ends(&mut *run, "clash.0"), run.len())
        };
        assert_eq!(after(&[]).0, "instruction access fault(0x8020_0000)");
        assert_eq!(after(&[MENDED]).0, "PMP_FAILURE (100003)");
        let two = |params: &[_]| ends(&mut *run("keystone/last-entry", params), "linux.inside");
        assert_eq!(two(&[("harts", "two")]), "", "Linux writes into an enclave");
        assert!(two(&[("harts", "two"), MENDED]).starts_with("store/AMO access fault"));
    }

    fn entries_at_rest_are_as_people_dump_them() {
        // Facts of the run: pmpcfg0 at rest, and what it should be.
        let rest = |faults| booted(Platform { faults, ..upstream() }).hart(0).expect("hart 0").pmp.cfg_register(0);
        assert_eq!(rest(Faults::UPSTREAM), 0x1f00_0000_001f_1818);
        assert_eq!(rest(Faults::UPSTREAM.without(Faults::PMP_INIT)), 0x1f00_0000_0000_0018);
    }

    fn a_report_carries_404_bytes_too_many_or_none() {
        let stale = |params: &[_]| {
            let report = structure(&mut *run("keystone/stale-report", params), "attest.report");
            assert_eq!(report.len(), 1352);
            report[72 + 5..72 + 1024].iter().filter(|b| **b != 0).count()
        };
        assert_eq!(stale(&[]), 404);
        assert_eq!(stale(&[MENDED]), 0);
    }

    fn a_key_is_written_anywhere_or_nowhere() {
        for target in ["linux", "enclave", "monitor"] {
            let seal = |more: &[_]| {
                let params = [&[("target", target)], more].concat();
                ends(&mut *run("keystone/sealing-anywhere", &params), "seal.anywhere")
            };
            assert_eq!(seal(&[]), "", "{target}");
            assert_eq!(seal(&[MENDED]), "ILLEGAL_ARGUMENT (100008)", "{target}");
        }
        let look = |params: &[_]| read(&mut *run("keystone/sealing-anywhere", params), "linux.look");
        assert!(look(&[]).iter().any(|b| *b != 0));
        assert!(look(&[MENDED]).iter().all(|b| *b == 0));
    }

    fn the_timer_stops_the_enclave_or_not() {
        let strike = |params: &[_]| ends(&mut *run("keystone/sstc-timer", params), "timer.first").is_empty();
        assert!(!strike(&[]));
        assert!(strike(&[MENDED]));
        assert!(strike(&[("sstc", "no")]));
        assert!(strike(&[("sie", "yes")]));
    }

    fn the_shared_buffer_keeps_the_message_or_not() {
        let left = |params: &[_]| {
            let mut run = run("keystone/shared-buffer", params);
            assert!(read(&mut *run, "linux.private").iter().all(|b| *b == 0));
            read(&mut *run, "linux.shared")
        };
        assert!(left(&[]).starts_with(b"for the host only"));
        assert!(left(&[MENDED]).iter().all(|b| *b == 0));
    }

    fn the_figure_of_2020_has_no_shared_buffer() {
        let buffer = |params: &[_]| ends(&mut *run("keystone/figure-3", params), "inside.buffer");
        assert_eq!(buffer(&[]), "");
        assert!(buffer(&[("last-entry", "article")]).starts_with("load access fault"));
    }

    fn keys_come_again_to_the_same_enclave_only() {
        let keys = |params: &[_]| {
            let mut run = run("keystone/sealing", params);
            ["a.key", "b.key", "a.other"].map(|label| structure(&mut *run, label))
        };
        let [first, again, other] = keys(&[]);
        assert_eq!((first.len(), &first), (192, &again));
        assert_ne!(first, other);
        let [first, changed, _] = keys(&[("change", "yes")]);
        assert_ne!(first, changed);
    }

    fn what_the_other_hart_writes_is_measured() {
        let of = |tamper| hash(&mut *run("keystone/other-hart", &[("tamper", tamper)]), "create.ipi");
        assert_eq!(of("yes").len(), 64);
        assert_ne!(of("yes"), of("no"));
    }

    fn platforms_have_room_for_six_or_seven() {
        let room = |platform| {
            let mut run = run("keystone/exhaustion", &[("platform", platform), ("count", "9")]);
            (0..9).filter(|n| ends(&mut *run, &format!("create.{n}")).is_empty()).count()
        };
        assert_eq!(["generic", "cva6", "mpfs"].map(room), [6, 6, 7]);
    }
}
