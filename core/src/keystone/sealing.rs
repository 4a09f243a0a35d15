//! Sealing keys: what an enclave gets back only on the same monitor, with the same measurement.

use crate::crypto::{ed25519_sha3, hkdf};
use crate::text;
use crate::trace::{Event, Recorder, Value};

use super::keys::Keys;
use super::structs::SealingKey;

/// The pseudo-random key of the derivation: HKDF-Extract with a salt of 64 zero bytes over the
/// monitor's secret key.
#[must_use]
pub fn sealing_prk(sm: &Keys) -> [u8; 64] {
    hkdf::extract(&[0; 64], &sm.secret)
}

/// The sealing key of an enclave for an identifier: HKDF-SHA3-512 with the enclave's measurement and
/// the identifier as info, 128 bytes, signed by the monitor.
#[must_use]
pub fn sealing_key<R: Recorder>(
    sm: &Keys,
    enclave_hash: &[u8; 64],
    identifier: &[u8],
    recorder: &mut R,
) -> SealingKey {
    let okm = hkdf::expand(&sealing_prk(sm), &[enclave_hash, identifier], 128);
    let mut key = [0; 128];
    key.copy_from_slice(&okm);
    recorder.tell(|| Event::Derive {
        key: text!("keystone.key.sealing", "sealing key"),
        from: alloc::vec![
            ("sm_secret_key".into(), Value::from(&sm.secret[..])),
            ("enclave_hash".into(), Value::from(&enclave_hash[..])),
            (
                text!("keystone.key.identifier", "identifier"),
                Value::from(identifier)
            ),
        ],
        value: Value::from(&key[..]),
    });
    SealingKey {
        key,
        signature: ed25519_sha3::sign(&key, &sm.public, &sm.secret),
    }
}
