//! Draws the items of a lane: boxes, grids, folded runs, and where the scale is cut.

use alloc::format;
use alloc::string::String;

use super::super::measure::{halve, text_width, width_as};
use super::super::sheet::{Layer, Name, Sheet, path};
use super::cells::{Cell, Kind};
use super::items::{Body, Item};
use super::strip::{HEAD, PAD, Strip, Turn};
use crate::bytes::hex;
use crate::text::Text;
use crate::view::{Range, Tone};

/// Draws one item into its box. Says whether what it is called could be written.
pub(super) fn draw(
    sheet: &mut Sheet<'_>,
    strip: &Strip<'_>,
    item: &Item,
    turn: Turn,
    at: [f32; 4],
) -> bool {
    let first = item.cells.start;
    let changed = item.cells.clone().any(|c| strip.has_changed(c));
    let kind = strip.cells.cells.get(first).map_or(Kind::Gap, |c| c.kind);
    let tone = format!(
        " tone-{}{}",
        item.tone.id(),
        if changed { " changed" } else { "" }
    );
    // Its outline lies over its neighbours.
    let layer = if changed { Layer::Marks } else { Layer::Boxes };
    let written = match item.body {
        Body::One if kind != Kind::Leaf => true,
        Body::One | Body::Many => {
            let range = strip.range(first);
            let (class, name) = match item.body {
                Body::One => ("box", range.map(|r| named(r, &strip.cells.cells[first]))),
                _ => ("many", range.map(|r| Name::new(&r.key, item.label.clone()))),
            };
            let class = format!("{class}{tone}");
            sheet.rect(layer, &class, name.unwrap_or_default(), at, 0.0);
            if item.mixed || item.tone == Tone::Hidden {
                hatch(sheet, at);
            }
            if item.body == Body::Many {
                comb(sheet, turn, at);
            }
            words(sheet, strip, item, turn, at, &tone)
        }
        Body::Grid => {
            grid(sheet, strip, item, turn, at);
            let [x, y, w, _] = at;
            let class = format!("label{tone}");
            let (at, room) = ((x + PAD + 1.0, y + 13.0), w - 2.0 * PAD);
            sheet.say_in(&class, at, "start", room, &item.label)
        }
        Body::Head(range) => return head(sheet, strip, item, range, at),
    };
    if strip.is_cut(item) && !(turn == Turn::Tall && strip.before_gap(item)) {
        cut(sheet, turn, at);
    }
    written
}

/// A range's key and what is told about it.
pub(super) fn named(range: &Range, cell: &Cell) -> Name {
    let key = if cell.first { range.key.as_str() } else { "" };
    Name::new(key, tip(range))
}

/// A range in words: what it is, where it begins, how much it is.
pub(super) fn tip(range: &Range) -> Text {
    let place = format!(
        "{}, {}",
        hex::addr(range.start),
        hex::size(range.end.saturating_sub(range.start))
    );
    match range.sub.is_empty() {
        true => Text::join(&[range.label.clone(), place.into()], " · "),
        false => Text::join(
            &[range.label.clone(), range.sub.clone(), place.into()],
            " · ",
        ),
    }
}

fn words(
    sheet: &mut Sheet<'_>,
    strip: &Strip<'_>,
    item: &Item,
    turn: Turn,
    at: [f32; 4],
    tone: &str,
) -> bool {
    let [x, y, w, h] = at;
    let class = format!("label{tone}");
    let second = format!("label-2{tone}");
    let left = x + 6.5;
    if turn == Turn::Tall {
        let (a, b) = (
            text_width(&item.label.render(sheet.catalogue)),
            text_width(&item.sub.render(sheet.catalogue)),
        );
        let base = y + (h.min(22.0) + 8.0) / 2.0;
        if h >= 33.0 && item.sub.is_empty() {
            return lines(sheet, &class, (left, base), w - 12.0, &item.label).0;
        }
        let written = sheet.say_in(&class, (left, base), "start", w - 12.0, &item.label);
        if a + b + 20.0 <= w {
            sheet.say(&second, (x + w - 6.5, base), "end", &item.sub);
        } else if h >= 33.0 {
            sheet.say_in(&second, (left, base + 13.0), "start", w - 12.0, &item.sub);
        }
        return written;
    }
    let room = w - 11.0 - if strip.is_cut(item) { 15.0 } else { 0.0 };
    let middle = y + h / 2.0 + 4.0;
    let label = item.label.render(sheet.catalogue);
    if item.sub.is_empty() {
        if width_as("", &label) > room
            && let Some((one, two)) = halve("", &label, room)
        {
            let written = sheet.say(&class, (left, middle - 7.0), "start", &one.as_str().into());
            sheet.say(&class, (left, middle + 7.0), "start", &two.as_str().into());
            return written;
        }
        return sheet.say_in(&class, (left, middle), "start", room, &item.label);
    }
    let written = sheet.say_in(&class, (left, middle - 7.0), "start", room, &item.label);
    if written {
        sheet.say_in(&second, (left, middle + 7.0), "start", room, &item.sub);
    }
    written
}

/// The name of an enclosing range at the top of its stretch, and where it begins.
fn head(sheet: &mut Sheet<'_>, strip: &Strip<'_>, item: &Item, range: usize, at: [f32; 4]) -> bool {
    let [x, y, w, _] = at;
    let tone = format!(
        " tone-{}{}",
        item.tone.id(),
        if strip.changed.binary_search(&range).is_ok() {
            " changed"
        } else {
            ""
        }
    );
    let (left, room) = (x + 6.5, w - 12.0);
    let (written, mut base) = lines(
        sheet,
        &format!("label{tone}"),
        (left, y + 14.0),
        room,
        &item.label,
    );
    let second = format!("label-2{tone}");
    let (a, b) = (
        text_width(&item.label.render(sheet.catalogue)),
        text_width(&item.sub.render(sheet.catalogue)),
    );
    if a + b + 20.0 <= w {
        sheet.say(&second, (x + w - 6.5, base), "end", &item.sub);
    } else if !item.sub.is_empty() {
        base += 13.0;
        sheet.say_in(&second, (left, base), "start", room, &item.sub);
    }
    let start = Text::from(hex::addr(strip.cells.extent[range].0));
    sheet.say_in("tick inside", (left, base + 13.0), "start", w - 8.0, &start);
    written
}

/// Writes a text in two lines where one does not hold it; says whether it did and the last baseline.
fn lines(
    sheet: &mut Sheet<'_>,
    class: &str,
    at: (f32, f32),
    room: f32,
    text: &Text,
) -> (bool, f32) {
    let words = text.render(sheet.catalogue);
    if width_as(class, &words) > room
        && let Some((one, two)) = halve(class, &words, room)
    {
        let below = (at.0, at.1 + 13.0);
        let written = sheet.say(class, at, "start", &one.as_str().into());
        sheet.say(class, below, "start", &two.as_str().into());
        return (written, below.1);
    }
    (sheet.say_in(class, at, "start", room, text), at.1)
}

fn grid(sheet: &mut Sheet<'_>, strip: &Strip<'_>, item: &Item, turn: Turn, at: [f32; 4]) {
    let [x, y, w, h] = at;
    let tone = if item.mixed { "plain" } else { item.tone.id() };
    sheet.rect(
        Layer::Ground,
        &format!("grid tone-{tone}"),
        Name::default(),
        at,
        0.0,
    );
    let (room, high) = strip.grid_room(turn, if turn == Turn::Wide { w } else { h });
    let (size, per) = strip.squares(item.cells.len(), turn, room, high);
    let per = per.max(1);
    for (k, cell) in item.cells.clone().enumerate() {
        let (major, minor) = ((k / per) as f32, (k % per) as f32);
        let (column, row) = if turn == Turn::Wide {
            (major, minor)
        } else {
            (minor, major)
        };
        let place = [
            x + PAD + column * size,
            y + HEAD + row * size,
            size - 1.0,
            size - 1.0,
        ];
        let Some(range) = strip.range(cell) else {
            continue;
        };
        let changed = if strip.has_changed(cell) {
            " changed"
        } else {
            ""
        };
        let class = format!("cell tone-{}{changed}", range.tone.id());
        sheet.rect(
            Layer::Boxes,
            &class,
            named(range, &strip.cells.cells[cell]),
            place,
            1.0,
        );
    }
}

/// Teeth along the edge of a folded run, so that it reads as many.
fn comb(sheet: &mut Sheet<'_>, turn: Turn, [x, y, w, h]: [f32; 4]) {
    let mut d = String::new();
    let mut along = 4.0;
    while along < (if turn == Turn::Wide { w } else { h }) - 2.0 {
        d += &match turn {
            Turn::Wide => path(&[("M", &[x + along, y + h - 6.0]), ("v", &[5.0])]),
            Turn::Tall => path(&[("M", &[x + w - 6.0, y + along]), ("h", &[5.0])]),
        };
        along += 4.0;
    }
    if !d.is_empty() {
        sheet.path(Layer::Boxes, "comb", Name::default(), d);
    }
}

/// Slanted lines over a box whose content is hidden or of several kinds.
fn hatch(sheet: &mut Sheet<'_>, [x, y, w, h]: [f32; 4]) {
    let mut d = String::new();
    let mut from = 6.0;
    while from < w + h {
        // The line x + y = from, cut to the box.
        let (a, b) = (from.min(w), from.min(h));
        d += &path(&[("M", &[x + a, y + from - a]), ("L", &[x + from - b, y + b])]);
        from += 7.0;
    }
    sheet.path(Layer::Boxes, "hatch", Name::default(), d);
}

/// Two strokes and a gap near the end of a stretch: its scale is cut.
fn cut(sheet: &mut Sheet<'_>, turn: Turn, [x, y, w, h]: [f32; 4]) {
    let (gap, lines) = match turn {
        Turn::Wide => {
            let (a, b) = (x + w - 14.0, 5.0);
            if w < 24.0 {
                return;
            }
            let (c, d) = (y - 1.0, y + h + 1.0);
            (
                path(&[
                    ("M", &[a + 3.0, c]),
                    ("h", &[b]),
                    ("L", &[a + b - 3.0, d]),
                    ("h", &[-b]),
                    ("Z", &[]),
                ]),
                path(&[
                    ("M", &[a + 3.0, c]),
                    ("L", &[a - 3.0, d]),
                    ("M", &[a + b + 3.0, c]),
                    ("L", &[a + b - 3.0, d]),
                ]),
            )
        }
        Turn::Tall => {
            let (a, b) = (y + h - 7.0, 4.0);
            let (c, d) = (x - 1.0, x + w + 1.0);
            (
                path(&[
                    ("M", &[c, a + 2.0]),
                    ("v", &[b]),
                    ("L", &[d, a + b - 2.0]),
                    ("v", &[-b]),
                    ("Z", &[]),
                ]),
                path(&[
                    ("M", &[c, a + 2.0]),
                    ("L", &[d, a - 2.0]),
                    ("M", &[c, a + b + 2.0]),
                    ("L", &[d, a + b - 2.0]),
                ]),
            )
        }
    };
    sheet.path(Layer::Marks, "break", Name::default(), gap);
    sheet.path(Layer::Marks, "break-line", Name::default(), lines);
}
