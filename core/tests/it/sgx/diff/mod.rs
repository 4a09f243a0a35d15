//! Why two enclaves differ: every cause by an enclave made for it, the expected answer from how it was made.

mod causes;
mod expected;
mod given;
mod make;
mod native;
mod oe;
mod places;
mod sdk;
mod spot;

use teescope_core::artefacts;
use teescope_core::memory::Source;
use teescope_core::text::Text;
use teescope_core::trace::{Input, Need, Progress};
use teescope_core::view::{Certainty, Difference, Verdict};

fn input(name: &str, bytes: &[u8]) -> Input {
    Input {
        name: name.into(),
        bytes: bytes.into(),
    }
}

/// The comparison, worked at so many operations a time.
fn sliced(a: &[u8], b: &[u8], most: u64) -> Result<Difference, Text> {
    let inputs = [input("a.sgxs", a), input("b.sgxs", b)];
    worked(&inputs, most, &|_| panic!("everything is here"))
}

/// The same with a host that supplies what is needed.
fn worked([a, b]: &[Input; 2], most: u64, supply: &dyn Fn(&Need)) -> Result<Difference, Text> {
    let mut job = artefacts::diff(a, b)?;
    let mut before = (0, 1);
    loop {
        match job.work(most)? {
            Progress::Ready => return Ok(job.difference()),
            Progress::Working { done, of } => {
                assert!(done <= of, "{done} of {of}");
                // It goes on: as a part of all it never goes back.
                assert!(
                    done * before.1 >= before.0 * of,
                    "{done}/{of} after {before:?}"
                );
                before = (done, of);
            }
            Progress::Need(need) => supply(&need),
        }
    }
}

/// The comparison of streams that come in parts, of each of which at most so many bytes are given at a time.
fn in_parts(a: &[u8], b: &[u8], most: u64, piece: u64) -> Result<Difference, Text> {
    let files = [("a", a), ("b", b)];
    let inputs = files.map(|(key, bytes)| {
        let whole = input(&format!("{key}.sgxs"), bytes);
        match bytes.starts_with(b"ECREATE") {
            true => Input {
                bytes: Source::parts(bytes.len() as u64),
                ..whole
            },
            false => whole,
        }
    });
    worked(&inputs, most, &|need| {
        let (_, file) = files[usize::from(need.source == "b")];
        let end = need.end.min(need.start + piece);
        let bytes = &file[need.start as usize..end as usize];
        let given = need.file.supply(need.start, end - need.start, bytes);
        given.expect("it fits");
    })
}

/// The comparison, which is the same whether the files are here whole or come in parts.
fn diff(a: &[u8], b: &[u8]) -> Difference {
    let whole = sliced(a, b, u64::MAX).unwrap_or_else(|why| panic!("{}", why.en()));
    for (most, piece) in [(u64::MAX, 10_007), (97, 1 << 20)] {
        let parts = in_parts(a, b, most, piece);
        let parts = parts.unwrap_or_else(|why| panic!("{}", why.en()));
        assert_eq!(parts, whole, "in parts of {piece} bytes");
    }
    whole
}

/// The causes by name; a likely one with a question mark, one that follows in brackets.
fn causes(found: &Difference) -> Vec<String> {
    let name = |c: &teescope_core::view::Cause| match c.certainty {
        Certainty::Shown => c.id.to_string(),
        Certainty::Likely => format!("{}?", c.id),
        Certainty::Follows => format!("({})", c.id),
    };
    found.causes.iter().map(name).collect()
}

/// Compares two enclaves both ways round, their MRENCLAVEs against the twin's, and gives the causes.
fn compared(a: &make::Enclave, b: &make::Enclave) -> Vec<String> {
    let found = diff(&a.stream(), &b.stream());
    let twins = [a.mrenclave(), b.mrenclave()];
    assert_eq!(
        [&found.sides[0].identity, &found.sides[1].identity],
        [&twins[0], &twins[1]]
    );
    let same = twins[0] == twins[1];
    assert_eq!(found.verdict == Verdict::Same, same);
    assert_eq!(
        found.first.is_none(),
        same,
        "they part where their measurements do"
    );
    let back = diff(&b.stream(), &a.stream());
    assert_eq!(causes(&found), causes(&back), "the other way round");
    causes(&found)
}
