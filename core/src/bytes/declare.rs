//! The `layout!` macro: a structure's table as its document prints it, turned into a type.

/// Declares a structure once.
///
/// ```
/// teescope_core::layout! {
///     /// Where a page goes.
///     pub struct Place: "PLACE", 32 bytes, align 32, "Example manual, section 1";
///     0   8 "ADDRESS"  => address: u64 as Address, "Where the page is to appear.";
///     8   4 "FLAGS"    => flags: u32, "How it may be used.", since "EXT";
///     12 20 "reserved", "Must be zero.";
/// }
/// let place = Place { address: 0x7f00_0000_1000, ..Place::default() };
/// assert_eq!(Place::decode(&place.encode(), 0), Ok(place));
/// let mut bytes = [0; 32];
/// bytes[13] = 1;
/// let error = Place::decode(&bytes, 0x100).unwrap_err();
/// assert_eq!(error.to_string(), "PLACE.reserved at offset 0x10d (269) must be zero but holds 0x01.");
/// ```
///
/// Each row is: offset and size in bytes, the document's name, `=> field: Type`, the field's
/// meaning in one sentence, and `since "..."` for a field that an extension brought.
/// `as Address`, `as Size`, `as Pages` or `as Integer` after the type says how people want to
/// see the number. A row without a Rust field is reserved and must be zero. Types are those
/// that implement [`Wire`](crate::bytes::Wire); another `layout!` type nests.
/// Rows that leave a gap, overlap or disagree with their type do not compile.
///
/// The type has public fields and: `LAYOUT` (the [`Layout`](crate::bytes::Layout)), `SIZE`,
/// `decode` (strict), `decode_lenient` (ignores reserved bytes), `from_bytes` (infallible,
/// from an array), `encode`, `reserved_violation`, `Default` (all zero), `Clone`, `PartialEq`,
/// `Eq`, and a `Debug` that prints the fields by name. Reserved contents do not survive
/// `decode_lenient` followed by `encode`.
#[macro_export]
macro_rules! layout {
    (@kind) => { $crate::bytes::Kind::Reserved };
    (@kind $ty:ty) => { <$ty as $crate::bytes::Wire>::KIND };
    (@size) => { 0 };
    (@size $ty:ty) => { <$ty as $crate::bytes::Wire>::SIZE };
    (@key $title:literal $name:literal) => { "layout.reserved" };
    (@key $title:literal $name:literal $ty:ty) => { concat!($title, ".", $name) };
    (@show) => { $crate::bytes::Show::Auto };
    (@show $show:ident) => { $crate::bytes::Show::$show };
    (@since) => { ::core::option::Option::None };
    (@since $since:literal) => { ::core::option::Option::Some($since) };
    (
        $(#[$meta:meta])*
        $vis:vis struct $type:ident: $title:literal, $bytes:literal bytes, align $align:literal,
            $cite:literal;
        $(
            $offset:literal $size:literal $name:literal
            $(=> $field:ident : $ty:ty $(as $show:ident)?)?
            , $meaning:literal $(, since $since:literal)? ;
        )*
    ) => {
        $(#[$meta])*
        ///
        #[doc = concat!("`", $title, "`, ", $bytes, " bytes, aligned to ", $align, ". ", $cite, ".")]
        ///
        /// | offset | size | name | meaning |
        /// |---:|---:|---|---|
        $(#[doc = concat!("| ", $offset, " | ", $size, " | ", $name, " | ", $meaning, " |")])*
        #[derive(Clone, PartialEq, Eq)]
        $vis struct $type {
            $($(
                #[doc = concat!("`", $name, "` at ", $offset, ", ", $size, " bytes: ", $meaning)]
                pub $field: $ty,
            )?)*
        }

        impl $type {
            /// The declaration: every field with its offset, size, kind and meaning.
            pub const LAYOUT: &'static $crate::bytes::Layout = &$crate::bytes::Layout {
                name: $title,
                size: $bytes,
                align: $align,
                cite: $cite,
                fields: &[$($crate::bytes::Field {
                    name: $name,
                    offset: $offset,
                    size: $size,
                    kind: $crate::layout!(@kind $($ty)?),
                    show: $crate::layout!(@show $($($show)?)?),
                    key: $crate::layout!(@key $title $name $($ty)?),
                    meaning: $meaning,
                    since: $crate::layout!(@since $($since)?),
                },)*],
            };

            /// Size in bytes.
            pub const SIZE: usize = $bytes;

            /// Decodes the structure, refusing any other length and reserved bytes that are
            /// not zero; `at` is its absolute offset in the input, for the error.
            pub fn decode(bytes: &[u8], at: u64) -> Result<Self, $crate::bytes::Malformed> {
                Self::LAYOUT.check(bytes, at)?;
                Ok(<Self as $crate::bytes::Wire>::read(bytes))
            }

            /// Decodes the structure whatever its reserved bytes hold, refusing only any
            /// other length.
            pub fn decode_lenient(bytes: &[u8], at: u64) -> Result<Self, $crate::bytes::Malformed> {
                Self::LAYOUT.check_length(bytes, at)?;
                Ok(<Self as $crate::bytes::Wire>::read(bytes))
            }

            /// Reads the structure from exactly its bytes, whatever the reserved ones hold.
            #[must_use]
            pub fn from_bytes(bytes: &[u8; $bytes]) -> Self {
                Self { $($($field: <$ty as $crate::bytes::Wire>::read(
                    &bytes[$offset..$offset + $size],
                ),)?)* }
            }

            /// The structure's bytes, reserved ones zero.
            #[must_use]
            pub fn encode(&self) -> [u8; $bytes] {
                let mut out = [0; $bytes];
                <Self as $crate::bytes::Wire>::write(self, &mut out);
                out
            }

            /// The first reserved byte that is not zero, with its offset in the structure.
            #[must_use]
            pub fn reserved_violation(bytes: &[u8]) -> Option<$crate::bytes::Violation> {
                Self::LAYOUT.reserved_violation(bytes)
            }
        }

        impl $crate::bytes::Wire for $type {
            const SIZE: usize = $bytes;
            const KIND: $crate::bytes::Kind = $crate::bytes::Kind::Nested(Self::LAYOUT);
            const ZERO: Self = Self { $($($field: <$ty as $crate::bytes::Wire>::ZERO,)?)* };

            fn read(bytes: &[u8]) -> Self {
                match bytes.first_chunk() {
                    Some(chunk) => Self::from_bytes(chunk),
                    None => Self::ZERO,
                }
            }

            fn write(&self, out: &mut [u8]) {
                if let Some(out) = out.first_chunk_mut::<$bytes>() {
                    $($(<$ty as $crate::bytes::Wire>::write(
                        &self.$field,
                        &mut out[$offset..$offset + $size],
                    );)?)*
                }
            }
        }

        impl $crate::bytes::Structure for $type {
            const LAYOUT: &'static $crate::bytes::Layout = Self::LAYOUT;
        }

        impl ::core::default::Default for $type {
            /// The structure with every byte zero.
            fn default() -> Self {
                <Self as $crate::bytes::Wire>::ZERO
            }
        }

        impl ::core::fmt::Debug for $type {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::bytes::fields::debug(Self::LAYOUT, &self.encode(), f)
            }
        }

        const _: () = assert!(
            $type::LAYOUT.is_sound(&[$($crate::layout!(@size $($ty)?)),*]),
            concat!("the rows of ", $title, " leave a gap, overlap or disagree with their types"),
        );
    };
}
