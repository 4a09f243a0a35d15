//! What lies in DRAM for protected memory: ciphertext, which a probe on the bus reads (model).

use aes::Aes128;
use aes::cipher::{BlockCipherEncrypt, KeyInit};
use alloc::vec::Vec;

use super::machine::{Machine, Target};
use crate::memory::Physical;

/// Where the cipher is written, and what of it is a model.
pub(super) const CITE: &str = "model: AES-XTS-128 by physical address (IEEE 1619) with a demo key; Intel does not publish how the address becomes the tweak, and the engines themselves are not carried out yet";

/// The demo keys of this platform: data, then tweak. Everybody has them.
pub(super) const KEYS: [[u8; 16]; 2] = [*b"teescope demo k1", *b"teescope demo k2"];

/// Bytes of a line: what is encrypted under one tweak.
const LINE: u64 = 64;

/// One line of 64 bytes at a physical address, encrypted under two keys.
///
/// AES-XTS-128; the tweak is the line's number, little-endian (model).
#[must_use]
pub fn encrypted_line(keys: &[[u8; 16]; 2], at: u64, plain: &[u8; 64]) -> [u8; 64] {
    let [data, tweak] = keys.map(|key| Aes128::new(&key.into()));
    let mut mask = u128::from(at / LINE).to_le_bytes().into();
    tweak.encrypt_block(&mut mask);
    let mut mask = u128::from_le_bytes(mask.into());
    let mut out = *plain;
    for block in out.chunks_exact_mut(16) {
        let mut word = [0; 16];
        word.copy_from_slice(block);
        let mut word = (u128::from_le_bytes(word) ^ mask).to_le_bytes().into();
        data.encrypt_block(&mut word);
        let word = u128::from_le_bytes(word.into()) ^ mask;
        block.copy_from_slice(&word.to_le_bytes());
        // Multiplying by x in GF(2^128) gives the next block's mask.
        mask = mask << 1 ^ if mask >> 127 == 1 { 0x87 } else { 0 };
    }
    out
}

impl Machine {
    /// What a probe reads of protected memory: `len` bytes of ciphertext from an address.
    pub(super) fn dram(&self, at: Physical, len: usize) -> Vec<u8> {
        let mut out = Vec::with_capacity(len);
        let mut here = at.0;
        while out.len() < len {
            let (line, skip) = (here & !(LINE - 1), (here % LINE) as usize);
            let mut plain = [0; LINE as usize];
            if let Target::Epc(page) = self.physical_target(Physical(line)) {
                let offset = (line % 4096) as usize;
                plain.copy_from_slice(&self.epc_bytes(page)[offset..offset + LINE as usize]);
            }
            let cipher = encrypted_line(&KEYS, line, &plain);
            let take = (LINE as usize - skip).min(len - out.len());
            out.extend_from_slice(&cipher[skip..skip + take]);
            here = line.wrapping_add(LINE);
        }
        out
    }
}
