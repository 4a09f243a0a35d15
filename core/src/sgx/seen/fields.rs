//! Small things that several kinds tell of their fields.

use alloc::string::ToString;
use alloc::vec::Vec;

use super::super::signers;
use super::super::structs::{Attributes, ReportBody};
use crate::bytes::{Checked, Inspection, hex};
use crate::text;
use crate::text::Text;

/// Who an enclave is by its two digests.
pub(super) fn identity(body: &ReportBody, seen: &mut Inspection) {
    seen.follows.extend([
        ("MRENCLAVE", hex::encode(&body.mrenclave)),
        ("MRSIGNER", hex::encode(&body.mrsigner)),
        ("ISVPRODID", body.isvprodid.to_string()),
        ("ISVSVN", body.isvsvn.to_string()),
    ]);
    seen.notes.push(text!(
        "artefact.enclave",
        "The enclave: {who}",
        who = who(body)
    ));
    mode(body.attributes, seen);
}

/// Whose an enclave is, by its signer and, if that is known, by its measurement.
pub(super) fn who(body: &ReportBody) -> Text {
    let all = core::iter::once(signers::who(&body.mrsigner));
    let all: Vec<Text> = all.chain(signers::enclave_says(&body.mrenclave)).collect();
    Text::join(&all, " ")
}

/// That an enclave in debug mode keeps no secret.
pub(super) fn mode(attributes: Attributes, seen: &mut Inspection) {
    if attributes.is_debug() {
        seen.wrong.push(text!(
            "artefact.debug",
            "DEBUG is set in ATTRIBUTES: whoever runs this enclave can read and write its memory. Nothing it says may be relied upon."
        ));
        seen.leads.push("sgx/debug-enclave".to_string());
    }
}

/// A check that is not a leaf's.
pub(super) fn checked(id: &'static str, says: Text, held: bool, cite: &'static str) -> Checked {
    Checked {
        id,
        says,
        held,
        cite,
    }
}
