//! Bytes that somebody pasted as text: in which writings the text can be read, and which bytes each gives.

mod dump;
mod list;
mod pairs;
mod pem;

use alloc::vec::Vec;

use super::{Malformed, base64};
use crate::text;
use crate::text::Text;

/// A way of writing bytes as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Writing {
    /// Between BEGIN and END lines, with the label that stands there.
    Pem(alloc::string::String),
    /// A dump with offsets, as `xxd`, `hexdump -C` and this project print it.
    Dump,
    /// The elements of an array in a program's source.
    List,
    /// Hex digits, two a byte.
    Hex,
    /// Base64 in either alphabet.
    Base64,
}

/// A text read in one writing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The writing.
    pub writing: Writing,
    /// The bytes, or where the text departs from the writing.
    pub bytes: Result<Vec<u8>, Malformed>,
}

impl Writing {
    /// What it is called.
    #[must_use]
    pub fn text(&self) -> Text {
        match self {
            Self::Pem(label) => text!("pasted.pem", "PEM ({label})", label = label.as_str()),
            Self::Dump => text!("pasted.dump", "a dump with offsets"),
            Self::List => text!("pasted.list", "an array in source code"),
            Self::Hex => text!("pasted.hex", "hex"),
            Self::Base64 => text!("pasted.base64", "base64"),
        }
    }
}

/// Reads a text in every writing that it looks like, the likeliest first; empty if it looks like none.
/// Those in which it can be read stand before those in which it cannot.
#[must_use]
pub fn readings(text: &str) -> Vec<Reading> {
    let mut all = Vec::new();
    let mut add = |writing, bytes| all.push(Reading { writing, bytes });
    for (label, bytes) in pem::blocks(text) {
        add(Writing::Pem(label), bytes);
    }
    if dump::is_like(text) {
        add(Writing::Dump, dump::decode(text));
    }
    if list::is_like(text) {
        add(Writing::List, list::decode(text));
    }
    if pairs::is_like(text) {
        add(Writing::Hex, pairs::decode(text));
    }
    if is_like_base64(text) {
        add(Writing::Base64, base64::decode(unquoted(text)));
    }
    all.sort_by_key(|reading| reading.bytes.is_err());
    all
}

/// Whether nearly all of a text are digits of base64 and line breaks, and it is one word but for those.
fn is_like_base64(text: &str) -> bool {
    let text = unquoted(text);
    let digits = text.chars().filter(|c| !c.is_whitespace());
    let (mut good, mut all) = (0_usize, 0_usize);
    for c in digits {
        all += 1;
        good += usize::from(c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '-' | '_' | '='));
    }
    let words = text.split('\n').all(|line| !line.trim().contains(' '));
    all >= 8 && words && good * 20 >= all * 19
}

/// A text without white space, quotes and the head of a data address around it.
fn unquoted(text: &str) -> &str {
    let text = text.trim().trim_matches(['"', '\'', '`', ',', ';']);
    match text.split_once(";base64,") {
        Some((head, rest)) if head.starts_with("data:") => rest,
        _ => text,
    }
}
