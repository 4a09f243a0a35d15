//! Hexadecimal as people read it.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// Bytes as lower-case hex without separators.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    let digit = |n: u8| char::from(if n < 10 { b'0' + n } else { b'a' + n - 10 });
    bytes
        .iter()
        .flat_map(|b| [digit(b >> 4), digit(b & 15)])
        .collect()
}

/// Hex to bytes; white space, `_` and a leading `0x` are passed over. `None` for anything else.
#[must_use]
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    let text = text.strip_prefix("0x").unwrap_or(text);
    let digits: Option<Vec<u8>> = text
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '_')
        .map(|c| c.to_digit(16).map(|d| d as u8))
        .collect();
    let digits = digits?;
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    Some(digits.chunks(2).map(|d| d[0] << 4 | d[1]).collect())
}

/// An address or wire value: `0x7f00_0000_1000`, at least four digits, `_` every four.
#[must_use]
pub fn addr(n: u64) -> String {
    let digits = format!("{n:04x}");
    let mut out = String::from("0x");
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(4) {
            out.push('_');
        }
        out.push(c);
    }
    out
}

/// A small number in hex without grouping or padding: `0x205`.
#[must_use]
pub fn short(n: u64) -> String {
    format!("{n:#x}")
}
