//! How a change that was tried is said.

use alloc::string::{String, ToString};
use core::ops::Range;

use super::cause::Why;
use super::lockstep::Building;
use super::walk::Change;
use crate::bytes::hex;
use crate::sgx::words;
use crate::text;
use crate::text::Text;

/// The stable name of a change, for programs.
pub(super) fn why(change: &Change) -> Why {
    match change {
        Change::SsaFrameSize(_) => Why::SsaFrameSize,
        Change::Size(_) => Why::Size,
        Change::AddsFirst | Change::PageByPage => Why::Interleaving,
        Change::Order(..) => Why::Order,
        Change::Measured(..) | Change::ZerosMeasured(_) | Change::AllMeasured => Why::Measured,
        Change::Rwx(..) => Why::Permissions,
        Change::Without(_) | Change::Twice(..) => Why::Threads,
        Change::Count(..) => Why::Heap,
    }
}

/// The cause that a change stands for, and what is to be changed.
pub(super) fn says(change: &Change, base: &Building) -> (Why, Text) {
    let image = &base.build.image;
    let at = |n: u64| {
        image
            .page(n)
            .map_or_else(Text::none, |p| hex::addr(p.offset).into())
    };
    let count = |r: &Range<u64>| r.end - r.start;
    let says = match change {
        Change::SsaFrameSize(n) => two_here(image.ssaframesize().to_string(), n.to_string()),
        Change::Size(n) => two_here(hex::size(image.size()), hex::size(*n)),
        Change::AddsFirst => text!(
            "diff.try.adds-first",
            "The expected value results if every page is added before the first is measured."
        ),
        Change::PageByPage => text!(
            "diff.try.page-by-page",
            "The expected value results if every page is measured directly after it is added."
        ),
        Change::Order("tcs-first", _) => text!(
            "diff.try.tcs-first",
            "The expected value results if the TCS pages are added before all others."
        ),
        Change::Order("tcs-last", _) => text!(
            "diff.try.tcs-last",
            "The expected value results if the TCS pages are added after all others."
        ),
        Change::Order(..) => text!(
            "diff.try.ascending",
            "The expected value results if pages are added in the order of their offsets."
        ),
        Change::Measured(range, true) => text!(
            "diff.try.measured",
            "The expected value results if the pages from {at} on are measured ({n} in number).",
            n = count(range),
            at = at(range.start)
        ),
        Change::Measured(range, false) => text!(
            "diff.try.unmeasured",
            "The expected value results if the pages from {at} on are added but not measured ({n} in number).",
            n = count(range),
            at = at(range.start)
        ),
        Change::ZerosMeasured(true) => text!(
            "diff.try.zeros",
            "The expected value results if every writable page of zeros is measured."
        ),
        Change::ZerosMeasured(false) => text!(
            "diff.try.no-zeros",
            "The expected value results if no writable page of zeros is measured."
        ),
        Change::AllMeasured => text!(
            "diff.try.all",
            "The expected value results if every page is measured."
        ),
        Change::Rwx(range, rwx) => text!(
            "diff.try.rwx",
            "The expected value results if the pages from {at} on are added {rwx} ({n} in number).",
            n = count(range),
            at = at(range.start),
            rwx = words::rwx(*rwx)
        ),
        Change::Without(n) => text!(
            "diff.try.less",
            "The expected value results with one thread less: without the pages from {at} on.",
            at = at(*n)
        ),
        Change::Twice(n, _) => text!(
            "diff.try.more",
            "The expected value results with one thread more: the pages from {at} on once again.",
            at = at(*n)
        ),
        Change::Count(range, n) => text!(
            "diff.try.count",
            "The expected value results if there are {n} instead of {had} of the pages from {at} on, heap or stack.",
            n = *n,
            had = count(range),
            at = at(range.start)
        ),
    };
    (why(change), says)
}

fn two_here(here: String, expected: String) -> Text {
    text!(
        "diff.try.two",
        "Here it is {here}; the expected value results with {expected}.",
        here = here,
        expected = expected
    )
}
