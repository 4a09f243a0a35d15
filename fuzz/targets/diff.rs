//! Two streams, or a stream and a value: compared without a panic, in slices of any size, and the answer fits.
#![no_main]

use libfuzzer_sys::fuzz_target;
use teescope_core::artefacts;
use teescope_core::trace::{Input, Progress};
use teescope_core::view::Verdict;

fuzz_target!(|data: &[u8]| {
    // Two bytes say where the second begins and how large slices are.
    let [cut, slice, rest @ ..] = data else {
        return;
    };
    let cut = rest.len() * usize::from(*cut) / 255;
    let (a, b) = rest.split_at(cut);
    let input = |name: &str, bytes: &[u8]| Input {
        name: name.into(),
        bytes: bytes.into(),
    };
    let Ok(mut job) = artefacts::diff(&input("a", a), &input("b", b)) else {
        return;
    };
    loop {
        match job.work(1 + u64::from(*slice)) {
            Ok(Progress::Ready) => break,
            Ok(Progress::Working { done, of }) => assert!(done <= of),
            Ok(Progress::Need(_)) => panic!("everything is here"),
            Err(why) => {
                assert!(!why.en().is_empty());
                return;
            }
        }
    }
    let found = job.difference();
    let same = found.sides[0].identity == found.sides[1].identity;
    assert_eq!(same, found.verdict == Verdict::Same);
    assert!(!same || found.first.is_none());
    if let Some(first) = &found.first {
        assert!(!found.causes.is_empty());
        assert!(first.bytes.iter().flatten().count() > 0);
    }
    assert!(found.panels.len() <= 8);
});
