//! The values of TOML: strings of all four kinds, numbers, arrays, inline tables.

use alloc::string::String;
use alloc::vec::Vec;

use super::{DEEPEST, Reader, Value};
use crate::bytes::Malformed;
use crate::text;

impl Reader<'_> {
    /// A value; the keys of an inline table are told where its path is given.
    pub(super) fn value(
        &mut self,
        path: Option<&[String]>,
        deep: usize,
    ) -> Result<Value, Malformed> {
        if deep > DEEPEST {
            return self.deep();
        }
        match self.peek() {
            Some(quote @ (b'"' | b'\'')) => {
                let lines = self.take(&[quote; 3]);
                if !lines {
                    self.at += 1;
                }
                self.string(quote, lines)?
                    .map_or_else(|| self.open(), |text| Ok(Value::Text(text)))
            }
            Some(b'[') => self.array(deep),
            Some(b'{') => self.inline(path, deep),
            _ => self.word(),
        }
    }

    fn array(&mut self, deep: usize) -> Result<Value, Malformed> {
        self.at += 1;
        loop {
            self.gap();
            if self.take(b"]") {
                return Ok(Value::Other);
            }
            self.value(None, deep + 1)?;
            self.gap();
            if !self.take(b",") && self.peek() != Some(b']') {
                return self.open();
            }
        }
    }

    fn inline(&mut self, path: Option<&[String]>, deep: usize) -> Result<Value, Malformed> {
        self.at += 1;
        let told = self.entries.len();
        loop {
            self.gap();
            if self.take(b"}") {
                break;
            }
            self.setting(path.unwrap_or_default(), deep + 1)?;
            self.gap();
            if !self.take(b",") && self.peek() != Some(b'}') {
                return self.open();
            }
        }
        if path.is_none() {
            self.entries.truncate(told);
        }
        Ok(Value::Other)
    }

    /// A number, a date, true or false.
    fn word(&mut self) -> Result<Value, Malformed> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let is_part =
            |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'+' | b'-' | b'.' | b':');
        let mut len = rest.iter().take_while(|b| is_part(b)).count();
        // A blank may stand between a date and a time.
        if len == 10 && rest[4] == b'-' && rest.get(10) == Some(&b' ') {
            let time = rest[11..].iter().take_while(|b| is_part(b)).count();
            len += if time == 0 { 0 } else { 1 + time };
        }
        let word = core::str::from_utf8(&rest[..len]).unwrap_or_default();
        let value = match word {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            _ => integer(word).map(Value::Integer).or_else(|| other(word)),
        };
        let Some(value) = value else {
            return self.bad(text!(
                "toml.value",
                "has no value in line {line} that it knows: a string, a whole number of 64 bits, a number, true, false, a date, an array or a table",
                line = self.line()
            ));
        };
        self.at += len;
        Ok(value)
    }

    /// A string whose opening quotes are behind; `None` if nothing closes it.
    pub(super) fn string(&mut self, quote: u8, lines: bool) -> Result<Option<String>, Malformed> {
        let mut out: Vec<u8> = Vec::new();
        if lines && !self.take(b"\n") {
            self.take(b"\r\n");
        }
        loop {
            if lines && self.take(&[quote; 3]) {
                // Up to two quotes may stand before those that close.
                for _ in 0..2 {
                    if self.take(&[quote]) {
                        out.push(quote);
                    }
                }
                break;
            }
            match self.peek() {
                None => return Ok(None),
                Some(b) if b == quote && !lines => {
                    self.at += 1;
                    break;
                }
                Some(b'\\') if quote == b'"' => {
                    self.at += 1;
                    let written = self.escape(lines)?;
                    let mut held = [0; 4];
                    out.extend(written.map_or(&[][..], |c| c.encode_utf8(&mut held).as_bytes()));
                }
                Some(b'\n') if !lines => return Ok(None),
                Some(b)
                    if b < b' '
                        && !matches!(b, b'\t')
                        && !(lines && matches!(b, b'\n' | b'\r')) =>
                {
                    return self.unfit();
                }
                Some(b) => {
                    out.push(b);
                    self.at += 1;
                }
            }
        }
        // The document is UTF-8, and quotes and escapes are cut out whole.
        Ok(Some(String::from_utf8_lossy(&out).into_owned()))
    }

    /// What stands after a backslash; nothing for a line end.
    fn escape(&mut self, lines: bool) -> Result<Option<char>, Malformed> {
        let Some(kind) = self.peek() else {
            return Ok(None);
        };
        let plain = match kind {
            b'b' => Some('\u{8}'),
            b't' => Some('\t'),
            b'n' => Some('\n'),
            b'f' => Some('\u{c}'),
            b'r' => Some('\r'),
            b'"' => Some('"'),
            b'\\' => Some('\\'),
            _ => None,
        };
        if plain.is_some() {
            self.at += 1;
            return Ok(plain);
        }
        let digits = match kind {
            b'u' => 4,
            b'U' => 8,
            b' ' | b'\t' | b'\r' | b'\n' if lines => {
                while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
                    self.at += 1;
                }
                return Ok(None);
            }
            _ => return self.unfit(),
        };
        let from = self.at + 1;
        let hex = self.bytes.get(from..from + digits).unwrap_or_default();
        let hex = core::str::from_utf8(hex)
            .ok()
            .filter(|h| h.bytes().all(|b| b.is_ascii_hexdigit()));
        let code = hex.and_then(|h| u32::from_str_radix(h, 16).ok());
        let Some(written) = code.and_then(char::from_u32) else {
            return self.unfit();
        };
        self.at = from + digits;
        Ok(Some(written))
    }

    fn unfit<T>(&self) -> Result<T, Malformed> {
        self.bad(text!(
            "toml.string",
            "has a character or an escape in line {line} that a string does not hold",
            line = self.line()
        ))
    }
}

/// A whole number as TOML writes it.
fn integer(word: &str) -> Option<i64> {
    let (radix, digits) = match word.get(..2) {
        Some("0x") => (16, &word[2..]),
        Some("0o") => (8, &word[2..]),
        Some("0b") => (2, &word[2..]),
        _ => (10, word),
    };
    let unsigned = match radix {
        10 => digits.strip_prefix(['+', '-']).unwrap_or(digits),
        _ => digits,
    };
    let leading = radix == 10 && unsigned.len() > 1 && unsigned.starts_with('0');
    let placed = !unsigned.starts_with('_') && !unsigned.ends_with('_') && !unsigned.contains("__");
    let all = unsigned.chars().all(|c| c == '_' || c.is_digit(radix));
    if leading || !placed || !all {
        return None;
    }
    let plain: String = digits.chars().filter(|c| *c != '_').collect();
    i64::from_str_radix(&plain, radix).ok()
}

/// A number with a fraction or a date: told apart from nonsense only.
fn other(word: &str) -> Option<Value> {
    let number = word.strip_prefix(['+', '-']).unwrap_or(word);
    if matches!(number, "inf" | "nan") {
        return Some(Value::Other);
    }
    let first = number.starts_with(|c: char| c.is_ascii_digit());
    let marked = number.contains(['.', 'e', 'E', ':']) || word.get(4..5) == Some("-");
    let allowed = |c: char| c.is_ascii_digit() || "_+-.:eETZtz ".contains(c);
    (first && marked && word.chars().all(allowed)).then_some(Value::Other)
}
