//! diff on enclave files of the Intel SGX SDK: how it ends, and what stands first.

use std::fmt::Write as _;

use super::{file, teescope};

#[path = "../../../core/tests/it/sgx/files/sdk/writer.rs"]
#[expect(dead_code, reason = "the engine's tests use more of it")]
mod writer;

use writer::{ADD, Fill, MEASURED, RW, Row, Sdk, entry, filled};

/// A file with so many pages of heap and one of stack behind them.
fn heap(pages: u32, word: u32) -> Sdk {
    let heap = filled(entry(1, ADD, pages, 0x4000, RW), Fill::Word(word));
    let at = 0x4000 + u64::from(pages) * 4096;
    let stack: Row = filled(entry(8, MEASURED, 1, at, RW), Fill::Word(0xcccc_cccc));
    Sdk {
        rows: vec![heap, stack],
        ..Sdk::small()
    }
}

fn digits(sdk: &Sdk) -> String {
    sdk.mrenclave().iter().fold(String::new(), |mut out, b| {
        write!(out, "{b:02x}").expect("a string takes everything");
        out
    })
}

/// Compares two files; gives the exit code and the lines.
fn diff(name: &str, a: &Sdk, b: &Sdk) -> (i32, Vec<String>) {
    let path = |side: &str, sdk: &Sdk| file(&format!("{name}-{side}.signed.so"), &sdk.write().0);
    let ended = teescope(&["diff", &path("a", a), &path("b", b)]);
    assert_eq!(ended.err, "");
    (ended.code, ended.out.lines().map(str::to_string).collect())
}

#[test]
fn more_heap_is_named_first() {
    let (a, b) = (heap(3, 0), heap(5, 0));
    let (code, lines) = diff("heap", &a, &b);
    assert_eq!(code, 1);
    assert_eq!(lines[0], "The MRENCLAVEs differ.");
    let at = |what: &str| lines.iter().position(|l| l.contains(what));
    let (x, y) = (at(&digits(&a)), at(&digits(&b)));
    assert!(x.is_some() && x < y, "{lines:?}");
    let first = lines.iter().find(|l| l.contains(" [")).expect("a cause");
    assert!(first.contains("Heap size [heap]"), "{lines:?}");
    assert!(
        lines.iter().any(|l| l.contains("A: 12 KiB, B: 20 KiB.")),
        "{lines:?}"
    );
}

#[test]
fn another_signature_keeps_the_gate_open() {
    let a = heap(3, 0);
    let mut b = a.clone();
    b.sigstruct[20] = 7;
    let (code, lines) = diff("signature", &a, &b);
    assert_eq!(
        (code, lines[0].as_str()),
        (0, "Same MRENCLAVE, different files.")
    );
    let first = lines.iter().find(|l| l.contains(" [")).expect("a cause");
    assert!(first.contains("SIGSTRUCT [signature]"), "{lines:?}");
    let (code, lines) = diff("unmeasured", &a, &heap(3, 0xabcd));
    assert_eq!(
        (code, lines[0].as_str()),
        (0, "Same MRENCLAVE, different files.")
    );
    assert!(
        lines.iter().any(|l| l.contains("[unmeasured]")),
        "{lines:?}"
    );
}
