//! The one error of every parser: where it happened, in which field, and what was expected.

use alloc::borrow::Cow;
use core::fmt;

use super::hex;

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
        expected: Cow<'static, str>,
        /// The number found.
        found: u64,
    },
    /// Anything else, as the end of a sentence whose subject is the field.
    Says(Cow<'static, str>),
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
    pub fn says(
        at: u64,
        field: impl Into<Cow<'static, str>>,
        says: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::new(at, field, Why::Says(says.into()))
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at offset {:#x}", self.field, self.at)?;
        if self.at > 9 {
            write!(f, " ({})", self.at)?;
        }
        match &self.why {
            Why::Short { needs, left: 0 } => {
                write!(
                    f,
                    " needs {} but the input ends there.",
                    hex::count(*needs, "byte")
                )
            }
            Why::Short { needs, left } => {
                write!(
                    f,
                    " needs {} but only {left} can be read.",
                    hex::count(*needs, "byte")
                )
            }
            Why::Trailing { extra } => {
                write!(
                    f,
                    " is followed by {} that nothing explains.",
                    hex::count(*extra, "byte")
                )
            }
            Why::Reserved { found } => write!(f, " must be zero but holds {found:#04x}."),
            Why::Value { expected, found } => {
                write!(f, " should be {expected} but is {}.", hex::number(*found))
            }
            Why::Says(says) => write!(f, " {says}."),
        }
    }
}

impl core::error::Error for Malformed {}
