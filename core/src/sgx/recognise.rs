//! What a file is, by its first bytes and its length.

use super::gramine;
use super::oe;
use super::sdk;
use super::sgxs::Kind;
use super::structs::{EinitToken, SigStruct};
use crate::text;
use crate::text::Text;
use crate::trace::Recognised;

/// The scenario that takes every file of this machine.
pub(super) const SCENARIO: &str = "sgx/from-file";

/// Says whether a file is one of this machine's artefacts, and by what. It looks at what opens the
/// file; whether the rest holds is found out when the file is used.
#[must_use]
pub fn recognise(bytes: &[u8]) -> Option<Recognised> {
    let known = |what: &'static str, why: Text, key: &'static str| Recognised {
        what: what.into(),
        why,
        scenario: SCENARIO,
        key,
    };
    if bytes.starts_with(&Kind::Ecreate.tag()) || bytes.starts_with(b"UNSIZED\0") {
        let why = text!(
            "file.is-sgxs",
            "it opens with the tag of an ECREATE record, as every SGXS stream does"
        );
        return Some(known("SGXS", why, "stream"));
    }
    if let Some(found) = program(bytes) {
        return Some(found);
    }
    if bytes.get(..16) == Some(&SigStruct::HEADER) && bytes.get(24..40) == Some(&SigStruct::HEADER2)
    {
        return Some(known("SIGSTRUCT", sigstruct(bytes.len()), "sigstruct"));
    }
    if is_token(bytes) {
        let why = text!(
            "file.is-token",
            "it has 304 bytes, and zeros where EINITTOKEN has reserved fields"
        );
        return Some(known("EINITTOKEN", why, "token"));
    }
    if sdk::unsigned::looks_like(bytes) {
        return Some(known(
            "Enclave.config.xml",
            text!(
                "file.is-config",
                "it holds the element “EnclaveConfiguration”, as the configuration of the Intel SGX SDK’s signing tool does"
            ),
            "config",
        ));
    }
    if gramine::looks_like(bytes) {
        return Some(Recognised {
            what: text!("file.is-manifest.what", "manifest of Gramine"),
            why: text!(
                "file.is-manifest",
                "it is a text that sets keys of “loader” or “libos”, and of “sgx”, “fs” or “sys”"
            ),
            scenario: SCENARIO,
            key: "stream",
        });
    }
    if let Some(label) = key_label(bytes) {
        let why = text!(
            "file.is-key",
            "it is PEM text that opens with “BEGIN {label}”",
            label = label
        );
        return Some(known("RSA key", why, "key"));
    }
    None
}

/// An enclave file in ELF.
fn program(bytes: &[u8]) -> Option<Recognised> {
    if oe::looks_like(bytes) {
        return Some(Recognised {
            what: text!("file.is-oe.what", "enclave image of the Open Enclave SDK"),
            why: text!(
                "file.is-oe",
                "it is an ELF file for x86-64 with the section “.oeinfo”"
            ),
            scenario: SCENARIO,
            key: "stream",
        });
    }
    if gramine::is_libpal(bytes) {
        return Some(Recognised {
            what: text!("file.is-libpal.what", "libpal.so of Gramine"),
            why: text!(
                "file.is-libpal",
                "it is an ELF library for x86-64 that calls itself “libpal.so”"
            ),
            scenario: SCENARIO,
            key: "libpal",
        });
    }
    let found = match sdk::looks_like(bytes)? {
        sdk::Looks::Signed => (
            text!("file.is-sdk.what", "enclave file of the Intel SGX SDK"),
            text!(
                "file.is-sdk",
                "it is an ELF library for x86-64 with the note “sgx_metadata”, which the SDK’s signing tool has filled in"
            ),
        ),
        sdk::Looks::Unsigned => (
            text!(
                "file.is-sdk-unsigned.what",
                "enclave file of the Intel SGX SDK, not signed"
            ),
            text!(
                "file.is-sdk-unsigned",
                "it is an ELF library for x86-64 with the note “sgx_metadata”, in which no metadata is yet"
            ),
        ),
        sdk::Looks::Broken => (
            text!("file.is-sdk.what", "enclave file of the Intel SGX SDK"),
            text!(
                "file.is-sdk-broken",
                "it is an ELF file for x86-64 that holds the name “sgx_metadata”, but its tables do not lead there"
            ),
        ),
    };
    Some(Recognised {
        what: found.0,
        why: found.1,
        scenario: SCENARIO,
        key: "stream",
    })
}

/// By what a SIGSTRUCT was recognised, and whether its length is right.
fn sigstruct(len: usize) -> Text {
    match len.checked_sub(SigStruct::SIZE) {
        Some(0) => text!(
            "file.is-sigstruct",
            "it holds the two constants that SIGSTRUCT has at offsets 0 and 24, and has its 1,808 bytes"
        ),
        Some(extra) => text!(
            "file.is-sigstruct-long",
            "it holds the two constants that SIGSTRUCT has at offsets 0 and 24; after its 1,808 bytes follow {extra} that nothing explains",
            extra = extra
        ),
        None => text!(
            "file.is-sigstruct-short",
            "it holds the two constants that SIGSTRUCT has at offsets 0 and 24, but only {len} of its 1,808 bytes",
            len = len
        ),
    }
}

fn is_token(bytes: &[u8]) -> bool {
    let Ok(token) = EinitToken::decode(bytes, 0) else {
        return false;
    };
    token.valid == 1 || bytes.iter().all(|b| *b == 0)
}

/// The label of a PEM private key.
fn key_label(bytes: &[u8]) -> Option<&'static str> {
    let start = bytes.get(..bytes.len().min(4096))?;
    let has = |label: &str| {
        let line = alloc::format!("-----BEGIN {label}-----");
        start.windows(line.len()).any(|w| w == line.as_bytes())
    };
    ["RSA PRIVATE KEY", "PRIVATE KEY"]
        .into_iter()
        .find(|label| has(label))
}
