//! HMAC and HKDF over SHA3-512: keys derived from keys.

use alloc::vec::Vec;

use super::sha3::{DIGEST, RATE, Sponge, sha3_512};

/// HMAC (RFC 2104) with SHA3-512, whose block is its rate of 72 bytes, over `parts` one after the other.
#[must_use]
pub fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; DIGEST] {
    let mut block = [0; RATE];
    let hashed;
    let key = match key.len() {
        0..=RATE => key,
        _ => {
            hashed = sha3_512(key);
            &hashed
        }
    };
    block[..key.len()].copy_from_slice(key);
    let inner = keyed(&block, 0x36, parts);
    keyed(&block, 0x5c, &[&inner])
}

fn keyed(block: &[u8; RATE], pad: u8, parts: &[&[u8]]) -> [u8; DIGEST] {
    let mut sponge = Sponge::new();
    sponge.absorb(&block.map(|b| b ^ pad));
    for part in parts {
        sponge.absorb(part);
    }
    sponge.finish()
}

/// HKDF-Extract (RFC 5869, section 2.2): the pseudo-random key from a salt and a secret.
#[must_use]
pub fn extract(salt: &[u8], secret: &[u8]) -> [u8; DIGEST] {
    hmac(salt, &[secret])
}

/// HKDF-Expand (RFC 5869, section 2.3): `len` bytes, at most 255 times 64, from a pseudo-random key,
/// bound to the parts of `info` one after the other.
#[must_use]
pub fn expand(key: &[u8; DIGEST], info: &[&[u8]], len: usize) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::with_capacity(len + DIGEST);
    for counter in 1..=u8::MAX {
        if out.len() >= len {
            break;
        }
        let last = out.len().saturating_sub(DIGEST);
        let counter = [counter];
        let mut parts: Vec<&[u8]> = alloc::vec![&out[last..]];
        parts.extend_from_slice(info);
        parts.push(&counter);
        let block = hmac(key, &parts);
        out.extend_from_slice(&block);
    }
    out.truncate(len);
    out
}
