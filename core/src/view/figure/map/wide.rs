//! An address map across: lanes one below the other, addresses growing to the right.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use super::super::Figure;
use super::super::sheet::{Layer, Name, Sheet, path};
use super::cells::Kind;
use super::items::Body;
use super::strip::{Strip, Turn};
use super::{Drawing, boxes, ties};
use crate::bytes::hex;
use crate::text::Text;
use crate::view::Tone;

const TITLE: f32 = 17.0;
const ROW: f32 = 18.0;
const TICKS: f32 = 16.0;
/// Between two lanes with ties and without.
const APART: (f32, f32) = (92.0, 34.0);

/// A range that encloses others: which, where, and how many levels lie within it.
struct Bracket {
    range: usize,
    at: (f32, f32),
    level: usize,
}

pub(super) fn draw(mut d: Drawing<'_>) -> Figure {
    let strips = d.strips(Turn::Wide, d.sheet.width);
    let ties = d.ties(&strips, Turn::Wide);
    let mut bars: Vec<(f32, f32)> = Vec::new();
    let mut y = 0.0;
    for (l, strip) in strips.iter().enumerate() {
        let brackets = brackets(strip);
        let rows = brackets.iter().map(|b| b.level + 1).max().unwrap_or(0) as f32;
        let side = if l == 0 { -1.0 } else { 1.0 };
        if l == 0 {
            y += TITLE + rows * ROW + TICKS;
        } else {
            let tied = ties.iter().any(|t| t.lanes.0 < l && t.lanes.1 >= l);
            y += if tied { APART.0 } else { APART.1 };
        }
        let bar = (y, y + strip.across);
        let title = if l == 0 { (0.0, 12.0) } else { (0.0, y - 7.0) };
        d.sheet.say_in(
            "lane-title",
            title,
            "start",
            d.sheet.width * 0.6,
            &strip.lane.title,
        );
        lane(&mut d.sheet, strip, bar);
        let written = items(&mut d.sheet, strip, bar);
        let edge = if side < 0.0 { bar.0 } else { bar.1 };
        draw_brackets(&mut d.sheet, strip, &brackets, (edge, side), rows);
        ticks(&mut d.sheet, strip, &brackets, (edge, side), &written);
        bars.push(bar);
        y = bar.1
            + if l == 0 {
                0.0
            } else {
                TICKS + rows * ROW + 4.0
            };
    }
    ties::draw(&mut d.sheet, &ties, Turn::Wide, |a, b| {
        Some((bars.get(a)?.1, bars.get(b)?.0))
    });
    let height = y.max(bars.last().map_or(20.0, |b| b.1 + 2.0));
    d.finish(height)
}

fn lane(sheet: &mut Sheet<'_>, strip: &Strip<'_>, (top, bottom): (f32, f32)) {
    let name = Name::new(format!("lane-{}", strip.lane.key), strip.lane.title.clone());
    sheet.rect(
        Layer::Ground,
        "lane",
        name,
        [0.0, top, strip.length(), bottom - top],
        0.0,
    );
    let spans = strip.spans(Turn::Wide);
    for &e in &strip.cells.enclosing {
        let (range, Some((a, b))) = (&strip.lane.ranges[e], spans[e]) else {
            continue;
        };
        let changed = if strip.changed.contains(&e) {
            " changed"
        } else {
            ""
        };
        let class = format!("rest tone-{}{changed}", range.tone.id());
        sheet.rect(
            Layer::Ground,
            &class,
            Name::new(&range.key, boxes::tip(range)),
            [a, top, b - a, bottom - top],
            0.0,
        );
    }
}

/// Draws the items; says which could not be named.
fn items(sheet: &mut Sheet<'_>, strip: &Strip<'_>, (top, bottom): (f32, f32)) -> Vec<bool> {
    let all = strip.items.iter().zip(&strip.at);
    all.map(|(item, &(a, b))| {
        boxes::draw(
            sheet,
            strip,
            item,
            Turn::Wide,
            [a, top, b - a, bottom - top],
        )
    })
    .collect()
}

fn brackets(strip: &Strip<'_>) -> Vec<Bracket> {
    let spans = strip.spans(Turn::Wide);
    let ranges = &strip.lane.ranges;
    let mut out: Vec<Bracket> = Vec::new();
    // Innermost first, so that the level of what lies within is known.
    for &range in strip.cells.enclosing.iter().rev().take(60) {
        let Some(at) = spans[range] else { continue };
        let (start, end) = strip.cells.extent[range];
        let within = |b: &&Bracket| {
            let (s, e) = strip.cells.extent[b.range];
            start <= s && e <= end && ranges[b.range].depth > ranges[range].depth
        };
        let level = out
            .iter()
            .filter(within)
            .map(|b| b.level + 1)
            .max()
            .unwrap_or(0);
        out.push(Bracket {
            range,
            at,
            level: level.min(3),
        });
    }
    out
}

/// Brackets with their names, in rows outward from the bar; a leg reaches down to the bar.
fn draw_brackets(
    sheet: &mut Sheet<'_>,
    strip: &Strip<'_>,
    brackets: &[Bracket],
    (edge, side): (f32, f32),
    rows: f32,
) {
    for b in brackets {
        let line = edge + side * (TICKS + b.level as f32 * ROW);
        for x in [b.at.0, b.at.1] {
            sheet.keep_out([x - 1.5, line.min(edge), 3.0, (line - edge).abs()]);
        }
    }
    for b in brackets {
        let range = &strip.lane.ranges[b.range];
        let line = edge + side * (TICKS + b.level as f32 * ROW);
        let changed = if strip.changed.contains(&b.range) {
            " changed"
        } else {
            ""
        };
        let (from, to) = (b.at.0 + 0.5, (b.at.1 - 0.5).max(b.at.0 + 1.0));
        let shape = path(&[
            ("M", &[from, edge]),
            ("V", &[line]),
            ("H", &[to]),
            ("V", &[edge]),
        ]);
        let name = Name::new(format!("{}/bracket", range.key), boxes::tip(range));
        sheet.path(Layer::Marks, &format!("bracket{changed}"), name, shape);
        let base = if side < 0.0 { line - 4.0 } else { line + 12.0 };
        let class = format!("bracket-label tone-{}{changed}", range.tone.id());
        let both = match range.sub.is_empty() {
            true => range.label.clone(),
            false => Text::join(&[range.label.clone(), range.sub.clone()], " · "),
        };
        // The name may pass its bracket's end as far as nothing else is in the way.
        let ahead = brackets.iter().flat_map(|o| {
            let beside = o.level == b.level && o.at.0 > from + 1.0;
            let legs = (o.level > b.level)
                .then_some([o.at.0, o.at.1])
                .into_iter()
                .flatten();
            beside.then_some(o.at.0).into_iter().chain(legs)
        });
        let stop = ahead
            .filter(|x| *x > from + 1.0)
            .fold(sheet.width, f32::min);
        let whole = sheet.say(&class, (from + 1.0, base), "start", &both);
        let room = stop - from - 6.0;
        let written = whole
            || sheet.say_in(&class, (from + 1.0, base), "start", room, &range.label)
            || sheet.say(&class, (to, base), "end", &both)
            || sheet.say(&class, (to, base), "end", &range.label);
        debug_assert!(written || rows > 0.0);
    }
}

/// Addresses at the marks that matter most, as many as fit without meeting.
fn ticks(
    sheet: &mut Sheet<'_>,
    strip: &Strip<'_>,
    brackets: &[Bracket],
    (edge, side): (f32, f32),
    written: &[bool],
) {
    let mut marks: Vec<(u8, f32, Text, &'static str, &'static str)> = Vec::new();
    let mut starts: BTreeMap<usize, u64> = BTreeMap::new();
    for b in brackets {
        let (start, end) = strip.cells.extent[b.range];
        starts.insert(b.range, start);
        marks.push((5, b.at.0, hex::addr(start).into(), "start", "tick"));
        marks.push((2, b.at.1, hex::addr(end).into(), "end", "tick"));
    }
    marks.push((4, 0.0, hex::addr(strip.lane.start).into(), "start", "tick"));
    marks.push((
        3,
        strip.length(),
        hex::addr(strip.lane.end).into(),
        "end",
        "tick",
    ));
    let items = strip.items.iter().zip(&strip.at).zip(written);
    for ((item, &(a, _)), &named) in items {
        let Some(cell) = strip.cells.cells.get(item.cells.start) else {
            continue;
        };
        if cell.kind != Kind::Leaf || item.body == Body::Grid {
            continue;
        }
        let address = match cell.parent.and_then(|p| starts.get(&p)) {
            Some(start) if item.tone != Tone::Free => format!("+{}", hex::addr(cell.start - start)),
            _ => hex::addr(cell.start),
        };
        let owned = !matches!(item.tone, Tone::Plain | Tone::Free | Tone::System);
        if strip.has_changed(item.cells.start) {
            if !named {
                let both = Text::join(&[address.as_str().into(), item.label.clone()], " ");
                marks.push((7, a, both, "start", "tick changed"));
            }
            marks.push((6, a, address.into(), "start", "tick changed"));
        } else {
            marks.push((u8::from(owned), a, address.into(), "start", "tick"));
        }
    }
    marks.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.total_cmp(&b.1)));
    let base = if side < 0.0 { edge - 5.0 } else { edge + 12.0 };
    for (_, x, text, anchor, class) in marks.iter().take(160) {
        let at = if *anchor == "start" { x + 4.0 } else { x - 4.0 };
        if sheet.say(class, (at, base), anchor, text) {
            let x = x.clamp(0.5, sheet.width - 0.5);
            let line = path(&[("M", &[x, edge]), ("V", &[edge + side * 6.0])]);
            sheet.path(
                Layer::Ground,
                &class.to_string().replace("tick", "tick-line"),
                Name::default(),
                line,
            );
        }
    }
}
