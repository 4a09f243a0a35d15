//! Who is known by MRSIGNER or MRENCLAVE: Intel's architectural enclaves, and the demo key of this project.

use super::sigstruct::demo_signer;
use crate::crypto::sha256::sha256;
use crate::text;
use crate::text::Text;

/// A published identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Whose it is, by the name the documents use.
    pub name: &'static str,
    /// The digest.
    pub digest: [u8; 32],
    /// Where it is published or was seen.
    pub cite: &'static str,
}

const SERVICE: &str = "intel/linux-sgx, psw/ae/data/constants/linux/service_enclave_mrsigner.hh";
const QUOTES: &str = "the enclave’s report in real quotes";

const fn known(name: &'static str, digits: &str, cite: &'static str) -> Known {
    Known {
        name,
        digest: digest(digits),
        cite,
    }
}

/// Intel's signers by MRSIGNER.
pub const SIGNERS: &[Known] = &[
    known(
        "LE (launch enclave)",
        "acb77012053e05a63d413b8bbae8fb6c5d73b3f2996d91c43bbbf90959c0f8d4",
        "intel/linux-sgx, psw/ae/data/constants/linux/launch_enclave_mrsigner.hh; reset value of IA32_SGXLEPUBKEYHASH",
    ),
    known(
        "PvE, EPID QE",
        "ec15b10787d2f84667ceb0b598ffc44a1f1cb80f670aae5df9e8fa9f6376e1f8",
        SERVICE,
    ),
    known(
        "PCE",
        "c54a62f2be9ef76efb1f3930ad81ea7f60defc1f5f25e09b7c067a815ae0c6cb",
        SERVICE,
    ),
    known(
        "QE3, QvE, IDE",
        "8c4f5775d796503e96137f77c68a829a0056ac8ded70140b081b094490c57bff",
        SERVICE,
    ),
    known(
        "TD_QE",
        "dc9e2a7c6f948f17474e34a7fc43ed030f7c1563f1babddf6340c82e0e54a8c5",
        "Intel PCS, TD_QE identity",
    ),
];

/// Enclaves of Intel's by MRENCLAVE.
pub const ENCLAVES: &[Known] = &[
    known(
        "QE3, ISVSVN 1",
        "d08a1ef2a01ff905050980140aa7d6ab1c06b27935cd0092ba20e3a876cad0c9",
        QUOTES,
    ),
    known(
        "QE3, ISVSVN 2",
        "b08903e5d5e8d13128582a7b6746a8dd1f9718f05e26465a5aae58056a882562",
        QUOTES,
    ),
    known(
        "QE3, ISVSVN 5",
        "cdcadfb7db22ada5fd603455cde1bf9fa258fa5f284dcd6e0c63392f633a1105",
        QUOTES,
    ),
    known(
        "QE3, ISVSVN 9",
        "192aa50ce1c0cef03ccf89e7b5b16b0d7978f5c2b1edcf774d87702e8154d8bf",
        QUOTES,
    ),
    known(
        "QE3, ISVSVN 10",
        "96b347a64e5a045e27369c26e6dcda51fd7c850e9b3a3a79e718f43261dee1e4",
        QUOTES,
    ),
    known(
        "LE, ISVSVN 7",
        "7881af9f9def547da9908c008f29cde9bd78064e36ac7e14c83c294ca4806150",
        "ENCLAVEHASH of intel/linux-sgx, psw/ae/data/prebuilt/le_prod_css.bin",
    ),
];

/// The 32 bytes that 64 digits spell.
const fn digest(digits: &str) -> [u8; 32] {
    let digits = digits.as_bytes();
    assert!(digits.len() == 64);
    let mut out = [0; 32];
    let mut i = 0;
    while i < 64 {
        let digit = match digits[i] {
            d @ b'0'..=b'9' => d - b'0',
            d @ b'a'..=b'f' => d - b'a' + 10,
            _ => panic!("a hex digit in lower case"),
        };
        out[i / 2] = out[i / 2] << 4 | digit;
        i += 1;
    }
    out
}

/// The published identity that a digest is, as MRSIGNER.
#[must_use]
pub fn signer(digest: &[u8]) -> Option<&'static Known> {
    SIGNERS.iter().find(|k| k.digest == digest)
}

/// The published identity that a digest is, as MRENCLAVE.
#[must_use]
pub fn enclave(digest: &[u8]) -> Option<&'static Known> {
    ENCLAVES.iter().find(|k| k.digest == digest)
}

/// That an enclave is Intel's, as a sentence; `None` if its MRENCLAVE is not known.
#[must_use]
pub fn enclave_says(mrenclave: &[u8]) -> Option<Text> {
    let known = enclave(mrenclave)?;
    Some(text!(
        "inspect.enclave-known",
        "The enclave is Intel’s: MRENCLAVE of {name} ({cite}).",
        name = known.name,
        cite = known.cite
    ))
}

/// Who signed, as a sentence.
#[must_use]
pub fn who(mrsigner: &[u8; 32]) -> Text {
    if *mrsigner == [0; 32] {
        return text!("signer.none", "MRSIGNER is zero: no signer is named.");
    }
    if let Some(known) = signer(mrsigner) {
        return text!(
            "signer.intel",
            "The signer is Intel: MRSIGNER of {name} ({cite}).",
            name = known.name,
            cite = known.cite
        );
    }
    let demo = demo_signer().is_ok_and(|key| sha256(&key.modulus()) == *mrsigner);
    match demo {
        true => text!(
            "signer.demo",
            "The signer is the demo key of this project. Everybody has it: it proves nothing."
        ),
        false => text!(
            "signer.unknown",
            "The signer is none of the {n} that Intel publishes. Compare MRSIGNER with what the author says.",
            n = SIGNERS.len()
        ),
    }
}
