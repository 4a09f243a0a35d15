//! What can be compared, in slices, and what is refused with a sentence.

use teescope_core::view::{Panel, Verdict};

use super::make::{Enclave, Settings};
use super::{causes, diff, sliced};
use crate::engine::dice::Dice;
use crate::vectors;

fn base() -> Enclave {
    Settings::default().enclave()
}

fn refused(a: &[u8], b: &[u8]) -> String {
    match sliced(a, b, u64::MAX) {
        Ok(found) => panic!("accepted: {}", found.headline.en()),
        Err(why) => why.en(),
    }
}

shared_test! {
    fn slices_come_to_the_same() {
        let a = base().stream();
        let others = [
            base().with(|e| e.pages[3].bytes[0] ^= 1).stream(),
            Settings { heap: 20, ..Settings::default() }.enclave().stream(),
            base().with(|e| e.pages.reverse()).stream(),
            base().with(|e| e.ssaframesize = 2).mrenclave().into_bytes(),
        ];
        for other in &others {
            let whole = diff(&a, other);
            for most in [1, 7, 100] {
                assert_eq!(sliced(&a, other, most).expect("compared"), whole, "{most}");
            }
        }
    }

    fn identical_files_have_nothing_to_tell() {
        let found = diff(&base().stream(), &base().stream());
        assert_eq!(found.headline.en(), "The files are the same, byte for byte.");
        assert_eq!((found.verdict, causes(&found)), (Verdict::Same, vec![]));
    }

    fn bytes_that_are_not_loaded_are_told_as_such() {
        // A chunk of zeros that is not measured may as well be left out of a stream.
        let unmeasured = Settings { heap_measured: false, ..Settings::default() }.enclave();
        let stream = unmeasured.stream();
        let at = stream.windows(8).position(|w| w == b"UNMEASRD").expect("a chunk");
        let shorter = [&stream[..at], &stream[at + 320..]].concat();
        let found = diff(&stream, &shorter);
        assert_eq!(found.headline.en(), "Same MRENCLAVE, different files.");
        assert_eq!(causes(&found), ["file"]);
    }

    fn two_sigstructs_say_in_which_fields_they_differ() {
        let read = |name| vectors::read(&format!("sgx/sigstruct/{name}.sigstruct.bin"));
        let (Some(a), Some(b)) = (read("signal-cds-cd6cfc34"), read("signal-cds-2e5a4fe3")) else { return };
        let found = diff(&a, &b);
        assert_eq!((found.verdict, causes(&found)), (Verdict::Different, vec!["signature".into()]));
        assert!(found.sides[0].identity.starts_with("cd6cfc34") && found.sides[1].identity.starts_with("2e5a4fe3"));
        let Some(Panel::Table(table)) = found.panels.first() else { panic!("a table") };
        let fields: Vec<String> = table.rows.iter().map(|r| r.cells[0].text.en()).collect();
        // Which bytes differ, by the published layout.
        let differs = |at: usize, len: usize| a[at..at + len] != b[at..at + len];
        for (field, at, len) in [("DATE", 20, 4), ("MODULUS", 128, 384), ("SIGNATURE", 516, 384),
            ("ENCLAVEHASH", 960, 32), ("ISVSVN", 1026, 2), ("Q1", 1040, 384), ("Q2", 1424, 384)] {
            assert_eq!(fields.iter().any(|f| f == field), differs(at, len), "{field}: {fields:?}");
        }
        assert_eq!(fields.iter().any(|f| f == "MRSIGNER"), differs(128, 384));
        assert!(found.says[0].en().contains("Neither of the two is an enclave"));
        let same = diff(&a, &a);
        assert_eq!((same.verdict, causes(&same)), (Verdict::Same, vec![]));
    }

    fn a_sigstruct_states_what_an_enclave_should_measure() {
        let Some(mut sig) = vectors::read("sgx/sigstruct/fortanix-sig1.sigstruct.bin") else { return };
        let other = base().with(|e| e.size = 1 << 21);
        let value = teescope_core::bytes::hex::decode(&other.mrenclave()).expect("hex");
        sig[960..992].copy_from_slice(&value);
        let found = diff(&base().stream(), &sig);
        assert_eq!((found.verdict, causes(&found)), (Verdict::Different, vec!["size".into()]));
        assert_eq!(diff(&other.stream(), &sig).verdict, Verdict::Same);
        assert_eq!(diff(&sig, other.mrenclave().as_bytes()).verdict, Verdict::Same);
    }

    fn what_cannot_be_compared_is_named() {
        let stream = base().stream();
        assert!(refused(&stream, b"hello").starts_with("b.sgxs: This is neither an enclave"));
        assert!(refused(b"", &stream).starts_with("a.sgxs: "));
        assert!(refused(&stream[..stream.len() - 1], &stream).starts_with("a.sgxs: EEXTEND.data at offset"));
        let short = refused(&stream, &base().mrenclave().as_bytes()[1..]);
        assert!(short.starts_with("b.sgxs: This is neither"), "{short}");
        // What no processor builds has no measurement: a page beyond SIZE.
        let beyond = base().with(|e| e.size = 0x4000).stream();
        let why = refused(&stream, &beyond);
        assert!(why.starts_with("b.sgxs: "), "{why}");
        let narrow = base().with(|e| e.ssaframesize = 0).stream();
        let why = refused(&narrow, base().mrenclave().as_bytes());
        assert!(why.starts_with("a.sgxs: No processor builds this enclave"), "{why}");
    }

    fn damaged_files_never_stop_it() {
        let stream = Settings { code: 1, heap: 1, stack: 1, threads: 1, ..Settings::default() }.enclave().stream();
        let mut dice = Dice::new(3);
        let rounds = if cfg!(target_arch = "wasm32") { 60 } else { 600 };
        let mut compared = 0;
        for _ in 0..rounds {
            let mut other = stream.clone();
            for _ in 0..1 + dice.below(3) {
                // Headers are damaged more often than contents, which nothing depends on.
                let record = dice.below(3) != 0;
                let at = if record { dice.below(other.len() as u64) } else { dice.below(24) } as usize;
                let headers: Vec<usize> = other.windows(4).enumerate()
                    .filter(|(_, w)| *w == b"EADD" || *w == b"EEXT").map(|(i, _)| i).collect();
                let at = if record { at } else { (headers[dice.below(headers.len() as u64) as usize] + at).min(other.len() - 1) };
                other[at] ^= 1 << dice.below(8);
            }
            if dice.below(4) == 0 {
                other.truncate(dice.below(other.len() as u64) as usize);
            }
            let Ok(found) = sliced(&stream, &other, u64::MAX) else { continue };
            compared += 1;
            let same = found.sides[0].identity == found.sides[1].identity;
            assert_eq!(same, found.verdict == Verdict::Same);
            assert!(same || !found.causes.is_empty(), "every difference has a cause");
        }
        assert!(compared > rounds / 10, "{compared} of {rounds} could be compared");
    }
}
