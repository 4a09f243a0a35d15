//! The keys of the processor. Intel does not publish how they are derived: this is a model, and says so.

mod derive;

use super::structs::EinitToken;
use crate::crypto::cmac::cmac;

pub use derive::{Derivation, OWNER_EPOCH, REPORT_KEYID, report_key, requested_key};

/// The base key of the model: Intel's simulation mode publishes this constant for launch tokens.
const EINITTOKEN_BASE: [u8; 16] = [
    0xaa, 0x55, 0xaa, 0x55, 0xaa, 0x55, 0xaa, 0x55, 0xaa, 0x55, 0xaa, 0x55, 0xaa, 0x55, 0xaa, 0x55,
];

/// The launch token key for the launch enclave a token names (model).
///
/// AES-CMAC under the base key of: KEYNAME 0 (u16), ISVPRODIDLE, ISVSVNLE, CPUSVNLE,
/// MASKEDATTRIBUTESLE, MASKEDMISCSELECTLE, KEYID, in that order, little-endian.
#[must_use]
pub fn token_key(token: &EinitToken) -> [u8; 16] {
    let bytes = token.encode();
    let mut message = alloc::vec![0, 0];
    message.extend_from_slice(&bytes[208..212]);
    message.extend_from_slice(&bytes[192..208]);
    message.extend_from_slice(&bytes[240..256]);
    message.extend_from_slice(&bytes[236..240]);
    message.extend_from_slice(&bytes[256..288]);
    cmac(&EINITTOKEN_BASE, &message)
}

/// The MAC that the token must carry: AES-CMAC of its first 192 bytes under its key (model).
#[must_use]
pub fn token_mac(token: &EinitToken, bytes: &[u8; EinitToken::SIZE]) -> [u8; 16] {
    cmac(&token_key(token), &bytes[..192])
}
