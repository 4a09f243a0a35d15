//! SHA3-512 that can be looked at between any two bytes: the sponge is in reach while it runs.

/// Bytes that one permutation takes in: the rate of SHA3-512 (FIPS 202, section 6.1).
pub const RATE: usize = 72;

/// Bytes of a SHA3-512 digest.
pub const DIGEST: usize = 64;

/// SHA3-512 (FIPS 202) of `bytes`.
#[must_use]
pub fn sha3_512(bytes: &[u8]) -> [u8; DIGEST] {
    let mut sponge = Sponge::new();
    sponge.absorb(bytes);
    sponge.finish()
}

/// A SHA3-512 computation after any number of bytes.
///
/// The permutation is that of the `keccak` crate. Bytes are added to the state as they come, so a
/// block that is not full yet is already in it, not yet permuted.
///
/// ```
/// use teescope_core::crypto::sha3::{Sponge, sha3_512};
/// let mut sponge = Sponge::new();
/// sponge.absorb(b"ab");
/// sponge.absorb(b"c");
/// assert_eq!((sponge.absorbed(), sponge.blocks()), (3, 0));
/// assert_eq!(sponge.finish(), sha3_512(b"abc"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sponge {
    lanes: [u64; 25],
    /// How many bytes of the current block are in; less than the rate.
    filled: usize,
    blocks: u64,
}

impl Default for Sponge {
    fn default() -> Self {
        Self::new()
    }
}

impl Sponge {
    /// The state before the first byte.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            lanes: [0; 25],
            filled: 0,
            blocks: 0,
        }
    }

    /// Absorbs bytes, as many as there are.
    pub fn absorb(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while self.filled != 0 || rest.len() < RATE {
            let Some((byte, after)) = rest.split_first() else {
                return;
            };
            self.add(*byte);
            rest = after;
        }
        let (blocks, rest) = rest.as_chunks::<RATE>();
        for block in blocks {
            let (words, _) = block.as_chunks();
            for (lane, word) in self.lanes.iter_mut().zip(words) {
                *lane ^= u64::from_le_bytes(*word);
            }
            self.permute();
        }
        for byte in rest {
            self.add(*byte);
        }
    }

    /// One byte into the current block.
    fn add(&mut self, byte: u8) {
        self.flip(self.filled, byte);
        self.filled += 1;
        if self.filled == RATE {
            self.filled = 0;
            self.permute();
        }
    }

    /// Adds `byte` to byte `at` of the state.
    fn flip(&mut self, at: usize, byte: u8) {
        if let Some(lane) = self.lanes.get_mut(at / 8) {
            *lane ^= u64::from(byte) << (8 * (at % 8));
        }
    }

    fn permute(&mut self) {
        keccak::f1600(&mut self.lanes);
        self.blocks = self.blocks.wrapping_add(1);
    }

    /// How many whole blocks were absorbed.
    #[must_use]
    pub const fn blocks(&self) -> u64 {
        self.blocks
    }

    /// How many bytes were absorbed.
    #[must_use]
    pub const fn absorbed(&self) -> u64 {
        self.blocks
            .wrapping_mul(RATE as u64)
            .wrapping_add(self.filled as u64)
    }

    /// The state's 200 bytes as FIPS 202 orders them: the 72 that input reaches, then the capacity.
    #[must_use]
    pub fn state(&self) -> [u8; 200] {
        let mut bytes = [0; 200];
        for (bytes, lane) in bytes.as_chunks_mut().0.iter_mut().zip(self.lanes) {
            *bytes = lane.to_le_bytes();
        }
        bytes
    }

    /// The digest if the message ended here; the sponge stays as it is.
    #[must_use]
    pub fn finish(&self) -> [u8; DIGEST] {
        let mut ended = *self;
        // SHA-3 appends the bits 01, then 1, zeros and 1 up to the end of the block.
        ended.flip(ended.filled, 0x06);
        ended.flip(RATE - 1, 0x80);
        ended.permute();
        let mut digest = [0; DIGEST];
        digest.copy_from_slice(&ended.state()[..DIGEST]);
        digest
    }
}
