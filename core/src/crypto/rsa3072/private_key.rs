//! Signing with a private key that somebody brings as a file.

use alloc::string::String;
use core::fmt;

use crypto_bigint::modular::{FixedMontyForm, FixedMontyParams};
use crypto_bigint::{Limb, NonZero, Odd, U1536, U3072};

use super::key_file::{self, Pem};
use super::{LEN, Number, Refused, bytes, number, padded_digest, verify_plain};

/// An RSA-3072 private key with public exponent 3.
///
/// Kept as the two primes; the exponents modulo each follow from the public exponent, so a
/// file's own are not needed.
#[derive(Clone, PartialEq, Eq)]
pub struct PrivateKey {
    modulus: U3072,
    p: Odd<U1536>,
    q: Odd<U1536>,
    /// The inverse of `q` modulo `p`.
    q_inverse: U1536,
}

/// Why a private key cannot sign enclaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyRefused {
    /// The text holds no PEM document that can be read.
    NotPem,
    /// The PEM document is something else; its label.
    Label(String),
    /// The PEM document is a private key, but its DER cannot be read.
    NotDer,
    /// The key is for another algorithm than RSA.
    NotRsa,
    /// The modulus has this many bits instead of 3072, or the primes have not half of that each.
    Size(u32),
    /// The public exponent is not 3.
    Exponent,
    /// The numbers of the key do not fit each other.
    Inconsistent,
}

impl fmt::Display for KeyRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotPem => f.write_str(
                "No private key in PEM can be read here: without encryption it should start with \
                 -----BEGIN RSA PRIVATE KEY----- or -----BEGIN PRIVATE KEY-----.",
            ),
            Self::Label(label) => write!(
                f,
                "This is a PEM document named {label:?}; \
                 an unencrypted RSA PRIVATE KEY or PRIVATE KEY is needed.",
            ),
            Self::NotDer => f.write_str("The private key's DER inside the PEM cannot be read."),
            Self::NotRsa => f.write_str("The private key is not an RSA key, and SGX takes no other."),
            Self::Size(bits) => write!(
                f,
                "The key has {bits} bits where SGX wants 3072, made of two primes of 1536 bits; \
                 openssl genrsa -3 3072 makes one.",
            ),
            Self::Exponent => f.write_str(
                "The key's public exponent is not 3 as SGX wants; openssl genrsa -3 3072 makes one.",
            ),
            Self::Inconsistent => f.write_str(
                "The key's primes, modulus and coefficient do not belong together.",
            ),
        }
    }
}

impl core::error::Error for KeyRefused {}

impl PrivateKey {
    /// Reads a key in PEM, PKCS#1 (`RSA PRIVATE KEY`) or PKCS#8 (`PRIVATE KEY`), not
    /// encrypted; text before the document is skipped.
    pub fn from_pem(text: &str) -> Result<Self, KeyRefused> {
        let pem = Pem::find(text).ok_or(KeyRefused::NotPem)?;
        let read = match pem.label {
            "RSA PRIVATE KEY" => Self::from_pkcs1,
            "PRIVATE KEY" => Self::from_pkcs8,
            other => return Err(KeyRefused::Label(other.into())),
        };
        read(&pem.bytes().ok_or(KeyRefused::NotPem)?)
    }

    /// Reads a key in DER, PKCS#8.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, KeyRefused> {
        let (algorithm, key) = key_file::pkcs8(der).ok_or(KeyRefused::NotDer)?;
        if algorithm != key_file::RSA {
            return Err(KeyRefused::NotRsa);
        }
        Self::from_pkcs1(key)
    }

    /// Reads a key in DER, PKCS#1.
    pub fn from_pkcs1(der: &[u8]) -> Result<Self, KeyRefused> {
        let key = key_file::pkcs1(der).ok_or(KeyRefused::NotDer)?;
        let modulus = key.modulus;
        let bits = match modulus.first() {
            Some(first) => modulus.len() as u32 * 8 - first.leading_zeros(),
            None => 0,
        };
        if bits != U3072::BITS {
            return Err(KeyRefused::Size(bits));
        }
        if key.public_exponent != [3] {
            return Err(KeyRefused::Exponent);
        }
        let half = |number: &[u8]| match number.len() <= U1536::BYTES {
            true => Ok(U1536::from_be_slice_truncated(number, U1536::BITS)),
            false => Err(KeyRefused::Size(bits)),
        };
        Self::from_parts(
            U3072::from_be_slice_truncated(modulus, U3072::BITS),
            half(key.prime1)?,
            half(key.prime2)?,
            half(key.coefficient)?,
        )
    }

    /// The key of two primes, with the inverse of the second modulo the first, most significant byte first.
    pub fn from_primes(
        p: &[u8; LEN / 2],
        q: &[u8; LEN / 2],
        q_inverse: &[u8; LEN / 2],
    ) -> Result<Self, KeyRefused> {
        let [p, q, q_inverse] = [p, q, q_inverse].map(|n| U1536::from_be_slice(n));
        let (low, high) = p.widening_mul(&q);
        let modulus: U3072 = low.concat(&high);
        match modulus.bits_vartime() {
            U3072::BITS => Self::from_parts(modulus, p, q, q_inverse),
            bits => Err(KeyRefused::Size(bits)),
        }
    }

    /// A key whose parts fit each other.
    fn from_parts(
        modulus: U3072,
        p: U1536,
        q: U1536,
        q_inverse: U1536,
    ) -> Result<Self, KeyRefused> {
        let (low, high) = p.widening_mul(&q);
        let p = Odd::new(p).into_option().ok_or(KeyRefused::Inconsistent)?;
        let q = Odd::new(q).into_option().ok_or(KeyRefused::Inconsistent)?;
        let (unit_low, unit_high) = q.as_ref().widening_mul(&q_inverse);
        let unit: U3072 = unit_low.concat(&unit_high);
        let unit = unit.div_rem_vartime(p.as_nz_ref()).1;
        let product: U3072 = low.concat(&high);
        match product == modulus && unit == U1536::ONE {
            true => Ok(Self {
                modulus,
                p,
                q,
                q_inverse,
            }),
            false => Err(KeyRefused::Inconsistent),
        }
    }

    /// The public modulus, least significant byte first as SIGSTRUCT stores it.
    #[must_use]
    pub fn modulus(&self) -> Number {
        bytes(&self.modulus)
    }

    /// PKCS#1 v1.5 signature of the message with this SHA-256 digest, least significant byte
    /// first. Deterministic. Fails only when the key's primes are none.
    pub fn sign(&self, digest: &[u8; 32]) -> Result<Number, Refused> {
        let message = number(&padded_digest(digest));
        let by_p = power(&message, &self.p);
        let by_q = power(&message, &self.q);
        // Garner: S = Sq + q * ((Sp - Sq) / q mod p).
        let p = self.p.as_nz_ref();
        let difference = by_p.sub_mod(&by_q.rem_vartime(p), p);
        let (low, high) = difference.widening_mul(&self.q_inverse);
        let wide: U3072 = low.concat(&high);
        let factor = wide.div_rem_vartime(p).1;
        let (low, high) = factor.widening_mul(self.q.as_ref());
        let product: U3072 = low.concat(&high);
        let signature = bytes(&product.wrapping_add(&by_q.resize()));
        // A composite "prime" would give a wrong signature, not a refused one: check it.
        verify_plain(digest, &signature, &self.modulus())?;
        Ok(signature)
    }
}

impl fmt::Debug for PrivateKey {
    /// The public part only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKey").finish_non_exhaustive()
    }
}

/// `message` to the power of the inverse of 3 modulo `prime - 1`, modulo `prime`.
///
/// That inverse is (2 (prime - 1) + 1) / 3; where the division leaves a remainder 3 has no
/// inverse, and the signature comes out wrong.
fn power(message: &U3072, prime: &Odd<U1536>) -> U1536 {
    const THREE: NonZero<Limb> = NonZero::<Limb>::new_unwrap(Limb(3));
    // 2p - 1 may take one bit more than p, so divide first: with p = 3k + 2 it is 3 (2k + 1).
    let (third, _) = prime.as_ref().div_rem_limb(THREE);
    let exponent = third.wrapping_add(&third).wrapping_add(&U1536::ONE);
    let base = message.div_rem_vartime(prime.as_nz_ref()).1;
    let params = FixedMontyParams::new_vartime(*prime);
    FixedMontyForm::new(&base, &params)
        .pow(&exponent)
        .retrieve()
}

#[cfg(test)]
mod tests {
    use super::*;

    shared_test! {
        fn power_is_the_cube_root() {
            // Primes of the form 3k + 2, where every number has one cube root.
            for prime in [5_u32, 11, 17] {
                let modulus = Odd::new(U1536::from_u32(prime)).into_option().expect("odd");
                for root in 0..prime {
                    let cube = U3072::from_u32(root * root * root);
                    assert_eq!(power(&cube, &modulus), U1536::from_u32(root), "{root} mod {prime}");
                }
            }
        }
    }
}
