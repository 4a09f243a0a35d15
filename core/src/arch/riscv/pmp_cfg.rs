//! The configuration byte of a PMP entry: how it matches, what it grants, whether it is locked.

use super::pmp::{EXECUTE, READ, WRITE};
use crate::trace::Rule;
use crate::view::Access;

/// How an entry matches addresses: field A of its configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matching {
    /// The entry is off.
    Off,
    /// From the address of the entry below (0 for entry 0) up to this one's, exclusive.
    Tor,
    /// Four bytes.
    Na4,
    /// A power of two, at least eight bytes, at a multiple of its size.
    Napot,
}

impl Matching {
    /// The manual's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Off => "OFF",
            Self::Tor => "TOR",
            Self::Na4 => "NA4",
            Self::Napot => "NAPOT",
        }
    }
}

/// The configuration of one entry: a byte of pmpcfg.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cfg(pub u8);

impl Cfg {
    /// Reading is granted.
    pub const R: u8 = 1;
    /// Writing is granted.
    pub const W: u8 = 2;
    /// Instruction fetch is granted.
    pub const X: u8 = 4;
    /// Field A.
    pub const A: u8 = 3 << 3;
    /// Top of range.
    pub const TOR: u8 = 1 << 3;
    /// Four bytes.
    pub const NA4: u8 = 2 << 3;
    /// A naturally aligned power of two.
    pub const NAPOT: u8 = 3 << 3;
    /// Locked; binds machine mode too.
    pub const L: u8 = 1 << 7;
    /// The bits that exist.
    pub const BITS: u8 = Self::L | Self::A | Self::X | Self::W | Self::R;

    /// Field A.
    #[must_use]
    pub const fn matching(self) -> Matching {
        match self.0 & Self::A {
            0 => Matching::Off,
            Self::TOR => Matching::Tor,
            Self::NA4 => Matching::Na4,
            _ => Matching::Napot,
        }
    }

    /// Whether all these bits are set.
    #[must_use]
    pub const fn has(self, bits: u8) -> bool {
        self.0 & bits == bits
    }

    /// Whether R, W and X have the reserved form of a write without a read.
    #[must_use]
    pub const fn is_write_only(self) -> bool {
        self.0 & (Self::R | Self::W) == Self::W
    }

    /// The bit and the rule that grant an access.
    #[must_use]
    pub const fn right(access: Access) -> (u8, &'static Rule) {
        match access {
            Access::Read => (Self::R, &READ),
            Access::Write => (Self::W, &WRITE),
            Access::Fetch => (Self::X, &EXECUTE),
        }
    }
}
