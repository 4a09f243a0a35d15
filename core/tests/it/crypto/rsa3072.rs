//! RSA-3072 against a published key with its signature and quotients, and against all that
//! can be wrong with them.

use teescope_core::crypto::rsa3072::{
    KeyRefused, LEN, Number, PrivateKey, Quotients, Refused, padded_digest, quotients, remainders,
    verify, verify_plain,
};
use teescope_core::crypto::sha256::sha256;
use teescope_core::sgx::sigstruct::{DEMO_SIGNER_PEM, demo_signer};

use crate::vectors;

/// The published example: digest, modulus, signature and quotients.
struct Example {
    digest: [u8; 32],
    modulus: Number,
    signature: Number,
    quotients: Quotients,
}

fn example() -> Option<Example> {
    let number = |name: &str| -> Option<Number> {
        let bytes = vectors::read(&format!("sgx/sigstruct/rsa-sig1/sig1.{name}.bin"))?;
        Some(bytes.try_into().expect("384 bytes"))
    };
    let data = vectors::read("sgx/sigstruct/rsa-sig1/sig1.data.bin")?;
    Some(Example {
        digest: data.try_into().expect("32 bytes"),
        modulus: number("key_n")?,
        signature: number("sig")?,
        quotients: Quotients {
            q1: number("q1")?,
            q2: number("q2")?,
        },
    })
}

/// A key made by `openssl genrsa` with the options named, in PEM.
fn refused(pem: &str) -> KeyRefused {
    PrivateKey::from_pem(pem).expect_err("refused")
}

const EC_KEY: &str = include_str!("keys/p256-pkcs8.pem");
const RSA_2048: &str = include_str!("keys/rsa2048-e3-pkcs1.pem");
const RSA_E65537: &str = include_str!("keys/rsa3072-e65537-pkcs8.pem");
const RSA_PUBLIC: &str = include_str!("keys/rsa3072-public.pem");
const RSA_ENCRYPTED: &str = include_str!("keys/rsa3072-encrypted.pem");
const DEMO_PKCS8: &str = include_str!("keys/demo-pkcs8.pem");

shared_test! {
    fn the_published_example_verifies_and_its_quotients_are_ours() {
        let Some(e) = example() else { return };
        assert_eq!(quotients(&e.signature, &e.modulus), Ok(e.quotients));
        assert_eq!(verify(&e.digest, &e.signature, &e.modulus, &e.quotients), Ok(()));
        assert_eq!(verify_plain(&e.digest, &e.signature, &e.modulus), Ok(()));
        let cubed = remainders(&e.signature, &e.modulus, &e.quotients).expect("cubed");
        assert_eq!(cubed.r2, padded_digest(&e.digest));
    }

    fn the_published_key_signs_to_the_published_signature() {
        let Some(e) = example() else { return };
        let Some(pem) = vectors::read("sgx/sigstruct/rsa-sig1/sig1.key.pem") else { return };
        let key = PrivateKey::from_pem(core::str::from_utf8(&pem).expect("text")).expect("a key");
        assert_eq!(key.modulus(), e.modulus);
        assert_eq!(key.sign(&e.digest), Ok(e.signature));
    }

    fn one_wrong_bit_anywhere_is_noticed() {
        let Some(e) = example() else { return };
        for bit in [0, 1, 7, 8, 100, 1000, 1536, 2047, 3000, 3069, 3070, 3071] {
            let flip = |number: &Number| {
                let mut number = *number;
                number[bit / 8] ^= 1 << (bit % 8);
                number
            };
            let q = e.quotients;
            let signature = flip(&e.signature);
            assert!(verify(&e.digest, &signature, &e.modulus, &q).is_err());
            assert!(verify_plain(&e.digest, &signature, &e.modulus).is_err());
            let modulus = flip(&e.modulus);
            assert!(verify(&e.digest, &e.signature, &modulus, &q).is_err());
            assert!(verify_plain(&e.digest, &e.signature, &modulus).is_err());
            let wrong = Quotients { q1: flip(&q.q1), ..q };
            assert_eq!(verify(&e.digest, &e.signature, &e.modulus, &wrong), Err(Refused::Q1));
            let wrong = Quotients { q2: flip(&q.q2), ..q };
            assert_eq!(verify(&e.digest, &e.signature, &e.modulus, &wrong), Err(Refused::Q2));
            let mut digest = e.digest;
            digest[bit % 32] ^= 0x10;
            assert_eq!(verify(&digest, &e.signature, &e.modulus, &q), Err(Refused::Message));
        }
    }

    fn odd_numbers_of_every_kind_are_refused_without_a_panic() {
        let (zero, ones) = ([0; LEN], [0xff; LEN]);
        let small = |n: u8| { let mut number = zero; number[0] = n; number };
        let digest = [7; 32];
        assert_eq!(verify_plain(&digest, &zero, &zero), Err(Refused::ModulusZero));
        assert_eq!(verify_plain(&digest, &ones, &ones), Err(Refused::SignatureTooLarge));
        for modulus in [small(1), small(2), small(6), ones, { let mut m = zero; m[LEN - 1] = 0x80; m }] {
            for signature in [zero, small(1), small(5), ones, padded_digest(&digest)] {
                for q in [zero, small(1), ones] {
                    let q = Quotients { q1: q, q2: q };
                    assert!(verify(&digest, &signature, &modulus, &q).is_err());
                }
                assert!(verify_plain(&digest, &signature, &modulus).is_err());
            }
        }
        // 5^2 = 4 * 6 + 1, then 5 * 1 = 0 * 6 + 5: the quotients of schoolbook division.
        let expected = Quotients { q1: small(4), q2: zero };
        assert_eq!(quotients(&small(5), &small(6)), Ok(expected));
        let cubed = remainders(&small(5), &small(6), &expected).expect("cubed");
        assert_eq!((cubed.r1, cubed.r2), (small(1), small(5)));
        let close = Quotients { q1: small(3), q2: zero };
        assert_eq!(remainders(&small(5), &small(6), &close), Err(Refused::Q1));
    }

    fn the_padded_digest_is_that_of_the_standard() {
        // RFC 8017, section 9.2: 00 01 FF.. 00, the DER prefix of SHA-256, the digest.
        let mut message = padded_digest(&[0xaa; 32]);
        message.reverse();
        assert_eq!(message[..2], [0, 1]);
        assert!(message[2..LEN - 52].iter().all(|byte| *byte == 0xff));
        let tail = [
            0, 0x30, 0x31, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20,
        ];
        assert_eq!(message[LEN - 52..LEN - 32], tail);
        assert_eq!(message[LEN - 32..], [0xaa; 32]);
    }

    fn the_demo_key_signs_from_both_forms_of_file() {
        let key = demo_signer().expect("the demo key");
        assert_eq!(PrivateKey::from_pem(DEMO_PKCS8), Ok(key.clone()));
        let windows = DEMO_SIGNER_PEM.replace('\n', "\r\n");
        assert_eq!(PrivateKey::from_pem(&windows), Ok(key.clone()));
        for text in ["", "teescope"] {
            let digest = sha256(text.as_bytes());
            let signature = key.sign(&digest).expect("signed");
            assert_eq!(verify_plain(&digest, &signature, &key.modulus()), Ok(()));
        }
        assert!(DEMO_SIGNER_PEM.contains("PUBLIC. PROTECTS NOTHING"));
        assert!(!format!("{key:?}").contains(|c: char| c.is_ascii_digit()));
    }

    fn keys_that_cannot_sign_enclaves_are_refused_with_the_reason() {
        assert_eq!(refused(""), KeyRefused::NotPem);
        assert_eq!(refused("-----BEGIN "), KeyRefused::NotPem);
        assert_eq!(refused(EC_KEY), KeyRefused::NotRsa);
        assert_eq!(refused(RSA_2048), KeyRefused::Size(2048));
        assert_eq!(refused(RSA_E65537), KeyRefused::Exponent);
        assert_eq!(refused(RSA_PUBLIC), KeyRefused::Label("PUBLIC KEY".into()));
        assert_eq!(refused(RSA_ENCRYPTED), KeyRefused::Label("ENCRYPTED PRIVATE KEY".into()));
        assert_eq!(PrivateKey::from_pkcs1(&[]), Err(KeyRefused::NotDer));
        assert_eq!(PrivateKey::from_pkcs8(&[0x30, 0]), Err(KeyRefused::NotDer));
        for reason in [refused(EC_KEY), refused(RSA_2048), refused(""), refused(RSA_PUBLIC)] {
            let text = reason.to_string();
            assert!(text.ends_with('.') && !text.contains("  "), "{text}");
        }
    }

    fn a_key_cut_or_changed_anywhere_is_refused_without_a_panic() {
        let der = pem_rfc7468::decode_vec(DEMO_PKCS8.as_bytes()).expect("PEM").1;
        let key = PrivateKey::from_pkcs8(&der).expect("the demo key");
        for len in 0..der.len() {
            assert!(PrivateKey::from_pkcs8(&der[..len]).is_err(), "{len} bytes");
        }
        for at in 0..der.len() {
            let mut changed = der.clone();
            changed[at] ^= 1 << (at % 8);
            // Only numbers that signing does not need may change: d and its two remainders.
            if let Ok(other) = PrivateKey::from_pkcs8(&changed) {
                assert_eq!(other, key, "byte {at}");
            }
        }
    }

    fn der_is_read_as_strictly_as_the_crates_for_it_read_it() {
        let pkcs8 = pem_rfc7468::decode_vec(DEMO_PKCS8.as_bytes()).expect("PEM").1;
        let pkcs1 = pkcs8::PrivateKeyInfoRef::try_from(&pkcs8[..]).expect("PKCS#8");
        let pkcs1 = pkcs1.private_key.as_bytes().to_vec();
        // A bit changed, a byte cut out, a byte added: everywhere in the heads, and here and there in the numbers.
        for at in (0..pkcs8.len()).filter(|at| *at < 60 || at % 7 == 0) {
            for how in 0..10 {
                let changed = |der: &[u8]| {
                    let mut der = der.to_vec();
                    let at = at.min(der.len() - 1);
                    match how {
                        0..8 => der[at] ^= 1 << how,
                        8 => drop(der.remove(at)),
                        _ => der.insert(at, 0),
                    }
                    der
                };
                let (one, eight) = (changed(&pkcs1), changed(&pkcs8));
                let peer = pkcs1::RsaPrivateKeyRef::try_from(&one[..]).is_err();
                let ours = PrivateKey::from_pkcs1(&one) == Err(KeyRefused::NotDer);
                assert_eq!(ours, peer, "PKCS#1, byte {at}, change {how}");
                let peer = pkcs8::PrivateKeyInfoRef::try_from(&eight[..]).is_ok_and(|info| {
                    info.algorithm.oid == pkcs1::ALGORITHM_OID
                        && info.algorithm.parameters.is_none_or(|p| p.is_null())
                        && pkcs1::RsaPrivateKeyRef::try_from(info.private_key.as_bytes()).is_ok()
                });
                let ours = PrivateKey::from_pkcs8(&eight);
                let ours = !matches!(ours, Err(KeyRefused::NotDer | KeyRefused::NotRsa));
                assert_eq!(ours, peer, "PKCS#8, byte {at}, change {how}");
            }
        }
    }

    fn the_numbers_of_the_demo_key_are_those_of_its_file() {
        assert_eq!(PrivateKey::from_pem(DEMO_SIGNER_PEM), demo_signer());
    }

    fn a_damaged_key_is_refused_or_signs_rightly() {
        let base64 = DEMO_SIGNER_PEM.split_once("-----\n").expect("PEM").1;
        let base64 = base64.split_once("\n-----").expect("PEM").0;
        // Spread over the numbers of the key: version, modulus, exponents, primes, coefficient.
        for at in (0..base64.len()).step_by(37) {
            let mut damaged = base64.to_string();
            let other = if &base64[at..=at] == "A" { "B" } else { "A" };
            damaged.replace_range(at..=at, other);
            let pem = format!("-----BEGIN RSA PRIVATE KEY-----\n{damaged}\n-----END RSA PRIVATE KEY-----\n");
            if let Ok(key) = PrivateKey::from_pem(&pem) {
                // Only the numbers that are not used may differ.
                assert_eq!(Ok(key), demo_signer(), "character {at}");
            }
        }
    }
}
