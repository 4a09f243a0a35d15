//! SIGSTRUCTs of real enclaves: who signed them, and that nothing in them may change.

use teescope_core::bytes::{Malformed, Why, hex};
use teescope_core::crypto::rsa3072::Refused;
use teescope_core::formats::dcap::Attributes;
use teescope_core::sgx::sigstruct::demo_signer;
use teescope_core::sgx::structs::SigStruct;

use crate::vectors;

const REAL: [&str; 5] = [
    "intel-le-2024",
    "fortanix-test-enclave",
    "fortanix-sig1",
    "signal-cds-cd6cfc34",
    "signal-cds-2e5a4fe3",
];

fn read(name: &str) -> Option<[u8; SigStruct::SIZE]> {
    let bytes = vectors::read(&format!("sgx/sigstruct/{name}.sigstruct.bin"))?;
    Some(bytes.try_into().expect("1808 bytes"))
}

shared_test! {
    fn real_ones_verify_and_survive_a_round_trip() {
        for name in REAL {
            let Some(bytes) = read(name) else { return };
            let sig = SigStruct::decode(&bytes, 0).expect(name);
            assert_eq!(sig.encode(), bytes, "{name}");
            assert_eq!(sig.verify(), Ok(()), "{name}");
            assert_eq!((sig.header, sig.header2), (SigStruct::HEADER, SigStruct::HEADER2));
            assert_eq!(sig.exponent, SigStruct::EXPONENT);
            assert!(sig.date.is_valid(), "{name}: {}", sig.date);
        }
    }

    fn fields_of_the_launch_enclave_are_the_known_ones() {
        let Some(bytes) = read("intel-le-2024") else { return };
        let sig = SigStruct::decode(&bytes, 0).expect("decoded");
        assert_eq!(sig.vendor, SigStruct::VENDOR_INTEL);
        assert_eq!(sig.swdefined, 0x10);
        assert_eq!(sig.date.to_string(), "2024-08-11");
        // The reset value of IA32_SGXLEPUBKEYHASH.
        assert_eq!(
            hex::encode(&sig.mrsigner()),
            "acb77012053e05a63d413b8bbae8fb6c5d73b3f2996d91c43bbbf90959c0f8d4"
        );
    }

    fn masks_of_the_signal_enclaves_differ_in_the_debug_bit() {
        for (name, debug_fixed) in [("signal-cds-cd6cfc34", true), ("signal-cds-2e5a4fe3", false)] {
            let Some(bytes) = read(name) else { return };
            let sig = SigStruct::decode(&bytes, 0).expect(name);
            assert_eq!(sig.attributemask.is_debug(), debug_fixed, "{name}");
        }
    }

    fn a_flipped_bit_anywhere_is_noticed() {
        let Some(bytes) = read("fortanix-sig1") else { return };
        for at in 0..SigStruct::SIZE {
            let mut flipped = bytes;
            flipped[at] ^= 1 << (at % 8);
            match SigStruct::decode(&flipped, 0) {
                Err(Malformed { at: found, why: Why::Reserved { .. }, .. }) => {
                    assert_eq!(found, at as u64);
                }
                Err(error) => panic!("{error}"),
                // EXPONENT is neither signed nor reserved: EINIT compares it with 3.
                Ok(sig) if (512..516).contains(&at) => assert_ne!(sig.exponent, 3),
                Ok(sig) => assert!(sig.verify().is_err(), "byte {at}"),
            }
        }
    }

    fn signed_bytes_leave_out_key_and_signature() {
        let mut bytes = [0; SigStruct::SIZE];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = (at / 8) as u8;
        }
        let signed = SigStruct::signed_bytes(&bytes);
        assert_eq!(signed[..128], bytes[..128]);
        assert_eq!(signed[128..], bytes[900..1028]);
    }

    fn what_we_sign_verifies_and_keeps_its_fields() {
        let key = demo_signer().expect("the demo key");
        let unsigned = SigStruct {
            enclavehash: [0x5a; 32],
            attributes: Attributes::new(4, 3),
            attributemask: Attributes::new(!2, !0),
            isvprodid: 7,
            isvsvn: 2,
            ..SigStruct::default()
        };
        assert_eq!(unsigned.verify(), Err(Refused::ModulusZero));
        let signed = unsigned.clone().sign(&key).expect("signed");
        assert_eq!(signed.verify(), Ok(()));
        assert_eq!(SigStruct::decode(&signed.encode(), 0), Ok(signed.clone()));
        let body = SigStruct {
            header: unsigned.header, header2: unsigned.header2, exponent: 0,
            modulus: unsigned.modulus, signature: unsigned.signature,
            q1: unsigned.q1, q2: unsigned.q2, ..signed.clone()
        };
        assert_eq!(body, unsigned);
        let changed = SigStruct { isvsvn: 3, ..signed };
        assert_eq!(changed.verify(), Err(Refused::Message));
    }
}
