//! `sgx/from-file`: a stream, a SIGSTRUCT, both, and what does not fit.

use teescope_core::bytes::hex;
use teescope_core::sgx::sigstruct::DEMO_SIGNER_PEM;
use teescope_core::trace::{Event, Outcome, Progress, Session};

use super::open;
use super::sgxs::{eadd, ecreate, eextend};
use crate::vectors;

fn finish(mut run: Box<dyn Session>) -> (Outcome, Option<&'static str>, Box<dyn Session>) {
    assert_eq!(run.work(u64::MAX), Progress::Ready);
    let last = run.step(run.len()).expect("a last step");
    let rule = last.broken().map(|r| r.id);
    (last.outcome, rule, run)
}

/// What EINIT wrote into SECS.MRENCLAVE.
fn mrenclave(run: &mut dyn Session) -> Option<String> {
    let last = run.step(run.len())?;
    last.events.iter().find_map(|e| match e {
        Event::Write {
            place,
            after: teescope_core::trace::Value::Bytes(b),
            ..
        } if place.space == "epc" && b.len() == 32 => Some(hex::encode(b)),
        _ => None,
    })
}

shared_test! {
    fn a_stream_runs_to_einit_with_the_known_mrenclave() {
        let known = [
            ("base", "726b59d3414039eb84f66d030bf1aa2980dad718929a5bd3a2ef1f95f79199c9"),
            ("unmeasured", "8d28117f8a37ebf7d5db15eb27f45dbf29ecf3927765671b5cf9cf1a9ef1b47c"),
        ];
        for (name, wanted) in known {
            let Some(bytes) = vectors::read(&format!("sgx/mrenclave/{name}.sgxs")) else { return };
            for set in [&[][..], &[("debug", "yes")]] {
                let run = open(&[("stream", &bytes)], set).expect(name);
                let (outcome, _, mut run) = finish(run);
                assert_eq!(outcome, Outcome::Done, "{name}");
                assert_eq!(run.stops(), []);
                assert_eq!(mrenclave(&mut *run).as_deref(), Some(wanted), "{name}");
            }
        }
    }

    fn labels_name_page_and_chunk_and_lead_back() {
        let Some(bytes) = vectors::read("sgx/mrenclave/unmeasured.sgxs") else { return };
        let run = open(&[("stream", &bytes)], &[]).expect("opened");
        let mut seen = std::collections::BTreeSet::new();
        for position in 1..=run.len() {
            let label = run.label(position);
            assert_eq!(run.find(&label), Some(position), "{label}");
            assert!(seen.insert(label.clone()), "{label} twice");
        }
        for label in ["boot.prmrr", "create.ecreate", "load.p0000.eadd", "load.p0003.eextend15",
            "load.p0004.eadd", "init.einit"] {
            assert!(seen.contains(label), "{label}");
        }
        assert_eq!(run.find("load.p0004.eextend0"), None);
        assert_eq!(run.find("load.p0009.eadd"), None);
        // One group for each stretch of like pages: code, TCS, two SSA pages, the unmeasured one.
        let outline = run.outline();
        let load: Vec<_> = outline.groups.iter().filter(|g| g.label.starts_with("load")).collect();
        let lens: Vec<u64> = load.iter().map(|g| g.len).collect();
        assert_eq!(lens, [17, 17, 34, 1]);
        assert_eq!(load[2].fold, 17);
        assert_eq!(load[2].title.en(), "2 × REG rw- from 0x2000, measured");
    }

    fn a_real_sigstruct_alone_is_verified_up_to_the_measurement() {
        let real = ["intel-le-2024", "fortanix-test-enclave", "fortanix-sig1",
            "signal-cds-cd6cfc34", "signal-cds-2e5a4fe3"];
        for name in real {
            let path = format!("sgx/sigstruct/{name}.sigstruct.bin");
            let Some(bytes) = vectors::read(&path) else { return };
            let run = open(&[("sigstruct", &bytes)], &[]).expect(name);
            let (outcome, rule, run) = finish(run);
            let Outcome::Refused(status) = outcome else { panic!("{name}: {outcome:?}") };
            assert_eq!((status.code, rule), (4, Some("EINIT.enclavehash-equals-mrenclave")), "{name}");
            assert_eq!(run.stops().len(), 1, "{name}");
        }
    }

    fn a_flipped_signature_is_what_einit_complains_of() {
        let Some(mut bytes) = vectors::read("sgx/sigstruct/fortanix-sig1.sigstruct.bin") else { return };
        bytes[600] ^= 4;
        let (outcome, rule, _) = finish(open(&[("sigstruct", &bytes)], &[]).expect("opened"));
        assert!(matches!(outcome, Outcome::Refused(s) if s.code == 8));
        assert_eq!(rule, Some("EINIT.signature-valid"));
    }

    fn a_sigstruct_of_another_enclave_does_not_fit_the_stream() {
        let Some(stream) = vectors::read("sgx/mrenclave/base.sgxs") else { return };
        let Some(sig) = vectors::read("sgx/sigstruct/fortanix-sig1.sigstruct.bin") else { return };
        let run = open(&[("stream", &stream), ("sigstruct", &sig)], &[]).expect("opened");
        let (_, rule, _) = finish(run);
        assert_eq!(rule, Some("EINIT.enclavehash-equals-mrenclave"));
    }

    fn a_locked_launch_control_asks_for_a_token() {
        let stream = [ecreate(0x2000), eadd(0, 0x205), eextend(0, 0x90)].concat();
        let run = open(&[("stream", &stream)], &[("launch", "locked")]).expect("opened");
        assert_eq!(run.find("init.launch.hash0"), None);
        let (outcome, rule, _) = finish(run);
        assert!(matches!(outcome, Outcome::Refused(s) if s.code == 16));
        assert_eq!(rule, Some("EINIT.mrsigner-is-launch-hash"));
        // A token that nobody authenticated is no help.
        let mut token = [0; 304];
        token[0] = 1;
        let files = [("stream", &stream[..]), ("token", &token[..])];
        let (_, rule, _) = finish(open(&files, &[("launch", "locked")]).expect("opened"));
        assert_eq!(rule, Some("EINIT.token-mac"));
    }

    fn the_readers_key_signs() {
        let stream = [ecreate(0x2000), eadd(0, 0x205)].concat();
        let files = [("stream", &stream[..]), ("key", DEMO_SIGNER_PEM.as_bytes())];
        let (outcome, ..) = finish(open(&files, &[]).expect("opened"));
        assert_eq!(outcome, Outcome::Done);
    }

    fn what_a_machine_refuses_is_shown_by_the_machine() {
        // A size that is no power of two is ECREATE's to refuse, and a write-only page EADD's.
        let stream = [ecreate(0x3000), eadd(0, 0x205)].concat();
        let (_, _, mut run) = finish(open(&[("stream", &stream)], &[]).expect("opened"));
        let at = run.find("create.ecreate").expect("ECREATE");
        let step = run.step(at).expect("ECREATE");
        assert_eq!(step.broken().map(|r| r.id), Some("ECREATE.size-power-of-two"));
        let stream = [ecreate(0x2000), eadd(0, 0x202)].concat();
        let (_, _, mut run) = finish(open(&[("stream", &stream)], &[]).expect("opened"));
        let at = run.find("load.p0000.eadd").expect("EADD");
        let step = run.step(at).expect("EADD");
        assert_eq!(step.broken().map(|r| r.id), Some("EADD.write-needs-read"));
    }

    fn an_enclave_larger_than_the_epc_gets_a_larger_one() {
        // 96 MiB hold 24,576 pages, one of which is the SECS.
        for (pages, larger) in [(24_575, false), (24_576, true)] {
            let mut stream = ecreate(0x1000_0000);
            for page in 0..pages {
                stream.extend(eadd(page << 12, 0x203));
            }
            let mut run = open(&[("stream", &stream)], &[]).expect("opened");
            let said = run.step(1).expect("a step").caption.en();
            assert_eq!(said.contains("given 24,577 EPC pages"), larger, "{said}");
            let last = format!("load.p{}.eadd", pages - 1);
            assert_eq!(run.find(&last), Some(3 + pages));
        }
    }

    fn unusable_files_are_refused_with_a_sentence() {
        let why = |files: &[(&str, &[u8])]| match open(files, &[]) {
            Ok(_) => panic!("opened"),
            Err(bad) => (bad.key.clone(), bad.missing_file, bad.to_string()),
        };
        let (key, missing, _) = why(&[]);
        assert_eq!((key.as_str(), missing), ("stream", true));
        let (key, _, said) = why(&[("stream", b"ECREATE\0....")]);
        assert_eq!(key, "stream");
        assert_eq!(
            said,
            "stream.bin cannot be used: ECREATE.SIZE at offset 0xc (12) needs 8 bytes but the input ends there."
        );
        let (_, _, said) = why(&[("sigstruct", &[0; 1809])]);
        assert!(said.contains("offset 0x710 (1808) is followed by 1 byte"), "{said}");
        let (_, _, said) = why(&[("token", &[0; 303]), ("stream", &ecreate(0x2000))]);
        assert!(said.contains("EINITTOKEN at offset 0x0 needs 304 bytes but only 303"), "{said}");
        let (key, _, _) = why(&[("key", b"no key"), ("stream", &ecreate(0x2000))]);
        assert_eq!(key, "key");
    }
}
