//! Contents that look random and are the same for everybody, from a seed.

use super::sha256::{Midstate, sha256};

/// A seed and the endless bytes it stands for.
///
/// Byte `i` of the stream is byte `i mod 32` of SHA-256(seed, block number `i / 32` as eight
/// bytes little-endian, 24 zero bytes), so any part of it can be had without what comes before.
/// For demonstration only: whoever knows the seed knows everything.
///
/// ```
/// use teescope_core::crypto::entropy::Seed;
/// let seed = Seed::new(7).derive("heap");
/// let mut part = [0; 5];
/// seed.fill(30, &mut part);
/// assert_eq!(part, seed.array::<40>()[30..35]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Seed([u8; 32]);

impl Seed {
    /// The seed that a number stands for.
    #[must_use]
    pub fn new(number: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&number.to_le_bytes());
        Self(bytes)
    }

    /// An independent seed for one purpose: SHA-256 of this seed and the label.
    #[must_use]
    pub fn derive(&self, label: &str) -> Self {
        let mut bytes = self.0.to_vec();
        bytes.extend_from_slice(label.as_bytes());
        Self(sha256(&bytes))
    }

    /// An independent seed for one of many: SHA-256 of this seed, the label and the number.
    #[must_use]
    pub fn derive_nth(&self, label: &str, number: u64) -> Self {
        let mut bytes = self.derive(label).0.to_vec();
        bytes.extend_from_slice(&number.to_le_bytes());
        Self(sha256(&bytes))
    }

    /// Fills `out` with the stream's bytes from byte `at` on.
    pub fn fill(&self, at: u64, out: &mut [u8]) {
        let (mut number, mut skip) = (at / 32, (at % 32) as usize);
        let mut rest = out;
        while !rest.is_empty() {
            let block = self.block(number);
            let len = rest.len().min(32 - skip);
            let (head, tail) = rest.split_at_mut(len);
            head.copy_from_slice(&block[skip..skip + len]);
            (rest, skip) = (tail, 0);
            number = number.wrapping_add(1);
        }
    }

    /// The stream's first `N` bytes.
    #[must_use]
    pub fn array<const N: usize>(&self) -> [u8; N] {
        let mut out = [0; N];
        self.fill(0, &mut out);
        out
    }

    /// The stream's first eight bytes as a number.
    #[must_use]
    pub fn number(&self) -> u64 {
        u64::from_le_bytes(self.array())
    }

    fn block(&self, number: u64) -> [u8; 32] {
        let mut block = [0; 64];
        block[..32].copy_from_slice(&self.0);
        block[32..40].copy_from_slice(&number.to_le_bytes());
        let mut state = Midstate::new();
        state.absorb(&[block]);
        state.finish()
    }
}
