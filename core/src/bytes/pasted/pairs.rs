//! Hex with whatever people put between and before the digits.

use alloc::format;
use alloc::vec::Vec;

use super::super::Malformed;
use crate::text;
use crate::text::Text;

/// What may stand between groups of digits.
const BETWEEN: [char; 11] = [':', '-', ',', ';', '_', '.', '"', '\'', '\\', '|', '`'];

/// Whether nearly all of a text are hex digits and what may stand between them.
pub(super) fn is_like(text: &str) -> bool {
    let (mut good, mut all, mut digits) = (0_usize, 0_usize, 0_usize);
    for c in text.chars().filter(|c| !c.is_whitespace()) {
        all += 1;
        digits += usize::from(c.is_ascii_hexdigit());
        good += usize::from(c.is_ascii_hexdigit() || BETWEEN.contains(&c) || c == 'x');
    }
    digits > 0 && digits * 4 >= all && good * 20 >= all * 19
}

/// The bytes.
pub(super) fn decode(text: &str) -> Result<Vec<u8>, Malformed> {
    let mut bytes = Vec::with_capacity(text.len() / 2);
    let mut group = Group::default();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        // “0x” and “\x” open a group.
        if c == '0' && group.len == 0 && chars.peek().is_some_and(|(_, x)| *x == 'x' || *x == 'X') {
            chars.next();
            continue;
        }
        // So does a byte string of Python.
        if c == 'b' && group.len == 0 && chars.peek().is_some_and(|(_, q)| matches!(q, '\'' | '"'))
        {
            continue;
        }
        let Some(digit) = c.to_digit(16) else {
            let marks = c == 'x' && group.len == 0 || BETWEEN.contains(&c);
            if !c.is_whitespace() && !marks {
                return Err(foreign(at, c));
            }
            group.end(c.is_whitespace())?;
            continue;
        };
        group.take(at, digit as u8, &mut bytes);
    }
    group.end(false)?;
    Ok(bytes)
}

/// Digits that stand together. White space may fall within a byte where lines are wrapped.
#[derive(Default)]
struct Group {
    /// Where the first digit stands.
    from: usize,
    len: usize,
    high: Option<u8>,
}

impl Group {
    fn take(&mut self, at: usize, digit: u8, bytes: &mut Vec<u8>) {
        if self.len == 0 {
            self.from = at;
        }
        self.len += 1;
        self.high = match self.high {
            None => Some(digit),
            Some(high) => {
                bytes.push(high << 4 | digit);
                None
            }
        };
    }

    /// The group ends; `soft` if white space ends it.
    fn end(&mut self, soft: bool) -> Result<(), Malformed> {
        if soft && self.high.is_some() {
            return Ok(());
        }
        if self.high.is_some() {
            return Err(odd(self.from, self.len));
        }
        self.len = 0;
        Ok(())
    }
}

fn foreign(at: usize, c: char) -> Malformed {
    let found = Text::from(format!("{c:?}"));
    let why = text!(
        "malformed.hex-digit",
        "has {found} where a digit 0-9 or a-f belongs",
        found = found
    );
    Malformed::says(at as u64, "hex text", why)
}

fn odd(at: usize, digits: usize) -> Malformed {
    let why = text!(
        "malformed.hex-odd",
        "has a group with an odd number of digits there, {n}; two make a byte, so one is missing or too much",
        n = digits
    );
    Malformed::says(at as u64, "hex text", why)
}
