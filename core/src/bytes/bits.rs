//! Flags that come from outside: unknown bits survive.

use alloc::string::{String, ToString};
use core::fmt;

use super::{Values, hex};

/// A set of flags as its document lists them.
#[derive(Debug)]
pub struct Bits {
    /// The document's name, such as `SECINFO.FLAGS`.
    pub name: &'static str,
    /// Size of the number in bytes.
    pub size: usize,
    /// The rows, lowest bit first.
    pub rows: &'static [BitRow],
}

/// One flag, or one field of several bits, of [`Bits`].
#[derive(Debug)]
pub struct BitRow {
    /// The document's name.
    pub name: &'static str,
    /// Number of the lowest bit.
    pub bit: u32,
    /// How many bits: 1 for a flag.
    pub width: u32,
    /// What it says, in one sentence.
    pub meaning: &'static str,
    /// The extension that brought it.
    pub since: Option<&'static str>,
    /// The named values of a field of several bits.
    pub values: Option<&'static Values>,
}

/// One thing that is set in a flag word: a flag by name, a field with its value, or bits that
/// the document leaves undefined. `Display` gives `R`, `PAGE_TYPE=PT_REG`, `bit 33` or `bits 63..40`.
#[derive(Debug, Clone, Copy)]
pub struct BitName {
    /// The row; `None` for bits that no row names.
    pub row: Option<&'static BitRow>,
    /// Number of the lowest bit.
    pub bit: u32,
    /// How many bits: neighbours that no row names are taken together.
    pub width: u32,
    /// The value: 1 for a flag.
    pub value: u64,
}

impl BitRow {
    /// The bits of this row, in place.
    #[must_use]
    pub const fn mask(&self) -> u64 {
        (u64::MAX >> (64 - self.width)) << self.bit
    }
}

impl Bits {
    /// Every bit that some row names.
    #[must_use]
    pub const fn known(&self) -> u64 {
        let (mut known, mut index) = (0, 0);
        while index < self.rows.len() {
            known |= self.rows[index].mask();
            index += 1;
        }
        known
    }

    /// What is set in `word`: rows in their order (a field with named values always, others
    /// when not zero), then bits that no row names.
    pub fn names(&'static self, word: u64) -> impl Iterator<Item = BitName> {
        let named = self.rows.iter().filter_map(move |row| {
            let value = (word & row.mask()) >> row.bit;
            let shown = value != 0 || row.values.is_some();
            shown.then_some(BitName {
                row: Some(row),
                bit: row.bit,
                width: row.width,
                value,
            })
        });
        named.chain(runs(word & !self.known()))
    }

    /// The names of what is set, separated by ` | `, and the number behind them.
    #[must_use]
    pub fn text(&'static self, word: u64) -> String {
        let mut text = String::new();
        for name in self.names(word) {
            if !text.is_empty() {
                text.push_str(" | ");
            }
            text.push_str(&name.to_string());
        }
        if text.is_empty() {
            text.push_str("none");
        }
        text + " (" + &hex::short(word) + ")"
    }
}

/// The bits that are set, neighbours taken together.
fn runs(mut word: u64) -> impl Iterator<Item = BitName> {
    core::iter::from_fn(move || {
        let bit = word.trailing_zeros();
        let width = word.checked_shr(bit)?.trailing_ones();
        let value = u64::MAX >> (64 - width);
        word &= !(value << bit);
        Some(BitName {
            row: None,
            bit,
            width,
            value,
        })
    })
}

impl fmt::Display for BitName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.row {
            None if self.width == 1 => write!(f, "bit {}", self.bit),
            None => write!(f, "bits {}..{}", self.bit + self.width - 1, self.bit),
            Some(row) if row.width == 1 => f.write_str(row.name),
            Some(row) => match row.values.and_then(|values| values.row(self.value)) {
                Some(value) => write!(f, "{}={}", row.name, value.name),
                None => write!(f, "{}={}", row.name, hex::short(self.value)),
            },
        }
    }
}

/// Declares a set of flags once.
///
/// ```
/// teescope_core::bits! {
///     /// What a page allows.
///     pub struct Allows: u64, "ALLOWS";
///     0     "R"    => R, "It may be read.";
///     1     "W"    => W, "It may be written.", since "EXT";
///     8 + 4 "KIND" => KIND, "What the page is.";
/// }
/// let allows = Allows::R | Allows::from_bits(1 << 40);
/// assert!(allows.contains(Allows::R));
/// assert_eq!(allows.unknown(), 1 << 40);
/// assert_eq!(allows.to_string(), "R | bit 40 (0x100_0000_0001)");
/// assert_eq!(allows.with_field(Allows::KIND, 3).field(Allows::KIND), 3);
/// ```
///
/// Each row is: bit number (`+ width` for a field of several bits), the document's name,
/// `=> CONSTANT` (`: Type` for a field whose values a [`values!`](crate::values) type names),
/// the meaning in one sentence, and `since "..."`.
#[macro_export]
macro_rules! bits {
    (@width) => { 1 };
    (@width $width:literal) => { $width };
    (@since) => { ::core::option::Option::None };
    (@since $since:literal) => { ::core::option::Option::Some($since) };
    (@values) => { ::core::option::Option::None };
    (@values $values:ty) => { ::core::option::Option::Some(<$values>::VALUES) };
    (
        $(#[$meta:meta])*
        $vis:vis struct $type:ident: $repr:ty, $title:literal;
        $(
            $bit:literal $(+ $width:literal)? $name:literal => $constant:ident $(: $values:ty)?
            , $meaning:literal $(, since $since:literal)? ;
        )*
    ) => {
        $(#[$meta])*
        ///
        /// | bit | name | meaning |
        /// |---:|---|---|
        $(#[doc = concat!("| ", $bit, " | ", $name, " | ", $meaning, " |")])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        $vis struct $type($repr);

        impl $type {
            /// The declaration: every flag with its bit, name and meaning.
            pub const BITS: &'static $crate::bytes::Bits = &$crate::bytes::Bits {
                name: $title,
                size: size_of::<$repr>(),
                rows: &[$($crate::bytes::BitRow {
                    name: $name,
                    bit: $bit,
                    width: $crate::bits!(@width $($width)?),
                    meaning: $meaning,
                    since: $crate::bits!(@since $($since)?),
                    values: $crate::bits!(@values $($values)?),
                },)*],
            };

            /// Nothing set.
            pub const NONE: Self = Self(0);

            $(
                #[doc = concat!("`", $name, "`: ", $meaning)]
                pub const $constant: Self =
                    Self((<$repr>::MAX >> (<$repr>::BITS - $crate::bits!(@width $($width)?))) << $bit);
            )*

            /// The flags whose bits are set in `bits`, unknown ones included.
            #[must_use]
            pub const fn from_bits(bits: $repr) -> Self {
                Self(bits)
            }

            /// The number, unknown bits included.
            #[must_use]
            pub const fn bits(self) -> $repr {
                self.0
            }

            /// Whether nothing at all is set.
            #[must_use]
            pub const fn is_empty(self) -> bool {
                self.0 == 0
            }

            /// Whether everything in `other` is set.
            #[must_use]
            pub const fn contains(self, other: Self) -> bool {
                self.0 & other.0 == other.0
            }

            /// Whether anything in `other` is set.
            #[must_use]
            pub const fn intersects(self, other: Self) -> bool {
                self.0 & other.0 != 0
            }

            /// These flags and those of `other`.
            #[must_use]
            pub const fn with(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }

            /// These flags without those of `other`.
            #[must_use]
            pub const fn without(self, other: Self) -> Self {
                Self(self.0 & !other.0)
            }

            /// These flags with those of `other` set or cleared.
            #[must_use]
            pub const fn set(self, other: Self, on: bool) -> Self {
                if on { self.with(other) } else { self.without(other) }
            }

            /// The value of a field of several bits, given its constant.
            #[must_use]
            pub const fn field(self, field: Self) -> $repr {
                match field.0 {
                    0 => 0,
                    mask => (self.0 & mask) >> mask.trailing_zeros(),
                }
            }

            /// These flags with a field of several bits replaced; bits of `value` that do not
            /// fit are cut off.
            #[must_use]
            pub const fn with_field(self, field: Self, value: $repr) -> Self {
                match field.0 {
                    0 => self,
                    mask => Self(self.0 & !mask | (value << mask.trailing_zeros()) & mask),
                }
            }

            /// The bits that are set although the document names none of them.
            #[must_use]
            pub const fn unknown(self) -> $repr {
                self.0 & !(Self::BITS.known() as $repr)
            }

            /// What is set, by the document's names, unknown bits included.
            pub fn names(self) -> impl Iterator<Item = $crate::bytes::BitName> {
                Self::BITS.names(u64::from(self.0))
            }
        }

        impl $crate::bytes::Wire for $type {
            const SIZE: usize = size_of::<$repr>();
            const KIND: $crate::bytes::Kind = $crate::bytes::Kind::Bits(Self::BITS);
            const ZERO: Self = Self(0);

            fn read(bytes: &[u8]) -> Self {
                Self(<$repr as $crate::bytes::Wire>::read(bytes))
            }

            fn write(&self, out: &mut [u8]) {
                $crate::bytes::Wire::write(&self.0, out);
            }
        }

        impl ::core::ops::BitOr for $type {
            type Output = Self;

            fn bitor(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }
        }

        impl ::core::ops::BitAnd for $type {
            type Output = Self;

            fn bitand(self, other: Self) -> Self {
                Self(self.0 & other.0)
            }
        }

        impl ::core::fmt::Display for $type {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(&Self::BITS.text(u64::from(self.0)))
            }
        }

        impl ::core::fmt::Debug for $type {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Display::fmt(self, f)
            }
        }
    };
}
