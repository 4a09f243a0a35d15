//! Certificates of platforms: alone in DER, and as a chain inside a quote.

use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::ops::Range;

use super::Kind;
use crate::bytes::{Inspection, Part, hex};
use crate::formats::dcap::certificate::{Platform, certificate, pem_blocks, pem_bytes};
use crate::text;
use crate::text::Text;

pub(super) const KIND: Kind = Kind {
    what: |bytes| match certificate(bytes).and_then(|c| c.platform) {
        Some(_) => text!("artefact.pck", "certificate of a platform’s key (PCK)"),
        None => text!("artefact.intel-ca", "certificate of Intel’s for SGX"),
    },
    file: "pck.der",
    fits: |bytes| {
        let found = certificate(bytes)?;
        if found.platform.is_some() {
            return Some(text!(
                "artefact.is-pck",
                "it is an X.509 certificate in DER with Intel’s extension for SGX (1.2.840.113741.1.13.1)"
            ));
        }
        let named = found.subject.starts_with("Intel SGX ");
        named.then(|| {
            text!(
                "artefact.is-intel-ca",
                "it is an X.509 certificate in DER whose subject is “{name}”",
                name = found.subject.as_str()
            )
        })
    },
    tell: |bytes, seen| {
        let Some(found) = certificate(bytes) else {
            return;
        };
        let name = text!("artefact.certificate", "certificate, X.509 in DER");
        seen.parts.extend(Part::contents(name, bytes, 0));
        seen.follows.push(("subject", found.subject));
        seen.follows.push(("issuer", found.issuer));
        if let Some(platform) = found.platform {
            told(&platform, seen);
        }
        unproven(seen);
    },
};

/// Each certificate of a chain in PEM as a part, and what stands between and behind them.
pub(super) fn parts(held: &[u8], at: usize) -> Vec<Part> {
    let mut all = Vec::new();
    let mut from = 0;
    let between = |from: usize, to: usize| {
        let gap = &held[from..to];
        let name = match gap.iter().all(|b| *b == 0) {
            true => text!("artefact.final-zero", "zero that ends the text"),
            false => text!("artefact.between", "between the certificates"),
        };
        Part::letters(name, at + from, gap.len(), Text::none())
    };
    for (n, block) in pem_blocks(held).into_iter().enumerate() {
        if block.start > from {
            all.push(between(from, block.start));
        }
        let found = pem_bytes(&held[block.clone()]);
        let found = found.and_then(|der| certificate(&der));
        let name = text!(
            "artefact.certificate-n",
            "certificate {n} in PEM",
            n = n + 1
        );
        let value = found.map_or_else(
            || text!("artefact.certificate-bad", "cannot be read"),
            |c| Text::from(c.subject),
        );
        all.push(Part::letters(name, at + block.start, block.len(), value));
        from = block.end;
    }
    match all.is_empty() {
        true => {
            let name = text!("artefact.certification", "certification data");
            Part::contents(name, held, at).into_iter().collect()
        }
        false => {
            if from < held.len() {
                all.push(between(from, held.len()));
            }
            all
        }
    }
}

/// From the first certificate in PEM to the last; `None` if there is none.
pub(super) fn blocks(held: &[u8]) -> Option<Range<usize>> {
    let all = pem_blocks(held);
    Some(all.first()?.start..all.last()?.end)
}

/// Who certifies whom, and what the platform's certificate says.
pub(super) fn chain(held: &[u8], seen: &mut Inspection) {
    let blocks = pem_blocks(held);
    let read = blocks
        .iter()
        .filter_map(|b| certificate(&pem_bytes(&held[b.clone()])?));
    let alone = blocks.is_empty().then(|| certificate(held)).flatten();
    let read: Vec<_> = read.chain(alone).collect();
    for found in &read {
        let value = format!("{} <- {}", found.subject, found.issuer);
        seen.follows.push(("certificate", value));
    }
    if let Some(platform) = read.iter().find_map(|c| c.platform.as_ref()) {
        told(platform, seen);
    }
}

fn told(platform: &Platform, seen: &mut Inspection) {
    seen.follows.extend([
        ("FMSPC", hex::encode(&platform.fmspc)),
        ("PCEID", hex::encode(&platform.pceid)),
        ("PPID", hex::encode(&platform.ppid)),
        ("certified CPUSVN", hex::encode(&platform.cpusvn)),
        ("certified PCESVN", platform.pcesvn.to_string()),
    ]);
}

fn unproven(seen: &mut Inspection) {
    seen.notes.push(text!(
        "artefact.certificate-open",
        "It is read, not checked: its signature, its validity and the lists of revoked certificates are another matter."
    ));
}
