//! An address map downwards, for narrow screens: lanes side by side, addresses growing down.

use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use super::super::Figure;
use super::super::measure::halve;
use super::super::sheet::{Layer, Name, Sheet, path};
use super::items::Body;
use super::strip::{Strip, Turn};
use super::{Drawing, boxes, ties};
use crate::bytes::hex;
use crate::text::Text;

/// Room at the outer side of a column for brackets, and the narrowest column.
const MARGIN: f32 = 9.0;
const NARROWEST: f32 = 92.0;
const LEVEL: f32 = 4.0;

/// Where a column stands: left edge, top and bottom of its bar, and its row of columns.
struct Column {
    x: f32,
    top: f32,
    row: usize,
}

pub(super) fn draw(mut d: Drawing<'_>) -> Figure {
    let width = d.sheet.width;
    let gutter = (width * 0.15).clamp(34.0, 84.0);
    let fits = ((width + gutter) / (NARROWEST + MARGIN + gutter)) as usize;
    let per = fits.clamp(1, d.lanes.len().max(1));
    let gutter = if per == 1 { 0.0 } else { gutter };
    let wide = (width - gutter * (per - 1) as f32) / per as f32 - MARGIN - 2.0;
    let strips = d.strips(Turn::Tall, wide);
    let ties = d.ties(&strips);
    let mut columns: Vec<Column> = Vec::new();
    let mut y = 0.0;
    for (row, group) in strips.chunks(per).enumerate() {
        let mut below: f32 = y;
        for (k, strip) in group.iter().enumerate() {
            let x = k as f32 * (wide + MARGIN + 2.0 + gutter) + if k == 0 { MARGIN } else { 2.0 };
            let top = y + 45.0;
            heading(&mut d.sheet, strip, x, y, wide);
            lane(&mut d.sheet, strip, (x, top, wide), k == 0);
            for (item, &(a, b)) in strip.items.iter().zip(&strip.at) {
                boxes::draw(
                    &mut d.sheet,
                    strip,
                    item,
                    Turn::Tall,
                    [x, top + a, wide, b - a],
                );
            }
            let end = Text::from(hex::addr(strip.lane.end));
            let bottom = top + strip.length();
            d.sheet
                .say_in("tick", (x, bottom + 13.0), "start", wide, &end);
            columns.push(Column { x, top, row });
            below = below.max(bottom + 18.0);
        }
        y = below + 14.0;
    }
    // Ties lie along the axis from the top of their row; every column of a row has the same top.
    let ties: Vec<_> = ties
        .into_iter()
        .map(|mut tie| {
            let top = columns.get(tie.lanes.0).map_or(0.0, |c| c.top);
            for end in [&mut tie.from, &mut tie.to] {
                *end = (end.0 + top, end.1 + top);
            }
            tie
        })
        .collect();
    ties::draw(&mut d.sheet, &ties, Turn::Tall, |a, b| {
        let (a, b) = (columns.get(a)?, columns.get(b)?);
        (a.row == b.row).then_some((a.x + wide, b.x))
    });
    d.finish((y - 14.0).max(20.0))
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

fn lane(sheet: &mut Sheet<'_>, strip: &Strip<'_>, (x, top, wide): (f32, f32, f32), left: bool) {
    let name = Name::new(format!("lane-{}", strip.lane.key), strip.lane.title.clone());
    sheet.rect(
        Layer::Ground,
        "lane",
        name,
        [x, top, wide, strip.length()],
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
        let changed = if strip.changed.contains(&e) {
            " changed"
        } else {
            ""
        };
        let class = format!("rest tone-{}{changed}", range.tone.id());
        let name = Name::new(&range.key, boxes::tip(range));
        sheet.rect(Layer::Ground, &class, name, [x, top + a, wide, b - a], 0.0);
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
            ("M", &[edge, top + a + 0.5]),
            ("H", &[line]),
            ("V", &[top + b - 0.5]),
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
