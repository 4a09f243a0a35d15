//! An address map downwards, for narrow screens: lanes side by side, addresses growing down.

use alloc::format;
use alloc::string::ToString;

use super::super::Figure;
use super::super::measure::{floor, halve};
use super::super::sheet::{Layer, Name, Sheet, path};
use super::items::Body;
use super::strip::{Strip, Turn};
use super::{Drawing, boxes, ties};
use crate::bytes::hex;
use crate::text::Text;

/// Room at the outer side of a column for brackets.
const MARGIN: f32 = 9.0;
const LEVEL: f32 = 4.0;
/// From the top of a lane's name to its bar, and from the bar to the next lane's name.
const HEADING: f32 = 45.0;
const BELOW: f32 = 32.0;

pub(super) fn draw(mut d: Drawing<'_>) -> Figure {
    let width = d.sheet.width;
    let ranks = d.ranks(usize::MAX);
    // Lanes of one kind stand in one column, so that what they are tied to stands beside them.
    let right = |l: usize| match ranks.len() {
        1 => l % 2 == 1,
        _ => ranks.iter().position(|r| r.contains(&l)).unwrap_or(0) % 2 == 1,
    };
    let (gutter, columns) = match d.lanes.len() {
        0 | 1 => (0.0, 1.0),
        _ => ((width * 0.15).clamp(34.0, 84.0), 2.0),
    };
    let wide = floor((width - gutter) / columns - MARGIN - 2.0);
    let mut strips = d.strips(Turn::Tall, |_| wide);
    let left_of = |l: usize| {
        if right(l) {
            width - MARGIN - wide
        } else {
            MARGIN
        }
    };
    let mut below = [0.0_f32; 2];
    for (l, strip) in strips.iter_mut().enumerate() {
        let (x, y) = (left_of(l), below[usize::from(right(l))]);
        strip.shift(y + HEADING);
        heading(&mut d.sheet, strip, x, y, wide);
        lane(&mut d.sheet, strip, (x, wide), !right(l));
        for (item, &(a, b)) in strip.items.iter().zip(&strip.at) {
            boxes::draw(&mut d.sheet, strip, item, Turn::Tall, [x, a, wide, b - a]);
        }
        let end = Text::from(hex::addr(strip.lane.end));
        let bottom = strip.from + strip.length();
        d.sheet
            .say_in("tick", (x, bottom + 13.0), "start", wide, &end);
        below[usize::from(right(l))] = bottom + BELOW;
    }
    let ties = d.ties(&strips);
    ties::draw(&mut d.sheet, &ties, Turn::Tall, |a, b| {
        match (right(a), right(b)) {
            (false, true) => Some((left_of(a) + wide, left_of(b))),
            (true, false) => Some((left_of(a), left_of(b) + wide)),
            _ => None,
        }
    });
    d.finish((below[0].max(below[1]) - 14.0).max(20.0))
}

/// The lane's name in one or two lines, and its first address.
fn heading(sheet: &mut Sheet<'_>, strip: &Strip<'_>, x: f32, y: f32, wide: f32) {
    let title = &strip.lane.title;
    if !sheet.say_in(
        "lane-title",
        (x, y + 25.0),
        "start",
        if fits(sheet, title, wide) { wide } else { 0.0 },
        title,
    ) {
        let words = title.render(sheet.catalogue);
        match halve("lane-title", &words, wide) {
            Some((one, two)) => {
                sheet.say("lane-title", (x, y + 12.0), "start", &one.as_str().into());
                sheet.say("lane-title", (x, y + 25.0), "start", &two.as_str().into());
            }
            None => {
                sheet.say_in("lane-title", (x, y + 25.0), "start", wide, title);
            }
        }
    }
    let start = Text::from(hex::addr(strip.lane.start));
    sheet.say_in("tick", (x, y + 40.0), "start", wide, &start);
}

fn fits(sheet: &Sheet<'_>, text: &Text, room: f32) -> bool {
    super::super::measure::width_as("lane-title", &text.render(sheet.catalogue)) <= room
}

fn lane(sheet: &mut Sheet<'_>, strip: &Strip<'_>, (x, wide): (f32, f32), left: bool) {
    let name = Name::new(format!("lane-{}", strip.lane.key), strip.lane.title.clone());
    sheet.rect(
        Layer::Ground,
        "lane",
        name,
        [x, strip.from, wide, strip.length()],
        0.0,
    );
    let mut spans = strip.spans.clone();
    for (item, at) in strip.items.iter().zip(&strip.at) {
        // The name of an enclosing range lies within it, and within those around it.
        if let Body::Head(range) = item.body {
            let (start, end) = strip.cells.extent[range];
            for (span, extent) in spans.iter_mut().zip(&strip.cells.extent) {
                if let (Some(span), true) = (span, extent.0 == start && extent.1 >= end) {
                    span.0 = span.0.min(at.0);
                }
            }
        }
    }
    for (level, &e) in strip.cells.enclosing.iter().enumerate() {
        let (range, Some((a, b))) = (&strip.lane.ranges[e], spans[e]) else {
            continue;
        };
        let changed = if strip.changed.binary_search(&e).is_ok() {
            " changed"
        } else {
            ""
        };
        let class = format!("rest tone-{}{changed}", range.tone.id());
        let name = Name::new(&range.key, boxes::tip(range));
        sheet.rect(Layer::Ground, &class, name, [x, a, wide, b - a], 0.0);
        let depth = strip.cells.enclosing[..level].iter().filter(|&&o| {
            let (inner, outer) = (strip.cells.extent[e], strip.cells.extent[o]);
            outer.0 <= inner.0 && inner.1 <= outer.1
        });
        let out = (MARGIN - 1.0 - depth.count() as f32 * LEVEL).max(2.0);
        let (edge, line) = if left {
            (x - 0.5, x - out)
        } else {
            (x + wide + 0.5, x + wide + out)
        };
        let shape = path(&[
            ("M", &[edge, a + 0.5]),
            ("H", &[line]),
            ("V", &[b - 0.5]),
            ("H", &[edge]),
        ]);
        let name = Name::new(format!("{}/bracket", range.key), boxes::tip(range));
        sheet.path(
            Layer::Marks,
            &("bracket".to_string() + changed),
            name,
            shape,
        );
    }
}
