//! Base64 as people paste it: either alphabet, with or without padding, in lines of any length.

use alloc::vec::Vec;

use super::Malformed;
use crate::text;

/// How the field is called in sentences.
const FIELD: &str = "base64 text";

/// The bytes that text in base64 spells, in the usual alphabet or in that for URLs.
///
/// # Errors
/// A character is foreign, the two alphabets are mixed, padding stands in the wrong place, or the
/// text ends within a byte; with the offset of the character.
pub fn decode(text: &str) -> Result<Vec<u8>, Malformed> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3 + 2);
    let (mut word, mut digits, mut padded) = (0_u32, 0_usize, 0_usize);
    let mut alphabet = None;
    for (at, c) in text.char_indices().filter(|(_, c)| !c.is_whitespace()) {
        if c == '=' {
            padded += 1;
            continue;
        }
        if padded > 0 {
            let why = text!(
                "malformed.base64-after-padding",
                "goes on after its padding"
            );
            return Err(Malformed::says(at as u64, FIELD, why));
        }
        let six = digit(c).ok_or_else(|| foreign(at, c))?;
        if let '+' | '/' | '-' | '_' = c {
            let url = matches!(c, '-' | '_');
            if alphabet.is_some_and(|a| a != url) {
                return Err(mixed(at));
            }
            alphabet = Some(url);
        }
        word = word << 6 | six;
        digits += 1;
        if digits.is_multiple_of(4) {
            out.extend_from_slice(&word.to_be_bytes()[1..]);
            word = 0;
        }
    }
    let rest = digits % 4;
    let fits = padded == 0 || (rest + padded).is_multiple_of(4) && padded < 3;
    let spare = match rest {
        2 => word & 15,
        3 => word & 3,
        _ => 0,
    };
    if rest == 1 || !fits || spare != 0 {
        return Err(cut(text.len()));
    }
    if rest > 0 {
        let bytes = (word << (6 * (4 - rest))).to_be_bytes();
        out.extend_from_slice(&bytes[1..rest]);
    }
    Ok(out)
}

/// The six bits of a digit of either alphabet.
fn digit(c: char) -> Option<u32> {
    let c = u32::from(u8::try_from(c).ok()?);
    Some(match c {
        0x41..=0x5a => c - 0x41,
        0x61..=0x7a => c - 0x61 + 26,
        0x30..=0x39 => c - 0x30 + 52,
        0x2b | 0x2d => 62,
        0x2f | 0x5f => 63,
        _ => return None,
    })
}

fn foreign(at: usize, c: char) -> Malformed {
    let why = text!(
        "malformed.base64-digit",
        "has {found} where a letter, a digit, or one of + / - _ belongs",
        found = alloc::format!("{c:?}")
    );
    Malformed::says(at as u64, FIELD, why)
}

fn mixed(at: usize) -> Malformed {
    let why = text!(
        "malformed.base64-mixed",
        "mixes the usual alphabet (+ and /) with that for URLs (- and _)"
    );
    Malformed::says(at as u64, FIELD, why)
}

fn cut(at: usize) -> Malformed {
    let why = text!(
        "malformed.base64-cut",
        "ends within a byte; something is missing at its end"
    );
    Malformed::says(at as u64, FIELD, why)
}
