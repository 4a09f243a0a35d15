//! ECDSA quotes, versions 3 to 5: every part, the lengths, and what can be checked with the quote alone.

use alloc::string::ToString;
use alloc::vec::Vec;

use super::super::structs::ReportBody;
use super::fields::{self, checked};
use super::{Kind, certificate};
use crate::bytes::inspection::Inside;
use crate::bytes::{Inspection, Part, Wire, hex};
use crate::crypto::sha256::sha256;
use crate::formats::dcap::{Body, CertType, INTEL_VENDOR, Quote, Span, TdReport10Body, walk};
use crate::text;
use crate::text::Text;

const CITE: &str = "Intel SGX ECDSA quote library reference, quote format";

pub(super) const KIND: Kind = Kind {
    what: |bytes| {
        let found = walk(bytes);
        let about = found.as_ref().and_then(|q| q.body).map(|(body, _)| body);
        let version = u64::from(bytes.first().copied().unwrap_or_default());
        match about {
            Some(Body::Domain) => text!(
                "artefact.quote-td",
                "attestation quote of a trust domain (TDX), version {n}",
                n = version
            ),
            _ => text!(
                "artefact.quote",
                "attestation quote of an SGX enclave, version {n}",
                n = version
            ),
        }
    },
    file: "quote.bin",
    fits,
    tell,
};

fn fits(bytes: &[u8]) -> Option<Text> {
    let found = walk(bytes).filter(|q| (3..=5).contains(&q.version))?;
    let version = u64::from(found.version);
    if bytes.get(12..28) == Some(&INTEL_VENDOR) {
        return Some(text!(
            "artefact.is-quote",
            "it opens with version {n} of the quote format, and at offset 12 names Intel as the maker of the quoting enclave",
            n = version
        ));
    }
    // Another maker's: then all the lengths must fit.
    (found.bad.is_none() && found.qe_report.is_some()).then(|| {
        text!(
            "artefact.is-quote-other",
            "it opens with version {n} of the quote format, and the lengths inside fit one another",
            n = version
        )
    })
}

fn tell(bytes: &[u8], seen: &mut Inspection) {
    let Some(found) = walk(bytes) else { return };
    parts(bytes, &found, seen);
    about(bytes, &found, seen);
    quoting_enclave(bytes, &found, seen);
    walked(&found, seen);
    reserved(bytes, &found, seen);
    bound(bytes, &found, seen);
    if let Some((CertType::PCK_CERT_CHAIN | CertType::PCK_CLEARTEXT, own)) = &found.certification {
        certificate::chain(&bytes[own.clone()], seen);
        let blocks = certificate::blocks(&bytes[own.clone()]);
        seen.inside.extend(blocks.map(|inner| Inside {
            what: "PCK certificate chain",
            file: "pck-chain.pem",
            range: own.start + inner.start..own.start + inner.end,
        }));
    }
    trailing(bytes, &found, seen);
    seen.notes.push(text!(
        "artefact.quote-open",
        "Not checked here: the two signatures, the certificates, and whether Intel still trusts this platform and quoting enclave. That takes Intel’s collateral of the day."
    ));
}

/// Every part as a stretch of bytes.
pub(super) fn parts(bytes: &[u8], quote: &Quote, seen: &mut Inspection) {
    for (range, span) in &quote.spans {
        let (at, held) = (range.start, &bytes[range.clone()]);
        let contents = |name: Text| Part::contents(name, held, at).into_iter().collect();
        let own: Vec<Part> = match span {
            Span::Layout(layout) => Part::of_layout(layout, held, at),
            Span::Certificates => certificate::parts(held, at),
            Span::Auth => {
                let name = text!("artefact.auth", "QE authentication data");
                Vec::from([Part::new(name, at, held.len(), hex::encode(held))])
            }
            Span::Ppid => contents(text!("artefact.ppid", "PPID, encrypted for Intel")),
            Span::Payload => contents(text!("artefact.epid-payload", "encrypted EPID signature")),
            Span::Mac => Vec::from([Part::new("MAC", at, held.len(), hex::encode(held))]),
            Span::Opaque => contents(text!(
                "artefact.opaque",
                "signature data of another kind of attestation key, not taken apart"
            )),
        };
        seen.parts.extend(own);
    }
    // Of a part that is cut, fields without a byte have lines of their own.
    seen.parts.retain(|p| p.len > 0);
}

/// Whom the quote is about.
fn about(bytes: &[u8], quote: &Quote, seen: &mut Inspection) {
    let Some((body, at)) = quote.body else { return };
    match body {
        Body::Enclave => {
            let body = ReportBody::read(&bytes[at..]);
            fields::identity(&body, seen);
            let data = hex::encode(&body.reportdata);
            seen.follows.push(("REPORTDATA", data));
        }
        Body::Domain => {
            let body = TdReport10Body::read(&bytes[at..]);
            let rows: [(&'static str, &[u8]); 6] = [
                ("MRTD", &body.mr_td),
                ("RTMR0", &body.rtmr0),
                ("RTMR1", &body.rtmr1),
                ("RTMR2", &body.rtmr2),
                ("RTMR3", &body.rtmr3),
                ("REPORTDATA", &body.report_data),
            ];
            let rows = rows.map(|(name, value)| (name, hex::encode(value)));
            seen.follows.extend(rows);
            let debug = crate::formats::dcap::TdAttributes::DEBUG;
            if body.td_attributes.contains(debug) {
                seen.wrong.push(text!(
                    "artefact.td-debug",
                    "DEBUG is set in td_attributes: the host can read and write the trust domain. Nothing it says may be relied upon."
                ));
            }
        }
    }
}

/// Who vouches.
fn quoting_enclave(bytes: &[u8], quote: &Quote, seen: &mut Inspection) {
    let Some(at) = quote.qe_report else { return };
    let body = ReportBody::read(&bytes[at..]);
    seen.notes.push(text!(
        "artefact.qe",
        "The quoting enclave (ISVPRODID {product}, ISVSVN {version}): {who}",
        product = u64::from(body.isvprodid),
        version = u64::from(body.isvsvn),
        who = fields::who(&body)
    ));
    if body.attributes.is_debug() {
        seen.wrong.push(text!(
            "artefact.qe-debug",
            "The quoting enclave itself runs in debug mode: its signature proves nothing."
        ));
    }
}

/// Whether the lengths fit.
pub(super) fn walked(quote: &Quote, seen: &mut Inspection) {
    seen.wrong.extend(quote.bad.as_ref().map(|bad| bad.text()));
    seen.checks.push(checked(
        "QUOTE.lengths",
        text!(
            "QUOTE.lengths",
            "every length inside fits, and the parts fill the declared signature data exactly"
        ),
        quote.bad.is_none(),
        CITE,
    ));
}

fn reserved(bytes: &[u8], quote: &Quote, seen: &mut Inspection) {
    let first = quote.spans.iter().find_map(|(range, span)| match span {
        Span::Layout(layout) => {
            let found = layout.reserved_violation(&bytes[range.clone()])?;
            Some((range.start + found.offset, found))
        }
        _ => None,
    });
    seen.checks.push(checked(
        "QUOTE.reserved-zero",
        text!(
            "QUOTE.reserved-zero",
            "the reserved bytes of header, body and the quoting enclave’s report are zero"
        ),
        first.is_none(),
        CITE,
    ));
    seen.wrong.extend(first.map(|(at, found)| {
        let why = crate::bytes::Why::Reserved { found: found.found };
        crate::bytes::Malformed::new(at as u64, found.field, why).text()
    }));
}

/// Whether the quoting enclave's report binds the key that signed.
fn bound(bytes: &[u8], quote: &Quote, seen: &mut Inspection) {
    let (Some(key), Some(report), Some(auth)) = (quote.key, quote.qe_report, &quote.auth) else {
        return;
    };
    let signed = [&bytes[key..key + 64], &bytes[auth.clone()]].concat();
    let data = ReportBody::read(&bytes[report..]).reportdata;
    let held = data[..32] == sha256(&signed) && data[32..] == [0; 32];
    seen.checks.push(checked(
        "QUOTE.attestation-key-bound",
        text!(
            "QUOTE.attestation-key-bound",
            "the quoting enclave’s REPORTDATA is the SHA-256 of the attestation key and the authentication data, followed by 32 zeros"
        ),
        held,
        CITE,
    ));
    if !held {
        seen.wrong.push(text!(
            "artefact.unbound",
            "The attestation key is not the one that the quoting enclave’s report names: whoever has that key may have signed anything with it."
        ));
    }
}

/// Bytes behind the quote.
fn trailing(bytes: &[u8], quote: &Quote, seen: &mut Inspection) {
    let end = quote.spans.last().map_or(0, |(range, _)| range.end);
    let rest = &bytes[end..];
    if rest.is_empty() || quote.bad.is_some() {
        return;
    }
    seen.follows
        .push(("bytes of the quote itself", end.to_string()));
    seen.notes.push(match rest.iter().all(|b| *b == 0) {
        true => text!(
            "artefact.trailing-zeros",
            "After the quote’s {n} bytes follow {extra} zeros: the buffer was larger than the quote. They are not signed.",
            n = end,
            extra = rest.len()
        ),
        false => text!(
            "artefact.trailing",
            "After the quote’s {n} bytes follow {extra} that it does not declare. They are not signed.",
            n = end,
            extra = rest.len()
        ),
    });
}
