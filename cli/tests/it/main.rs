//! The command line as its users meet it: what it prints, what it complains of, how it ends.

mod commands;
mod diff;
mod files;
mod gramine;
mod readme;
mod sgx;
mod snippets;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// How a command ended.
struct Ended {
    code: i32,
    out: String,
    err: String,
}

impl Ended {
    /// Its output as JSON, of a command that did what it should.
    fn json(&self) -> serde_json::Value {
        assert_eq!((self.code, self.err.as_str()), (0, ""), "{}", self.out);
        serde_json::from_str(&self.out).expect("JSON")
    }

    /// Its one complaint, of a command that could not use what it was given.
    fn complaint(&self) -> &str {
        assert_eq!((self.code, self.out.as_str()), (2, ""), "{}", self.err);
        self.err.strip_prefix("teescope: ").expect("a complaint")
    }
}

/// The program, in a folder.
fn program(folder: &PathBuf) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_teescope"));
    command.current_dir(folder);
    command
}

/// Runs the program with these words and this input.
fn teescope_with(words: &[&str], input: &[u8]) -> Ended {
    let mut child = program(&folder())
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    let mut stdin = child.stdin.take().expect("an input");
    // A program that does not read its input may be gone already.
    _ = stdin.write_all(input);
    drop(stdin);
    let done = child.wait_with_output().expect("ended");
    Ended {
        code: done.status.code().expect("a code"),
        out: String::from_utf8(done.stdout).expect("UTF-8"),
        err: String::from_utf8(done.stderr).expect("UTF-8"),
    }
}

fn teescope(words: &[&str]) -> Ended {
    teescope_with(words, b"")
}

/// A folder for this program's tests.
fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
}

/// Writes a file into that folder; gives its path.
fn file(name: &str, bytes: &[u8]) -> String {
    let path = folder().join(name);
    std::fs::write(&path, bytes).expect("written");
    path.to_str().expect("UTF-8").to_string()
}

/// A stream with one page of code, three of its chunks present, two measured.
fn stream() -> Vec<u8> {
    let record = |tag: &[u8], words: &[(usize, u64)], data: &[u8]| {
        let mut out = vec![0; 64];
        out[..tag.len()].copy_from_slice(tag);
        for (at, word) in words {
            out[*at..at + 8].copy_from_slice(&word.to_le_bytes());
        }
        out.extend_from_slice(data);
        out
    };
    [
        record(b"ECREATE", &[(8, 1 | 0x2000 << 32)], &[]),
        record(b"EADD", &[(16, 0x205)], &[]),
        record(b"EEXTEND", &[], &[0x90; 256]),
        record(b"UNMEASRD", &[(8, 0x100)], &[0xcc; 256]),
        record(b"EEXTEND", &[(8, 0x200)], &[0xf4; 256]),
    ]
    .concat()
}

/// The least that is a RISC-V program: a header and nothing to load.
fn elf() -> Vec<u8> {
    let mut bytes = b"\x7fELF\x02\x01\x01".to_vec();
    bytes.resize(64, 0);
    for (at, byte) in [(16, 2), (18, 243), (20, 1), (52, 64)] {
        bytes[at] = byte;
    }
    bytes
}

/// A vector file, if it is there or must be.
fn vector(path: &str) -> Option<Vec<u8>> {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/vectors");
    let root = std::env::var("TEESCOPE_VECTORS").unwrap_or_else(|_| default.into());
    let bytes = std::fs::read(format!("{root}/{path}")).ok();
    if bytes.is_none() {
        let required = std::env::var("TEESCOPE_REQUIRE_VECTORS").is_ok_and(|on| on == "1");
        assert!(
            !required,
            "the vector {path} is not in {root}; set TEESCOPE_VECTORS"
        );
        println!("skipped: the vector {path} is not in {root}");
    }
    bytes
}
