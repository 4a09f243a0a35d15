//! Against an expected MRENCLAVE alone: a digest does not say where enclaves differ, so a small set of
//! plausible changes is tried, one at a time. A change that gives exactly the expected value is the answer.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::ops::Range;

use super::lockstep::Building;
use super::shape::{Like, Shape};
use super::walk::{Change, Walk};
use crate::memory::PAGE;
use crate::sgx::image::ImagePage;
use crate::sgx::structs::SecInfoFlags;

/// As many stretches of like pages are changed one at a time.
const STRETCHES_MOST: usize = 48;

/// Operations carried out at most, for small enclaves and for large ones.
const OPERATIONS: Range<u64> = 1_000_000..12_000_000;

/// How often an enclave may be built whole within that.
const WHOLE: u64 = 8;

/// Pages one behind the other that are added with the same permissions and measured alike.
#[derive(Clone, Debug)]
struct Alike {
    pages: Range<u64>,
    first: ImagePage,
    like: Like,
    /// The enclave before its first page.
    before: Building,
}

/// What is being done.
#[derive(Debug)]
enum Doing {
    /// Finding out what pages hold.
    Laying(Shape),
    /// Building once more, to go on from before any stretch.
    Preparing(Building, Shape),
    /// Trying the change that is next.
    Trying(Option<(Building, Walk)>),
}

/// The changes, and how far they were tried.
#[derive(Debug)]
pub(super) struct Tries {
    base: Building,
    wanted: [u8; 32],
    doing: Option<Doing>,
    stretches: Vec<Alike>,
    /// Every change that may be tried, and which is next.
    changes: Vec<Change>,
    at: usize,
    spent: u64,
    most: u64,
    /// The change that gives what is expected.
    pub(super) hit: Option<Change>,
}

impl Tries {
    /// Of an enclave that was built and measures something else.
    pub(super) fn new(base: Building, wanted: [u8; 32]) -> Self {
        let shape = Shape::new(base.build.image.clone(), false);
        let most = (base.len() * WHOLE).clamp(OPERATIONS.start, OPERATIONS.end);
        Self {
            base,
            wanted,
            doing: Some(Doing::Laying(shape)),
            stretches: Vec::new(),
            changes: Vec::new(),
            at: 0,
            spent: 0,
            most,
            hit: None,
        }
    }

    /// How many changes were tried, and of how many.
    pub(super) fn count(&self) -> (usize, usize) {
        (self.at, self.changes.len())
    }

    /// The enclave itself.
    pub(super) fn base(&self) -> &Building {
        &self.base
    }

    pub(super) fn progress(&self) -> (u64, u64) {
        let len = self.base.len();
        match &self.doing {
            Some(Doing::Laying(_)) => (len, len * 4),
            Some(Doing::Preparing(building, _)) => (len + building.done, len * 4),
            _ => {
                let all = self.changes.len().max(1) as u64;
                let tried = self.at as u64 * 1000 / all;
                let spent = self.spent * 1000 / self.most.max(1);
                (500 + tried.max(spent) / 2, 1000)
            }
        }
    }

    /// Goes on for about so many operations; says whether that is the end.
    pub(super) fn work(&mut self, most: u64) -> bool {
        match self.doing.take() {
            None => return true,
            Some(Doing::Laying(mut shape)) => {
                let pages = usize::try_from(most).unwrap_or(usize::MAX);
                self.doing = Some(if shape.work(pages) {
                    Doing::Preparing(self.base.anew(), shape)
                } else {
                    Doing::Laying(shape)
                });
            }
            Some(Doing::Preparing(building, shape)) => self.prepare(building, shape, most),
            Some(Doing::Trying(current)) => {
                let current = self.trial(current, most);
                let over = self.hit.is_some() || self.at >= self.changes.len();
                // A change that was begun is finished, so that slices of any size give the same answer.
                if over || (current.is_none() && self.spent >= self.most) {
                    return true;
                }
                self.doing = Some(Doing::Trying(current));
            }
        }
        false
    }

    /// Builds the enclave again, keeping it as it was before each stretch of like pages.
    fn prepare(&mut self, mut building: Building, shape: Shape, most: u64) {
        let canonical = !self.base.interleaved && !self.base.shuffled;
        let keep = canonical && shape.is_ascending();
        for _ in 0..most {
            let next = building.upcoming().filter(|_| keep);
            if next.as_ref().is_some_and(|op| !building.has_bytes(op)) {
                break;
            }
            if keep {
                self.stretch(&building, &shape);
            }
            // What was built once can be built again.
            if next.is_none_or(|op| building.carry(&op).is_err()) {
                self.changes = self.all(&shape, canonical);
                self.doing = Some(Doing::Trying(None));
                return;
            }
            building.release();
        }
        self.doing = Some(Doing::Preparing(building, shape));
    }

    /// Notes a stretch that begins with the next operation.
    fn stretch(&mut self, building: &Building, shape: &Shape) {
        let image = &building.build.image;
        let Some(page) = image.page_of(building.done).and_then(|n| image.page(n)) else {
            return;
        };
        if page.step != building.done {
            return;
        }
        let like = shape.like_at(page.number as usize);
        if let Some(last) = self.stretches.last_mut() {
            let first = &last.first;
            let follows = page.number == last.pages.end
                && page.flags == first.flags
                && page.measured == first.measured
                && page.origin == first.origin
                && like == last.like
                && like != Like::Tcs
                && page.offset - first.offset == (page.number - first.number) * PAGE as u64;
            if follows {
                last.pages.end += 1;
                return;
            }
        }
        if self.stretches.len() < STRETCHES_MOST {
            self.stretches.push(Alike {
                pages: page.number..page.number + 1,
                first: page,
                like,
                before: building.clone(),
            });
        }
    }

    /// Every change that may be tried, the plausible ones first.
    fn all(&self, shape: &Shape, canonical: bool) -> Vec<Change> {
        let image = &self.base.build.image;
        let mut all = Vec::new();
        let frames = (1..=4).filter(|n| *n != image.ssaframesize());
        all.extend(frames.map(Change::SsaFrameSize));
        let sizes = [image.size().checked_mul(2), Some(image.size() / 2)];
        let more = [image.size().checked_mul(4), Some(image.size() / 4)];
        all.extend(sizes.into_iter().chain(more).flatten().map(Change::Size));
        if self.base.interleaved || self.base.shuffled {
            all.push(Change::PageByPage);
        }
        if canonical {
            all.push(Change::AddsFirst);
        }
        all.push(Change::AllMeasured);
        all.push(Change::ZerosMeasured(true));
        all.push(Change::ZerosMeasured(false));
        for s in &self.stretches {
            let on = s.first.measured != u16::MAX;
            all.push(Change::Measured(s.pages.clone(), on));
        }
        self.threads(&mut all);
        self.permissions(&mut all);
        self.counts(&mut all);
        orders(shape, &mut all);
        all
    }

    /// One thread less and one more.
    fn threads(&self, all: &mut Vec<Change>) {
        let mut threads = self.stretches.iter().filter(|s| s.like == Like::Tcs).rev();
        let (Some(last), Some(before), Some(end)) =
            (threads.next(), threads.next(), self.stretches.last())
        else {
            return;
        };
        let period = last.first.offset - before.first.offset;
        let end = end.first.offset + (end.pages.end - end.pages.start) * PAGE as u64;
        let begins = self
            .stretches
            .iter()
            .find(|s| s.first.offset >= end.saturating_sub(period));
        if let Some(block) = begins.filter(|s| s.first.number > before.first.number) {
            all.push(Change::Without(block.first.number));
            all.push(Change::Twice(block.first.number, period));
        }
    }

    /// Other permissions for each stretch.
    fn permissions(&self, all: &mut Vec<Change>) {
        let (r, w, x) = (SecInfoFlags::R, SecInfoFlags::W, SecInfoFlags::X);
        for s in self.stretches.iter().filter(|s| s.like != Like::Tcs) {
            for rwx in [r, r.with(w), r.with(x), SecInfoFlags::RWX] {
                if s.first.flags.bits() & SecInfoFlags::RWX.bits() != rwx.bits() {
                    all.push(Change::Rwx(s.pages.clone(), rwx));
                }
            }
        }
    }

    /// Other numbers of pages for stretches that may be heap or stack.
    fn counts(&self, all: &mut Vec<Change>) {
        let plain = |s: &&Alike| matches!(s.like, Like::Zero | Like::Fill(_));
        let mut heaps: Vec<&Alike> = self.stretches.iter().filter(plain).collect();
        heaps.sort_by_key(|s| core::cmp::Reverse(s.pages.end - s.pages.start));
        for s in heaps.into_iter().take(4) {
            let n = s.pages.end - s.pages.start;
            for other in [n * 2, n / 2, n + 1, n - 1, n * 4, n / 4, n * 8, n / 8] {
                if other != n {
                    all.push(Change::Count(s.pages.clone(), other));
                }
            }
        }
    }

    /// Goes on with a change, or begins the next.
    fn trial(&mut self, current: Option<(Building, Walk)>, most: u64) -> Option<(Building, Walk)> {
        let (mut building, mut walk) = match current {
            Some(current) => current,
            None => self.begin()?,
        };
        for _ in 0..most {
            // Where bytes are missing, the operation is made once more.
            let before = building.parts().map(|_| walk.clone());
            let item = walk.next();
            let op = item.map(|item| building.build.op_of(item));
            let here =
                !building.is_lacking() && op.as_ref().is_none_or(|op| building.has_bytes(op));
            if let Some(before) = before.filter(|_| !here) {
                return Some((building, before));
            }
            let Some(op) = op else {
                if building.measured().finish() == self.wanted {
                    self.hit = self.changes.get(self.at).cloned();
                }
                self.at += 1;
                return None;
            };
            self.spent += 1;
            // An enclave that no processor builds is not the one that is looked for.
            if building.carry(&op).is_err() {
                self.at += 1;
                return None;
            }
            building.release();
        }
        Some((building, walk))
    }

    fn begin(&mut self) -> Option<(Building, Walk)> {
        let change = self.changes.get(self.at)?.clone();
        let first = change.first();
        let kept = first.and_then(|n| self.stretches.iter().rev().find(|s| s.first.number <= n));
        let image = self.base.build.image.clone();
        let from = kept.map(|s| s.first.number);
        let building = match kept {
            Some(s) => s.before.clone(),
            None => self.base.anew(),
        };
        Some((building, Walk::new(image, change, self.zeros(), from)))
    }

    /// The pages that can be written and hold zeros.
    fn zeros(&self) -> Rc<[Range<u64>]> {
        let zeros = self.stretches.iter().filter(|s| s.like == Like::Zero);
        zeros.map(|s| s.pages.clone()).collect()
    }
}

/// Orders in which tools add pages.
fn orders(shape: &Shape, all: &mut Vec<Change>) {
    let len = shape.len() as u32;
    let is_tcs = |k: &u32| shape.like_at(*k as usize) == Like::Tcs;
    let number = |k: u32| shape.number(k as usize) as u32;
    let threads = || (0..len).filter(is_tcs).map(number);
    let rest = || (0..len).filter(|k| !is_tcs(k)).map(number);
    if !shape.is_ascending() {
        all.push(Change::Order("ascending", (0..len).map(number).collect()));
    }
    all.push(Change::Order(
        "tcs-first",
        threads().chain(rest()).collect(),
    ));
    all.push(Change::Order("tcs-last", rest().chain(threads()).collect()));
}
