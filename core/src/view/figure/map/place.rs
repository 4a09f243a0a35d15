//! Where the items of lanes lie along the axis. Lanes that are cut at the same addresses lie on one scale,
//! so that what belongs to an address stands one below the other.

use alloc::vec;
use alloc::vec::Vec;

use super::super::measure::floor;
use super::cells::Kind;
use super::items::Body;
use super::scale::{Need, lengths};
use super::strip::{HEAD, PAD, Strip, Turn};

/// Places the items of every lane.
pub(super) fn place(strips: &mut [Strip<'_>], turn: Turn) {
    for l in 0..strips.len() {
        let (before, rest) = strips.split_at_mut(l);
        // The first of the lanes on this scale has gathered what all of them need.
        let leads = before.iter().all(|b| !rest[0].is_cut_as(b));
        if leads {
            let mut needs = rest[0].needs.clone();
            let alike: Vec<usize> = (l + 1..l + rest.len())
                .filter(|k| rest[0].is_cut_as(&rest[k - l]))
                .collect();
            for k in &alike {
                let theirs = &rest[k - l].needs;
                needs.iter_mut().zip(theirs).for_each(|(n, t)| widen(n, t));
            }
            for k in alike {
                rest[k - l].needs = needs.clone();
            }
            rest[0].needs = needs;
        }
        rest[0].lie(turn);
    }
}

/// Makes a need large enough for another.
fn widen(need: &mut Need, other: &Need) {
    need.least = need.least.max(other.least);
    need.whole = need.whole.max(other.whole);
    need.most = need.most.max(other.most);
    need.weight = need.weight.max(other.weight);
    need.first = need.first.max(other.first);
}

impl Strip<'_> {
    /// Whether the two lanes show single boxes between the same addresses.
    fn is_cut_as(&self, other: &Strip<'_>) -> bool {
        let edges = |s: &Strip<'_>, i: usize| {
            let item = &s.items[i];
            let cells = s.cells.cells.get(item.cells.clone())?;
            let (first, last) = (cells.first()?, cells.last()?);
            (item.body == Body::One).then_some((first.start, last.end))
        };
        self.limit == other.limit
            && self.items.len() == other.items.len()
            && (0..self.items.len()).all(|i| {
                let own = edges(self, i);
                own.is_some() && own == edges(other, i)
            })
    }

    fn lie(&mut self, turn: Turn) {
        let mut from = 0.0;
        self.at = lengths(&self.needs, self.limit)
            .into_iter()
            .map(|length| {
                let at = (from, from + length);
                from = at.1;
                // Edges on whole pixels are sharp.
                (floor(at.0 + 0.5), floor(at.1 + 0.5))
            })
            .collect();
        self.spans = self.find_spans(turn);
    }

    fn find_spans(&self, turn: Turn) -> Vec<Option<(f32, f32)>> {
        let mut cells = vec![(0.0, 0.0); self.cells.cells.len()];
        for (item, &(a, b)) in self.items.iter().zip(&self.at) {
            let count = item.cells.len();
            for (k, cell) in item.cells.clone().enumerate() {
                cells[cell] = match item.body {
                    Body::Many => {
                        let each = (b - a) / count as f32;
                        (a + each * k as f32, a + each * (k as f32 + 1.0))
                    }
                    Body::Grid => {
                        let (w, h) = self.grid_room(turn, b - a);
                        let (size, per) = self.squares(count, turn, w, h);
                        let head = if turn == Turn::Wide { PAD } else { HEAD };
                        let from = a + head + (k / per.max(1)) as f32 * size;
                        // The first and the last row of squares reach to the edges, so that ties join.
                        let last = (count - 1) / per.max(1) == k / per.max(1);
                        let first = if k < per { a } else { from };
                        (first, if last { b } else { from + size })
                    }
                    _ => (a, b),
                };
            }
        }
        let mut spans = vec![None; self.lane.ranges.len()];
        for (cell, at) in self.cells.cells.iter().zip(&cells) {
            if let (Some(range), true) = (cell.range, cell.kind == Kind::Leaf && cell.first) {
                spans[range] = Some(*at);
            }
        }
        for &e in &self.cells.enclosing {
            let (start, end) = self.cells.extent[e];
            let first = self.cells.cells.partition_point(|c| c.start < start);
            let last = self.cells.cells.partition_point(|c| c.start < end);
            if first < last {
                spans[e] = Some((cells[first].0, cells[last - 1].1));
            }
        }
        spans
    }
}
