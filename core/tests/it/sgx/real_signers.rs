//! Real SIGSTRUCTs before EINIT: what is theirs holds, and only the enclave is missing.

use teescope_core::bytes::hex;
use teescope_core::crypto::rsa3072::PrivateKey;
use teescope_core::crypto::sha256::sha256;
use teescope_core::sgx::structs::SigStruct;
use teescope_core::sgx::{INTEL_LAUNCH_HASH, SigSource, proof};
use teescope_core::trace::Outcome;

use super::scene::{SECS, Scene, apply, code, einit, prepared, signed};
use crate::vectors;

const REAL: [&str; 5] = [
    "intel-le-2024",
    "fortanix-test-enclave",
    "fortanix-sig1",
    "signal-cds-cd6cfc34",
    "signal-cds-2e5a4fe3",
];

shared_test! {
    fn einit_believes_every_real_signature_and_misses_the_enclave() {
        for name in REAL {
            let Some(bytes) = vectors::read(&format!("sgx/sigstruct/{name}.sigstruct.bin")) else { return };
            let mut m = prepared();
            let (outcome, checks) = apply(&mut m, &einit(0, SigSource::Bytes(bytes.into())));
            assert_eq!(outcome, code(4, "SGX_INVALID_MEASUREMENT"), "{name}");
            let held: Vec<_> = checks.iter().filter(|(_, held)| *held).map(|(rule, _)| rule.id).collect();
            for rule in [
                "EINIT.header", "EINIT.vendor", "EINIT.header2", "EINIT.exponent",
                "EINIT.sigstruct-reserved-zero", "EINIT.signature-valid", "EINIT.q1-q2",
            ] {
                assert!(held.contains(&rule), "{name}: {rule}");
            }
        }
    }

    fn every_bit_flip_of_a_real_one_is_refused() {
        let Some(bytes) = vectors::read("sgx/sigstruct/fortanix-sig1.sigstruct.bin") else { return };
        let whole: [u8; 1808] = bytes.try_into().expect("1808 bytes");
        let sig = SigStruct::from_bytes(&whole);
        assert!(proof(&sig, &whole).signature && proof(&sig, &whole).quotients);
        for at in (0..1808).step_by(if cfg!(target_arch = "wasm32") { 61 } else { 7 }) {
            let mut flipped = whole;
            flipped[at] ^= 1 << (at % 8);
            let mut m = prepared();
            let (outcome, _) = apply(&mut m, &einit(0, SigSource::Bytes(flipped[..].into())));
            let refused = matches!(outcome, Outcome::Refused(s) if s.code == 1 || s.code == 8);
            assert!(refused, "byte {at}: {outcome:?}");
        }
    }

    fn the_reset_value_of_launch_control_is_intels_launch_enclave() {
        let Some(bytes) = vectors::read("sgx/sigstruct/intel-le-2024.sigstruct.bin") else { return };
        assert_eq!(sha256(&bytes[128..512]), INTEL_LAUNCH_HASH);
        assert_eq!(
            hex::encode(&INTEL_LAUNCH_HASH),
            "acb77012053e05a63d413b8bbae8fb6c5d73b3f2996d91c43bbbf90959c0f8d4"
        );
    }

    fn the_published_test_key_signs_an_enclave_that_starts() {
        let Some(pem) = vectors::read("sgx/sigstruct/rsa-sig1/sig1.key.pem") else { return };
        let Some(modulus) = vectors::read("sgx/sigstruct/rsa-sig1/sig1.key_n.bin") else { return };
        let key = PrivateKey::from_pem(std::str::from_utf8(&pem).expect("text")).expect("a key");
        let mut s = Scene::einit();
        let sig = s.sig.clone().sign(&key).expect("signed");
        assert_eq!(sig.modulus[..], modulus[..]);
        // Another author: the launch control registers name the demo key, so it is refused first.
        let op = einit(0, SigSource::Bytes(sig.encode()[..].into()));
        assert_eq!(apply(&mut s.m, &op).0, code(16, "SGX_INVALID_EINITTOKEN"));
        s.m.launch_hash = sha256(&modulus);
        assert_eq!(apply(&mut s.m, &op).0, Outcome::Done);
        assert_eq!(s.m.secs.get(&SECS).expect("a SECS").fields.mrsigner, sha256(&modulus));
        assert_ne!(signed(&s.sig)[128..512], modulus[..]);
    }

    fn sig1_carries_the_published_key() {
        let Some(bytes) = vectors::read("sgx/sigstruct/fortanix-sig1.sigstruct.bin") else { return };
        let Some(modulus) = vectors::read("sgx/sigstruct/rsa-sig1/sig1.key_n.bin") else { return };
        assert_eq!(bytes[128..512], modulus[..]);
    }
}
