//! Bytes taken apart: what they are, what every one of them means, what was checked and what follows.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::Range;

use super::dump::span;
use super::{DumpLine, Layout, fields_of, hex};
use crate::crypto::sha256::sha256;
use crate::text;
use crate::text::{Catalogue, Text};

/// Bytes a line of a dump shows.
const LINE: usize = 16;

/// Bytes taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection {
    /// What they are.
    pub what: Text,
    /// By what they were recognised.
    pub why: Text,
    /// Every byte, in order, each in exactly one part.
    pub parts: Vec<Part>,
    /// Values that follow from the bytes, by name.
    pub follows: Vec<(&'static str, String)>,
    /// What else a reader should know, as sentences: who the signer is.
    pub notes: Vec<Text>,
    /// Links to runs that show it, as fragments.
    pub leads: Vec<String>,
    /// What was checked, in the order of its document.
    pub checks: Vec<Checked>,
    /// What is wrong, as sentences.
    pub wrong: Vec<Text>,
    /// Where the bytes could be several things: all of them, the likeliest first.
    pub readings: Vec<Reading>,
    /// What such a file is usually called; empty where there is no custom.
    pub file: &'static str,
    /// Files that lie whole inside.
    pub inside: Vec<Inside>,
}

/// A file that lies whole inside another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inside {
    /// What it is.
    pub what: &'static str,
    /// What such a file is usually called.
    pub file: &'static str,
    /// Where it lies.
    pub range: Range<usize>,
}

/// One of several things that bytes could be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// What they would be.
    pub what: Text,
    /// By what they would be recognised.
    pub why: Text,
}

/// A stretch of bytes with one meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The document's name.
    pub name: Text,
    /// Offset of the first byte.
    pub at: usize,
    /// How many bytes; none for a field that is cut off.
    pub len: usize,
    /// The value in words.
    pub value: Text,
    /// What it is for, in one sentence; may be empty.
    pub meaning: Text,
    /// How it is shown.
    pub kind: Kind,
}

/// How a stretch of bytes is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A field: every byte.
    Field,
    /// A field that must be zero.
    Reserved,
    /// Contents that dumps only count.
    Contents,
    /// Text, or what may be some: bytes and the letters among them.
    Letters,
    /// Nothing explains it.
    Unknown,
}

/// Something that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The stable name of the rule.
    pub id: &'static str,
    /// What must hold.
    pub says: Text,
    /// Whether it holds.
    pub held: bool,
    /// Where the rule is written.
    pub cite: &'static str,
}

impl Inspection {
    /// Bytes of which nothing is told yet but what they are and by what they were recognised.
    #[must_use]
    pub fn new(what: Text, why: Text) -> Self {
        Self {
            what,
            why,
            parts: Vec::new(),
            follows: Vec::new(),
            notes: Vec::new(),
            leads: Vec::new(),
            checks: Vec::new(),
            wrong: Vec::new(),
            readings: Vec::new(),
            file: "",
            inside: Vec::new(),
        }
    }

    /// The bytes as lines of a dump, in a language: offset, hex, field and value.
    #[must_use]
    pub fn lines(&self, bytes: &[u8], catalogue: &Catalogue) -> Vec<DumpLine> {
        let mut lines = Vec::new();
        for part in &self.parts {
            part.lines(bytes, catalogue, &mut lines);
        }
        lines
    }

    /// Up to where the parts go.
    pub(crate) fn end(&self) -> usize {
        self.parts.last().map_or(0, |p| p.at + p.len)
    }

    /// Says that nothing explains the bytes behind the last part.
    pub(crate) fn rest_unexplained(&mut self, len: usize) {
        let at = self.end();
        if len > at {
            let name = text!("inspect.unexplained", "unexplained");
            self.parts.push(Part {
                kind: Kind::Unknown,
                ..Part::new(name, at, len - at, Text::none())
            });
        }
    }
}

impl Part {
    /// A field without a sentence about it.
    pub(crate) fn new(
        name: impl Into<Text>,
        at: usize,
        len: usize,
        value: impl Into<Text>,
    ) -> Self {
        Self {
            name: name.into(),
            at,
            len,
            value: value.into(),
            meaning: Text::none(),
            kind: Kind::Field,
        }
    }

    /// Contents that are only counted, told by their digest; `None` for no byte.
    pub(crate) fn contents(name: impl Into<Text>, bytes: &[u8], at: usize) -> Option<Self> {
        let value = digest(bytes);
        (!bytes.is_empty()).then(|| Self {
            kind: Kind::Contents,
            ..Self::new(name, at, bytes.len(), value)
        })
    }

    /// Text, or what may be some.
    pub(crate) fn letters(name: Text, at: usize, len: usize, value: Text) -> Self {
        Self {
            kind: Kind::Letters,
            ..Self::new(name, at, len, value)
        }
    }

    /// The fields of a structure at `at`; of one that is cut, as much as there is.
    pub(crate) fn of_layout(layout: &'static Layout, bytes: &[u8], at: usize) -> Vec<Self> {
        let all = fields_of(layout, bytes).into_iter();
        all.map(|f| Self {
            name: f.name.into(),
            at: at + f.offset.min(bytes.len()),
            len: f.size.min(bytes.len().saturating_sub(f.offset)),
            value: f.text,
            meaning: Text::said(f.key, f.meaning),
            kind: if f.reserved {
                Kind::Reserved
            } else {
                Kind::Field
            },
        })
        .collect()
    }

    fn lines(&self, bytes: &[u8], catalogue: &Catalogue, lines: &mut Vec<DumpLine>) {
        let held = bytes.get(self.at..self.at + self.len).unwrap_or_default();
        let (name, value) = (self.name.render(catalogue), self.value.render(catalogue));
        let meaning = match value.is_empty() {
            true => name,
            false => format!("{name}: {value}"),
        };
        let at = self.at as u64;
        match self.kind {
            Kind::Contents => lines.push(line(at, self.len, count(self.len), &meaning)),
            Kind::Letters => letters(held, at, lines),
            _ if self.len == 0 => lines.push(line(at, 0, String::new(), &meaning)),
            _ => span(held, at, &meaning, lines),
        }
    }
}

/// Lines of bytes and the letters among them.
fn letters(bytes: &[u8], at: u64, lines: &mut Vec<DumpLine>) {
    let shown = |b: &u8| match b {
        0x20..=0x7e => char::from(*b),
        _ => '.',
    };
    for (i, part) in bytes.chunks(LINE).enumerate() {
        let meaning: String = part.iter().map(shown).collect();
        let at = at + (LINE * i) as u64;
        lines.push(line(at, part.len(), hex::spaced(part), &meaning));
    }
}

/// The start of a digest, to tell contents apart.
fn digest(bytes: &[u8]) -> String {
    format!("sha256 {}…", hex::encode(&sha256(bytes)[..8]))
}

/// One line.
fn line(offset: u64, len: usize, hex: String, meaning: &str) -> DumpLine {
    let meaning = meaning.to_string();
    DumpLine {
        offset,
        len,
        hex,
        meaning,
    }
}

/// A number of bytes in place of the bytes.
fn count(bytes: usize) -> String {
    format!("({} bytes)", crate::text::thousands(bytes as u64))
}
