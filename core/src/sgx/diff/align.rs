//! Which page of one enclave stands for which of the other: by offset where both have the same offsets,
//! else by laying the stretches of both layouts against one another, so that pages that only moved are
//! found where they went.

use alloc::vec;
use alloc::vec::Vec;

use super::shape::{Like, Shape, Stretch};
use crate::memory::{CHUNK, CHUNKS, PAGE, Page};

/// As many stretches are laid against as many; layouts of more are compared by offset alone.
const STRETCHES_MOST: usize = 1200;

/// Pages in the order of offsets, from one on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Pages of both that are to be compared, from `a` and from `b` on.
    Both { a: usize, b: usize, count: usize },
    /// Pages that only the first has.
    OnlyA { a: usize, count: usize },
    /// Pages that only the second has.
    OnlyB { b: usize, count: usize },
}

/// Two layouts laid against one another, as far as that went.
#[derive(Debug)]
pub(super) struct Aligning {
    parts: Parts,
    /// Stretches that stand for one another, and which are next; none where pages go by their offsets.
    pairs: Vec<(usize, usize)>,
    at: usize,
    /// From where on pages are to be paired, and at which distance. What is at one distance is paired
    /// at once: a page that is like others on one side only still finds its partner.
    begun: (usize, usize),
    delta: u64,
    /// By how much the next stretch moved.
    trying: Option<Best>,
}

impl Aligning {
    pub(super) fn new([a, b]: &[Shape; 2]) -> Self {
        let many = a.stretches.len().max(b.stretches.len()) > STRETCHES_MOST;
        let pairs = match many || same_places(a, b) {
            true => Vec::new(),
            false => matches(&a.stretches, &b.stretches),
        };
        Self {
            parts: Parts::default(),
            pairs,
            at: 0,
            begun: (0, 0),
            delta: 0,
            trying: None,
        }
    }

    /// Goes on, looking at so many pages; gives the parts at the end. It stops where bytes are missing.
    pub(super) fn work(&mut self, shapes: &[Shape; 2], most: u64) -> Option<Vec<Part>> {
        let [a, b] = shapes;
        let mut left = most;
        while let Some((i, j)) = self.pairs.get(self.at).copied() {
            let (sa, sb) = (a.stretches[i], b.stretches[j]);
            let delta = self.delta;
            let trying = self.trying.get_or_insert_with(|| Best::new(sa, sb, delta));
            let next = trying.work(shapes, sa, sb, &mut left)?;
            self.trying = None;
            self.at += 1;
            if next != delta {
                let begun = self.begun;
                self.parts
                    .by_offset(shapes, begun.0..sa.first, begun.1..sb.first, delta);
                (self.begun, self.delta) = ((sa.first, sb.first), next);
            }
        }
        let begun = self.begun;
        self.parts
            .by_offset(shapes, begun.0..a.len(), begun.1..b.len(), self.delta);
        Some(core::mem::take(&mut self.parts.0))
    }
}

/// Whether both have pages at the same offsets: then none moved.
fn same_places(a: &Shape, b: &Shape) -> bool {
    a.len() == b.len() && (0..a.len()).all(|k| a.place(k) == b.place(k))
}

#[derive(Debug, Default)]
struct Parts(Vec<Part>);

impl Parts {
    /// Pairs pages of two ranges whose offsets are `delta` apart.
    fn by_offset(
        &mut self,
        [a, b]: &[Shape; 2],
        of_a: core::ops::Range<usize>,
        of_b: core::ops::Range<usize>,
        delta: u64,
    ) {
        let (mut i, mut j) = (of_a.start, of_b.start);
        while i < of_a.end || j < of_b.end {
            let at = (i < of_a.end).then(|| i64::from(a.place(i)).wrapping_add(pages(delta)));
            let to = (j < of_b.end).then(|| i64::from(b.place(j)));
            let (is_a, is_b) = match (at, to) {
                (Some(at), Some(to)) => (at <= to, to <= at),
                (at, to) => (at.is_some(), to.is_some()),
            };
            self.push(i, j, is_a, is_b);
            i += usize::from(is_a);
            j += usize::from(is_b);
        }
    }

    fn push(&mut self, i: usize, j: usize, is_a: bool, is_b: bool) {
        match (self.0.last_mut(), is_a, is_b) {
            (Some(Part::Both { a, b, count }), true, true)
                if *a + *count == i && *b + *count == j =>
            {
                *count += 1;
            }
            (Some(Part::OnlyA { a, count }), true, false) if *a + *count == i => *count += 1,
            (Some(Part::OnlyB { b, count }), false, true) if *b + *count == j => *count += 1,
            (_, true, true) => self.0.push(Part::Both {
                a: i,
                b: j,
                count: 1,
            }),
            (_, true, false) => self.0.push(Part::OnlyA { a: i, count: 1 }),
            (_, false, _) => self.0.push(Part::OnlyB { b: j, count: 1 }),
        }
    }
}

/// Where what lies at an offset of the first enclave went in the second.
pub(super) fn went(parts: &[Part], shapes: &[Shape; 2], offset: u64) -> Option<u64> {
    let k = shapes[0].find((offset / PAGE as u64) as u32)?;
    parts.iter().find_map(|part| match *part {
        Part::Both { a, b, count } if (a..a + count).contains(&k) => {
            Some(shapes[1].offset(b + (k - a)) + offset % PAGE as u64)
        }
        _ => None,
    })
}

/// A distance in bytes as pages, with its sign.
fn pages(delta: u64) -> i64 {
    delta as i64 / PAGE as i64
}

/// As many pages of a stretch are looked at for each distance.
const TRIES: usize = 9;

/// By how much the pages of a stretch moved: as those before, from its first page, or from its last,
/// whichever leaves most of a few pages as they are.
#[derive(Debug)]
struct Best {
    deltas: [u64; 3],
    /// How many pages are found unchanged at each.
    alike: [usize; 3],
    /// Pages looked at.
    at: usize,
}

impl Best {
    fn new(sa: Stretch, sb: Stretch, before: u64) -> Self {
        let first = sb.offset.wrapping_sub(sa.offset);
        let longer = (sb.count as u64).wrapping_sub(sa.count as u64);
        let last = first.wrapping_add(longer.wrapping_mul(PAGE as u64));
        Self {
            deltas: [before, first, last],
            alike: [0; 3],
            at: 0,
        }
    }

    /// Goes on; gives the distance. `None` where bytes are missing, or when so many pages were looked at.
    fn work(
        &mut self,
        shapes: &[Shape; 2],
        sa: Stretch,
        sb: Stretch,
        left: &mut u64,
    ) -> Option<u64> {
        let [_, first, _] = self.deltas;
        if sa.count == sb.count {
            return Some(first);
        }
        while self.at < 3 * TRIES {
            *left = left.checked_sub(1)?;
            let delta = self.deltas[self.at / TRIES];
            let same = is_alike(shapes, sa, sb, delta, self.at % TRIES);
            if shapes.iter().any(Shape::is_lacking) {
                return None;
            }
            shapes.iter().for_each(Shape::release);
            self.alike[self.at / TRIES] += usize::from(same);
            self.at += 1;
        }
        // The first of equals stays.
        let mut best = (0, first);
        for (delta, alike) in self.deltas.into_iter().zip(self.alike) {
            if alike > best.0 {
                best = (alike, delta);
            }
        }
        Some(best.1)
    }
}

/// Whether the k-th of nine pages of a stretch is found unchanged at that distance.
fn is_alike([a, b]: &[Shape; 2], sa: Stretch, sb: Stretch, delta: u64, k: usize) -> bool {
    let i = sa.first + k * (sa.count - 1) / (TRIES - 1);
    let to = a.offset(i).wrapping_add(delta).wrapping_sub(sb.offset) / PAGE as u64;
    let j = usize::try_from(to).ok().filter(|j| *j < sb.count);
    let found = j.and_then(|j| a.content(i).zip(b.content(sb.first + j)));
    found.is_some_and(|(x, y)| is_same(&x, &y))
}

/// Whether two pages hold the same.
pub(super) fn is_same(x: &Page, y: &Page) -> bool {
    match (x, y) {
        (Page::Zero, Page::Zero) => true,
        (Page::Fill(x), Page::Fill(y)) => x == y,
        _ => (0..CHUNKS).all(|k| is_same_chunk(x, y, k)),
    }
}

/// Whether the k-th chunks of two pages hold the same.
pub(super) fn is_same_chunk(x: &Page, y: &Page, k: usize) -> bool {
    x.with_chunk(k * CHUNK, |x| y.with_chunk(k * CHUNK, |y| x == y))
}

/// The longest common sequence of stretches: threads weigh most, equal lengths more than others.
fn matches(a: &[Stretch], b: &[Stretch]) -> Vec<(usize, usize)> {
    let wide = b.len() + 1;
    let mut scores = vec![0_u32; (a.len() + 1) * wide];
    let weigh = |i: usize, j: usize| match (a[i], b[j]) {
        (x, y) if x.like != y.like => 0,
        (x, y) => {
            let equal = u32::from(x.count == y.count);
            let near = u32::from(x.offset == y.offset);
            4 + 2 * equal + near + 4 * u32::from(x.like == Like::Tcs)
        }
    };
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            let skip = scores[(i + 1) * wide + j].max(scores[i * wide + j + 1]);
            let weight = weigh(i, j);
            let take = if weight > 0 {
                weight + scores[(i + 1) * wide + j + 1]
            } else {
                0
            };
            scores[i * wide + j] = skip.max(take);
        }
    }
    let (mut i, mut j, mut out) = (0, 0, Vec::new());
    while i < a.len() && j < b.len() {
        let weight = weigh(i, j);
        if weight > 0 && scores[i * wide + j] == weight + scores[(i + 1) * wide + j + 1] {
            out.push((i, j));
            i += 1;
            j += 1;
        } else if scores[i * wide + j] == scores[(i + 1) * wide + j] {
            i += 1;
        } else {
            j += 1;
        }
    }
    out
}
