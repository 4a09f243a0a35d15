//! Hexadecimal text: digests in lower case, numbers grouped by four digits, sizes with units.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use super::{Malformed, Why};
use crate::text;

/// Bytes that `Display` as lower-case hex without separators, the way digests are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hex<'a>(pub &'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Lower-case hex of `bytes`, two digits a byte, no separators.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// Lower-case hex of `bytes` with a space between bytes, as dumps show it.
#[must_use]
pub fn spaced(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 3);
    for (index, byte) in bytes.iter().enumerate() {
        if index > 0 {
            text.push(' ');
        }
        text.push_str(&encode(&[*byte]));
    }
    text
}

/// The bytes that `text` spells in hex. Upper and lower case, a leading `0x`, white space and
/// `_` are accepted; anything else is refused with the offset of the character.
pub fn decode(text: &str) -> Result<Vec<u8>, Malformed> {
    let mut bytes = Vec::with_capacity(text.len() / 2);
    let mut high = None;
    let start = text.len() - text.trim_start().len();
    let start = if text[start..].starts_with("0x") {
        start + 2
    } else {
        start
    };
    for (at, c) in text.char_indices().skip_while(|(at, _)| *at < start) {
        if c.is_whitespace() || c == '_' {
            continue;
        }
        let Some(digit) = c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()) else {
            let why = text!(
                "malformed.hex-digit",
                "has {found} where a digit 0-9 or a-f belongs",
                found = format!("{c:?}")
            );
            return Err(Malformed::says(at as u64, "hex text", why));
        };
        high = match high {
            None => Some(digit),
            Some(high) => {
                bytes.push(high << 4 | digit);
                None
            }
        };
    }
    match high {
        None => Ok(bytes),
        Some(_) => Err(Malformed::says(
            text.len() as u64,
            "hex text",
            text!("malformed.half-byte", "ends in half a byte"),
        )),
    }
}

/// Exactly `N` bytes from hex text; any other length is refused.
pub fn decode_array<const N: usize>(text: &str) -> Result<[u8; N], Malformed> {
    let bytes = decode(text)?;
    <[u8; N]>::try_from(bytes.as_slice()).map_err(|_| {
        let why = match bytes.len() < N {
            true => Why::Short {
                needs: N as u64,
                left: bytes.len() as u64,
            },
            false => Why::Trailing {
                extra: (bytes.len() - N) as u64,
            },
        };
        Malformed::new(0, "hex text", why)
    })
}

/// An address: `0x` and hex digits grouped by four from the right, at least four of them.
///
/// `0x1000` stays `0x1000`; `0x7f0000001000` becomes `0x7f00_0000_1000`.
#[must_use]
pub fn addr(value: u64) -> String {
    group(&format!("{value:04x}"))
}

/// A value in hex without leading zeros, grouped by four: `0x0`, `0x205`, `0x1_0000`.
#[must_use]
pub fn short(value: u64) -> String {
    group(&format!("{value:x}"))
}

/// A value in grouped hex, always showing `size` bytes, leading zeros included.
#[must_use]
pub fn fixed(value: u64, size: usize) -> String {
    let digits = size.min(8) * 2;
    group(&format!("{value:0digits$x}"))
}

fn group(digits: &str) -> String {
    let mut text = String::with_capacity(2 + digits.len() * 5 / 4);
    text.push_str("0x");
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(4) {
            text.push('_');
        }
        text.push(digit);
    }
    text
}

/// A plain number: grouped hex, and the decimal form behind it where the two differ.
#[must_use]
pub fn number(value: u64) -> String {
    match value {
        0..=9 => value.to_string(),
        _ => format!("{} ({value})", short(value)),
    }
}

/// A size in bytes with the largest binary unit that divides it, for example `64 KiB`;
/// sizes that are no whole number of KiB are given in bytes.
#[must_use]
pub fn size(bytes: u64) -> String {
    const UNITS: [(u32, &str); 4] = [(40, "TiB"), (30, "GiB"), (20, "MiB"), (10, "KiB")];
    for (shift, unit) in UNITS {
        if bytes != 0 && bytes.trailing_zeros() >= shift {
            return format!("{} {unit}", bytes >> shift);
        }
    }
    count(bytes, "byte")
}

/// A count and its noun, in the plural unless it is one: `1 byte`, `12 bytes`.
#[must_use]
pub fn count(number: u64, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}s"),
    }
}
