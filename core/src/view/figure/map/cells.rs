//! A lane cut into cells: stretches of addresses with one innermost range each, and the ranges that enclose others.

use alloc::vec;
use alloc::vec::Vec;

use crate::view::Lane;

/// What a cell is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// No range covers it.
    Gap,
    /// What an enclosing range has left over.
    Rest,
    /// A range with nothing in it.
    Leaf,
}

/// A stretch of addresses that is drawn as one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell {
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) kind: Kind,
    /// Index of the innermost range.
    pub(super) range: Option<usize>,
    /// Index of the range enclosing that one.
    pub(super) parent: Option<usize>,
    /// Whether this is the first cell of its range.
    pub(super) first: bool,
}

impl Cell {
    pub(super) fn size(&self) -> u64 {
        self.end - self.start
    }
}

/// A lane as cells in ascending order without gaps between them.
pub(super) struct Cells {
    pub(super) cells: Vec<Cell>,
    /// Indices of the ranges that enclose others, outer before inner.
    pub(super) enclosing: Vec<usize>,
    /// Each range's addresses, cut to the lane; empty if it lies outside.
    pub(super) extent: Vec<(u64, u64)>,
}

/// Cuts a lane. Takes any ranges: unsorted, overlapping, outside the lane; the deepest, then the
/// last one wins.
pub(super) fn cut(lane: &Lane) -> Cells {
    let ranges = &lane.ranges;
    let cut = |at: u64| at.clamp(lane.start, lane.end.max(lane.start));
    let extent: Vec<(u64, u64)> = ranges
        .iter()
        .map(|r| (cut(r.start), cut(r.end.max(r.start))))
        .collect();
    let mut parent = vec![None; ranges.len()];
    let mut encloses = vec![false; ranges.len()];
    // What encloses the sweep, outer ranges first.
    let mut active: Vec<(u8, usize)> = Vec::new();
    let mut cells: Vec<(u64, u64, Option<usize>)> = Vec::new();
    let mut at = lane.start;
    for (address, starts, depth, i) in events(lane, &extent) {
        if address > at {
            push(&mut cells, at, address, active.last().map(|a| a.1));
            at = address;
        }
        if !starts {
            active.retain(|a| *a != (depth, i));
            continue;
        }
        let inner = active.partition_point(|a| *a < (depth, 0));
        let outer = inner.checked_sub(1).map(|last| active[last].1);
        if let Some(outer) = outer.filter(|&o| extent[o].1 >= extent[i].1) {
            parent[i] = Some(outer);
            encloses[outer] = true;
        }
        let place = active.partition_point(|a| *a < (depth, i));
        active.insert(place, (depth, i));
    }
    push(&mut cells, at, lane.end, None);
    let mut seen = vec![false; ranges.len()];
    let cells = cells.into_iter().map(|(start, end, range)| {
        let first = range.is_some_and(|r| !core::mem::replace(&mut seen[r], true));
        let kind = match range {
            None => Kind::Gap,
            Some(r) if encloses[r] => Kind::Rest,
            Some(_) => Kind::Leaf,
        };
        Cell {
            start,
            end,
            kind,
            range,
            parent: range.and_then(|r| parent[r]),
            first,
        }
    });
    let cells = cells.collect();
    let mut enclosing: Vec<usize> = (0..ranges.len()).filter(|&i| encloses[i]).collect();
    crate::order::sort_by_key(&mut enclosing, |&i| (ranges[i].depth, extent[i].0));
    Cells {
        cells,
        enclosing,
        extent,
    }
}

/// Where ranges start (true) and end, with depth and index, in the order in which a sweep meets
/// them: ends before starts at one address, outer ranges before inner ones.
fn events(lane: &Lane, extent: &[(u64, u64)]) -> Vec<(u64, bool, u8, usize)> {
    let mut events = Vec::with_capacity(extent.len() * 2);
    for (i, (&(start, end), range)) in extent.iter().zip(&lane.ranges).enumerate() {
        if start < end {
            events.push((start, true, range.depth, i));
            events.push((end, false, range.depth, i));
        }
    }
    crate::order::sort_by_key(&mut events, |e| *e);
    events
}

fn push(cells: &mut Vec<(u64, u64, Option<usize>)>, start: u64, end: u64, range: Option<usize>) {
    if start >= end {
        return;
    }
    match cells.last_mut() {
        Some(last) if last.2 == range && last.1 == start => last.1 = end,
        _ => cells.push((start, end, range)),
    }
}
