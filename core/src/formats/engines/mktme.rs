//! Encryption by address alone: AES-XTS-128 with a line of 64 bytes as its unit, as total memory encryption does.
//!
//! Nothing is kept beside the ciphertext. What is put back later is taken for true, what is changed comes out
//! as noise in its block of 16 bytes, and equal lines at one address are equal in DRAM.

use aes::Aes128;
use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};

/// Bytes of a line: what is encrypted under one tweak.
pub const LINE: usize = 64;

/// Two keys: for the data, and for the tweak.
pub type Keys = [[u8; 16]; 2];

/// The line's tweak (model: its number, little-endian; how the address goes in is not published).
fn tweak(key: &[u8; 16], at: u64) -> u128 {
    let mut block = u128::from(at / LINE as u64).to_le_bytes().into();
    Aes128::new(&(*key).into()).encrypt_block(&mut block);
    u128::from_le_bytes(block.into())
}

/// Turns every block of a line, with its mask before and after.
fn turn(
    keys: &Keys,
    at: u64,
    line: &[u8; LINE],
    block: impl Fn(&Aes128, u128) -> u128,
) -> [u8; LINE] {
    let data = Aes128::new(&keys[0].into());
    let mut mask = tweak(&keys[1], at);
    let mut out = *line;
    for bytes in out.chunks_exact_mut(16) {
        let mut word = [0; 16];
        word.copy_from_slice(bytes);
        let word = block(&data, u128::from_le_bytes(word) ^ mask) ^ mask;
        bytes.copy_from_slice(&word.to_le_bytes());
        // Multiplying by x in GF(2^128) gives the next block's mask.
        mask = mask << 1 ^ if mask >> 127 == 1 { 0x87 } else { 0 };
    }
    out
}

/// A line at a physical address as it lies in DRAM (IEEE 1619, XTS-AES).
#[must_use]
pub fn encrypt_line(keys: &Keys, at: u64, plain: &[u8; LINE]) -> [u8; LINE] {
    turn(keys, at, plain, |aes, word| {
        let mut block = word.to_le_bytes().into();
        aes.encrypt_block(&mut block);
        u128::from_le_bytes(block.into())
    })
}

/// What the processor reads where this lies in DRAM.
#[must_use]
pub fn decrypt_line(keys: &Keys, at: u64, cipher: &[u8; LINE]) -> [u8; LINE] {
    turn(keys, at, cipher, |aes, word| {
        let mut block = word.to_le_bytes().into();
        aes.decrypt_block(&mut block);
        u128::from_le_bytes(block.into())
    })
}
