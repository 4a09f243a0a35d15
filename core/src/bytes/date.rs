//! Dates in binary-coded decimal, as SIGSTRUCT carries them.

use core::fmt;

use super::layout::{Kind, Wire};

/// A date whose hex digits read yyyymmdd, stored as a little-endian 32-bit number.
///
/// Any 32 bits survive a round trip; [`BcdDate::is_valid`] says whether they are a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct BcdDate(pub u32);

impl BcdDate {
    /// The date of a year (0 to 9999), a month and a day; digits beyond are cut off.
    #[must_use]
    pub const fn new(year: u16, month: u8, day: u8) -> Self {
        const fn bcd(value: u32) -> u32 {
            let (thousands, hundreds) = (value / 1000 % 10, value / 100 % 10);
            let (tens, ones) = (value / 10 % 10, value % 10);
            (thousands << 12) | (hundreds << 8) | (tens << 4) | ones
        }
        Self(bcd(year as u32) << 16 | (bcd(month as u32) & 0xff) << 8 | bcd(day as u32) & 0xff)
    }

    /// Whether every digit is decimal and the month and day exist.
    #[must_use]
    pub fn is_valid(self) -> bool {
        let decimal = (0..8).all(|digit| self.0 >> (digit * 4) & 15 < 10);
        let leap = {
            let year = self.part(16, 4);
            year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400)
        };
        let days = match self.part(8, 2) {
            2 => 28 + u32::from(leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => 0,
        };
        decimal && (1..=days).contains(&self.part(0, 2))
    }

    /// The number that `digits` decimal digits from bit `shift` up spell.
    fn part(self, shift: u32, digits: u32) -> u32 {
        (0..digits).rev().fold(0, |value, digit| {
            value * 10 + (self.0 >> (shift + digit * 4) & 15)
        })
    }
}

impl fmt::Display for BcdDate {
    /// `yyyy-mm-dd`, digit by digit, even when the digits are no date.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = self.0;
        write!(
            f,
            "{:04x}-{:02x}-{:02x}",
            bits >> 16,
            bits >> 8 & 0xff,
            bits & 0xff
        )
    }
}

impl Wire for BcdDate {
    const SIZE: usize = 4;
    const KIND: Kind = Kind::Date;
    const ZERO: Self = Self(0);

    fn read(bytes: &[u8]) -> Self {
        Self(u32::read(bytes))
    }

    fn write(&self, out: &mut [u8]) {
        self.0.write(out);
    }
}
