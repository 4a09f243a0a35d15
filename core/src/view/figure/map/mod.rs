//! Address maps: lanes of ranges on an elastic scale, tied by ribbons; across, or downwards where that is too narrow.

mod boxes;
mod cells;
mod items;
mod place;
mod scale;
mod strip;
mod tall;
mod ticks;
mod ties;
mod wide;

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::ops::Range;

use super::sheet::Sheet;
use super::{Figure, NARROW, fit};
use crate::text::{Catalogue, Text};
use crate::view::{AddressMap, Changes, Lane, Link};
use strip::{Frame, Strip, Turn};
use ties::Tie;

/// More lanes than this are not drawn.
const MOST_LANES: usize = 12;
/// Shapes for the items of all lanes together; the rest is left to ties, ticks and names.
const BUDGET: usize = 1360;

/// The map at a width: ranges as boxes, equal ones as grids, ties as ribbons, what changed in the hot class.
///
/// Where a range lies depends on the map alone and not on `changes`, so that nothing moves because
/// it was touched; only a changed range inside a folded run is drawn apart.
#[must_use]
pub fn address_map(
    map: &AddressMap,
    changes: &Changes,
    catalogue: &Catalogue,
    width: f32,
) -> Figure {
    let width = fit(width);
    let sheet = Sheet::new(width, catalogue);
    let lanes = &map.lanes[..map.lanes.len().min(MOST_LANES)];
    let prefix = format!("{}/", map.id);
    let changed = changes
        .cells
        .range(prefix.clone()..)
        .map_while(|key| key.strip_prefix(prefix.as_str()))
        .collect();
    let drawing = Drawing {
        map,
        lanes,
        changed,
        sheet,
    };
    if width < NARROW {
        tall::draw(drawing)
    } else {
        wide::draw(drawing)
    }
}

/// The lane a tied range lies in, and where along its axis.
type End = (usize, (f32, f32));

struct Drawing<'a> {
    map: &'a AddressMap,
    lanes: &'a [Lane],
    /// Keys of changed ranges and ties, ascending.
    changed: Vec<&'a str>,
    sheet: Sheet<'a>,
}

impl<'a> Drawing<'a> {
    /// Whether the range or tie of that key changed.
    fn has_changed(&self, key: &str) -> bool {
        self.changed.binary_search(&key).is_ok()
    }

    /// The lanes in groups: neighbours whose keys differ only in a number behind a dash, such as
    /// `linear-0` and `linear-1`, are of one kind and stand side by side.
    fn ranks(&self, most: usize) -> Vec<Range<usize>> {
        let stem = |l: usize| {
            let key = self.lanes[l].key;
            let parts = key.rsplit_once('-');
            let parts = parts.filter(|p| p.1.bytes().all(|b| b.is_ascii_digit()));
            parts.map_or(key, |p| p.0)
        };
        let mut ranks: Vec<Range<usize>> = Vec::new();
        for l in 0..self.lanes.len() {
            match ranks.last_mut() {
                Some(rank) if rank.len() < most && stem(rank.start) == stem(l) => rank.end = l + 1,
                _ => ranks.push(l..l + 1),
            }
        }
        ranks
    }

    /// Every lane laid along its axis, in the room it has.
    fn strips(&self, turn: Turn, room: impl Fn(usize) -> f32) -> Vec<Strip<'a>> {
        let none = self.changed.is_empty();
        let budget = BUDGET / self.lanes.len().max(1);
        let catalogue = self.sheet.catalogue;
        let mut strips: Vec<Strip<'a>> = self
            .lanes
            .iter()
            .enumerate()
            .map(|(l, lane)| {
                let frame = Frame {
                    turn,
                    room: room(l),
                    budget,
                    catalogue,
                };
                let ranges = lane.ranges.iter().enumerate();
                let changed = ranges.filter(|(_, r)| !none && self.has_changed(&r.key));
                let changed = changed.map(|(i, _)| i);
                Strip::lay(lane, changed.collect(), frame)
            })
            .collect();
        place::place(&mut strips, turn);
        strips
    }

    /// The ties between ranges that are shown, the upper lane's end first.
    fn ties(&self, strips: &[Strip<'_>]) -> Vec<Tie> {
        // Only ranges that something is tied to are looked up: there may be many more.
        let named = |l: &'_ Link| [l.from.clone(), l.to.clone()];
        let keys = crate::order::set(self.map.links.iter().flat_map(named));
        let mut ends: Vec<Option<End>> = vec![None; keys.len()];
        for (l, strip) in strips.iter().enumerate() {
            for (range, span) in strip.lane.ranges.iter().zip(&strip.spans) {
                if let (Some(span), Ok(at)) = (span, keys.binary_search(&range.key)) {
                    ends[at].get_or_insert((l, *span));
                }
            }
        }
        let mut ties = Vec::new();
        for link in &self.map.links {
            let end = |key: &String| keys.binary_search(key).ok().and_then(|at| ends[at]);
            let (Some(from), Some(to)) = (end(&link.from), end(&link.to)) else {
                continue;
            };
            let key = format!("{}>{}", link.from, link.to);
            let changed = [&key, &link.from, &link.to]
                .iter()
                .any(|k| self.has_changed(k));
            let (a, b) = if from.0 <= to.0 {
                (from, to)
            } else {
                (to, from)
            };
            if a.0 != b.0 {
                ties.push(Tie {
                    lanes: (a.0, b.0),
                    from: a.1,
                    to: b.1,
                    tone: link.tone,
                    changed,
                    key,
                });
            }
        }
        ties
    }

    /// Ends the figure; its description names every lane and what lies in it.
    fn finish(self, height: f32) -> Figure {
        let lanes = self.lanes.iter().map(|lane| {
            let mut names: Vec<Text> = Vec::new();
            for range in &lane.ranges {
                if names.len() < 12 && !range.label.is_empty() && !names.contains(&range.label) {
                    names.push(range.label.clone());
                }
            }
            Text::join(&[lane.title.clone(), Text::join(&names, ", ")], ": ")
        });
        let says = Text::join(&lanes.collect::<Vec<_>>(), "; ");
        self.sheet.finish(height, self.map.title.clone(), says)
    }
}
