//! One lane laid along its axis: which items it shows, where each lies, where each range lies.

use alloc::vec::Vec;

use super::super::measure::{floor, text_width};
use super::cells::{Cell, Cells, Kind, cut};
use super::items::{Body, Fold, Item, gather};
use super::scale::{Need, weight};
use crate::text::{Catalogue, Text};
use crate::view::{Lane, Range, Tone};

/// Which way addresses grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// To the right; lanes lie one below the other.
    Wide,
    /// Downwards; lanes stand side by side.
    Tall,
}

/// Height of the first line of a grid, which names it.
pub(super) const HEAD: f32 = 19.0;
/// Room around the squares of a grid.
pub(super) const PAD: f32 = 4.0;
/// A stretch this many times the smallest range is marked as cut.
const CUT: u64 = 64;
/// A page is drawn no wider than this, unless its name is: a lane of few pages is a short one.
const WIDEST: f32 = 132.0;
/// The most a lane that runs downwards is long, before and after it is folded to grids.
const LONG: (f32, f32) = (720.0, 1100.0);
/// Ranges that changed are kept out of folded runs, up to this many a lane.
const APART: usize = 16;

pub(super) struct Strip<'a> {
    pub(super) lane: &'a Lane,
    pub(super) cells: Cells,
    pub(super) items: Vec<Item>,
    /// Where each item begins and ends along the axis.
    pub(super) at: Vec<(f32, f32)>,
    /// Where the lane begins along the axis, and how far it may reach.
    pub(super) from: f32,
    pub(super) room: f32,
    /// Size across the axis.
    pub(super) across: f32,
    pub(super) changed: Vec<usize>,
    /// Where each range lies along the axis; `None` for those not shown.
    pub(super) spans: Vec<Option<(f32, f32)>>,
    smallest: u64,
    /// What each item asks for along the axis, and the room there is, where it is limited.
    pub(super) needs: Vec<Need>,
    pub(super) limit: Option<f32>,
}

/// What a lane is laid out for.
#[derive(Clone, Copy)]
pub(super) struct Frame<'a> {
    pub(super) turn: Turn,
    /// Length of the axis (wide) or width of the column (tall).
    pub(super) room: f32,
    /// How many shapes it may take.
    pub(super) budget: usize,
    pub(super) catalogue: &'a Catalogue,
}

impl<'a> Strip<'a> {
    /// Chooses what a lane shows; [`place`](super::place) says where. `changed` holds the
    /// indices of its changed ranges, ascending.
    pub(super) fn lay(lane: &'a Lane, changed: Vec<usize>, frame: Frame<'_>) -> Self {
        let cells = cut(lane);
        let leaves = cells.cells.iter().filter(|c| c.kind == Kind::Leaf);
        let smallest = leaves.map(Cell::size).min().unwrap_or(1);
        let apart = cells
            .cells
            .iter()
            .enumerate()
            .filter(|(_, c)| c.range.is_some_and(|r| changed.binary_search(&r).is_ok()))
            .map(|(i, _)| i)
            .take(APART);
        let apart: Vec<usize> = apart.collect();
        let mut strip = Strip {
            lane,
            cells,
            items: Vec::new(),
            at: Vec::new(),
            from: 0.0,
            room: frame.room,
            across: 44.0,
            changed,
            spans: Vec::new(),
            smallest,
            needs: Vec::new(),
            limit: None,
        };
        (strip.needs, strip.limit) = strip.choose(&apart, frame);
        strip
    }

    /// Takes the first way of gathering that fits; says what its items need and the room there is.
    fn choose(&mut self, apart: &[usize], frame: Frame<'_>) -> (Vec<Need>, Option<f32>) {
        let most = match frame.turn {
            Turn::Wide => (frame.room / 8.0) as usize,
            Turn::Tall => 40,
        };
        for fold in Fold::ALL {
            // Boxes and grids take a shape a cell.
            if fold < Fold::RunByLabel && self.cells.cells.len() > frame.budget {
                continue;
            }
            self.items = gather(
                self.lane,
                &self.cells,
                fold,
                apart,
                most.min(frame.budget / 5).max(1),
            );
            if self.cost() > frame.budget && fold != Fold::Chunks {
                continue;
            }
            if frame.turn == Turn::Tall {
                self.add_heads();
            }
            for &(across, square) in forms(fold, frame) {
                self.across = if frame.turn == Turn::Wide {
                    across
                } else {
                    frame.room
                };
                let needs: Vec<Need> = self
                    .items
                    .iter()
                    .map(|i| self.need(i, square, fold, frame))
                    .collect();
                let least: f32 = needs.iter().map(|n| n.least).sum();
                let limit = match (frame.turn, fold) {
                    (Turn::Wide, _) => frame.room,
                    (Turn::Tall, Fold::None) => LONG.0,
                    (Turn::Tall, _) => LONG.1,
                };
                if least <= limit || fold == Fold::Chunks {
                    let room = (frame.turn == Turn::Wide).then_some(frame.room);
                    return (needs, room);
                }
            }
        }
        (Vec::new(), None)
    }

    /// About how many shapes the items take.
    fn cost(&self) -> usize {
        let item = |i: &Item| {
            if i.body == Body::Grid {
                i.cells.len() + 3
            } else {
                4
            }
        };
        self.items.iter().map(item).sum::<usize>() + self.cells.enclosing.len() * 3
    }

    /// Puts the name of each enclosing range before its first item.
    fn add_heads(&mut self) {
        for &e in self.cells.enclosing.iter().take(24) {
            let start = self.cells.extent[e].0;
            let begins = |i: &Item| {
                self.cells
                    .cells
                    .get(i.cells.start)
                    .is_some_and(|c| c.start >= start)
            };
            let at = self
                .items
                .iter()
                .position(|i| !matches!(i.body, Body::Head(_)) && begins(i));
            let Some(at) = at else { continue };
            let range = &self.lane.ranges[e];
            let cell = self.items[at].cells.start;
            let head = Item {
                cells: cell..cell,
                body: Body::Head(e),
                label: range.label.clone(),
                sub: range.sub.clone(),
                tone: range.tone,
                mixed: false,
            };
            self.items.insert(at, head);
        }
    }

    fn need(&self, item: &Item, square: f32, fold: Fold, frame: Frame<'_>) -> Need {
        let words = |t: &Text| text_width(&t.render(frame.catalogue));
        let words = (words(&item.label), words(&item.sub));
        let sizes = self.cells.cells[item.cells.clone()].iter().map(Cell::size);
        let weight = weight(sizes.sum(), self.smallest);
        let owned = !matches!(item.tone, Tone::Plain | Tone::Free | Tone::System);
        let (mut least, whole) = match frame.turn {
            Turn::Wide => self.need_wide(item, square, words),
            Turn::Tall => {
                let high = self.need_tall(item, square, frame.room, words);
                (high, high)
            }
        };
        if fold == Fold::Chunks && frame.turn == Turn::Wide {
            least = least.min(5.0);
        }
        let whole = whole.max(least);
        Need {
            least,
            whole,
            most: match item.body {
                Body::One | Body::Many if owned => whole.max(WIDEST),
                _ => f32::MAX,
            },
            weight: match item.body {
                Body::Grid => 0.3,
                Body::Head(_) => 0.0,
                // What somebody owns is what the figure is about.
                _ if owned => weight * 2.0,
                _ => weight,
            },
            first: owned.into(),
        }
    }

    /// The least width and the width at which its text is whole.
    fn need_wide(&self, item: &Item, square: f32, (label, sub): (f32, f32)) -> (f32, f32) {
        if item.body == Body::Grid {
            let rows = floor((self.across - HEAD - PAD) / square).max(1.0);
            let columns = item.cells.len().div_ceil(rows as usize) as f32;
            let least = columns * square + 2.0 * PAD;
            let name = label + 12.0;
            return (least.max(name.min(64.0)), least.max(name));
        }
        match (item.body, self.kind(item)) {
            (Body::One, Kind::Gap) => (18.0, 18.0),
            (Body::One, Kind::Rest) => (8.0, 8.0),
            _ => {
                let cut = if self.is_cut(item) { 16.0 } else { 0.0 };
                let floor = if label > 0.0 { 24.0 } else { 6.0 };
                let whole = (label.max(sub) + 13.0 + cut).clamp(floor, 140.0);
                (whole.min(38.0), whole)
            }
        }
    }

    /// The height in a column of that width.
    fn need_tall(&self, item: &Item, square: f32, room: f32, (label, sub): (f32, f32)) -> f32 {
        let two = sub > 0.0 && label + sub + 20.0 > room;
        let long = label > room - 12.0 && (sub == 0.0 || matches!(item.body, Body::Head(_)));
        let lines = 1.0 + f32::from(u8::from(two)) + f32::from(u8::from(long));
        let cut = self.is_cut(item) && !self.before_gap(item);
        let cut = if cut { 8.0 } else { 0.0 };
        match (item.body, self.kind(item)) {
            (Body::Grid, _) => {
                let columns = floor((room - 2.0 * PAD) / square).max(1.0);
                let rows = item.cells.len().div_ceil(columns as usize) as f32;
                HEAD + rows * square + PAD
            }
            (Body::Head(_), _) => 20.0 + 13.0 * lines,
            (Body::One, Kind::Gap) => 14.0 + cut,
            (Body::One, Kind::Rest) => 8.0 + cut,
            _ if label == 0.0 => 9.0 + cut,
            _ => 9.0 + 13.0 * lines + cut,
        }
    }

    /// What the item's first cell is.
    fn kind(&self, item: &Item) -> Kind {
        let first = self.cells.cells.get(item.cells.start);
        first.map_or(Kind::Gap, |c| c.kind)
    }

    /// Whether the item stands for so much more than its neighbours that its scale is marked as cut.
    pub(super) fn is_cut(&self, item: &Item) -> bool {
        let cells = &self.cells.cells[item.cells.clone()];
        let size: u64 = cells.iter().map(Cell::size).sum();
        item.body == Body::One && size / self.smallest.max(1) >= CUT
    }

    /// Whether the next item is a gap: where lanes run downwards, one mark then does for both.
    pub(super) fn before_gap(&self, item: &Item) -> bool {
        let next = self.cells.cells.get(item.cells.end);
        next.is_some_and(|c| c.kind == Kind::Gap && c.size() / self.smallest.max(1) >= CUT)
    }

    /// Length along the axis.
    pub(super) fn length(&self) -> f32 {
        self.at.last().map_or(0.0, |a| a.1 - self.from)
    }

    /// Moves the lane along the axis.
    pub(super) fn shift(&mut self, by: f32) {
        self.from += by;
        for at in self.at.iter_mut().chain(self.spans.iter_mut().flatten()) {
            *at = (at.0 + by, at.1 + by);
        }
    }

    /// The range of a cell.
    pub(super) fn range(&self, cell: usize) -> Option<&'a Range> {
        let range = self.cells.cells.get(cell)?.range?;
        self.lane.ranges.get(range)
    }

    /// Whether another lane is cut at the same addresses and drawn at the same places: one scale serves both.
    pub(super) fn is_scaled_as(&self, other: &Self) -> bool {
        let cuts = |s: &Self| -> Vec<(u64, u64)> {
            let cells = |item: &Item| (item.cells.start, item.cells.end.saturating_sub(1));
            let ends = s.items.iter().map(cells);
            let ends = ends.filter_map(|(a, b)| {
                Some((s.cells.cells.get(a)?.start, s.cells.cells.get(b)?.end))
            });
            ends.collect()
        };
        self.at == other.at && self.from == other.from && cuts(self) == cuts(other)
    }

    /// Whether the cell's range changed.
    pub(super) fn has_changed(&self, cell: usize) -> bool {
        let range = self.cells.cells.get(cell).and_then(|c| c.range);
        range.is_some_and(|r| self.changed.binary_search(&r).is_ok())
    }

    /// The squares of a grid that fills `w` by `h`: their size and how many lie along the short way.
    pub(super) fn squares(&self, count: usize, turn: Turn, w: f32, h: f32) -> (f32, usize) {
        for tenths in (10..=110_u8).rev().step_by(5) {
            let size = f32::from(tenths) / 10.0;
            let (columns, rows) = ((w / size) as usize, (h / size) as usize);
            if columns * rows >= count {
                return (size, if turn == Turn::Wide { rows } else { columns });
            }
        }
        (
            1.0,
            (if turn == Turn::Wide { h } else { w }).max(1.0) as usize,
        )
    }

    /// Width and height left for the squares of a grid of that length.
    pub(super) fn grid_room(&self, turn: Turn, length: f32) -> (f32, f32) {
        match turn {
            Turn::Wide => (length - 2.0 * PAD, self.across - HEAD - PAD),
            Turn::Tall => (self.across - 2.0 * PAD, length - HEAD - PAD),
        }
    }
}

/// Bar heights and square sizes to try, the pleasantest first.
fn forms(fold: Fold, frame: Frame<'_>) -> &'static [(f32, f32)] {
    match (fold.is_grid(), frame.turn) {
        (false, _) => &[(44.0, 1.0)],
        (true, Turn::Wide) => &[
            (52.0, 9.0),
            (68.0, 9.0),
            (68.0, 8.0),
            (88.0, 8.0),
            (88.0, 7.0),
            (112.0, 7.0),
            (112.0, 6.0),
            (136.0, 6.0),
            (136.0, 5.0),
        ],
        (true, Turn::Tall) => &[(0.0, 10.0), (0.0, 8.0), (0.0, 7.0), (0.0, 6.0)],
    }
}
