//! A file taken apart: what it is, what every byte of it means, what follows from it and what is wrong.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{DumpLine, hex};
use crate::crypto::sha256::sha256;
use crate::text::Text;

/// Bytes that nothing explains are shown in hex up to so many.
const SHOWN: usize = 64;

/// A file taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection {
    /// What it is.
    pub what: Text,
    /// By what it was recognised.
    pub why: Text,
    /// Every byte, in order, each in exactly one line.
    pub lines: Vec<DumpLine>,
    /// Values that follow from the file, by name.
    pub follows: Vec<(&'static str, String)>,
    /// What is wrong with it, as sentences.
    pub wrong: Vec<String>,
}

impl Inspection {
    /// A file of which nothing is told yet but what it is and by what it was recognised.
    #[must_use]
    pub fn new(what: Text, why: Text) -> Self {
        Self {
            what,
            why,
            lines: Vec::new(),
            follows: Vec::new(),
            wrong: Vec::new(),
        }
    }
}

/// Lines for bytes that nothing explains: the first few in hex, the rest by count.
#[must_use]
pub fn unexplained(bytes: &[u8], at: u64) -> Vec<DumpLine> {
    let shown = bytes.len().min(SHOWN);
    let mut lines: Vec<DumpLine> = bytes[..shown]
        .chunks(16)
        .enumerate()
        .map(|(i, part)| line(at + 16 * i as u64, part.len(), hex::spaced(part), ""))
        .collect();
    if let Some(first) = lines.first_mut() {
        first.meaning = "unexplained".into();
    }
    if bytes.len() > shown {
        let rest = bytes.len() - shown;
        let digest = hex::encode(&sha256(&bytes[shown..])[..8]);
        let meaning = format!("unexplained, sha256 {digest}…");
        lines.push(line(at + shown as u64, rest, count(rest), &meaning));
    }
    lines
}

/// One line.
pub(crate) fn line(offset: u64, len: usize, hex: String, meaning: &str) -> DumpLine {
    let meaning = meaning.to_string();
    DumpLine {
        offset,
        len,
        hex,
        meaning,
    }
}

/// A number of bytes in place of the bytes.
pub(crate) fn count(bytes: usize) -> String {
    format!("({} bytes)", crate::text::thousands(bytes as u64))
}
