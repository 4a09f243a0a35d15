//! The one error of every parser: where it happened, in which field, and what was expected.

use alloc::borrow::Cow;
use alloc::string::ToString;
use core::fmt;

use super::hex;
use crate::text;
use crate::text::Text;

/// Bytes that are not what their format says.
///
/// `Display` is a full sentence, for example
/// `SIGSTRUCT.reserved at offset 0x2c (44) must be zero but holds 0x01.`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// Absolute offset in the input, in bytes, of the first byte that is wrong or missing.
    pub at: u64,
    /// The field's name as the format's document spells it, with its structure in front.
    pub field: Cow<'static, str>,
    /// What was expected there.
    pub why: Why,
}

/// What is wrong at the place a [`Malformed`] names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// The input ends before the field does (sizes in bytes).
    Short {
        /// How many bytes the field takes.
        needs: u64,
        /// How many were left.
        left: u64,
    },
    /// Bytes remain after the last field.
    Trailing {
        /// How many bytes nobody asked for.
        extra: u64,
    },
    /// A reserved byte is not zero.
    Reserved {
        /// The byte found.
        found: u8,
    },
    /// A number is not one of those the format allows.
    Value {
        /// What the format allows, as the end of "should be ...".
        expected: Text,
        /// The number found.
        found: u64,
    },
    /// Anything else, as the end of a sentence whose subject is the field.
    Says(Text),
}

impl Malformed {
    /// A malformed `field` at absolute offset `at`.
    #[must_use]
    pub fn new(at: u64, field: impl Into<Cow<'static, str>>, why: Why) -> Self {
        Self {
            at,
            field: field.into(),
            why,
        }
    }

    /// A malformed `field` described by the end of a sentence whose subject is the field,
    /// for example `"is not a power of two"`.
    #[must_use]
    pub fn says(at: u64, field: impl Into<Cow<'static, str>>, says: impl Into<Text>) -> Self {
        Self::new(at, field, Why::Says(says.into()))
    }

    /// The same as a full sentence, which `Display` gives in English.
    #[must_use]
    pub fn text(&self) -> Text {
        let at = match self.at {
            at @ 0..=9 => hex::short(at),
            at => alloc::format!("{} ({at})", hex::short(at)),
        };
        let field = text!(
            "malformed.field",
            "{field} at offset {at}",
            field = self.field.as_ref(),
            at = at
        );
        match &self.why {
            Why::Short { needs, left: 0 } => text!(
                "malformed.ends",
                "{field} needs {needs} but the input ends there.",
                field = field,
                needs = count(*needs)
            ),
            Why::Short { needs, left } => text!(
                "malformed.short",
                "{field} needs {needs} but only {left} can be read.",
                field = field,
                needs = count(*needs),
                left = left.to_string()
            ),
            Why::Trailing { extra } => text!(
                "malformed.trailing",
                "{field} is followed by {extra} that nothing explains.",
                field = field,
                extra = count(*extra)
            ),
            Why::Reserved { found } => text!(
                "malformed.reserved",
                "{field} must be zero but holds {found}.",
                field = field,
                found = alloc::format!("{found:#04x}")
            ),
            Why::Value { expected, found } => text!(
                "malformed.value",
                "{field} should be {expected} but is {found}.",
                field = field,
                expected = expected.clone(),
                found = hex::number(*found)
            ),
            Why::Says(says) => text!(
                "malformed.says",
                "{field} {says}.",
                field = field,
                says = says.clone()
            ),
        }
    }
}

fn count(bytes: u64) -> Text {
    match bytes {
        1 => text!("malformed.byte", "1 byte"),
        n => text!("malformed.bytes", "{n} bytes", n = n.to_string()),
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text().en())
    }
}

impl core::error::Error for Malformed {}
