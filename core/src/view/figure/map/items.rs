//! Cells gathered into what is drawn: single boxes while they fit, grids of equal ranges, folded runs.

use alloc::format;
use alloc::vec::Vec;
use core::ops::Range as Span;

use super::cells::{Cell, Cells, Kind};
use crate::text::Text;
use crate::view::{Lane, Range, Tone};

/// How an item is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// One cell as one box.
    One,
    /// Equal ranges as small squares.
    Grid,
    /// Several cells as one box.
    Many,
    /// The name of an enclosing range, in a lane that runs downwards; its index.
    Head(usize),
}

/// Consecutive cells drawn as one thing.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) cells: Span<usize>,
    pub(super) body: Body,
    pub(super) label: Text,
    pub(super) sub: Text,
    pub(super) tone: Tone,
    /// Whether its cells have different tones.
    pub(super) mixed: bool,
}

/// How far cells are gathered; each level gathers more than the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fold {
    None,
    GridByLabel,
    GridByTone,
    Grid,
    RunByLabel,
    RunByTone,
    Chunks,
}

impl Fold {
    pub(super) const ALL: [Self; 7] = [
        Self::None,
        Self::GridByLabel,
        Self::GridByTone,
        Self::Grid,
        Self::RunByLabel,
        Self::RunByTone,
        Self::Chunks,
    ];

    pub(super) fn is_grid(self) -> bool {
        matches!(self, Self::GridByLabel | Self::GridByTone | Self::Grid)
    }
}

/// Fewer equal ranges than this stay boxes.
const LEAST_GRID: usize = 6;
const LEAST_RUN: usize = 4;

/// Gathers the cells. `apart` holds, ascending, the cells that a folded run must not swallow; `most` is how
/// many items `Chunks` may leave.
pub(super) fn gather(
    lane: &Lane,
    cells: &Cells,
    fold: Fold,
    apart: &[usize],
    most: usize,
) -> Vec<Item> {
    let all = &cells.cells;
    let least = match fold {
        Fold::None | Fold::RunByTone | Fold::Chunks => 2,
        Fold::RunByLabel => LEAST_RUN,
        _ => LEAST_GRID,
    };
    let mut items = Vec::new();
    let mut at = 0;
    while at < all.len() {
        let end = match fold {
            Fold::None => at + 1,
            Fold::Chunks => (at + all.len().div_ceil(most.max(1))).min(all.len()),
            _ => run(lane, all, at, fold, apart),
        };
        if end - at < least {
            items.extend((at..end).map(|i| item(lane, all, i..i + 1, Body::One)));
        } else {
            let body = if fold.is_grid() {
                Body::Grid
            } else {
                Body::Many
            };
            items.push(item(lane, all, at..end, body));
        }
        at = end;
    }
    items
}

/// The end of the run of cells that belong together from `at` on.
fn run(lane: &Lane, all: &[Cell], at: usize, fold: Fold, apart: &[usize]) -> usize {
    let range = |i: usize| all[i].range.map(|r| &lane.ranges[r]);
    let first = &all[at];
    let alone =
        |i: usize| all[i].kind != Kind::Leaf || !fold.is_grid() && apart.binary_search(&i).is_ok();
    if alone(at) {
        return at + 1;
    }
    let alike = |i: usize| {
        let (Some(a), Some(b)) = (range(at), range(i)) else {
            return false;
        };
        let same = match fold {
            Fold::GridByLabel | Fold::RunByLabel => a.label == b.label && a.tone == b.tone,
            Fold::GridByTone | Fold::RunByTone => a.tone == b.tone,
            _ => true,
        };
        let equal = !fold.is_grid() || all[i].size() == first.size();
        same && equal && all[i].parent == first.parent
    };
    (at + 1..all.len())
        .find(|&i| alone(i) || !alike(i))
        .unwrap_or(all.len())
}

fn item(lane: &Lane, all: &[Cell], cells: Span<usize>, body: Body) -> Item {
    let ranges: Vec<&Range> = all[cells.clone()]
        .iter()
        .filter_map(|c| c.range.map(|r| &lane.ranges[r]))
        .collect();
    let Some((first, last)) = ranges.first().zip(ranges.last()) else {
        return Item {
            cells,
            body,
            label: Text::none(),
            sub: Text::none(),
            tone: Tone::Free,
            mixed: false,
        };
    };
    let tone = ranges
        .iter()
        .map(|r| r.tone)
        .max_by_key(|t| weight(*t))
        .unwrap_or_default();
    let mixed = ranges.iter().any(|r| r.tone != tone);
    let (label, sub) = match body {
        Body::One if all[cells.start].kind == Kind::Leaf && all[cells.start].first => {
            (first.label.clone(), first.sub.clone())
        }
        Body::One | Body::Head(_) => (Text::none(), Text::none()),
        Body::Grid | Body::Many => {
            let label = match ranges.iter().all(|r| r.label == first.label) {
                true => first.label.clone(),
                false => Text::join(&[first.label.clone(), last.label.clone()], " – "),
            };
            let sub = if ranges.iter().all(|r| r.sub == first.sub) {
                first.sub.clone()
            } else {
                Text::none()
            };
            let times = Text::from(format!("× {}", crate::text::thousands(ranges.len() as u64)));
            (Text::join(&[label, times], " "), sub)
        }
    };
    Item {
        cells,
        body,
        label,
        sub,
        tone,
        mixed,
    }
}

/// Which tone speaks for several: what is wrong before what is owned before what is free.
fn weight(tone: Tone) -> u8 {
    match tone {
        Tone::Bad => 9,
        Tone::Warn => 8,
        Tone::OwnerA => 7,
        Tone::OwnerB => 6,
        Tone::OwnerC => 5,
        Tone::Good => 4,
        Tone::System => 3,
        Tone::Hidden => 2,
        Tone::Plain => 1,
        Tone::Free => 0,
    }
}
