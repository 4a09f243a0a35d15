//! The reader's own files: recognised, taken apart, measured by a run.

use std::rc::Rc;

use teescope_core::bytes::hex;
use teescope_core::crypto::sha256::sha256;
use teescope_core::keystone::host::{EnclaveFiles, demo};
use teescope_core::keystone::{inspect, recognise};
use teescope_core::tees;
use teescope_core::text::Catalogue;
use teescope_core::trace::{Edit, Input, Inputs, Session, Settings};
use teescope_core::view::{Panel, Tone};

/// A run over these files.
fn open(files: &EnclaveFiles, set: &[(&str, &str)]) -> Box<dyn Session> {
    let (mut settings, mut inputs) = (Settings::default(), Inputs::new());
    for (key, bytes) in ["loader", "runtime", "eapp"].iter().zip(&files.bytes) {
        let digest = format!("sha256-{}", hex::encode(&sha256(bytes)));
        settings.params.insert((*key).into(), digest);
        let (name, bytes) = ((*key).into(), bytes.clone());
        inputs.insert(
            (*key).into(),
            Input {
                name,
                bytes: bytes.into(),
            },
        );
    }
    for (key, value) in set {
        settings.params.insert((*key).into(), (*value).into());
    }
    tees::open("keystone/from-files", &settings, &inputs).expect("a run")
}

/// The value and tone of a fact about the files at the end of a run.
fn fact(run: &mut dyn Session, position: u64, key: &str) -> Option<(String, Tone)> {
    let view = run.view(position, None);
    let Some(Panel::Facts(facts)) = view.panel("files") else {
        return None;
    };
    let found = facts.facts.iter().find(|f| f.key == key)?;
    Some((found.value.en(), found.tone))
}

fn stops(run: &mut dyn Session) -> Vec<String> {
    let steps = (1..=run.len()).filter_map(|p| run.step(p));
    steps
        .filter(|s| !s.outcome.is_done())
        .map(|s| s.label.clone())
        .collect()
}

shared_test! {
    fn demo_files_are_recognised_each_as_what_it_is() {
        let files = demo(7);
        for (bytes, key) in files.bytes.iter().zip(["loader", "runtime", "eapp"]) {
            let found = recognise(bytes).expect("known");
            assert_eq!((found.scenario, found.key), ("keystone/from-files", key));
            let seen = inspect(bytes).expect("known");
            let mut at = 0;
            for line in seen.lines(bytes, &Catalogue::default()) {
                assert_eq!(line.offset, at, "{line:?}");
                at += line.len as u64;
            }
            assert_eq!((at, seen.wrong.len()), (bytes.len() as u64, 0));
        }
    }

    fn other_files_are_not() {
        // Text, zeros, an x86 program, numbers: none of them is taken for a loader.
        let mut x86 = demo(0).bytes[1].to_vec();
        x86[18] = 62;
        let numbers: Vec<u8> = (0..100_u32).flat_map(|n| (n * 0x0101_0101 + 0x13).to_le_bytes()).collect();
        for bytes in [&b"sssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss"[..], &[0; 512], &x86, &numbers, b"7", b""] {
            assert_eq!(recognise(bytes), None, "{:?}", &bytes[..bytes.len().min(4)]);
        }
    }

    fn a_program_cut_or_with_a_flipped_bit_is_taken_apart_all_the_same() {
        let whole = demo(3).bytes[1].clone();
        let mut samples: Vec<Vec<u8>> = (0..200).map(|len| whole[..len].to_vec()).collect();
        for bit in 0..120 * 8 {
            let mut bytes = whole.to_vec();
            bytes[bit / 8] ^= 1 << (bit % 8);
            samples.push(bytes);
        }
        let mut known = 0;
        for bytes in samples {
            let Some(seen) = inspect(&bytes) else { continue };
            known += 1;
            let mut at = 0;
            for line in seen.lines(&bytes, &Catalogue::default()) {
                assert_eq!(line.offset, at, "{line:?}");
                at += line.len as u64;
            }
            assert_eq!(at, bytes.len() as u64);
        }
        assert!(known > 1000, "{known}");
    }

    fn files_of_any_size_become_an_enclave_that_measures_as_expected() {
        let bytes = |len: usize| Rc::from((0..len).map(|i| (i * 31 + (i >> 7)) as u8).collect::<Vec<u8>>());
        for lens in [[1, 1, 1], [4096, 4096, 4096], [0, 5000, 8193], [700, 0, 0]] {
            let [a, b, c] = lens.map(bytes);
            let files = EnclaveFiles::usual(a, b, c);
            let mut run = open(&files, &[]);
            assert_eq!(stops(&mut *run), [""; 0], "{lens:?}");
            let created = run.find("create").expect("a step");
            let (expected, _) = fact(&mut *run, created, "hash").expect("a fact");
            assert_eq!(expected, hex::encode(&files.expected_hash()));
            let (measured, tone) = fact(&mut *run, created, "measured").expect("a fact");
            assert_eq!((measured.as_str(), tone), ("the expected one", Tone::Good));
        }
    }

    fn a_changed_bit_or_a_page_left_out_measures_otherwise() {
        for edit in ["-load.runtime.p1", "+create:FLIP(at=0x84000000,bit=0)"] {
            let edit = Edit::parse(edit).expect("an edit");
            let mut run = open(&demo(1), &[]).fork(&[edit]).expect("a fork");
            let created = run.find("create").expect("a step");
            let (_, tone) = fact(&mut *run, created, "measured").expect("a fact");
            assert_eq!(tone, Tone::Bad);
        }
    }

    fn memory_that_linux_has_not_stops_at_the_first_call() {
        let mut run = open(&demo(1), &[("freemem", "0x4000000")]);
        let stopped = stops(&mut *run);
        assert_eq!(stopped.first().map(String::as_str), Some("take.memory"));
        let mut run = open(&demo(1), &[("utm", "0")]);
        assert_eq!(stops(&mut *run).first().map(String::as_str), Some("take.buffer"));
        let mut cma = open(&demo(1), &[("freemem", "0x600000")]);
        assert_eq!(stops(&mut *cma), [""; 0]);
    }
}
