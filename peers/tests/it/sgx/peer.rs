//! What the `sgxs` crate leaves to its user: SHA-256, and RSA keys that know Q1 and Q2.

use num_bigint::BigUint;
use rsa::pkcs1::DecodeRsaPrivateKey;
use rsa::pkcs8::DecodePrivateKey;
use rsa::traits::PublicKeyParts;
use rsa::{Pkcs1v15Sign, RsaPrivateKey};
use sgxs::crypto::{Hash, SgxHashOps, SgxRsaOps};
use sha2::{Digest, Sha256};

/// SHA-256 by another generation of `sha2` than ours, whole.
pub(super) struct Sha(Sha256);

impl SgxHashOps for Sha {
    fn new() -> Self {
        Self(Sha256::new())
    }

    fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    fn finish(self) -> Hash {
        self.0.finalize().into()
    }
}

/// A key of `rsa`; quotients by `num-bigint`.
pub(super) struct Key(RsaPrivateKey);

impl Key {
    /// Reads a key in PEM, PKCS#1 or PKCS#8; text before it is skipped.
    pub(super) fn from_pem(text: &str) -> Self {
        let document = &text[text.find("-----BEGIN").expect("a document")..];
        let key = RsaPrivateKey::from_pkcs1_pem(document).or_else(|_| {
            RsaPrivateKey::from_pkcs8_pem(document).map_err(|_| "neither PKCS#1 nor PKCS#8")
        });
        Self(key.expect("a private key"))
    }

    /// The quotients of a signature, least significant byte first.
    pub(super) fn quotients(&self, signature: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let (s, n) = (
            BigUint::from_bytes_le(signature),
            BigUint::from_bytes_be(&self.0.n_bytes()),
        );
        // As the manual has them, with nothing taken together: q1 = S² / M, q2 = (S³ - q1·S·M) / M.
        let q1 = s.pow(2) / &n;
        let q2 = (s.pow(3) - &q1 * &s * &n) / &n;
        (q1.to_bytes_le(), q2.to_bytes_le())
    }

    fn scheme() -> Pkcs1v15Sign {
        // DER of SHA-256 and of the length of a digest: RFC 8017, section 9.2, note 1.
        let prefix =
            b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20";
        Pkcs1v15Sign {
            hash_len: Some(32),
            prefix: Box::from(&prefix[..]),
        }
    }
}

impl SgxRsaOps for Key {
    type Error = rsa::Error;

    fn len(&self) -> usize {
        self.0.n().bits() as usize
    }

    fn sign_sha256_pkcs1v1_5_with_q1_q2<H: AsRef<[u8]>>(
        &self,
        hash: H,
    ) -> Result<(Vec<u8>, Vec<u8>, Vec<u8>), rsa::Error> {
        let mut signature = self.0.sign(Self::scheme(), hash.as_ref())?;
        signature.reverse();
        let (q1, q2) = self.quotients(&signature);
        Ok((signature, q1, q2))
    }

    fn verify_sha256_pkcs1v1_5<S: AsRef<[u8]>, H: AsRef<[u8]>>(
        &self,
        sig: S,
        hash: H,
    ) -> Result<(), rsa::Error> {
        let signature: Vec<u8> = sig.as_ref().iter().rev().copied().collect();
        let key = self.0.to_public_key();
        key.verify(Self::scheme(), hash.as_ref(), &signature)
    }

    fn e(&self) -> Vec<u8> {
        self.0.e_bytes().iter().rev().copied().collect()
    }

    fn n(&self) -> Vec<u8> {
        self.0.n_bytes().iter().rev().copied().collect()
    }
}
