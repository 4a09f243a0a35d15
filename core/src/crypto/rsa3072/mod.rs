//! RSA-3072 with public exponent 3, checked the way EINIT does: without dividing.
//!
//! SIGSTRUCT brings two quotients, so that cubing the signature S modulo M takes three
//! multiplications and no division:
//! Q1 = floor(S² / M) leaves R1 = S² - Q1·M, and Q2 = floor(S·R1 / M) leaves S·R1 - Q2·M,
//! which is S³ mod M and must be the padded digest. Q2 so defined equals
//! floor((S³ - Q1·S·M) / M).
//!
//! All byte arrays are little-endian as SIGSTRUCT stores them, unless said otherwise.
//! No input panics: a zero or even modulus is refused or simply never fits.

mod key_file;
mod private_key;

use core::fmt;

use crypto_bigint::{NonZero, U3072, U6144};
pub use private_key::{KeyRefused, PrivateKey};

/// Size of modulus, signature and quotients in bytes.
pub const LEN: usize = 384;

/// A number of 3072 bits, least significant byte first.
pub type Number = [u8; LEN];

/// The two quotients that SIGSTRUCT carries beside the signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quotients {
    /// floor(S² / M).
    pub q1: Number,
    /// floor((S³ - Q1·S·M) / M).
    pub q2: Number,
}

/// What cubing a signature leaves at each of the two steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remainders {
    /// S² - Q1·M, which is S² mod M.
    pub r1: Number,
    /// S·R1 - Q2·M, which is S³ mod M: the padded digest if the signature is genuine.
    pub r2: Number,
}

/// Why a signature is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// The modulus is zero.
    ModulusZero,
    /// The signature is not below the modulus.
    SignatureTooLarge,
    /// Q1 is not floor(S² / M).
    Q1,
    /// Q2 is not floor((S³ - Q1·S·M) / M).
    Q2,
    /// The cube of the signature is not the padded digest of the signed bytes.
    Message,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ModulusZero => "The modulus is zero, so it is no key.",
            Self::SignatureTooLarge => "The signature is not below the modulus.",
            Self::Q1 => "Q1 is not the quotient of the signature's square by the modulus.",
            Self::Q2 => "Q2 is not the quotient of the second multiplication by the modulus.",
            Self::Message => {
                "The signature's cube is not the padded SHA-256 of the signed bytes: \
                 they were changed, or another key signed them."
            }
        })
    }
}

impl core::error::Error for Refused {}

/// The padded digest that a signature must give (EMSA-PKCS1-v1_5 with SHA-256, RFC 8017
/// section 9.2), least significant byte first.
#[must_use]
pub fn padded_digest(digest: &[u8; 32]) -> Number {
    /// DER of the algorithm and the length of the digest.
    const PREFIX: [u8; 19] = [
        0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01,
        0x05, 0x00, 0x04, 0x20,
    ];
    let mut message = [0xff; LEN];
    (message[0], message[1]) = (0, 1);
    message[LEN - 52] = 0;
    message[LEN - 51..LEN - 32].copy_from_slice(&PREFIX);
    message[LEN - 32..].copy_from_slice(digest);
    message.reverse();
    message
}

/// The quotients that belong to a signature and a modulus.
pub fn quotients(signature: &Number, modulus: &Number) -> Result<Quotients, Refused> {
    let (s, m) = operands(signature, modulus)?;
    let divisor = NonZero::new(m).into_option().ok_or(Refused::ModulusZero)?;
    let (q1, r1) = product(&s, &s).div_rem_vartime(&divisor);
    let (q2, _) = product(&s, &r1).div_rem_vartime(&divisor);
    // S and R1 are below M, so both quotients are too and their upper halves are zero.
    Ok(Quotients {
        q1: low(&q1),
        q2: low(&q2),
    })
}

/// Cubes the signature with the help of the quotients given, as the processor does, refusing
/// a quotient whose remainder is not from zero to below the modulus.
pub fn remainders(
    signature: &Number,
    modulus: &Number,
    quotients: &Quotients,
) -> Result<Remainders, Refused> {
    let (s, m) = operands(signature, modulus)?;
    let r1 = remainder(&product(&s, &s), &number(&quotients.q1), &m).ok_or(Refused::Q1)?;
    let r2 = remainder(&product(&s, &r1), &number(&quotients.q2), &m).ok_or(Refused::Q2)?;
    Ok(Remainders {
        r1: bytes(&r1),
        r2: bytes(&r2),
    })
}

/// Checks a signature of the message with this SHA-256 digest by means of the quotients given.
pub fn verify(
    digest: &[u8; 32],
    signature: &Number,
    modulus: &Number,
    quotients: &Quotients,
) -> Result<(), Refused> {
    match remainders(signature, modulus, quotients)?.r2 == padded_digest(digest) {
        true => Ok(()),
        false => Err(Refused::Message),
    }
}

/// Checks a signature of the message with this SHA-256 digest where no quotients are at hand.
pub fn verify_plain(
    digest: &[u8; 32],
    signature: &Number,
    modulus: &Number,
) -> Result<(), Refused> {
    verify(digest, signature, modulus, &quotients(signature, modulus)?)
}

/// Signature and modulus as numbers, the first below the second.
fn operands(signature: &Number, modulus: &Number) -> Result<(U3072, U3072), Refused> {
    let (s, m) = (number(signature), number(modulus));
    if m.is_zero_vartime() {
        return Err(Refused::ModulusZero);
    }
    match s.cmp_vartime(&m).is_lt() {
        true => Ok((s, m)),
        false => Err(Refused::SignatureTooLarge),
    }
}

/// `dividend - quotient * modulus`, if that is from zero to below the modulus.
fn remainder(dividend: &U6144, quotient: &U3072, modulus: &U3072) -> Option<U3072> {
    let taken = product(quotient, modulus);
    if dividend.cmp_vartime(&taken).is_lt() {
        return None;
    }
    let (low, high) = halves(&dividend.wrapping_sub(&taken));
    (high.is_zero_vartime() && low.cmp_vartime(modulus).is_lt()).then_some(low)
}

fn product(a: &U3072, b: &U3072) -> U6144 {
    let (low, high) = a.widening_mul(b);
    low.concat(&high)
}

fn halves(wide: &U6144) -> (U3072, U3072) {
    wide.split()
}

fn number(bytes: &Number) -> U3072 {
    U3072::from_le_slice(bytes)
}

fn bytes(number: &U3072) -> Number {
    let mut bytes = [0; LEN];
    bytes.copy_from_slice(number.to_le_bytes().as_slice());
    bytes
}

fn low(wide: &U6144) -> Number {
    bytes(&halves(wide).0)
}
