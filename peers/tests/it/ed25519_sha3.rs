//! Ed25519 with SHA3-512 against ed25519-dalek, which takes another digest by its hazardous interface.

use ed25519_dalek::hazmat::{ExpandedSecretKey, raw_sign, raw_verify};
use ed25519_dalek::{Signature, VerifyingKey};
use sha3::Sha3_512;
use teescope_core::crypto::ed25519_sha3::{expand, public, sign, verify};

use super::bytes;

#[test]
fn keys_signatures_and_verdicts_are_equal() {
    for n in 0..200 {
        let seed = bytes(n, 32).try_into().expect("32 bytes");
        let secret = expand(&seed);
        let theirs = ExpandedSecretKey::from_bytes(&secret);
        let key = VerifyingKey::from(&theirs);
        let own = public(&secret);
        assert_eq!(own, key.to_bytes(), "key of seed {n}");
        let message = bytes(n + 1000, (n * 7 % 300) as usize);
        let signature = raw_sign::<Sha3_512>(&theirs, &message, &key).to_bytes();
        assert_eq!(sign(&message, &own, &secret), signature, "signature {n}");
        assert_eq!(verify(&message, &own, &signature), Ok(()));
        // One flipped bit somewhere: in the signature, the key or the message.
        let (mut s, mut k, mut m) = (signature, own, message.clone());
        match n % 3 {
            0 => s[(n as usize * 5) % 64] ^= 1 << (n % 8),
            1 => k[(n as usize * 5) % 32] ^= 1 << (n % 8),
            _ => m.push(0),
        }
        let theirs = VerifyingKey::from_bytes(&k)
            .is_ok_and(|key| raw_verify::<Sha3_512>(&key, &m, &Signature::from_bytes(&s)).is_ok());
        assert_eq!(verify(&m, &k, &s).is_ok(), theirs, "verdict {n}");
    }
}
