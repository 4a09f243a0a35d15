//! Named values that come from outside: unknown numbers survive.

use alloc::string::{String, ToString};

use super::hex;

/// The named values of a number as its document lists them.
#[derive(Debug)]
pub struct Values {
    /// The document's name, such as `PAGE_TYPE`.
    pub name: &'static str,
    /// The rows, in the document's order.
    pub rows: &'static [ValueRow],
}

/// One named value of [`Values`].
#[derive(Debug)]
pub struct ValueRow {
    /// The number.
    pub value: u64,
    /// The document's name.
    pub name: &'static str,
    /// What it says, in one sentence.
    pub meaning: &'static str,
    /// The extension that brought it.
    pub since: Option<&'static str>,
}

impl Values {
    /// The row of a number, if the document names it.
    #[must_use]
    pub fn row(&self, value: u64) -> Option<&'static ValueRow> {
        self.rows.iter().find(|row| row.value == value)
    }

    /// The name and the number, or the number alone where the document gives no name.
    #[must_use]
    pub fn text(&self, value: u64) -> String {
        match self.row(value) {
            Some(row) => row.name.to_string() + " (" + &hex::short(value) + ")",
            None => hex::short(value) + " (unknown)",
        }
    }
}

/// Declares a number with named values once; other numbers are kept as they are.
///
/// ```
/// teescope_core::values! {
///     /// What a page is.
///     pub struct PageKind: u8, "PAGE_KIND";
///     0 "PK_NONE" => NONE, "Not in use.";
///     2 "PK_DATA" => DATA, "Ordinary data.", since "EXT";
/// }
/// assert_eq!(PageKind::DATA.name(), Some("PK_DATA"));
/// assert_eq!(PageKind::new(9).to_string(), "0x9 (unknown)");
/// ```
#[macro_export]
macro_rules! values {
    (
        $(#[$meta:meta])*
        $vis:vis struct $type:ident: $repr:ty, $title:literal;
        $(
            $value:literal $name:literal => $constant:ident
            , $meaning:literal $(, since $since:literal)? ;
        )*
    ) => {
        $(#[$meta])*
        ///
        /// | value | name | meaning |
        /// |---:|---|---|
        $(#[doc = concat!("| ", $value, " | ", $name, " | ", $meaning, " |")])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        $vis struct $type($repr);

        impl $type {
            /// The declaration: every named value with its meaning.
            pub const VALUES: &'static $crate::bytes::Values = &$crate::bytes::Values {
                name: $title,
                rows: &[$($crate::bytes::ValueRow {
                    value: $value,
                    name: $name,
                    meaning: $meaning,
                    since: $crate::bits!(@since $($since)?),
                },)*],
            };

            $(
                #[doc = concat!("`", $name, "` (", $value, "): ", $meaning)]
                pub const $constant: Self = Self($value);
            )*

            /// Any number, named or not.
            #[must_use]
            pub const fn new(value: $repr) -> Self {
                Self(value)
            }

            /// The number.
            #[must_use]
            pub const fn value(self) -> $repr {
                self.0
            }

            /// The document's name of this number, if it has one.
            #[must_use]
            pub fn name(self) -> Option<&'static str> {
                Self::VALUES.row(u64::from(self.0)).map(|row| row.name)
            }
        }

        impl $crate::bytes::Wire for $type {
            const SIZE: usize = size_of::<$repr>();
            const KIND: $crate::bytes::Kind = $crate::bytes::Kind::Value(Self::VALUES);
            const ZERO: Self = Self(0);

            fn read(bytes: &[u8]) -> Self {
                Self(<$repr as $crate::bytes::Wire>::read(bytes))
            }

            fn write(&self, out: &mut [u8]) {
                $crate::bytes::Wire::write(&self.0, out);
            }
        }

        impl ::core::fmt::Display for $type {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(&Self::VALUES.text(u64::from(self.0)))
            }
        }

        impl ::core::fmt::Debug for $type {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Display::fmt(self, f)
            }
        }
    };
}
