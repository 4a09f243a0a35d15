//! What is done with a SIGSTRUCT: which bytes are signed, who signed them, and signing.

use alloc::string::String;
use alloc::vec::Vec;

pub use super::demo_signer::{DEMO_SIGNER_PEM, demo_signer};
use super::structs::SigStruct;
use crate::bytes::fields_of;
use crate::crypto::rsa3072::{self, PrivateKey, Quotients, Refused};
use crate::crypto::sha256::sha256;
use crate::text::Text;

impl SigStruct {
    /// What HEADER must be.
    pub const HEADER: [u8; 16] = [0x06, 0, 0, 0, 0xe1, 0, 0, 0, 0, 0, 0x01, 0, 0, 0, 0, 0];

    /// What HEADER2 must be.
    pub const HEADER2: [u8; 16] = [
        0x01, 0x01, 0, 0, 0x60, 0, 0, 0, 0x60, 0, 0, 0, 0x01, 0, 0, 0,
    ];

    /// What EXPONENT must be.
    pub const EXPONENT: u32 = 3;

    /// VENDOR of Intel's own enclaves; all others have zero.
    pub const VENDOR_INTEL: u32 = 0x8086;

    /// How many bytes are signed.
    pub const SIGNED: usize = 256;

    /// The signed bytes of an encoded SIGSTRUCT, reserved ones as they are: bytes 0 to 127,
    /// then 900 to 1027.
    #[must_use]
    pub fn signed_bytes(encoded: &[u8; Self::SIZE]) -> [u8; Self::SIGNED] {
        let mut signed = [0; Self::SIGNED];
        let (head, body) = signed.split_at_mut(128);
        head.copy_from_slice(&encoded[..128]);
        body.copy_from_slice(&encoded[900..1028]);
        signed
    }

    /// SHA-256 of the signed bytes: what the signature is about.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        sha256(&Self::signed_bytes(&self.encode()))
    }

    /// SHA-256 of the modulus as it is stored: who the signer is.
    #[must_use]
    pub fn mrsigner(&self) -> [u8; 32] {
        sha256(&self.modulus)
    }

    /// The quotients the structure carries.
    #[must_use]
    pub fn quotients(&self) -> Quotients {
        Quotients {
            q1: self.q1,
            q2: self.q2,
        }
    }

    /// Checks the signature with the structure's own quotients, as EINIT does. Header,
    /// exponent and reserved bytes are EINIT's to check before.
    pub fn verify(&self) -> Result<(), Refused> {
        rsa3072::verify(
            &self.digest(),
            &self.signature,
            &self.modulus,
            &self.quotients(),
        )
    }

    /// Whether nobody has signed it yet: it holds neither a key nor a signature.
    #[must_use]
    pub fn is_unsigned(&self) -> bool {
        self.modulus == [0; 384] && self.signature == [0; 384]
    }

    /// Whether its constants are those of a SIGSTRUCT, but for the bit that marks debug builds.
    #[must_use]
    pub fn is_prepared(&self) -> bool {
        self.header[..15] == Self::HEADER[..15] && self.header2 == Self::HEADER2
    }

    /// Signs: fills in the constants, the modulus, the signature and the quotients, and leaves
    /// everything else as it is.
    pub fn sign(mut self, key: &PrivateKey) -> Result<Self, Refused> {
        self.header = Self::HEADER;
        self.header2 = Self::HEADER2;
        self.exponent = Self::EXPONENT;
        self.modulus = key.modulus();
        self.signature = key.sign(&self.digest())?;
        let Quotients { q1, q2 } = rsa3072::quotients(&self.signature, &self.modulus)?;
        (self.q1, self.q2) = (q1, q2);
        Ok(self)
    }
}

/// A field in which two SIGSTRUCTs differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The manual's name.
    pub field: String,
    /// The value in the first.
    pub old: Text,
    /// The value in the second.
    pub new: Text,
}

/// The fields in which two encoded SIGSTRUCTs differ, in the order of the structure.
#[must_use]
pub fn differences(old: &[u8], new: &[u8]) -> Vec<Difference> {
    let rows = fields_of(SigStruct::LAYOUT, old).into_iter();
    let rows = rows.zip(fields_of(SigStruct::LAYOUT, new));
    let differ = |at: usize, size: usize| old.get(at..at + size) != new.get(at..at + size);
    rows.filter(|(a, _)| differ(a.offset, a.size))
        .map(|(a, b)| Difference {
            field: a.name,
            old: a.text,
            new: b.text,
        })
        .collect()
}
