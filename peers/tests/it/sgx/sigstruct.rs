//! SIGSTRUCTs signed here and by `sgxs` with `rsa`: equal to the byte, and with the same verdicts.

use sgx_isa::{AttributesFlags, Miscselect, Sigstruct};
use sgxs::crypto::SgxRsaOps;
use sgxs::sigstruct::{EnclaveHash, Signer, verify};
use teescope_core::bytes::BcdDate;
use teescope_core::crypto::rsa3072::PrivateKey;
use teescope_core::sgx::sigstruct::DEMO_SIGNER_PEM;
use teescope_core::sgx::structs::{self, Attributes, SigStruct};

use super::peer::{Key, Sha};
use crate::{Dice, bytes};

/// A second key, made by OpenSSL for this test and used for nothing else.
const OTHER_KEY_PEM: &str = include_str!("other-key.pem");

fn array<const N: usize>(dice: &mut Dice) -> [u8; N] {
    bytes(dice.next(), N).try_into().expect("so many bytes")
}

/// The same decisions of an author, for both signers.
fn author(dice: &mut Dice) -> (Signer, SigStruct) {
    let enclavehash = array(dice);
    let mut theirs = Signer::new(EnclaveHash::new(enclavehash));
    let (flags, flags_mask) = (4 | dice.next() & 0xb2, dice.next());
    let (xfrm, xfrm_mask) = (3 | dice.next(), dice.next());
    let (misc, misc_mask) = (dice.next() as u32 & 1, dice.next() as u32);
    let (swdefined, isvextprodid) = (dice.next() as u32, array(dice));
    let (isvprodid, isvsvn) = (dice.next() as u16, dice.next() as u16);
    theirs
        .date(2026, 11, 24)
        .swdefined(swdefined)
        .isvextprodid(isvextprodid)
        .isvprodid(isvprodid)
        .isvsvn(isvsvn)
        .miscselect(Miscselect::from_bits_truncate(misc), misc_mask)
        .attributes_flags(AttributesFlags::from_bits_truncate(flags), flags_mask)
        .attributes_xfrm(xfrm, xfrm_mask);
    let ours = SigStruct {
        date: BcdDate(0x2026_1124),
        swdefined,
        isvextprodid,
        isvprodid,
        isvsvn,
        miscselect: structs::Miscselect::from_bits(misc),
        miscmask: structs::Miscselect::from_bits(misc_mask),
        attributes: Attributes::new(flags, xfrm),
        attributemask: Attributes::new(flags_mask, xfrm_mask),
        enclavehash,
        ..SigStruct::default()
    };
    (theirs, ours)
}

#[test]
fn both_sign_to_the_same_bytes() {
    for (k, pem) in [DEMO_SIGNER_PEM, OTHER_KEY_PEM].iter().enumerate() {
        let (theirs, ours) = (
            Key::from_pem(pem),
            PrivateKey::from_pem(pem).expect("a key"),
        );
        assert_eq!(theirs.n(), ours.modulus());
        let mut dice = Dice::new(k as u64);
        for n in 0..6 {
            let (signer, sig) = author(&mut dice);
            let expected = signer.sign::<_, Sha>(&theirs).expect("a signature");
            let found = sig.sign(&ours).expect("a signature");
            assert_eq!(
                found.encode()[..],
                expected.as_ref()[..],
                "key {k}, author {n}"
            );
        }
    }
}

#[test]
fn both_accept_and_refuse_the_same() {
    let (theirs, ours) = (
        Key::from_pem(OTHER_KEY_PEM),
        PrivateKey::from_pem(OTHER_KEY_PEM).expect("a key"),
    );
    let mut dice = Dice::new(7);
    let (_, sig) = author(&mut dice);
    let good = sig.sign(&ours).expect("a signature").encode();
    // Reserved bytes and what is not signed are other rules of EINIT; quotients are asked about below.
    let places = [
        16, 20, 40, 516, 700, 899, 900, 904, 908, 912, 928, 944, 960, 991, 1008, 1024,
    ];
    let mut verdicts = [0; 2];
    for flip in std::iter::once(None).chain((0..64).map(Some)) {
        let mut bytes = good;
        if let Some(n) = flip {
            bytes[places[n % places.len()]] ^= 1 << dice.below(8);
        }
        let there = Sigstruct::try_copy_from(&bytes).expect("1,808 bytes");
        let here = SigStruct::decode(&bytes, 0).expect("a SIGSTRUCT");
        let mut here = here;
        // A flipped signature has quotients of its own: without them the processor would refuse Q1 first.
        let (q1, q2) = theirs.quotients(&here.signature);
        here.q1 = padded(&q1);
        here.q2 = padded(&q2);
        let accepted = verify::<_, Sha>(&there, &theirs).is_ok();
        assert_eq!(here.verify().is_ok(), accepted, "{flip:?}");
        verdicts[usize::from(accepted)] += 1;
    }
    assert_eq!(verdicts, [64, 1]);
}

#[test]
fn quotients_are_those_of_plain_division() {
    use teescope_core::crypto::rsa3072::{Refused, quotients, remainders};
    let key = Key::from_pem(DEMO_SIGNER_PEM);
    let modulus = padded(&key.n());
    let mut dice = Dice::new(3);
    for n in 0..200 {
        let mut signature: [u8; 384] = array(&mut dice);
        // Below the modulus, which has its highest bit set, and sometimes far below.
        signature[383] &= 0x7f;
        signature[384 - (n % 4) * 90..].fill(0);
        let (q1, q2) = key.quotients(&signature);
        let found = quotients(&signature, &modulus).expect("a key");
        assert_eq!((found.q1, found.q2), (padded(&q1), padded(&q2)), "{n}");
        assert!(remainders(&signature, &modulus, &found).is_ok());
        // One off, either way, is another quotient.
        for (which, expected) in [(0, Refused::Q1), (1, Refused::Q2)] {
            let mut off = found;
            let quotient = if which == 0 { &mut off.q1 } else { &mut off.q2 };
            quotient[0] ^= 1;
            assert_eq!(remainders(&signature, &modulus, &off), Err(expected), "{n}");
        }
    }
}

/// As many bytes as the structure has, least significant first.
fn padded(number: &[u8]) -> [u8; 384] {
    std::array::from_fn(|i| number.get(i).copied().unwrap_or(0))
}
