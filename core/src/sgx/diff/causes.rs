//! From what differs to why: causes that the files show, causes that fit, and what follows from others.

use alloc::format;
use alloc::vec::Vec;

use super::cause::{Why, two};
use super::guess::{Chain, chains};
use super::pages::{Pages, Run, What};
use super::said::{byte, count, origin, pair, places, pool};
use crate::bytes::hex;
use crate::sgx::image::{Inputs, Origin};
use crate::sgx::words;
use crate::text;
use crate::text::Text;
use crate::view::{Cause, Certainty};

/// What is known of one side.
#[derive(Clone, Copy, Debug)]
pub(super) struct About {
    pub(super) size: u64,
    pub(super) inputs: Inputs,
    pub(super) threads: u64,
    pub(super) interleaved: bool,
    pub(super) shuffled: bool,
}

/// What was found about both.
#[derive(Debug)]
pub(super) struct Found<'a> {
    pub(super) same: bool,
    pub(super) about: [About; 2],
    pub(super) pages: &'a Pages,
    /// Numbers of the first page that comes elsewhere in the order of EADD.
    pub(super) disorder: Option<(u64, u64)>,
    /// Whether the files say other things to processors without dynamic memory.
    pub(super) elsewhere: bool,
}

/// Every cause, the ones that matter most first; what follows from others comes last.
pub(super) fn causes(found: &Found<'_>) -> Vec<Cause> {
    let mut all = Causes {
        found,
        made: Vec::new(),
    };
    all.inputs();
    all.layout();
    all.create();
    all.pages();
    all.order();
    all.moved();
    all.metadata();
    all.unmeasured();
    all.made
        .sort_by_key(|(why, cause)| (cause.certainty == Certainty::Follows, *why));
    all.made.into_iter().map(|(_, cause)| cause).collect()
}

/// The causes that were found so far.
pub(super) struct Causes<'a> {
    pub(super) found: &'a Found<'a>,
    pub(super) made: Vec<(Why, Cause)>,
}

impl Causes<'_> {
    pub(super) fn add(&mut self, why: Why, certainty: Certainty, says: Text) {
        if !self.has(why) {
            self.made.push((why, why.cause(certainty, says)));
        }
    }

    fn has(&self, why: Why) -> bool {
        self.made.iter().any(|(w, _)| *w == why)
    }

    /// Whether something is known from which a change of layout follows.
    fn is_laid_out_otherwise(&self) -> bool {
        let laid = [
            Why::Threads,
            Why::Heap,
            Why::Stack,
            Why::SsaFrames,
            Why::Reserved,
            Why::Pages,
        ];
        laid.into_iter().any(|why| self.has(why))
    }

    pub(super) fn runs(&self, has: impl Fn(&What) -> bool) -> Vec<Run> {
        let runs = self.found.pages.runs.iter();
        runs.filter(|r| has(&r.what)).copied().collect()
    }

    /// What the formats say their authors chose.
    fn inputs(&mut self) {
        let [a, b] = self.found.about;
        if a.threads != b.threads {
            let says = two(format!("{}", a.threads), format!("{}", b.threads));
            self.add(Why::Threads, Certainty::Shown, says);
        }
        let (x, y) = (a.inputs, b.inputs);
        if let (Some(x), Some(y)) = (x.threads, y.threads)
            && x != y
        {
            let says = two(pool(x, |n| format!("{n}")), pool(y, |n| format!("{n}")));
            self.add(Why::Threads, Certainty::Shown, says);
        }
        let sizes = [
            (Why::Heap, x.heap, y.heap),
            (Why::Stack, x.stack, y.stack),
            (Why::Reserved, x.reserved, y.reserved),
        ];
        for (why, x, y) in sizes {
            if let (Some(x), Some(y)) = (x, y)
                && x != y
            {
                self.add(
                    why,
                    Certainty::Shown,
                    two(pool(x, hex::size), pool(y, hex::size)),
                );
            }
        }
        self.frames(&x, &y);
    }

    /// How much state each thread may have.
    fn frames(&mut self, a: &Inputs, b: &Inputs) {
        if let (Some(x), Some(y)) = (a.ssa_pages, b.ssa_pages)
            && x != y
        {
            let says = text!(
                "diff.ssa-pages",
                "A has {a} pages for the state of each thread, B has {b}.",
                a = x,
                b = y
            );
            // As many frames of another size need as many more pages.
            let times = |n: u64, size: u32| u128::from(n) * u128::from(size);
            let certainty = match times(x, b.ssaframesize) == times(y, a.ssaframesize) {
                true => Certainty::Follows,
                false => Certainty::Shown,
            };
            self.add(Why::SsaFrames, certainty, says);
        }
        if let Some(run) = self.runs(|w| w.nssa).first() {
            let says = text!(
                "diff.nssa",
                "TCS.NSSA differs, first in the TCS at {at}.",
                at = places(run)
            );
            self.add(Why::SsaFrames, Certainty::Shown, says);
        }
    }

    /// Pages that only one side has.
    fn layout(&mut self) {
        for chain in chains(&self.found.pages.runs) {
            self.chain(&chain);
        }
    }

    /// What ECREATE is given.
    fn create(&mut self) {
        let [a, b] = self.found.about;
        if a.inputs.ssaframesize != b.inputs.ssaframesize {
            let frames = |n: u32| format!("{n}");
            let says = two(frames(a.inputs.ssaframesize), frames(b.inputs.ssaframesize));
            self.add(Why::SsaFrameSize, Certainty::Shown, says);
        }
        if a.size != b.size {
            let certainty = match self.is_laid_out_otherwise() {
                true => Certainty::Follows,
                false => Certainty::Shown,
            };
            self.add(
                Why::Size,
                certainty,
                two(hex::size(a.size), hex::size(b.size)),
            );
        }
    }

    fn chain(&mut self, chain: &Chain) {
        let [a, b] = self.found.about;
        let threads = a.threads.max(b.threads);
        let told = self.told(chain);
        let more = self.has(Why::SsaFrames) || a.inputs.ssaframesize != b.inputs.ssaframesize;
        let (why, certainty) = match told {
            Some(Why::Size) => return,
            Some(why) if self.has(why) => return,
            Some(why) => (why, Certainty::Shown),
            None if chain.tcs && self.has(Why::Threads) && !chain.fixed => return,
            None if chain.tcs && chain.fixed => (Why::Pages, Certainty::Shown),
            None => chain.guess(threads, more),
        };
        if self.has(why) {
            return;
        }
        let (n, side) = (chain.pages, if chain.only_a { "A" } else { "B" });
        let at = hex::addr(chain.offset);
        let says = match (why, chain.alike) {
            (Why::Heap, _) if threads < 2 && certainty == Certainty::Likely => text!(
                "diff.more.heap-or-stack",
                "Writable pages of zeros that only {side} has: {n}, from {at} on. Heap, or the stack of the only thread.",
                side = side,
                n = n,
                at = at
            ),
            (Why::Heap, _) => text!(
                "diff.more.heap",
                "Writable pages that only {side} has: {n} in one stretch, from {at} on.",
                side = side,
                n = n,
                at = at
            ),
            (Why::Stack | Why::SsaFrames, k) if k > 1 => text!(
                "diff.more.each",
                "Writable pages that only {side} has: {n} for each of {k} threads, first from {at} on.",
                side = side,
                n = n,
                k = k,
                at = at
            ),
            _ => text!(
                "diff.more.pages",
                "Pages that only {side} has: {n}, from {at} on.",
                side = side,
                n = n,
                at = at
            ),
        };
        self.add(why, certainty, says);
    }

    /// What the format says such pages are.
    fn told(&self, chain: &Chain) -> Option<Why> {
        Some(match chain.origin {
            Origin::Unknown => return None,
            Origin::Heap => Why::Heap,
            Origin::Reserved => Why::Reserved,
            Origin::Tcs(_) => Why::Threads,
            _ if chain.origin.thread().is_some() && self.has(Why::Threads) => Why::Threads,
            // What is left over: it follows from the size, or from what else needs room.
            Origin::Free if self.found.about[0].size != self.found.about[1].size => Why::Size,
            Origin::Free if self.has(Why::Threads) => Why::Threads,
            Origin::Stack(_) => Why::Stack,
            Origin::Ssa(_) => Why::SsaFrames,
            Origin::Padding if self.versions().is_some() => Why::Metadata,
            _ => Why::Pages,
        })
    }

    /// Pages that both have and that differ.
    fn pages(&mut self) {
        if let Some(run) = self.runs(|w| w.page_type).first() {
            let says = text!(
                "diff.page-type.says",
                "The page at {at}: {types}.",
                at = places(run),
                types = pair(run, |s| words::page_type(s.flags.page_type()))
            );
            self.add(Why::PageType, Certainty::Shown, says);
        }
        let rwx = self.runs(|w| w.rwx);
        if let Some(run) = rwx.first() {
            let says = text!(
                "diff.permissions.says",
                "Pages: {n}, first at {at}{what}: {rwx}.",
                n = count(&rwx),
                at = places(run),
                rwx = pair(run, |s| words::rwx(s.flags)),
                what = origin(run)
            );
            let told = rwx.iter().all(|r| r.what.relocated);
            let why = if told {
                Why::TextRelocation
            } else {
                Why::Permissions
            };
            self.add(why, Certainty::Shown, says);
        }
        self.text_relocation(&rwx);
        let measured = self.runs(|w| w.measured);
        if let Some(run) = measured.first() {
            let chunks = |n: u16| format!("{}", n.count_ones());
            let says = text!(
                "diff.measured.says",
                "Pages: {n}, first at {at}{what}. Measured chunks of 16: {chunks}.",
                n = count(&measured),
                at = places(run),
                what = origin(run),
                chunks = pair(run, |s| chunks(s.measured))
            );
            self.add(Why::Measured, Certainty::Shown, says);
        }
        self.content();
    }

    /// Code that only one side may write: what a text relocation looks like.
    fn text_relocation(&mut self, rwx: &[Run]) {
        let told = rwx.iter().filter(|r| r.what.relocated);
        let code = rwx
            .iter()
            .filter(|r| !r.what.relocated && r.is_code_made_writable());
        for (run, certainty) in told
            .map(|r| (r, Certainty::Shown))
            .chain(code.map(|r| (r, Certainty::Likely)))
        {
            let says = text!(
                "diff.text-relocation.says",
                "The code page at {at} can be written on one side only, as loaders make pages that hold a relocation.",
                at = places(run)
            );
            self.add(Why::TextRelocation, certainty, says);
        }
    }

    fn content(&mut self) {
        let runs = self.runs(|w| w.content);
        let Some(run) = runs.first() else {
            return;
        };
        let bytes: u64 = runs.iter().map(|r| r.bytes).sum();
        let says = text!(
            "diff.content.says",
            "Measured bytes that differ: {bytes}, in pages: {n}. The first lies in the page at {at}{what}{byte}.",
            bytes = bytes,
            n = count(&runs),
            at = places(run),
            what = origin(run),
            byte = byte(run)
        );
        // A format that says what the author chose also has it written into the program’s data.
        let data = runs.iter().all(|r| r.is_data() && r.count <= 2);
        let inputs = self.found.about.map(|a| a.inputs.heap.is_some());
        // A loader writes sizes and addresses into pages of its own, and a manifest says the sizes itself.
        let own =
            runs.iter().all(Run::is_set_up) && (self.has(Why::Threads) || self.has(Why::Size));
        let follows = own || data && inputs == [true; 2] && self.is_laid_out_otherwise();
        let certainty = match follows {
            true => Certainty::Follows,
            false => Certainty::Shown,
        };
        self.add(Why::Content, certainty, says);
    }

    /// The order of operations.
    fn order(&mut self) {
        let [a, b] = self.found.about;
        if let Some((x, y)) = self.found.disorder {
            let says = text!(
                "diff.order.says",
                "The first that comes elsewhere: page {a} of A is page {b} of B.",
                a = x + 1,
                b = y + 1
            );
            self.add(Why::Order, Certainty::Shown, says);
        }
        if a.interleaved != b.interleaved {
            let side = if a.interleaved { "A" } else { "B" };
            let says = text!(
                "diff.interleaving.says",
                "{side} measures chunks of a page only after it has added others; the other measures each page before it adds the next.",
                side = side
            );
            self.add(Why::Interleaving, Certainty::Shown, says);
        }
        let one = a.shuffled != b.shuffled;
        let rest = !self.found.same && self.made.is_empty();
        if one || (rest && (a.shuffled || a.interleaved)) {
            let says = text!(
                "diff.chunk-order.says",
                "Both measure the same chunks, but not in the same order."
            );
            self.add(Why::ChunkOrder, Certainty::Shown, says);
        }
    }

    fn moved(&mut self) {
        let runs = self.runs(|w| w.moved);
        let Some(run) = runs.first() else {
            return;
        };
        let certainty = match self.is_laid_out_otherwise() {
            true => Certainty::Follows,
            false => Certainty::Shown,
        };
        let says = text!(
            "diff.moved.says",
            "Pages that lie elsewhere: {n}, first the page at {at}{what}.",
            n = count(&runs),
            at = places(run),
            what = origin(run)
        );
        self.add(Why::Moved, certainty, says);
    }
}
