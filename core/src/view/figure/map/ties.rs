//! Ties between ranges of two lanes: neighbours bundled to ribbons, changed ones as strong lines.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::super::sheet::{Layer, Name, Sheet, path};
use super::strip::Turn;
use crate::text::Text;
use crate::view::Tone;

/// A tie between a stretch of one lane and a stretch of a later lane.
#[derive(Clone, Debug)]
pub(super) struct Tie {
    pub(super) lanes: (usize, usize),
    pub(super) from: (f32, f32),
    pub(super) to: (f32, f32),
    pub(super) tone: Tone,
    pub(super) changed: bool,
    pub(super) key: String,
}

/// At most this many ribbons, lines that changed, and lines that wait to be pointed at.
const MOST_RIBBONS: usize = 64;
const MOST_CHANGED: usize = 24;
const MOST_QUIET: usize = 200;
/// With no more ties than this every tie is a line of its own as well.
const FEW: usize = 8;

/// Draws the ties; `edges` gives, for two lanes, where along the other axis a tie leaves and arrives.
pub(super) fn draw(
    sheet: &mut Sheet<'_>,
    ties: &[Tie],
    turn: Turn,
    edges: impl Fn(usize, usize) -> Option<(f32, f32)>,
) {
    let ties: Vec<&Tie> = ties
        .iter()
        .filter(|t| edges(t.lanes.0, t.lanes.1).is_some())
        .collect();
    let hot = ties.iter().filter(|t| t.changed).count() <= MOST_CHANGED;
    for ribbon in ribbons(&ties, hot) {
        let Some(between) = edges(ribbon.lanes.0, ribbon.lanes.1) else {
            continue;
        };
        let changed = if ribbon.changed { " changed" } else { "" };
        let class = format!("ribbon tone-{}{changed}", ribbon.tone.id());
        sheet.path(
            Layer::Ties,
            &class,
            Name::default(),
            area(&ribbon, turn, between),
        );
    }
    let few = ties.len() <= FEW;
    let quiet = ties.iter().filter(|t| !t.changed || !hot).take(if few {
        FEW
    } else {
        MOST_QUIET.min(sheet.left().saturating_sub(MOST_CHANGED))
    });
    for tie in quiet.chain(ties.iter().filter(|t| t.changed && hot)) {
        let Some(between) = edges(tie.lanes.0, tie.lanes.1) else {
            continue;
        };
        let more = match (tie.changed && hot, few) {
            (true, _) => " changed",
            (_, true) => "",
            _ => " quiet",
        };
        let class = format!("link tone-{}{more}", tie.tone.id());
        sheet.path(
            Layer::Ties,
            &class,
            Name::new(&tie.key, Text::none()),
            line(tie, turn, between),
        );
    }
}

/// Ties whose both ends lie side by side become one; with too many ribbons, those almost side by side too.
fn ribbons(ties: &[&Tie], hot: bool) -> Vec<Tie> {
    let mut sorted: Vec<&Tie> = ties.to_vec();
    let lit = |t: &Tie| t.changed && hot;
    crate::order::sort_by(&mut sorted, |a, b| {
        let by = (a.lanes, a.tone as u8, lit(a)).cmp(&(b.lanes, b.tone as u8, lit(b)));
        by.then(a.from.0.total_cmp(&b.from.0))
            .then(a.to.0.total_cmp(&b.to.0))
    });
    let mut apart = 2.5;
    loop {
        let mut out: Vec<Tie> = Vec::new();
        for &tie in &sorted {
            let near = |a: (f32, f32), b: (f32, f32)| b.0 <= a.1 + apart && b.1 >= a.0 - apart;
            let joins = out.last().is_some_and(|last| {
                (last.lanes, last.tone, lit(last)) == (tie.lanes, tie.tone, lit(tie))
                    && near(last.from, tie.from)
                    && near(last.to, tie.to)
            });
            match out.last_mut() {
                Some(last) if joins => {
                    let wider = |a: (f32, f32), b: (f32, f32)| (a.0.min(b.0), a.1.max(b.1));
                    last.from = wider(last.from, tie.from);
                    last.to = wider(last.to, tie.to);
                }
                _ => out.push(tie.clone()),
            }
        }
        if out.len() <= MOST_RIBBONS || apart > 4096.0 {
            out.truncate(MOST_RIBBONS);
            return out;
        }
        apart *= 2.0;
    }
}

/// A point along and across the axis as x and y.
fn point(turn: Turn, along: f32, across: f32) -> [f32; 2] {
    match turn {
        Turn::Wide => [along, across],
        Turn::Tall => [across, along],
    }
}

fn curve(turn: Turn, (a, from): (f32, f32), (b, to): (f32, f32)) -> [f32; 6] {
    let bend = (to - from) * 0.5;
    let [p, q] = point(turn, a, from + bend);
    let [r, s] = point(turn, b, to - bend);
    let [x, y] = point(turn, b, to);
    [p, q, r, s, x, y]
}

fn area(tie: &Tie, turn: Turn, (from, to): (f32, f32)) -> String {
    path(&[
        ("M", &point(turn, tie.from.0, from)),
        ("C", &curve(turn, (tie.from.0, from), (tie.to.0, to))),
        ("L", &point(turn, tie.to.1, to)),
        ("C", &curve(turn, (tie.to.1, to), (tie.from.1, from))),
        ("Z", &[]),
    ])
}

fn line(tie: &Tie, turn: Turn, (from, to): (f32, f32)) -> String {
    let middle = |(a, b): (f32, f32)| (a + b) / 2.0;
    let (a, b) = (middle(tie.from), middle(tie.to));
    path(&[
        ("M", &point(turn, a, from)),
        ("C", &curve(turn, (a, from), (b, to))),
    ])
}
