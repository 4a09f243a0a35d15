//! Annotated dumps: offset, hex and meaning, with every byte accounted for.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::fields::{FieldValue, fields_of};
use super::{Layout, hex};

/// How many bytes a line shows.
const WIDTH: usize = 16;

/// One line of a dump.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DumpLine {
    /// Absolute offset in bytes of the line's first byte.
    pub offset: u64,
    /// How many bytes the line stands for: up to 16, or more on a line that folds zeros.
    pub len: usize,
    /// The bytes in hex, or `00 x 4008` where lines of zeros are folded.
    pub hex: String,
    /// Name and value, on the first line of a field; empty on the lines that continue it.
    pub meaning: String,
}

/// Dumps `bytes`, whose first byte lies at absolute offset `at`, as `layout` says.
#[must_use]
pub fn dump_layout(layout: &Layout, bytes: &[u8], at: u64) -> Vec<DumpLine> {
    dump(bytes, at, &fields_of(layout, bytes))
}

/// Dumps `bytes`, whose first byte lies at absolute offset `at`, with the fields of them that
/// are known, in order, their offsets counted from the first byte.
/// Bytes that no field covers are shown as unexplained.
#[must_use]
pub fn dump(bytes: &[u8], at: u64, fields: &[FieldValue]) -> Vec<DumpLine> {
    let mut lines = Vec::new();
    let mut done = 0;
    for field in fields {
        let start = field.offset.clamp(done, bytes.len());
        let end = field
            .offset
            .saturating_add(field.size)
            .clamp(start, bytes.len());
        span(
            &bytes[done..start],
            at + done as u64,
            "unexplained",
            &mut lines,
        );
        let meaning = format!("{}: {}", field.name, field.text.en());
        if start == end {
            let (offset, hex) = (at + start as u64, String::new());
            lines.push(DumpLine {
                offset,
                len: 0,
                hex,
                meaning,
            });
        } else {
            span(&bytes[start..end], at + start as u64, &meaning, &mut lines);
        }
        done = end;
    }
    span(&bytes[done..], at + done as u64, "unexplained", &mut lines);
    lines
}

/// Appends the lines of one field; two or more whole lines of zeros become one.
pub(super) fn span(bytes: &[u8], at: u64, meaning: &str, lines: &mut Vec<DumpLine>) {
    let (mut done, mut meaning) = (0, meaning);
    while let Some(rest) = bytes.get(done..).filter(|rest| !rest.is_empty()) {
        let zeros = rest
            .iter()
            .position(|byte| *byte != 0)
            .unwrap_or(rest.len());
        let zeros = if zeros == rest.len() {
            zeros
        } else {
            zeros / WIDTH * WIDTH
        };
        let (len, text) = match zeros > WIDTH {
            true => (zeros, format!("00 x {zeros}")),
            false => {
                let len = rest.len().min(WIDTH);
                (len, hex::spaced(&rest[..len]))
            }
        };
        let offset = at + done as u64;
        lines.push(DumpLine {
            offset,
            len,
            hex: text,
            meaning: meaning.into(),
        });
        (done, meaning) = (done + len, "");
    }
}

/// The lines as text, in three columns.
#[must_use]
pub fn dump_text(lines: &[DumpLine]) -> String {
    let mut text = String::new();
    for line in lines {
        let row = format!("{:06x}  {:<47}  {}", line.offset, line.hex, line.meaning);
        text.push_str(row.trim_end());
        text.push('\n');
    }
    text
}
