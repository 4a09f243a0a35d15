//! An address map across: lanes one below the other, addresses growing to the right.

use alloc::format;
use alloc::vec::Vec;

use super::super::Figure;
use super::super::measure::width_as;
use super::super::sheet::{Layer, Name, Sheet, path};
use super::strip::{Strip, Turn};
use super::ties::Tie;
use super::{Drawing, boxes, ticks, ties};
use crate::bytes::hex;
use crate::text::Text;
use crate::view::Range;

const TITLE: f32 = 17.0;
const ROW: f32 = 18.0;
const TICKS: f32 = 16.0;
/// Between two lanes with ties and without.
const APART: (f32, f32) = (92.0, 34.0);
/// Between two lanes that share a scale: room for the lower one's name.
const CLOSE: f32 = 22.0;

/// A range that encloses others: which, where, and how many levels lie within it.
pub(super) struct Bracket {
    pub(super) range: usize,
    pub(super) at: (f32, f32),
    level: usize,
}

/// Between two lanes side by side, and the least width of such a lane.
const BESIDE: f32 = 28.0;
const LEAST: f32 = 250.0;

pub(super) fn draw(mut d: Drawing<'_>) -> Figure {
    let width = d.sheet.width;
    let ranks = d.ranks(((width + BESIDE) / (LEAST + BESIDE)) as usize);
    let rank = |l: usize| ranks.iter().position(|r| r.contains(&l)).unwrap_or(0);
    let room = |l: usize| {
        let beside = ranks[rank(l)].len() as f32;
        (width - BESIDE * (beside - 1.0)) / beside
    };
    let mut strips = d.strips(Turn::Wide, room);
    for group in &ranks {
        for (k, l) in group.clone().enumerate() {
            strips[l].shift(k as f32 * (room(l) + BESIDE));
        }
    }
    let ties = d.ties(&strips);
    let mut bars: Vec<(f32, f32)> = Vec::new();
    let mut y = 0.0;
    // A lane that lies on the scale of the one above it, with nothing between them, is drawn close to it
    // and without marks of its own: those of the uppermost serve all.
    let close = |r: usize| {
        let (Some(above), Some(here)) = (r.checked_sub(1).and_then(|a| ranks.get(a)), ranks.get(r))
        else {
            return false;
        };
        let tied = |t: &Tie| t.lanes.0 < here.start && t.lanes.1 >= here.start;
        let (one, other) = (&strips[above.start], &strips[here.start]);
        (above.len(), here.len()) == (1, 1)
            && !ties.iter().any(tied)
            && [one, other].iter().all(|s| s.cells.enclosing.is_empty())
            && other.is_scaled_as(one)
    };
    for (r, group) in ranks.iter().enumerate() {
        let over = |t: &Tie| t.lanes.0 < group.start && t.lanes.1 >= group.start;
        y += match r {
            0 => 0.0,
            _ if close(r) => CLOSE,
            _ if ties.iter().any(over) => APART.0,
            _ => APART.1,
        };
        let place = Place {
            first: r == 0,
            marked: !close(r),
        };
        y = rank_of_lanes(&mut d.sheet, &strips[group.clone()], place, y, &mut bars);
    }
    ties::draw(&mut d.sheet, &ties, Turn::Wide, |a, b| {
        (rank(a) != rank(b)).then_some((bars.get(a)?.1, bars.get(b)?.0))
    });
    d.finish(y.max(20.0))
}

/// Where a rank of lanes stands.
#[derive(Clone, Copy)]
struct Place {
    /// Whether it is the uppermost.
    first: bool,
    /// Whether it has marks of its own.
    marked: bool,
}

/// Draws lanes side by side from `y` down: the first rank has its brackets above, the others
/// below. Says where the rank ends; `bars` gets each lane's top and bottom.
fn rank_of_lanes(
    sheet: &mut Sheet<'_>,
    strips: &[Strip<'_>],
    Place { first, marked }: Place,
    y: f32,
    bars: &mut Vec<(f32, f32)>,
) -> f32 {
    let brackets: Vec<Vec<Bracket>> = strips.iter().map(brackets).collect();
    let levels = brackets.iter().flatten().map(|b| b.level + 1);
    let rows = levels.max().unwrap_or(0) as f32;
    let free: Vec<Option<f32>> = strips
        .iter()
        .zip(&brackets)
        .map(|(strip, brackets)| title_row(sheet, strip, brackets, rows))
        .collect();
    let head = if free.iter().all(Option::is_some) {
        2.0
    } else {
        TITLE
    };
    let top = if first {
        y + head + rows * ROW + TICKS
    } else {
        y
    };
    let mut bottom = top;
    for ((strip, brackets), free) in strips.iter().zip(&brackets).zip(free) {
        let bar = (top, top + strip.across);
        let title = match (first, free) {
            (true, Some(row)) => top - TICKS - row * ROW - 4.0,
            (true, None) => y + 12.0,
            _ => top - 7.0,
        };
        let (at, room) = ((strip.from, title), strip.room * 0.9);
        sheet.say_in("lane-title", at, "start", room, &strip.lane.title);
        lane(sheet, strip, bar);
        let written = items(sheet, strip, bar);
        let out = if first { (bar.0, -1.0) } else { (bar.1, 1.0) };
        let told = draw_brackets(sheet, strip, brackets, out);
        if marked {
            let marks = ticks::marks(strip, brackets, &written, &told);
            ticks::draw(sheet, strip, marks, out);
        }
        bars.push(bar);
        bottom = bar.1.max(bottom);
    }
    match (first, marked) {
        (true, _) => bottom + 1.0,
        (false, true) => bottom + TICKS + rows * ROW + 4.0,
        (false, false) => bottom + 2.0,
    }
}

/// The bracket row nearest to the bar with room for the lane's name at its left end.
fn title_row(sheet: &Sheet<'_>, strip: &Strip<'_>, brackets: &[Bracket], rows: f32) -> Option<f32> {
    let words = strip.lane.title.render(sheet.catalogue);
    let end = strip.from + width_as("lane-title", &words) + 14.0;
    let free = |row: &usize| brackets.iter().all(|b| b.level < *row || b.at.0 > end);
    (0..rows as usize).find(free).map(|row| row as f32)
}

fn lane(sheet: &mut Sheet<'_>, strip: &Strip<'_>, (top, bottom): (f32, f32)) {
    let name = Name::new(format!("lane-{}", strip.lane.key), strip.lane.title.clone());
    sheet.rect(
        Layer::Ground,
        "lane",
        name,
        [strip.from, top, strip.length(), bottom - top],
        0.0,
    );
    for &e in &strip.cells.enclosing {
        let (range, Some((a, b))) = (&strip.lane.ranges[e], strip.spans[e]) else {
            continue;
        };
        let changed = if strip.changed.binary_search(&e).is_ok() {
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
    let ranges = &strip.lane.ranges;
    let mut out: Vec<Bracket> = Vec::new();
    // Innermost first, so that the level of what lies within is known.
    for &range in strip.cells.enclosing.iter().rev().take(60) {
        let Some(at) = strip.spans[range] else {
            continue;
        };
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
/// Says for which ranges the name has the address in it.
fn draw_brackets(
    sheet: &mut Sheet<'_>,
    strip: &Strip<'_>,
    brackets: &[Bracket],
    (edge, side): (f32, f32),
) -> Vec<usize> {
    let mut told = Vec::new();
    for b in brackets {
        let line = edge + side * (TICKS + b.level as f32 * ROW);
        for x in [b.at.0, b.at.1] {
            sheet.keep_out([x - 1.5, line.min(edge), 3.0, (line - edge).abs()]);
        }
    }
    for b in brackets {
        let range = &strip.lane.ranges[b.range];
        let line = edge + side * (TICKS + b.level as f32 * ROW);
        let changed = if strip.changed.binary_search(&b.range).is_ok() {
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
        // The name may pass its bracket's end as far as nothing else is in the way.
        let ahead = brackets.iter().flat_map(|o| {
            let beside = o.level == b.level && o.at.0 > from + 1.0;
            let legs = (o.level > b.level).then_some([o.at.0, o.at.1]);
            let legs = legs.into_iter().flatten();
            beside.then_some(o.at.0).into_iter().chain(legs)
        });
        let ahead = ahead.filter(|x| *x > from + 1.0);
        let room = ahead.fold(strip.from + strip.room, f32::min) - from - 6.0;
        let names = names(sheet, range, strip.cells.extent[b.range].0);
        let fits = |t: &Text| width_as(&class, &t.render(sheet.catalogue)) <= room;
        let said = names.iter().position(fits);
        let at = (from + 1.0, base);
        match said {
            Some(which) => {
                if sheet.say(&class, at, "start", &names[which]) && which == 0 {
                    told.push(b.range);
                }
            }
            None => {
                let _ = sheet.say_in(&class, at, "start", room, &range.label)
                    || sheet.say(&class, (to, base), "end", &range.label);
            }
        }
    }
    told
}

/// What a bracket may be called, the fullest first: that one has the address.
fn names(sheet: &Sheet<'_>, range: &Range, start: u64) -> [Text; 3] {
    let (label, sub) = (range.label.clone(), range.sub.clone());
    let both = match sub.is_empty() {
        true => label.clone(),
        false => Text::join(&[label.clone(), sub.clone()], " · "),
    };
    let has = |t: &Text| t.render(sheet.catalogue).contains("0x");
    let full = if has(&label) || has(&sub) {
        both.clone()
    } else {
        let first = Text::join(&[label.clone(), hex::addr(start).into()], " ");
        match sub.is_empty() {
            true => first,
            false => Text::join(&[first, sub], " · "),
        }
    };
    [full, both, label]
}
