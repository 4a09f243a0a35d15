//! Where files of Gramine are taken: recognised, taken apart, run, measured.

use std::rc::Rc;

use serde_json::json;
use teescope_core::artefacts;
use teescope_core::bytes::hex;
use teescope_core::sgx::{Report, inspect, recognise};
use teescope_core::trace::{Input, Outcome, Params, Progress};

use super::super::open;
use super::twin::Gramine;

fn input(name: &str, bytes: &[u8]) -> Input {
    Input {
        name: name.into(),
        bytes: bytes.into(),
    }
}

shared_test! {
    fn both_files_are_recognised() {
        let made = Gramine::small();
        let mut old = made.clone();
        old.write_old_text("4M");
        for text in [made.manifest(), old.manifest()] {
            let found = recognise(&text).expect("recognised");
            assert_eq!((found.what.en().as_str(), found.key), ("manifest of Gramine", "stream"));
        }
        let found = recognise(&made.libpal()).expect("recognised");
        assert_eq!((found.what.en().as_str(), found.key), ("libpal.so of Gramine", "libpal"));
        for other in [&b"[package]\nname = \"loader\"\n"[..], b"loader of sgx\n", b"[loader]\nx = 1\n",
            b"loader.x = 1\nsgx.y = 2\n\x01"] {
            assert_eq!(recognise(other).map(|f| f.key), None);
        }
    }

    fn a_manifest_taken_apart_says_what_is_needed() {
        let made = Gramine::small();
        let seen = inspect(&made.manifest()).expect("taken apart");
        assert_eq!(seen.parts.iter().map(|p| p.len).sum::<usize>(), made.text.len());
        let told = |name: &str| seen.follows.iter().find(|(n, _)| *n == name).map(|(_, v)| v.as_str());
        assert_eq!(told("sgx.enclave_size"), Some("0x400000"));
        assert_eq!(told("sgx.max_threads"), Some("2"));
        assert_eq!(told("sgx.isvsvn"), Some("4"));
        assert_eq!(told("sgx.thread_num"), None);
        let notes: Vec<String> = seen.notes.iter().map(|n| n.en()).collect();
        assert!(notes.iter().any(|n| n.contains("libpal.so") && n.contains("1.4–1.9")), "{notes:?}");
        assert_eq!(seen.wrong.len(), 0);
        let seen = inspect(b"loader.x = 1\nsgx.y = =\n").expect("taken apart");
        assert!(seen.wrong[0].en().contains("line 2"), "{}", seen.wrong[0].en());
        let seen = inspect(&made.libpal()).expect("taken apart");
        assert_eq!(seen.parts.iter().map(|p| p.len).sum::<usize>(), made.libpal().len());
        assert_eq!(seen.wrong.len(), 0);
        let why = Report::of(&Rc::from(made.manifest())).expect_err("libpal is missing").en();
        assert!(why.contains("libpal.so of the same Gramine"), "{why}");
    }

    fn a_run_ends_with_the_mrenclave_and_says_what_was_assumed() {
        let made = Gramine::small();
        let (manifest, libpal, sig) = (made.manifest(), made.libpal(), made.sigstruct());
        let both = [("stream", &manifest[..]), ("libpal", &libpal[..])];
        let mut run = open(&both, &[]).expect("opened");
        assert_eq!(run.work(u64::MAX), Progress::Ready);
        let first = run.step(1).expect("a first step");
        assert!(first.caption.en().contains("This is an assumption"), "{}", first.caption.en());
        let last = run.step(run.len()).expect("a last step");
        assert_eq!(last.outcome, Outcome::Done);
        assert!(last.caption.en().contains("This is an assumption"));
        let shown = format!("{:?}", last.events);
        let bytes = format!("{:?}", made.mrenclave());
        assert!(shown.contains(bytes.trim_matches(['[', ']'])), "MRENCLAVE is written");
        // With a SIGSTRUCT it is a proof; this one’s signature is none, which EINIT says after the run.
        let all = [both[0], both[1], ("sigstruct", &sig[..])];
        let mut run = open(&all, &[]).expect("opened");
        assert_eq!(run.work(u64::MAX), Progress::Ready);
        assert!(run.step(1).expect("a step").caption.en().contains("this proves"));
    }

    fn a_run_without_libpal_asks_for_it_and_blames_the_file_that_is_wrong() {
        let made = Gramine::small();
        let (manifest, libpal) = (made.manifest(), made.libpal());
        let bad = open(&[("stream", &manifest)], &[]).err().expect("refused");
        assert_eq!((bad.key.as_str(), bad.missing_file), ("libpal", true));
        let bad = open(&[("stream", &manifest), ("libpal", &manifest)], &[]).err().expect("refused");
        assert_eq!((bad.key.as_str(), bad.missing_file), ("libpal", false));
        let bad = open(&[("stream", &manifest), ("libpal", &libpal)], &[("gramine", "1.0")]).err().expect("refused");
        assert_eq!(bad.key, "stream");
        assert!(bad.why.en().contains("sgx.thread_num"), "{}", bad.why.en());
        let stream = super::super::sgxs::ecreate(0x2000);
        let bad = open(&[("stream", &stream), ("libpal", &libpal)], &[]).err().expect("refused");
        assert!(bad.key == "libpal" && bad.why.en().contains("goes with a manifest"));
    }

    fn measure_takes_them_in_their_order() {
        let made = Gramine::small();
        let files = [input("m", &made.manifest()), input("l", &made.libpal()), input("s", &made.sigstruct())];
        let measured = |files: &[Input], options: &Params| artefacts::measure(files, None, options);
        for n in [2, 3] {
            let found = measured(&files[..n], &Params::new()).unwrap_or_else(|why| panic!("{}", why.en()));
            assert_eq!(found.json["mrenclave"], json!(hex::encode(&made.mrenclave())));
            assert_eq!(found.json["format"], json!("Gramine 1.4–1.9"));
            assert_eq!(found.json["enclavehash"].is_null(), n == 2);
        }
        let why = measured(&files[..1], &Params::new()).expect_err("libpal is missing").en();
        assert!(why.contains("libpal.so"), "{why}");
        let options = Params::from([("edmm".to_string(), "yes".to_string())]);
        assert!(measured(&files, &options).expect_err("no such choice").en().contains("edmm"));
        let four = [&files[..], &files[..1]].concat();
        assert!(measured(&four, &Params::new()).expect_err("too many").en().contains("4 files"));
        // A SIGSTRUCT that is cut.
        let mut cut = files.clone();
        cut[2] = input("s", &made.sigstruct()[..1000]);
        assert!(measured(&cut, &Params::new()).expect_err("cut").en().contains("SIGSTRUCT"));
    }
}
