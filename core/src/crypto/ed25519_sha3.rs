//! Ed25519 with SHA3-512 where RFC 8032 has SHA-512: no ordinary verifier accepts these signatures.
//!
//! A secret key is kept expanded, 64 bytes: the clamped scalar, then the prefix of the nonce.

use core::fmt;

use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::scalar::Scalar;

use super::sha3::{Sponge, sha3_512};

/// An expanded secret key: scalar and prefix.
pub type Secret = [u8; 64];

/// A compressed public key.
pub type Public = [u8; 32];

/// A signature: the point R, then the scalar s.
pub type Signature = [u8; 64];

/// Why a signature is not valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invalid {
    /// One of the three highest bits of s is set.
    Scalar,
    /// The public key is no point of the curve.
    Key,
    /// The equation does not hold: another message, key or signature.
    Equation,
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scalar => "the scalar s is too large",
            Self::Key => "the public key is no point of the curve",
            Self::Equation => "the signature was not made by this key over these bytes",
        })
    }
}

/// Expands a seed of 32 bytes: SHA3-512, and three bits of the lower half cleared, one set (clamping).
#[must_use]
pub fn expand(seed: &[u8; 32]) -> Secret {
    let mut secret = sha3_512(seed);
    secret[0] &= 0xf8;
    secret[31] &= 0x3f;
    secret[31] |= 0x40;
    secret
}

/// The two halves of a secret key.
fn halves(secret: &Secret) -> (Scalar, &[u8]) {
    let mut scalar = [0; 32];
    let (low, prefix) = secret.split_at(32);
    scalar.copy_from_slice(low);
    (Scalar::from_bytes_mod_order(scalar), prefix)
}

/// The public key of a secret key.
#[must_use]
pub fn public(secret: &Secret) -> Public {
    EdwardsPoint::mul_base(&halves(secret).0)
        .compress()
        .to_bytes()
}

/// SHA3-512 over parts, as a scalar.
fn scalar(parts: &[&[u8]]) -> Scalar {
    let mut sponge = Sponge::new();
    for part in parts {
        sponge.absorb(part);
    }
    Scalar::from_bytes_mod_order_wide(&sponge.finish())
}

/// Signs `message`. The public key is taken as it is given, as the security monitor takes it from
/// memory: where it is not that of the secret key, nothing notices.
#[must_use]
pub fn sign(message: &[u8], public: &Public, secret: &Secret) -> Signature {
    let (key, prefix) = halves(secret);
    let nonce = scalar(&[prefix, message]);
    let point = EdwardsPoint::mul_base(&nonce).compress().to_bytes();
    let s = scalar(&[&point, public, message]) * key + nonce;
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(&point);
    signature[32..].copy_from_slice(&s.to_bytes());
    signature
}

/// Verifies a signature as Keystone's library does: s need not be reduced, so of every signature
/// there are several forms (RFC 8032 allows one).
///
/// # Errors
/// The signature is not valid; says why.
pub fn verify(message: &[u8], public: &Public, signature: &Signature) -> Result<(), Invalid> {
    let (point, s) = signature.split_at(32);
    if signature[63] & 0xe0 != 0 {
        return Err(Invalid::Scalar);
    }
    let key = CompressedEdwardsY(*public).decompress();
    let key = key.ok_or(Invalid::Key)?;
    let mut reduced = [0; 32];
    reduced.copy_from_slice(s);
    let s = Scalar::from_bytes_mod_order(reduced);
    let challenge = scalar(&[point, public, message]);
    let found = EdwardsPoint::vartime_double_scalar_mul_basepoint(&challenge, &-key, &s);
    match found.compress().as_bytes() == point {
        true => Ok(()),
        false => Err(Invalid::Equation),
    }
}
