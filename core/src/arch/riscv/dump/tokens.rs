//! Words, numbers and marks of a pasted text, each with its place.

use alloc::string::String;
use alloc::vec::Vec;

use super::BadDump;
use crate::text::Text;

/// What a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A word.
    Name(String),
    /// A number, decimal, `0x` or `0b`, with or without C's suffixes.
    Number(u64),
    /// Something that begins like a number and is none.
    Odd(String),
    /// Any other character.
    Mark(char),
}

/// A token and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// The line, from 1.
    pub(super) line: usize,
    /// The character of the line, from 1.
    pub(super) at: usize,
    /// How many characters it takes.
    pub(super) len: usize,
}

impl Default for Token {
    fn default() -> Self {
        Self {
            kind: Kind::Mark(' '),
            line: 1,
            at: 1,
            len: 0,
        }
    }
}

impl Token {
    /// What is wrong here.
    pub(super) fn bad(&self, why: Text) -> BadDump {
        BadDump {
            line: self.line,
            at: self.at,
            why,
        }
    }
}

/// The tokens of a text, white space left out.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut all = Vec::new();
    for (line, words) in (1..).zip(text.lines()) {
        let chars: Vec<char> = words.chars().collect();
        let mut at = 0;
        while let Some(&first) = chars.get(at) {
            let belongs = |c: &char| c.is_alphanumeric() || *c == '_';
            // `$1` is one of GDB's own names.
            let start = at + usize::from(first == '$');
            let rest = chars.get(start..).unwrap_or_default();
            let len = rest.iter().take_while(|c| belongs(c)).count();
            let word: String = rest.iter().take(len).collect();
            let kind = match first {
                _ if first.is_whitespace() => None,
                '$' if len > 0 => Some(Kind::Name(word)),
                _ if len == 0 => Some(Kind::Mark(first)),
                _ if first.is_ascii_digit() => Some(match number(&word) {
                    Some(n) => Kind::Number(n),
                    None => Kind::Odd(word),
                }),
                _ => Some(Kind::Name(word)),
            };
            let len = (start - at + len).max(1);
            all.extend(kind.map(|kind| Token {
                kind,
                line,
                at: at + 1,
                len,
            }));
            at += len;
        }
    }
    all
}

fn number(word: &str) -> Option<u64> {
    let word = word.to_ascii_lowercase();
    if let Some(bits) = word.strip_prefix("0b") {
        return u64::from_str_radix(&bits.replace('_', ""), 2).ok();
    }
    crate::trace::parse_number(word.trim_end_matches(['u', 'l']))
}
