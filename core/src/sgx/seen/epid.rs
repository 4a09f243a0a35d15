//! Quotes signed with EPID, versions 1 and 2: Intel's attestation service for them has ended, but they are still met.

use super::super::structs::ReportBody;
use super::{Kind, fields, fits, quote};
use crate::bytes::{Inspection, Wire};
use crate::formats::dcap::{EpidQuote, SignType, walk};
use crate::text;

pub(super) const KIND: Kind = Kind {
    what: |bytes| {
        let version = u64::from(bytes.first().copied().unwrap_or_default());
        text!(
            "artefact.epid",
            "attestation quote signed with EPID, version {n}",
            n = version
        )
    },
    file: "quote.bin",
    fits: |bytes| {
        let head = EpidQuote::decode(bytes.get(..EpidQuote::SIZE)?, 0).ok()?;
        let fits = matches!(head.version, 1 | 2)
            && head.sign_type <= SignType::LINKABLE
            && fits::may_report(&head.report_body);
        fits.then(|| {
            text!(
                "artefact.is-epid",
                "it opens with version {n} and a kind of EPID signature, and 48 bytes on comes the report body of an initialised enclave",
                n = u64::from(head.version)
            )
        })
    },
    tell: |bytes, seen| {
        let Some(found) = walk(bytes) else { return };
        quote::parts(bytes, &found, seen);
        quote::walked(&found, seen);
        fields::identity(&ReportBody::read(&bytes[48..]), seen);
        told(seen);
    },
};

fn told(seen: &mut Inspection) {
    seen.notes.push(text!(
        "artefact.epid-sealed",
        "The signature is encrypted for Intel’s attestation service, which answered whether it is valid; nobody else can check it."
    ));
}
