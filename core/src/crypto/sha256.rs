//! SHA-256 that can stop between any two blocks, as the processor keeps it while measuring.

use sha2::Digest;
use sha2::block_api::compress256;

/// Size of a block in bytes.
pub const BLOCK: usize = 64;

/// SHA-256 (FIPS 180-4) of `bytes`.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    sha2::Sha256::digest(bytes).into()
}

/// A SHA-256 computation after some whole blocks.
///
/// The compression function is that of the `sha2` crate, called on the caller's bytes without
/// copying them.
///
/// ```
/// use teescope_core::crypto::sha256::{Midstate, sha256};
/// let mut state = Midstate::new();
/// state.absorb(&[[0x61; 64]]);
/// assert_eq!((state.blocks(), state.bits()), (1, 512));
/// assert_eq!(state.finish(), sha256(&[0x61; 64]));
/// let resumed = Midstate::from_midstate(state.midstate_be(), 1);
/// assert_eq!(resumed, state);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Midstate {
    words: [u32; 8],
    blocks: u64,
}

impl Default for Midstate {
    fn default() -> Self {
        Self::new()
    }
}

impl Midstate {
    /// The state before the first block.
    #[must_use]
    pub const fn new() -> Self {
        // FIPS 180-4, section 5.3.3: the first 32 bits of the fractional parts of the square
        // roots of the first eight primes.
        let words = [
            0x6a09_e667,
            0xbb67_ae85,
            0x3c6e_f372,
            0xa54f_f53a, //
            0x510e_527f,
            0x9b05_688c,
            0x1f83_d9ab,
            0x5be0_cd19,
        ];
        Self { words, blocks: 0 }
    }

    /// The state after `blocks` blocks whose eight words, most significant byte first, are
    /// `midstate`.
    #[must_use]
    pub fn from_midstate(midstate: [u8; 32], blocks: u64) -> Self {
        let mut words = [0; 8];
        for (word, bytes) in words.iter_mut().zip(midstate.as_chunks().0) {
            *word = u32::from_be_bytes(*bytes);
        }
        Self { words, blocks }
    }

    /// Absorbs whole blocks.
    #[inline]
    pub fn absorb(&mut self, blocks: &[[u8; BLOCK]]) {
        compress256(&mut self.words, blocks);
        self.blocks = self.blocks.wrapping_add(blocks.len() as u64);
    }

    /// Absorbs as many whole blocks as `bytes` has and gives back what is left of it, less
    /// than a block.
    #[inline]
    #[must_use = "what is left is not absorbed"]
    pub fn absorb_blocks<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let (blocks, rest) = bytes.as_chunks();
        self.absorb(blocks);
        rest
    }

    /// The eight words, most significant byte first. With SHA-256's padding not yet added this
    /// is no digest of anything.
    #[must_use]
    pub fn midstate_be(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for (bytes, word) in bytes.as_chunks_mut().0.iter_mut().zip(self.words) {
            *bytes = word.to_be_bytes();
        }
        bytes
    }

    /// How many blocks were absorbed.
    #[must_use]
    pub const fn blocks(&self) -> u64 {
        self.blocks
    }

    /// How many bits were absorbed: what the padding will say.
    #[must_use]
    pub const fn bits(&self) -> u64 {
        self.blocks.wrapping_mul(512)
    }

    /// The block that ends the message here: a one bit, zeros, and the number of bits.
    #[must_use]
    pub fn padding(&self) -> [u8; BLOCK] {
        let mut block = [0; BLOCK];
        block[0] = 0x80;
        block[BLOCK - 8..].copy_from_slice(&self.bits().to_be_bytes());
        block
    }

    /// The digest if the message ended after these bytes, less than a block.
    #[must_use]
    pub fn finish_with(&self, rest: &[u8]) -> [u8; 32] {
        let mut ended = *self;
        let mut end = [0; 2 * BLOCK];
        let len = rest.len().min(BLOCK - 1);
        end[..len].copy_from_slice(&rest[..len]);
        end[len] = 0x80;
        let bits = self.bits().wrapping_add(8 * len as u64);
        // The length takes eight bytes; where they do not fit, one more block holds them.
        let size = if len < BLOCK - 8 { BLOCK } else { 2 * BLOCK };
        end[size - 8..size].copy_from_slice(&bits.to_be_bytes());
        let rest = ended.absorb_blocks(&end[..size]);
        debug_assert!(rest.is_empty(), "whole blocks");
        ended.midstate_be()
    }

    /// The digest if the message ended here; the state stays as it is.
    #[must_use]
    pub fn finish(&self) -> [u8; 32] {
        let mut ended = *self;
        ended.absorb(&[self.padding()]);
        ended.midstate_be()
    }
}
