//! Addresses beside a lane that runs across: as many as fit, the most important first.

use alloc::format;
use alloc::vec::Vec;

use super::super::measure::width_as;
use super::super::sheet::{Layer, Name, Sheet, path};
use super::cells::Kind;
use super::items::{Body, Item};
use super::strip::Strip;
use super::wide::Bracket;
use crate::bytes::hex;
use crate::text::Text;
use crate::view::Tone;

/// An address that may be written beside the bar.
pub(super) struct Mark {
    /// Which come first when not all fit.
    rank: u8,
    x: f32,
    text: Text,
    /// Whether the text ends at the mark instead of beginning there.
    before: bool,
    class: &'static str,
}

impl Mark {
    fn start(rank: u8, x: f32, address: u64) -> Self {
        let text = hex::addr(address).into();
        Self {
            rank,
            x,
            text,
            before: false,
            class: "tick",
        }
    }

    fn end(rank: u8, x: f32, address: u64) -> Self {
        Self {
            before: true,
            ..Self::start(rank, x, address)
        }
    }
}

/// Every address worth writing. `written` says which items are named in their box, `told` which
/// brackets have their address in their name.
pub(super) fn marks(
    strip: &Strip<'_>,
    brackets: &[Bracket],
    written: &[bool],
    told: &[usize],
) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    for b in brackets {
        let (start, end) = strip.cells.extent[b.range];
        if !told.contains(&b.range) {
            marks.push(Mark::start(5, b.at.0, start));
        }
        marks.push(Mark::end(2, b.at.1, end));
    }
    let (start, end) = (strip.lane.start, strip.lane.end);
    if !told.iter().any(|&r| strip.cells.extent[r].0 == start) {
        marks.push(Mark::start(4, strip.from, start));
    }
    marks.push(Mark::end(3, strip.from + strip.length(), end));
    for ((item, &(x, _)), &named) in strip.items.iter().zip(&strip.at).zip(written) {
        of_item(&mut marks, strip, item, x, named, told);
    }
    crate::order::sort_by(&mut marks, |a, b| {
        b.rank.cmp(&a.rank).then(a.x.total_cmp(&b.x))
    });
    marks
}

fn of_item(
    marks: &mut Vec<Mark>,
    strip: &Strip<'_>,
    item: &Item,
    x: f32,
    named: bool,
    told: &[usize],
) {
    let Some(cell) = strip.cells.cells.get(item.cells.start) else {
        return;
    };
    if cell.kind != Kind::Leaf || item.body == Body::Grid {
        return;
    }
    let owned = !matches!(item.tone, Tone::Plain | Tone::Free | Tone::System);
    let mut mark = Mark::start(owned.into(), x, cell.start);
    let outer = cell.parent.map(|p| (p, strip.cells.extent[p].0));
    // Within an enclosing range the way from its start says more than the address.
    if let Some((_, start)) = outer.filter(|_| item.tone != Tone::Free) {
        mark.text = format!("+{}", hex::short(cell.start - start)).into();
    }
    if strip.has_changed(item.cells.start) {
        mark.class = "tick changed";
        mark.rank = 6;
        if !named {
            let text = Text::join(&[mark.text.clone(), item.label.clone()], " ");
            marks.push(Mark {
                rank: 7,
                text,
                ..mark
            });
        }
    } else if outer.is_some_and(|(p, start)| told.contains(&p) && start == cell.start) {
        // Its bracket's name has said it.
        return;
    }
    marks.push(mark);
}

/// Addresses at the marks that matter most, as many as fit without meeting.
pub(super) fn draw(
    sheet: &mut Sheet<'_>,
    strip: &Strip<'_>,
    marks: Vec<Mark>,
    (edge, side): (f32, f32),
) {
    let (least, most) = (strip.from, strip.from + strip.room);
    let base = if side < 0.0 { edge - 5.0 } else { edge + 12.0 };
    for mark in marks.into_iter().take(160) {
        let (at, anchor) = match mark.before {
            false => (mark.x + 4.0, "start"),
            true => (mark.x - 4.0, "end"),
        };
        let long = width_as(mark.class, &mark.text.render(sheet.catalogue));
        let inside = if mark.before {
            at - long >= least
        } else {
            at + long <= most
        };
        if inside && sheet.say(mark.class, (at, base), anchor, &mark.text) {
            let x = mark.x.clamp(0.5, sheet.width - 0.5);
            let line = path(&[("M", &[x, edge]), ("V", &[edge + side * 6.0])]);
            let class = mark.class.replace("tick", "tick-line");
            sheet.path(Layer::Ground, &class, Name::default(), line);
        }
    }
}
