//! Operations as short text, for links, case files and people: `EEXTEND(offset=0x1100)`.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::text::Text;

/// An operation by name with named arguments, as text.
///
/// Names and arguments hold no `(`, `)`, `,`, `=`, `&` or white space.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpText {
    /// The operation's name, as the manual spells it.
    pub name: String,
    /// The arguments in the order they were given.
    pub args: Vec<(String, String)>,
}

/// An operation that a machine does not know or whose arguments do not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadOp {
    /// What is wrong and what to do, as a sentence.
    pub why: Text,
}

impl fmt::Display for BadOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why.en())
    }
}

impl OpText {
    /// An operation without arguments.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_string(),
            args: Vec::new(),
        }
    }

    /// The same with one more argument.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl fmt::Display) -> Self {
        self.args.push((key.to_string(), value.to_string()));
        self
    }

    /// The argument of that name.
    #[must_use]
    pub fn arg(&self, key: &str) -> Option<&str> {
        self.args
            .iter()
            .find(|(k, _)| k == key)
            .map(|(_, v)| v.as_str())
    }

    /// The argument as a number, decimal or `0x` hex with optional `_`; `None` if it is absent.
    ///
    /// # Errors
    /// The argument is there but is no number of 64 bits.
    pub fn number(&self, key: &str) -> Result<Option<u64>, BadOp> {
        let Some(text) = self.arg(key) else {
            return Ok(None);
        };
        match number(text) {
            Some(n) => Ok(Some(n)),
            None => Err(BadOp {
                why: crate::text!(
                    "op.no-number",
                    "{op}: the argument {key} is “{value}”, which is no number of 64 bits. Write it in decimal or as 0x followed by hex digits.",
                    op = self.name.as_str(),
                    key = key,
                    value = text
                ),
            }),
        }
    }

    /// Reads `NAME(key=value,...)` or `NAME`.
    ///
    /// # Errors
    /// The text has not that form.
    pub fn parse(text: &str) -> Result<Self, BadOp> {
        let bad = || BadOp {
            why: crate::text!(
                "op.form",
                "“{text}” is no operation. Write it as NAME or NAME(key=value,key=value).",
                text = text
            ),
        };
        let text = text.trim();
        let (name, rest) = match text.split_once('(') {
            None => (text, ""),
            Some((name, rest)) => (name, rest.strip_suffix(')').ok_or_else(bad)?),
        };
        let illegal = |c: char| c.is_whitespace() || "(),=&".contains(c);
        let legal = |s: &str| !s.is_empty() && !s.contains(illegal);
        if !legal(name) {
            return Err(bad());
        }
        let mut op = Self::new(name);
        for pair in rest.split(',').map(str::trim).filter(|p| !p.is_empty()) {
            let (key, value) = pair.split_once('=').ok_or_else(bad)?;
            if !legal(key) || !(value.is_empty() || legal(value)) || op.arg(key).is_some() {
                return Err(bad());
            }
            op = op.with(key, value);
        }
        Ok(op)
    }
}

/// A number in decimal or `0x` hex, `_` allowed between digits.
pub(crate) fn number(text: &str) -> Option<u64> {
    let digits: String = text.chars().filter(|c| *c != '_').collect();
    match digits
        .strip_prefix("0x")
        .or_else(|| digits.strip_prefix("0X"))
    {
        Some(hex) if !hex.starts_with('+') => u64::from_str_radix(hex, 16).ok(),
        None if !digits.starts_with('+') => digits.parse().ok(),
        _ => None,
    }
}

impl fmt::Display for OpText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if !self.args.is_empty() {
            let args: Vec<String> = self.args.iter().map(|(k, v)| format!("{k}={v}")).collect();
            write!(f, "({})", args.join(","))?;
        }
        Ok(())
    }
}
