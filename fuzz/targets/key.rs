//! Private keys: PEM, PKCS#8 and PKCS#1. A key that is accepted can sign.
#![no_main]

use libfuzzer_sys::fuzz_target;
use teescope_core::crypto::rsa3072::{PrivateKey, verify_plain};
use teescope_core::sgx::recognise;

fuzz_target!(|data: &[u8]| {
    _ = recognise(data);
    let text = std::str::from_utf8(data).ok();
    let keys = [
        text.and_then(|t| PrivateKey::from_pem(t).ok()),
        PrivateKey::from_pkcs8(data).ok(),
        PrivateKey::from_pkcs1(data).ok(),
    ];
    // Signing is slow, so only some inputs get it.
    let signs = data.iter().fold(0_u8, |sum, b| sum.wrapping_add(*b)) % 128 == 0;
    for key in keys.into_iter().flatten().filter(|_| signs) {
        let digest = [data.len() as u8; 32];
        if let Ok(signature) = key.sign(&digest) {
            assert_eq!(verify_plain(&digest, &signature, &key.modulus()), Ok(()));
        }
    }
});
