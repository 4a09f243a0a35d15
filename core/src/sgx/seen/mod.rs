//! Artefacts that no magic number opens: quotes, reports, requests, control structures. They are recognised by
//! their size and by what their fields may hold, and the reason is told.
//!
//! Where several fit, all of them are offered, the one with the stricter demands first.

mod certificate;
mod epid;
mod fields;
mod fits;
mod frame;
mod quote;
mod sealed;
mod tells;

use alloc::vec::Vec;

use crate::bytes::inspection::Reading;
use crate::bytes::{Inspection, Layout, Part};
use crate::text::Text;

/// A kind of artefact.
struct Kind {
    /// What it is.
    what: fn(&[u8]) -> Text,
    /// What such a file is usually called.
    file: &'static str,
    /// By what bytes are recognised as one; `None` if they are none.
    fits: fn(&[u8]) -> Option<Text>,
    /// Takes them apart.
    tell: fn(&[u8], &mut Inspection),
}

/// Every kind, the one with the strictest demands first.
const KINDS: &[Kind] = &[
    quote::KIND,
    epid::KIND,
    certificate::KIND,
    sealed::KIND,
    fits::REPORT,
    fits::REPORT_BODY,
    fits::TARGETINFO,
    fits::KEYREQUEST,
    fits::SECS,
    fits::TCS,
    frame::KIND,
    fits::TOKEN_FILE,
    fits::REPORTMACSTRUCT,
    fits::GPRSGX,
    fits::PCMD,
    fits::SECINFO,
    fits::PAGEINFO,
];

/// Takes bytes apart as the kind of that number among those that fit; `None` if none fits.
pub(super) fn inspect(bytes: &[u8], which: usize) -> Option<Inspection> {
    // Of nothing but zeros every structure could be made: that tells nothing.
    if bytes.iter().all(|b| *b == 0) {
        return None;
    }
    let fitting = KINDS.iter().filter_map(|kind| {
        let why = (kind.fits)(bytes)?;
        Some((kind, (kind.what)(bytes), why))
    });
    let fitting: Vec<_> = fitting.collect();
    let (kind, what, why) = fitting.get(which).or(fitting.first())?;
    let mut seen = Inspection::new(what.clone(), why.clone());
    seen.file = kind.file;
    (kind.tell)(bytes, &mut seen);
    seen.rest_unexplained(bytes.len());
    let readings = fitting.iter().map(|(_, what, why)| Reading {
        what: what.clone(),
        why: why.clone(),
    });
    if fitting.len() > 1 {
        seen.readings = readings.collect();
    }
    Some(seen)
}

/// The parts of a structure that opens the bytes, and what is wrong with it.
fn structure(layout: &'static Layout, bytes: &[u8], seen: &mut Inspection) {
    let own = bytes.get(..layout.size).unwrap_or(bytes);
    seen.parts = Part::of_layout(layout, own, 0);
    if let Err(bad) = layout.check(own, 0) {
        seen.wrong.push(bad.text());
    }
}
