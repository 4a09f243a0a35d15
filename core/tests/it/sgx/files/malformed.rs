//! Files cut off at every length and flipped at every bit: refused at the place, or visibly different.

use std::rc::Rc;

use serde_json::json;
use teescope_core::bytes::Why;
use teescope_core::crypto::sha256::sha256;
use teescope_core::sgx::apply::{apply, read};
use teescope_core::sgx::sgxs::{Record, Sgxs};
use teescope_core::sgx::sigstruct::{DEMO_SIGNER_PEM, demo_signer};
use teescope_core::sgx::structs::{Attributes, EinitToken, Miscselect, SigStruct};
use teescope_core::sgx::{Author, Build, inspect, recognise, token_mac};
use teescope_core::text::{Catalogue, Text};
use teescope_core::trace::Outcome;

use super::open;
use super::sgxs::{eadd, ecreate, eextend, unmeasrd};
use crate::engine::dice::Dice;
use crate::vectors;

/// A stream with every kind of record.
fn small() -> Vec<u8> {
    [
        ecreate(0x4000),
        eadd(0x1000, 0x205),
        eextend(0x1000, 1),
        unmeasrd(0x1300, 2),
        eextend(0x1f00, 3),
        eadd(0x2000, 0x203),
    ]
    .concat()
}

/// Every record of a stream.
fn records(file: &Sgxs) -> Vec<Record> {
    file.records().collect()
}

fn measure(bytes: &[u8]) -> Option<[u8; 32]> {
    let file = Sgxs::parse(Rc::from(bytes)).ok()?;
    let midstate = Build::usual(Rc::new(file)).measure().ok()?;
    Some(midstate.finish())
}

/// Every byte of a file is in exactly one line of its inspection.
fn covered(bytes: &[u8]) {
    let Some(seen) = inspect(bytes) else { return };
    let mut at = 0;
    for line in seen.lines(bytes, &Catalogue::default()) {
        assert_eq!(line.offset, at, "{line:?}");
        at += line.len as u64;
    }
    assert_eq!(at, bytes.len() as u64);
}

/// A stream cut off anywhere is a shorter stream or refused at the end of what is there.
fn cut_stream(bytes: &[u8]) {
    let file = Sgxs::parse(Rc::from(bytes)).expect("whole");
    let ends: Vec<usize> = records(&file).iter().map(Record::end).collect();
    for len in 0..bytes.len() {
        let part = &bytes[..len];
        assert_eq!(recognise(part).is_some(), len >= 8, "{len}");
        match Sgxs::parse(Rc::from(part)) {
            Ok(shorter) => {
                assert!(ends.contains(&len), "{len}");
                assert!(shorter.len() <= file.len());
            }
            Err(bad) => {
                assert!(!ends.contains(&len), "{len}: {bad}");
                let Why::Short { left, .. } = bad.why else {
                    panic!("{len}: {bad}")
                };
                assert_eq!(bad.at + left, len as u64, "{bad}");
            }
        }
    }
}

/// A flipped bit is refused within its record, or that record says something else.
fn flip_stream(bytes: &[u8]) {
    let whole = Sgxs::parse(Rc::from(bytes)).expect("whole");
    let mut own = records(&whole).into_iter().peekable();
    let mut flipped = bytes.to_vec();
    for at in 0..bytes.len() {
        while own.peek().is_some_and(|r| r.end() <= at) {
            own.next();
        }
        let was = *own.peek().expect("a record");
        for bit in 0..8 {
            flipped[at] ^= 1 << bit;
            match Sgxs::parse(Rc::from(&flipped[..])) {
                Err(bad) => {
                    assert!(at < was.data(), "{at}.{bit}: data may be anything: {bad}");
                    assert!(bad.at >= was.at as u64, "{at}.{bit}: {bad}");
                }
                Ok(_) => {
                    let now = Record::read(&flipped, was.at).expect("the record");
                    let in_data = at >= was.data();
                    assert!(in_data || now != was, "{at}.{bit}");
                }
            }
            assert_eq!(recognise(&flipped).is_some(), at >= 8, "{at}.{bit}");
            flipped[at] ^= 1 << bit;
        }
    }
}

shared_test! {
    fn a_stream_cut_off_or_flipped_anywhere_is_noticed() {
        cut_stream(&small());
        flip_stream(&small());
    }

    fn a_flip_in_what_is_measured_is_another_measurement() {
        let bytes = small();
        let wanted = measure(&bytes).expect("measured");
        let mut flipped = bytes.clone();
        for at in 0..bytes.len() {
            // The record of the chunk that is not measured, and its data.
            let unmeasured = (448..768).contains(&at);
            for bit in 0..8 {
                flipped[at] ^= 1 << bit;
                match measure(&flipped) {
                    // Its tag may become EEXTEND's only by more than one bit.
                    Some(found) if unmeasured => assert_eq!(found, wanted, "{at}.{bit}"),
                    Some(found) => assert_ne!(found, wanted, "{at}.{bit}"),
                    None => {}
                }
                flipped[at] ^= 1 << bit;
            }
        }
    }

    fn the_base_stream_too() {
        let Some(bytes) = vectors::read("sgx/mrenclave/base.sgxs") else { return };
        cut_stream(&bytes);
        flip_stream(&bytes);
    }

    fn the_unmeasured_stream_too() {
        let Some(bytes) = vectors::read("sgx/mrenclave/unmeasured.sgxs") else { return };
        cut_stream(&bytes);
        flip_stream(&bytes);
    }

    fn a_sigstruct_cut_off_or_flipped_anywhere_is_noticed() {
        for name in ["intel-le-2024", "fortanix-test-enclave", "fortanix-sig1",
            "signal-cds-cd6cfc34", "signal-cds-2e5a4fe3"] {
            let path = format!("sgx/sigstruct/{name}.sigstruct.bin");
            let Some(bytes) = vectors::read(&path) else { return };
            let whole = SigStruct::decode(&bytes, 0).expect(name);
            for len in 0..bytes.len() {
                let bad = SigStruct::decode(&bytes[..len], 0).expect_err("too short");
                assert!(matches!(bad.why, Why::Short { .. }), "{bad}");
                assert_eq!(recognise(&bytes[..len]).is_some(), len >= 40);
            }
            let mut flipped = bytes.clone();
            for at in 0..bytes.len() {
                for bit in 0..8 {
                    flipped[at] ^= 1 << bit;
                    match SigStruct::decode(&flipped, 0) {
                        Ok(other) => assert_ne!(other, whole, "{name} {at}.{bit}"),
                        Err(bad) => assert_eq!(bad.at, at as u64, "{bad}"),
                    }
                    let constant = at < 16 || (24..40).contains(&at);
                    assert_eq!(recognise(&flipped).is_some(), !constant, "{name} {at}.{bit}");
                    flipped[at] ^= 1 << bit;
                }
            }
        }
    }

    fn a_token_cut_off_or_flipped_anywhere_is_noticed() {
        let token = EinitToken {
            valid: 1,
            attributes: Attributes::new(4, 3),
            mrenclave: measure(&small()).expect("measured"),
            keyid: [7; 32],
            ..EinitToken::default()
        };
        let mac = token_mac(&token, &token.encode());
        let whole = EinitToken { mac, ..token };
        let bytes = whole.encode();
        assert_eq!(recognise(&bytes).map(|r| r.key), Some("token"));
        for len in 0..bytes.len() {
            let bad = EinitToken::decode(&bytes[..len], 0).expect_err("too short");
            assert!(matches!(bad.why, Why::Short { .. }), "{bad}");
            assert_eq!(recognise(&bytes[..len]), None);
        }
        let mut flipped = bytes;
        for at in 0..bytes.len() {
            for bit in 0..8 {
                flipped[at] ^= 1 << bit;
                match EinitToken::decode(&flipped, 0) {
                    Ok(other) => assert_ne!(other, whole, "{at}.{bit}"),
                    Err(bad) => assert_eq!(bad.at, at as u64, "{bad}"),
                }
                let is_token = recognise(&flipped).is_some();
                assert_eq!(is_token, at >= 4 && EinitToken::decode(&flipped, 0).is_ok());
                flipped[at] ^= 1 << bit;
            }
        }
    }

    fn einit_refuses_a_flipped_token() {
        let stream = small();
        let mrenclave = measure(&stream).expect("measured");
        let key = demo_signer().expect("the demo key");
        let author = Author::of(Attributes::new(4, 3), Miscselect::NONE);
        let sigstruct = author.sign(mrenclave, &key);
        let token = |change: &dyn Fn(&mut [u8; 304])| {
            let mut token = EinitToken {
                valid: 1,
                attributes: Attributes::new(4, 3),
                mrenclave,
                mrsigner: sha256(&key.modulus()),
                ..EinitToken::default()
            };
            token.mac = token_mac(&token, &token.encode());
            let mut bytes = token.encode();
            change(&mut bytes);
            let files = [("stream", &stream[..]), ("sigstruct", &sigstruct), ("token", &bytes)];
            let mut run = open(&files, &[("launch", "locked")]).expect("opened");
            run.step(run.len()).expect("EINIT").outcome
        };
        assert_eq!(token(&|_| {}), Outcome::Done);
        for at in (0..304).step_by(7) {
            let outcome = token(&|bytes| bytes[at] ^= 1 << (at % 8));
            assert!(matches!(outcome, Outcome::Refused(_)), "{at}: {outcome:?}");
        }
    }

    fn every_byte_is_accounted_for() {
        let stream = small();
        for len in (0..stream.len()).step_by(7).chain([stream.len()]) {
            covered(&stream[..len]);
        }
        covered(&[stream, b"and more that nobody explains, longer than sixty-four bytes, so that it folds".to_vec()].concat());
        covered(&[0; 304]);
        covered(DEMO_SIGNER_PEM.as_bytes());
        let Some(bytes) = vectors::read("sgx/sigstruct/fortanix-sig1.sigstruct.bin") else { return };
        for len in (40..bytes.len()).step_by(61) {
            covered(&bytes[..len]);
        }
        let longer = [&bytes[..], &[1; 100]].concat();
        covered(&longer);
        let seen = inspect(&longer).expect("known");
        let wrong: Vec<String> = seen.wrong.iter().map(Text::en).collect();
        assert_eq!(wrong, ["SIGSTRUCT at offset 0x710 (1808) is followed by 100 bytes that nothing explains."]);
        let seen = inspect(&bytes).expect("known");
        assert_eq!(seen.wrong, []);
        assert_eq!(seen.follows[0].0, "MRSIGNER");
        let Some(bytes) = vectors::read("sgx/mrenclave/base.sgxs") else { return };
        covered(&bytes);
        assert_eq!(inspect(&bytes).expect("known").wrong, []);
    }

    fn mutated_json_never_panics() {
        let text = json!({"cases": [{"name": "x", "size": 8192, "ssaframesize": 1, "ops": [
            {"op": "EADD", "offset": 0, "secinfo_flags": 517, "content": {"rule": "seed 1, then byte 5 ^= 1"}},
            {"op": "EADD", "offset": 4096, "secinfo_flags": 256, "content": {"tcs": {"ossa": 8192, "nssa": 2}}},
            {"op": "EEXTEND", "offset": 0}, {"op": "EINIT", "sign": "demo"},
            {"op": "EREMOVE", "secs": true}, {"op": "ENCLS", "leaf": "EADD", "rbx": "0x1003000"},
            {"op": "WRITE", "at": "0x1003000", "hex": "9090"}, {"op": "HOLD", "epc": 1},
        ]}]}).to_string();
        let mut dice = Dice::new(2);
        let mut accepted = 0;
        for _ in 0..2_000 {
            let mut bytes = text.clone().into_bytes();
            for _ in 0..=dice.below(3) {
                let at = dice.below(bytes.len() as u64) as usize;
                let odd = *dice.pick(b"0129{}[]\":,-.eEx_~ \\u\x80\xffEADDfalsenull");
                match dice.below(4) {
                    0 => bytes[at] = odd,
                    1 => bytes.insert(at, odd),
                    2 => {
                        bytes.remove(at);
                    }
                    _ => {
                        let end = (at + dice.below(40) as usize).min(bytes.len());
                        let copy = bytes[at..end].to_vec();
                        bytes.splice(at..at, copy);
                    }
                }
            }
            let text = String::from_utf8_lossy(&bytes);
            if let Ok(cases) = read(&text) {
                accepted += 1;
                for case in &cases {
                    assert_eq!(apply(case).steps.len(), case.ops.len());
                }
            }
        }
        assert!(accepted > 25, "{accepted}");
    }
}
