//! Reads variable-length formats with absolute offsets, and does not let bytes go unread.

use alloc::borrow::Cow;

use super::{Malformed, Structure, Why};

/// A cursor over bytes that knows where they lie in the whole input.
///
/// Every read names its field, so that an error can say which one was cut. A reader is to be
/// used up: end with [`Reader::finish`], and read parts of known length with
/// [`Reader::within`], which does so by itself.
///
/// ```
/// use teescope_core::bytes::Reader;
/// let mut reader = Reader::new(&[2, 0, 7, 8]);
/// let len = reader.u16("len").unwrap();
/// let sum = reader.within(len.into(), "body", |body| {
///     Ok::<_, teescope_core::bytes::Malformed>(body.u8("a")? + body.u8("b")?)
/// });
/// assert_eq!(sum, Ok(15));
/// assert_eq!(reader.finish("message"), Ok(()));
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct Reader<'a> {
    rest: &'a [u8],
    at: u64,
}

impl<'a> Reader<'a> {
    /// A reader over a whole input.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self::at(bytes, 0)
    }

    /// A reader over a part of an input that starts at absolute offset `at`.
    pub fn at(bytes: &'a [u8], at: u64) -> Self {
        Self { rest: bytes, at }
    }

    /// Absolute offset, in bytes, of what is read next.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.at
    }

    /// What is not yet read.
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Whether everything is read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next `len` bytes.
    pub fn bytes(
        &mut self,
        len: u64,
        field: impl Into<Cow<'static, str>>,
    ) -> Result<&'a [u8], Malformed> {
        let split = usize::try_from(len)
            .ok()
            .and_then(|len| self.rest.split_at_checked(len));
        let Some((taken, rest)) = split else {
            let why = Why::Short {
                needs: len,
                left: self.rest.len() as u64,
            };
            return Err(Malformed::new(self.at, field, why));
        };
        self.rest = rest;
        self.at += len;
        Ok(taken)
    }

    /// The next `N` bytes.
    pub fn array<const N: usize>(
        &mut self,
        field: impl Into<Cow<'static, str>>,
    ) -> Result<[u8; N], Malformed> {
        let mut array = [0; N];
        array.copy_from_slice(self.bytes(N as u64, field)?);
        Ok(array)
    }

    /// The next byte.
    pub fn u8(&mut self, field: impl Into<Cow<'static, str>>) -> Result<u8, Malformed> {
        self.array(field).map(u8::from_le_bytes)
    }

    /// The next two bytes, least significant first.
    pub fn u16(&mut self, field: impl Into<Cow<'static, str>>) -> Result<u16, Malformed> {
        self.array(field).map(u16::from_le_bytes)
    }

    /// The next four bytes, least significant first.
    pub fn u32(&mut self, field: impl Into<Cow<'static, str>>) -> Result<u32, Malformed> {
        self.array(field).map(u32::from_le_bytes)
    }

    /// The next eight bytes, least significant first.
    pub fn u64(&mut self, field: impl Into<Cow<'static, str>>) -> Result<u64, Malformed> {
        self.array(field).map(u64::from_le_bytes)
    }

    /// The next two bytes, most significant first.
    pub fn u16_be(&mut self, field: impl Into<Cow<'static, str>>) -> Result<u16, Malformed> {
        self.array(field).map(u16::from_be_bytes)
    }

    /// The next four bytes, most significant first.
    pub fn u32_be(&mut self, field: impl Into<Cow<'static, str>>) -> Result<u32, Malformed> {
        self.array(field).map(u32::from_be_bytes)
    }

    /// The next eight bytes, most significant first.
    pub fn u64_be(&mut self, field: impl Into<Cow<'static, str>>) -> Result<u64, Malformed> {
        self.array(field).map(u64::from_be_bytes)
    }

    /// The next bytes as a structure, reserved bytes checked.
    pub fn structure<T: Structure>(&mut self) -> Result<T, Malformed> {
        let (at, rest) = (self.at, self.rest);
        let whole = rest.get(..T::SIZE).unwrap_or(rest);
        let value = T::parse(whole, at)?;
        self.bytes(T::SIZE as u64, T::LAYOUT.name)?;
        Ok(value)
    }

    /// Reads the next `len` bytes with `read`, which has to use them up.
    pub fn within<T, E: From<Malformed>>(
        &mut self,
        len: u64,
        field: impl Into<Cow<'static, str>>,
        read: impl FnOnce(&mut Reader<'a>) -> Result<T, E>,
    ) -> Result<T, E> {
        let (at, field) = (self.at, field.into());
        let mut part = Reader::at(self.bytes(len, field.clone())?, at);
        let value = read(&mut part)?;
        part.finish(field)?;
        Ok(value)
    }

    /// Ends the reading; bytes that remain are an error at their offset, after `what`.
    pub fn finish(self, what: impl Into<Cow<'static, str>>) -> Result<(), Malformed> {
        match self.rest.len() {
            0 => Ok(()),
            extra => Err(Malformed::new(
                self.at,
                what,
                Why::Trailing {
                    extra: extra as u64,
                },
            )),
        }
    }
}
