//! SIGSTRUCT signatures as EINIT looks at them, and the demo author's signatures.

use alloc::rc::Rc;

use super::sigstruct::demo_signer;
use super::structs::{Attributes, Miscselect, Secs, SigStruct};
use crate::bytes::BcdDate;
use crate::crypto::rsa3072::{self, PrivateKey};
use crate::crypto::sha256::sha256;

/// What became of the RSA check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proof {
    /// Whether the cube of the signature is the padded digest.
    pub signature: bool,
    /// Whether Q1 and Q2 are the quotients.
    pub quotients: bool,
    /// SHA-256 of the signed bytes.
    pub digest: [u8; 32],
    /// The last 32 bytes of the cube, where the digest belongs.
    pub recovered: [u8; 32],
}

/// Checks the signature and, apart from it, the quotients. `bytes` are the structure as it lies in
/// memory, so that reserved bytes are hashed as they are.
#[must_use]
pub fn proof(sig: &SigStruct, bytes: &[u8; SigStruct::SIZE]) -> Proof {
    let digest = sha256(&SigStruct::signed_bytes(bytes));
    let padded = rsa3072::padded_digest(&digest);
    let given = rsa3072::remainders(&sig.signature, &sig.modulus, &sig.quotients());
    let (cube, quotients) = match given {
        Ok(r) => (Some(r.r2), true),
        Err(_) => {
            let own = rsa3072::quotients(&sig.signature, &sig.modulus);
            let own = own.and_then(|q| rsa3072::remainders(&sig.signature, &sig.modulus, &q));
            (own.ok().map(|r| r.r2), false)
        }
    };
    let mut recovered = [0; 32];
    if let Some(cube) = cube {
        recovered.copy_from_slice(&cube[..32]);
        recovered.reverse();
    }
    Proof {
        signature: cube == Some(padded),
        quotients,
        digest,
        recovered,
    }
}

/// The 352 bytes of padding that EINIT keeps in the SECS, most significant byte first.
#[must_use]
pub(super) fn padding(digest: &[u8; 32]) -> Rc<[u8]> {
    let mut padded = rsa3072::padded_digest(digest);
    padded.reverse();
    Rc::from(&padded[..352])
}

/// What an author decides about an enclave besides its measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Author {
    /// VENDOR.
    pub vendor: u32,
    /// DATE.
    pub date: BcdDate,
    /// ISVPRODID.
    pub isvprodid: u16,
    /// ISVSVN.
    pub isvsvn: u16,
    /// ATTRIBUTES.
    pub attributes: Attributes,
    /// ATTRIBUTEMASK.
    pub attributemask: Attributes,
    /// MISCSELECT.
    pub miscselect: Miscselect,
    /// MISCMASK.
    pub miscmask: Miscselect,
}

impl Author {
    /// An author who binds everything but DEBUG, so that the enclave may run in either mode.
    #[must_use]
    pub fn of(attributes: Attributes, miscselect: Miscselect) -> Self {
        Self {
            vendor: 0,
            date: BcdDate(0x2026_0101),
            isvprodid: 1,
            isvsvn: 1,
            attributes,
            attributemask: Attributes::new(!2, u64::MAX),
            miscselect,
            miscmask: Miscselect::from_bits(u32::MAX),
        }
    }

    /// The SIGSTRUCT over a measurement, unsigned.
    #[must_use]
    pub fn unsigned(&self, enclavehash: [u8; 32]) -> SigStruct {
        SigStruct {
            vendor: self.vendor,
            date: self.date,
            isvprodid: self.isvprodid,
            isvsvn: self.isvsvn,
            attributes: self.attributes,
            attributemask: self.attributemask,
            miscselect: self.miscselect,
            miscmask: self.miscmask,
            enclavehash,
            ..SigStruct::default()
        }
    }

    /// The SIGSTRUCT over a measurement, signed; all zero where the key cannot sign.
    #[must_use]
    pub fn sign(&self, enclavehash: [u8; 32], key: &PrivateKey) -> Rc<[u8]> {
        match self.unsigned(enclavehash).sign(key) {
            Ok(sig) => Rc::from(&sig.encode()[..]),
            Err(_) => Rc::from([0; SigStruct::SIZE]),
        }
    }
}

/// A SIGSTRUCT by the demo key over a measurement and the attributes of a SECS.
#[must_use]
pub fn demo(measurement: &[u8; 32], secs: &Secs) -> Rc<[u8]> {
    let author = Author::of(secs.attributes, secs.miscselect);
    match demo_signer() {
        Ok(key) => author.sign(*measurement, &key),
        Err(_) => Rc::from([0; SigStruct::SIZE]),
    }
}
