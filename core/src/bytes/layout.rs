//! Declares a structure once, from which everything else about its bytes follows.

use alloc::borrow::Cow;
use alloc::format;
use alloc::vec::Vec;

use super::{Bits, Malformed, Values, Why};

/// A structure as its document lays it out: contiguous fields that cover every byte.
#[derive(Debug)]
pub struct Layout {
    /// The document's name, such as `SECS`.
    pub name: &'static str,
    /// Size in bytes.
    pub size: usize,
    /// Alignment in bytes the architecture demands of its address; 1 when none.
    pub align: usize,
    /// The document and section that define it.
    pub cite: &'static str,
    /// The rows in the order of their offsets, without gaps or overlaps.
    pub fields: &'static [Field],
}

/// One row of a [`Layout`].
#[derive(Debug)]
pub struct Field {
    /// The document's name; `reserved` for bytes that must be zero.
    pub name: &'static str,
    /// Offset in bytes from the start of the structure.
    pub offset: usize,
    /// Size in bytes.
    pub size: usize,
    /// How the bytes are to be read.
    pub kind: Kind,
    /// How a number is best shown.
    pub show: Show,
    /// Names `meaning` for translation: the structure's and the field's name, `SECS.SIZE`.
    pub key: &'static str,
    /// What the field is for, in one sentence.
    pub meaning: &'static str,
    /// The extension that brought the field, such as `CET`; without it the bytes are reserved.
    pub since: Option<&'static str>,
}

/// How the bytes of a field are to be read.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Must be zero.
    Reserved,
    /// An unsigned little-endian number of 1, 2, 4 or 8 bytes.
    Uint,
    /// An unsigned big-endian number of 2, 4 or 8 bytes.
    UintBe,
    /// Bytes in the order they are stored: digests, identifiers, keys.
    Bytes,
    /// A date in binary-coded decimal ([`BcdDate`](super::BcdDate)).
    Date,
    /// Flags in a little-endian number.
    Bits(&'static Bits),
    /// A little-endian number with named values.
    Value(&'static Values),
    /// Another structure.
    Nested(&'static Layout),
}

/// How a number is best shown to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// Hex, with the decimal form where they differ.
    Auto,
    /// Hex only: an address, an offset in an address space, a register.
    Address,
    /// A size in bytes, with its unit.
    Size,
    /// A size in pages of 4 KiB.
    Pages,
    /// A large little-endian integer held in a byte array.
    Integer,
}

/// A type that takes a fixed number of bytes in a structure.
///
/// Implemented by `u8` to `u64` (little-endian), [`Be16`] to [`Be64`], byte arrays,
/// [`BcdDate`](super::BcdDate), and by what `bits!`, `values!` and `layout!` declare.
pub trait Wire: Sized {
    /// Size in bytes.
    const SIZE: usize;
    /// How the bytes are to be read.
    const KIND: Kind;
    /// The value whose bytes are all zero.
    const ZERO: Self;
    /// Reads the value from the first `SIZE` bytes; the zero value when there are fewer.
    fn read(bytes: &[u8]) -> Self;
    /// Writes the value over the first `SIZE` bytes; nothing when there are fewer.
    fn write(&self, out: &mut [u8]);
}

/// A type declared with `layout!`, for code that is generic over structures.
pub trait Structure: Wire {
    /// The declaration.
    const LAYOUT: &'static Layout;

    /// Decodes a whole structure that starts at absolute offset `at` of the input.
    ///
    /// Refuses any other length, and reserved bytes that are not zero.
    fn parse(bytes: &[u8], at: u64) -> Result<Self, Malformed> {
        Self::LAYOUT.check(bytes, at)?;
        Ok(Self::read(bytes))
    }

    /// The structure's bytes, reserved ones zero.
    fn to_vec(&self) -> Vec<u8> {
        let mut bytes = alloc::vec![0; Self::SIZE];
        self.write(&mut bytes);
        bytes
    }
}

/// A reserved byte that is not zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Offset in bytes from the start of the structure.
    pub offset: usize,
    /// The field the byte belongs to, with the nested structures it lies in, as in
    /// `SECINFO.reserved`.
    pub field: Cow<'static, str>,
    /// The byte found.
    pub found: u8,
}

impl Layout {
    /// The first reserved byte that is not zero, nested structures included.
    ///
    /// Undefined bits of flag fields are not looked at: what they do differs from leaf to
    /// leaf, and the flag type's `unknown()` finds them.
    #[must_use]
    pub fn reserved_violation(&self, bytes: &[u8]) -> Option<Violation> {
        self.reserved_violation_without(bytes, &[])
    }

    /// Like [`Layout::reserved_violation`], on a machine that lacks the extensions `absent`:
    /// fields that came with one of them count as reserved.
    #[must_use]
    pub fn reserved_violation_without(&self, bytes: &[u8], absent: &[&str]) -> Option<Violation> {
        for field in self.fields {
            let held = bytes.get(field.offset..).unwrap_or_default();
            let held = held.get(..field.size).unwrap_or(held);
            let missing = field.since.is_some_and(|since| absent.contains(&since));
            if missing || matches!(field.kind, Kind::Reserved) {
                if let Some(index) = held.iter().position(|byte| *byte != 0) {
                    let (offset, found) = (field.offset + index, held[index]);
                    return Some(Violation {
                        offset,
                        field: field.name.into(),
                        found,
                    });
                }
            } else if let Kind::Nested(layout) = field.kind
                && let Some(inner) = layout.reserved_violation_without(held, absent)
            {
                let offset = field.offset + inner.offset;
                let name = format!("{}.{}", field.name, inner.field).into();
                return Some(Violation {
                    offset,
                    field: name,
                    found: inner.found,
                });
            }
        }
        None
    }

    /// Checks that `bytes` are as many as the structure takes, naming the first field that is
    /// cut; `at` is the absolute offset of the first byte.
    pub fn check_length(&self, bytes: &[u8], at: u64) -> Result<(), Malformed> {
        let have = bytes.len();
        if have > self.size {
            let why = Why::Trailing {
                extra: (have - self.size) as u64,
            };
            return Err(Malformed::new(at + self.size as u64, self.name, why));
        }
        match self
            .fields
            .iter()
            .find(|field| field.offset + field.size > have)
        {
            Some(cut) => {
                let why = Why::Short {
                    needs: cut.size as u64,
                    left: have.saturating_sub(cut.offset) as u64,
                };
                let name = format!("{}.{}", self.name, cut.name);
                Err(Malformed::new(at + cut.offset as u64, name, why))
            }
            None => Ok(()),
        }
    }

    /// Checks length and reserved bytes; `at` is the absolute offset of the first byte.
    pub fn check(&self, bytes: &[u8], at: u64) -> Result<(), Malformed> {
        self.check_length(bytes, at)?;
        match self.reserved_violation(bytes) {
            Some(Violation {
                offset,
                field,
                found,
            }) => {
                let name = format!("{}.{field}", self.name);
                Err(Malformed::new(
                    at + offset as u64,
                    name,
                    Why::Reserved { found },
                ))
            }
            None => Ok(()),
        }
    }

    /// Looks a field up by the document's name; `reserved` finds the first of them.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Whether the rows cover the structure without gap or overlap, and `sizes` (what the
    /// Rust types take, zero for reserved rows) agree with them. `layout!` asserts it while
    /// compiling.
    #[doc(hidden)]
    #[must_use]
    pub const fn is_sound(&self, sizes: &[usize]) -> bool {
        let (mut end, mut index) = (0, 0);
        while index < self.fields.len() {
            let field = &self.fields[index];
            let reserved = matches!(field.kind, Kind::Reserved) && sizes[index] == 0;
            if field.offset != end || !(reserved || sizes[index] == field.size) {
                return false;
            }
            end += field.size;
            index += 1;
        }
        end == self.size && self.align.is_power_of_two()
    }
}

macro_rules! unsigned_wire {
    ($($ty:ty),*) => { $(
        impl Wire for $ty {
            const SIZE: usize = size_of::<$ty>();
            const KIND: Kind = Kind::Uint;
            const ZERO: Self = 0;

            fn read(bytes: &[u8]) -> Self {
                bytes.first_chunk().map_or(0, |chunk| Self::from_le_bytes(*chunk))
            }

            fn write(&self, out: &mut [u8]) {
                if let Some(chunk) = out.first_chunk_mut() {
                    *chunk = self.to_le_bytes();
                }
            }
        }
    )* };
}

unsigned_wire!(u8, u16, u32, u64);

macro_rules! big_endian_wire {
    ($($(#[$meta:meta])* $name:ident($ty:ty);)*) => { $(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub $ty);

        impl Wire for $name {
            const SIZE: usize = size_of::<$ty>();
            const KIND: Kind = Kind::UintBe;
            const ZERO: Self = Self(0);

            fn read(bytes: &[u8]) -> Self {
                Self(bytes.first_chunk().map_or(0, |chunk| <$ty>::from_be_bytes(*chunk)))
            }

            fn write(&self, out: &mut [u8]) {
                if let Some(chunk) = out.first_chunk_mut() {
                    *chunk = self.0.to_be_bytes();
                }
            }
        }
    )* };
}

big_endian_wire! {
    /// A 16-bit number stored with its most significant byte first.
    Be16(u16);
    /// A 32-bit number stored with its most significant byte first.
    Be32(u32);
    /// A 64-bit number stored with its most significant byte first.
    Be64(u64);
}

impl<const N: usize> Wire for [u8; N] {
    const SIZE: usize = N;
    const KIND: Kind = Kind::Bytes;
    const ZERO: Self = [0; N];

    fn read(bytes: &[u8]) -> Self {
        bytes.first_chunk().copied().unwrap_or([0; N])
    }

    fn write(&self, out: &mut [u8]) {
        if let Some(chunk) = out.first_chunk_mut() {
            *chunk = *self;
        }
    }
}
