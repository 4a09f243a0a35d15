//! Page against page: in what two pages that stand for one another differ, and runs of pages that differ
//! in the same.

use alloc::vec::Vec;

use super::align::{Part, is_same, is_same_chunk, went};
use super::shape::{Like, Shape};
use crate::memory::{CHUNK, CHUNKS, PAGE, Page};
use crate::sgx::image::{ImagePage, Origin};
use crate::sgx::structs::{PageType, SecInfoFlags, Tcs, TcsFlags};

/// As many runs are kept; of those after it only the numbers.
pub(super) const RUNS_MOST: usize = 4096;

/// In what two pages differ; nothing set: in nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct What {
    /// Only one of the enclaves has the page.
    pub(super) only_a: bool,
    pub(super) only_b: bool,
    /// It lies elsewhere in the enclave.
    pub(super) moved: bool,
    pub(super) page_type: bool,
    pub(super) rwx: bool,
    /// A text relocation makes only one of them writable.
    pub(super) relocated: bool,
    /// Chunks measured on one side only.
    pub(super) measured: bool,
    /// Bytes that both measure.
    pub(super) content: bool,
    /// A TCS whose offsets follow the pages that moved.
    pub(super) shifted: bool,
    /// TCS.NSSA: how many frames of state a thread has.
    pub(super) nssa: bool,
    /// Bytes that neither measures.
    pub(super) unmeasured: bool,
    /// Fields of a TCS that EADD clears.
    pub(super) cleared: bool,
}

impl What {
    /// Whether the measurement sees it.
    pub(super) fn counts(self) -> bool {
        let unseen = Self {
            unmeasured: self.unmeasured,
            cleared: self.cleared,
            ..Self::default()
        };
        self != unseen
    }

    /// Whether it is nothing at all.
    pub(super) fn is_nothing(self) -> bool {
        self == Self::default()
    }
}

/// Pages one behind the other that differ in the same, or in nothing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub(super) what: What,
    /// The first page of each side, if it has it.
    pub(super) first: [Option<Seen>; 2],
    pub(super) count: u64,
    /// What the pages that only one side has are like.
    pub(super) like: Option<Like>,
    /// Bytes that differ where both measure them, and where neither does.
    pub(super) bytes: u64,
    pub(super) loose: u64,
    /// The first of these bytes: its offset in the page, the run’s page it is in, and both values.
    pub(super) byte: Option<ByteAt>,
}

/// A differing byte.
#[derive(Clone, Copy, Debug)]
pub(super) struct ByteAt {
    pub(super) page: u64,
    pub(super) at: usize,
    pub(super) values: [u8; 2],
}

/// What a run tells of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    /// In the order of EADD.
    pub(super) number: u64,
    pub(super) offset: u64,
    pub(super) flags: SecInfoFlags,
    pub(super) measured: u16,
    pub(super) origin: Origin,
}

impl Seen {
    fn of(page: &ImagePage) -> Self {
        Self {
            number: page.number,
            offset: page.offset,
            flags: page.flags,
            measured: page.measured,
            origin: page.origin,
        }
    }

    fn is_after(&self, first: &Self, count: u64) -> bool {
        self.flags == first.flags
            && self.measured == first.measured
            && self.origin.kind() == first.origin.kind()
            && self.offset == first.offset.wrapping_add(count * PAGE as u64)
    }
}

/// The comparison of pages, as far as it went.
#[derive(Debug)]
pub(super) struct Pages {
    parts: Vec<Part>,
    /// The part and how many of its pages were compared.
    at: (usize, usize),
    pub(super) done: u64,
    pub(super) runs: Vec<Run>,
    /// Runs that were not kept.
    pub(super) lost: u64,
    /// Numbers of the pages paired, where a side does not add them in the order of offsets.
    pairs: Option<Vec<(u32, u32)>>,
}

impl Pages {
    pub(super) fn new(parts: Vec<Part>, ordered: bool) -> Self {
        Self {
            parts,
            at: (0, 0),
            done: 0,
            runs: Vec::new(),
            lost: 0,
            pairs: (!ordered).then(Vec::new),
        }
    }

    /// Goes on for so many pages; says whether all were compared. It stops where bytes are missing.
    pub(super) fn work(&mut self, shapes: &[Shape; 2], most: u64) -> bool {
        let mut left = most;
        while left > 0 {
            let (part, k) = self.at;
            let Some(part) = self.parts.get(part).copied() else {
                return true;
            };
            let (a, b, count) = match part {
                Part::Both { a, b, count } => (Some(a + k), Some(b + k), count),
                Part::OnlyA { a, count } => (Some(a + k), None, count),
                Part::OnlyB { b, count } => (None, Some(b + k), count),
            };
            if !self.one(shapes, a, b) {
                return false;
            }
            self.at = if k + 1 == count {
                (self.at.0 + 1, 0)
            } else {
                (self.at.0, k + 1)
            };
            self.done += 1;
            left -= 1;
        }
        self.at.0 == self.parts.len()
    }

    /// Compares a page; says whether its bytes are here.
    fn one(&mut self, shapes: &[Shape; 2], a: Option<usize>, b: Option<usize>) -> bool {
        let pages = [
            a.and_then(|k| shapes[0].page(k)),
            b.and_then(|k| shapes[1].page(k)),
        ];
        let found = match &pages {
            [Some(x), Some(y)] => {
                let contents = a
                    .zip(b)
                    .and_then(|(a, b)| Some((shapes[0].content(a)?, shapes[1].content(b)?)));
                let (x_holds, y_holds) = contents.unwrap_or((Page::Zero, Page::Zero));
                let follows = |offset| went(&self.parts, shapes, offset);
                compare(x, y, &[x_holds, y_holds], &follows)
            }
            [x, y] => Found {
                what: What {
                    only_a: x.is_some(),
                    only_b: y.is_some(),
                    ..What::default()
                },
                like: a
                    .map(|k| shapes[0].like_at(k))
                    .or(b.map(|k| shapes[1].like_at(k))),
                ..Found::default()
            },
        };
        if shapes.iter().any(Shape::is_lacking) {
            return false;
        }
        if let (Some(pairs), [Some(x), Some(y)]) = (&mut self.pairs, &pages) {
            pairs.push((x.number as u32, y.number as u32));
        }
        let seen = [0, 1].map(|side: usize| pages[side].as_ref().map(Seen::of));
        self.take(&found, seen);
        shapes.iter().for_each(Shape::release);
        true
    }

    fn take(&mut self, found: &Found, seen: [Option<Seen>; 2]) {
        if let Some(run) = self.runs.last_mut() {
            let follows = |side: usize| match (run.first[side], seen[side]) {
                (Some(first), Some(next)) => next.is_after(&first, run.count),
                (None, None) => true,
                _ => false,
            };
            if run.what == found.what && run.like == found.like && follows(0) && follows(1) {
                let page = run.count;
                run.byte = run.byte.or(found.byte.map(|byte| ByteAt { page, ..byte }));
                run.count += 1;
                run.bytes += found.bytes;
                run.loose += found.loose;
                return;
            }
        }
        if self.runs.len() >= RUNS_MOST {
            self.lost += 1;
            return;
        }
        self.runs.push(Run {
            what: found.what,
            first: seen,
            count: 1,
            like: found.like,
            bytes: found.bytes,
            loose: found.loose,
            byte: found.byte,
        });
    }

    /// The first pages, in the first side’s order of EADD, that the other adds in another order.
    pub(super) fn out_of_order(&mut self) -> Option<(u64, u64)> {
        let pairs = self.pairs.as_mut()?;
        pairs.sort_unstable();
        // Where both add the same pages in the same order, the second numbers ascend.
        let mut rest: Vec<u32> = pairs.iter().map(|(_, b)| *b).collect();
        rest.sort_unstable();
        let found = pairs.iter().zip(rest).find(|((_, b), sorted)| b != sorted);
        found.map(|((a, b), _)| (u64::from(*a), u64::from(*b)))
    }
}

/// In what one page differs.
#[derive(Default)]
struct Found {
    what: What,
    like: Option<Like>,
    bytes: u64,
    loose: u64,
    byte: Option<ByteAt>,
}

fn compare(
    x: &ImagePage,
    y: &ImagePage,
    [x_holds, y_holds]: &[Page; 2],
    follows: &dyn Fn(u64) -> Option<u64>,
) -> Found {
    let is_tcs = |p: &ImagePage| p.flags.page_type() == PageType::TCS;
    let rwx = |p: &ImagePage| match is_tcs(p) {
        true => 0,
        false => p.flags.bits() & SecInfoFlags::RWX.bits(),
    };
    let mut found = Found::default();
    found.what.moved = x.offset != y.offset;
    found.what.page_type = x.flags.page_type() != y.flags.page_type();
    found.what.rwx = !found.what.page_type && rwx(x) != rwx(y);
    found.what.relocated = found.what.rwx && relocated(x.origin) != relocated(y.origin);
    found.what.measured = x.measured != y.measured;
    if is_same(x_holds, y_holds) {
        return found;
    }
    if is_tcs(x) && is_tcs(y) {
        threads(&mut found, [x, y], [x_holds, y_holds], follows);
    } else {
        bytes(&mut found, x, y, x_holds, y_holds);
    }
    found
}

/// Whether a text relocation makes the page writable.
fn relocated(origin: Origin) -> bool {
    matches!(
        origin,
        Origin::Segment {
            relocated: true,
            ..
        }
    )
}

/// Two control structures, as they lie in the EPC.
fn threads(
    found: &mut Found,
    [x, y]: [&ImagePage; 2],
    [x_holds, y_holds]: [&Page; 2],
    follows: &dyn Fn(u64) -> Option<u64>,
) {
    let kept = |page: &Page| {
        let mut tcs = Tcs::from_bytes(&page.bytes());
        tcs.state = 0;
        tcs.cssa = 0;
        tcs.aep = 0;
        tcs.flags = tcs.flags.without(TcsFlags::DBGOPTIN);
        tcs
    };
    let (a, b) = (kept(x_holds), kept(y_holds));
    found.what.cleared = cleared(x_holds) != cleared(y_holds);
    found.what.nssa = a.nssa != b.nssa;
    let by = y.offset.wrapping_sub(x.offset);
    let goes = |from: u64, to: u64| from.wrapping_add(by) == to || follows(from) == Some(to);
    let offsets = [
        (a.ossa, b.ossa),
        (a.ofsbasgx, b.ofsbasgx),
        (a.ogsbasgx, b.ogsbasgx),
    ];
    let all_go = offsets.iter().all(|(from, to)| goes(*from, *to));
    let rest = Tcs {
        ossa: b.ossa,
        ofsbasgx: b.ofsbasgx,
        ogsbasgx: b.ogsbasgx,
        nssa: b.nssa,
        ..a.clone()
    };
    if all_go && rest.encode() == b.encode() {
        found.what.shifted = offsets.iter().any(|(from, to)| from != to);
        return;
    }
    let nssa = b.nssa;
    let (a, b) = (Tcs { nssa, ..a }.encode(), b.encode());
    bytes(found, x, y, &Page::from_bytes(&a), &Page::from_bytes(&b));
}

/// What EADD clears of a control structure: STATE, DBGOPTIN, CSSA, AEP.
fn cleared(page: &Page) -> (u64, bool, u32, u64) {
    let tcs = Tcs::from_bytes(&page.bytes());
    let debug = tcs.flags.contains(TcsFlags::DBGOPTIN);
    (tcs.state, debug, tcs.cssa, tcs.aep)
}

/// Which bytes differ, by whether they are measured.
fn bytes(found: &mut Found, x: &ImagePage, y: &ImagePage, x_holds: &Page, y_holds: &Page) {
    let (both, either) = (x.measured & y.measured, x.measured | y.measured);
    for k in (0..CHUNKS).filter(|k| !is_same_chunk(x_holds, y_holds, *k)) {
        let mut pair = [[0; CHUNK]; 2];
        x_holds.read(k * CHUNK, &mut pair[0]);
        y_holds.read(k * CHUNK, &mut pair[1]);
        let differ = (0..CHUNK).filter(|i| pair[0][*i] != pair[1][*i]);
        let (first, count) = differ.fold((None, 0), |(first, n), i| (first.or(Some(i)), n + 1));
        let counts = both >> k & 1 == 1;
        if counts {
            found.what.content = true;
            found.bytes += count;
        } else if either >> k & 1 == 0 {
            found.what.unmeasured = true;
            found.loose += count;
        }
        let better = found.byte.is_none() || (counts && found.bytes == count);
        if let Some(i) = first.filter(|_| better) {
            found.byte = Some(ByteAt {
                page: 0,
                at: k * CHUNK + i,
                values: [pair[0][i], pair[1][i]],
            });
        }
    }
}
