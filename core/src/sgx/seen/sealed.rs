//! Data sealed with Intel's SDK: the request for its key, the tag, what is encrypted and what is only authenticated.

use alloc::string::ToString;

use super::super::structs::{KeyName, SealedData};
use super::fields::checked;
use super::{Kind, fits, tells};
use crate::bytes::{Inspection, Part, Wire};
use crate::text;
use crate::text::Text;

const CITE: &str = "intel/linux-sgx, common/inc/sgx_tseal.h, sgx_sealed_data_t";

pub(super) const KIND: Kind = Kind {
    what: |_| text!("artefact.sealed", "data sealed with the Intel SGX SDK"),
    file: "sealed.bin",
    fits: |bytes| {
        let head = SealedData::decode(bytes.get(..SealedData::SIZE)?, 0).ok()?;
        let name = head.key_request.keyname;
        let sealing = matches!(name, KeyName::SEAL | KeyName::PROVISION_SEAL);
        let plain = head.plain_text_offset <= head.payload_size;
        (sealing && plain && fits::may_ask(&head.key_request)).then(|| {
            text!(
                "artefact.is-sealed",
                "it opens with a KEYREQUEST for a sealing key, zeros where it has reserved fields, and after it has lengths that fit one another, as sgx_sealed_data_t does"
            )
        })
    },
    tell,
};

fn tell(bytes: &[u8], seen: &mut Inspection) {
    super::structure(SealedData::LAYOUT, &bytes[..SealedData::SIZE], seen);
    let head = SealedData::read(bytes);
    tells::policy(&head.key_request, seen);
    let payload = bytes.get(SealedData::SIZE..).unwrap_or_default();
    let held = |n: u32| (n as usize).min(payload.len());
    let (cut, end) = (held(head.plain_text_offset), held(head.payload_size));
    let at = SealedData::SIZE;
    let secret = text!("artefact.ciphertext", "encrypted payload (AES-128-GCM)");
    seen.parts
        .extend(Part::contents(secret, &payload[..cut], at));
    if cut < end {
        let name = text!("artefact.plain", "plain text, authenticated only");
        seen.parts
            .push(Part::letters(name, at + cut, end - cut, Text::none()));
    }
    let encrypted = head.plain_text_offset;
    seen.follows.extend([
        ("encrypted bytes", encrypted.to_string()),
        (
            "authenticated bytes",
            (head.payload_size - encrypted).to_string(),
        ),
    ]);
    seen.checks.push(checked(
        "SEALED.payload-whole",
        text!(
            "SEALED.payload-whole",
            "the file holds as many bytes of payload as payload_size says"
        ),
        payload.len() >= head.payload_size as usize,
        CITE,
    ));
    seen.notes.push(text!(
        "artefact.sealed-key",
        "The key never leaves the processor’s enclave: the payload can be decrypted only by an enclave that EGETKEY gives the same key, on the same processor."
    ));
}
