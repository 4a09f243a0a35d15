//! AES-128-CMAC, with which SGX authenticates tokens and reports.

use ::cmac::{Cmac, KeyInit, Mac};
use aes::Aes128;

/// AES-CMAC (RFC 4493) of `message` under a 128-bit key.
#[must_use]
pub fn cmac(key: &[u8; 16], message: &[u8]) -> [u8; 16] {
    let mut mac = Cmac::<Aes128>::new(key.into());
    mac.update(message);
    mac.finalize().into_bytes().into()
}
