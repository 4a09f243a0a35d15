//! SHA3-512, HMAC and HKDF against the crates of RustCrypto.

use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha3::{Digest, Sha3_512};
use teescope_core::crypto::{hkdf as ours, sha3 as sponge};

use super::bytes;

#[test]
fn digests_of_every_length_are_equal() {
    let message = bytes(1, 3 * sponge::RATE + 1);
    for len in 0..=message.len() {
        let theirs: [u8; 64] = Sha3_512::digest(&message[..len]).into();
        assert_eq!(sponge::sha3_512(&message[..len]), theirs, "{len} bytes");
    }
    let page = bytes(2, 1 << 20);
    let theirs: [u8; 64] = Sha3_512::digest(&page).into();
    assert_eq!(sponge::sha3_512(&page), theirs);
}

#[test]
fn macs_are_equal_for_keys_around_the_block() {
    for len in [0, 1, 64, 71, 72, 73, 144, 200] {
        let (key, message) = (bytes(len as u64, len), bytes(9, 100 + len));
        let mut theirs = Hmac::<Sha3_512>::new_from_slice(&key).expect("any length");
        theirs.update(&message);
        let theirs: [u8; 64] = theirs.finalize().into_bytes().into();
        assert_eq!(
            ours::hmac(&key, &[&message]),
            theirs,
            "a key of {len} bytes"
        );
    }
}

#[test]
fn derived_keys_are_equal() {
    for len in [0, 1, 63, 64, 65, 128, 129, 1000] {
        let (salt, secret, info) = (bytes(3, len % 90), bytes(4, 64), bytes(5, len));
        let (prk, theirs) = Hkdf::<Sha3_512>::extract(Some(&salt), &secret);
        let own = ours::extract(&salt, &secret);
        assert_eq!(own[..], prk[..]);
        let mut key = vec![0; len];
        theirs.expand(&info, &mut key).expect("short enough");
        let (left, right) = info.split_at(len / 3);
        assert_eq!(ours::expand(&own, &[left, right], len), key, "{len} bytes");
    }
}
