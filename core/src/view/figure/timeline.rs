//! The run as a line: phases, where it was stopped, edited and marked, and where the reader stands.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::measure::text_width;
use super::sheet::{Layer, Name, Sheet, path};
use super::{Figure, fit};
use crate::text::{Catalogue, Text};
use crate::trace::Phase;

/// What a timeline shows. Steps count from 1; position 0 is the state before any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    /// The phases in order, without gaps.
    pub phases: Vec<PhaseSpan>,
    /// Steps that were refused or faulted, by position and [`Outcome::id`](crate::trace::Outcome::id).
    pub stops: Vec<(u64, &'static str)>,
    /// How many steps the run has.
    pub len: u64,
    /// Where the reader stands.
    pub position: u64,
    /// The position marked for comparison.
    pub mark: Option<u64>,
    /// Steps the reader inserted or replaced.
    pub edits: Vec<u64>,
}

/// A stretch of steps of one phase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhaseSpan {
    /// The phase.
    pub phase: Phase,
    /// Its name as written above it.
    pub title: Text,
    /// Its first step, from 1.
    pub first: u64,
    /// How many steps.
    pub len: u64,
}

/// Room at the left for position 0, and at the right for the cursor.
const START: f32 = 8.0;
const EDGE: f32 = 3.0;
const GAP: f32 = 2.0;
const BAR: (f32, f32) = (22.0, 10.0);
const HEIGHT: f32 = 46.0;
/// A run of this many stops or more is drawn by its distinct places only.
const MOST_STOPS: usize = 200;

/// A stretch on the line: first step, number of steps, left edge, width.
struct Part {
    first: u64,
    len: u64,
    x: f32,
    w: f32,
}

/// Where each phase lies. A phase takes room by the square root of its steps, so that in a long
/// run none vanishes and none crowds the others out; within a phase steps are evenly spaced.
fn parts(input: &Timeline, width: f32, catalogue: &Catalogue) -> Vec<Part> {
    let mut spans: Vec<(u64, u64, f32)> = Vec::new();
    for span in input.phases.iter().filter(|p| p.len > 0) {
        let title = text_width(&span.title.render(catalogue)) + 8.0;
        spans.push((span.first, span.len, title));
    }
    if spans.is_empty() && input.len > 0 {
        spans.push((1, input.len, 0.0));
    }
    let room = width - START - EDGE - GAP * spans.len().saturating_sub(1) as f32;
    let titles: f32 = spans.iter().map(|s| s.2).sum();
    let tight = (room * 0.4 / spans.len().max(1) as f32).min(14.0);
    let least = |title: f32| {
        if titles < room * 0.7 {
            title.max(tight)
        } else {
            tight
        }
    };
    let held: f32 = spans.iter().map(|s| least(s.2)).sum();
    let weights: f32 = spans.iter().map(|s| root(s.1)).sum();
    let spare = (room - held).max(0.0);
    let mut x = START;
    spans
        .iter()
        .map(|&(first, len, title)| {
            let w = least(title) + spare * root(len) / weights;
            let part = Part { first, len, x, w };
            x += w + GAP;
            part
        })
        .collect()
}

/// The square root, to a hundredth.
fn root(value: u64) -> f32 {
    value.min(1 << 40).saturating_mul(10_000).isqrt() as f32 / 100.0
}

/// The centre of a position's place on the line.
fn place(parts: &[Part], position: u64) -> f32 {
    let Some(part) = parts.iter().rev().find(|p| p.first <= position) else {
        return START / 2.0;
    };
    let step = (position - part.first).min(part.len - 1);
    part.x + part.w * ((step as f64 + 0.5) / part.len as f64) as f32
}

/// The position under a point of the timeline: the inverse of where [`timeline`] draws the cursor.
#[must_use]
pub fn timeline_position(input: &Timeline, catalogue: &Catalogue, width: f32, x: f32) -> u64 {
    let parts = parts(input, fit(width), catalogue);
    let Some(part) = parts.iter().rev().find(|p| p.x - GAP / 2.0 <= x) else {
        return 0;
    };
    let along = (f64::from(x - part.x) / f64::from(part.w)).clamp(0.0, 1.0);
    let step = ((along * part.len as f64) as u64).min(part.len - 1);
    part.first.saturating_add(step).min(input.len)
}

/// The run as a line of phases.
#[must_use]
pub fn timeline(input: &Timeline, catalogue: &Catalogue, width: f32) -> Figure {
    let width = fit(width);
    let mut sheet = Sheet::new(width, catalogue);
    let parts = parts(input, width, catalogue);
    phases(&mut sheet, input, &parts);
    marks(&mut sheet, input, &parts);
    let said: Vec<Text> = input.phases.iter().map(|p| p.title.clone()).collect();
    let count = Text::from(format!("{} / {}", input.position, input.len));
    sheet.finish(HEIGHT, count, Text::join(&said, ", "))
}

fn phases(sheet: &mut Sheet<'_>, input: &Timeline, parts: &[Part]) {
    let (top, high) = BAR;
    let start = [0.0, top, START - GAP, high];
    let name = Name::new("phase-start", Text::from(0_u64));
    sheet.rect(Layer::Ground, "phase start", name, start, 1.0);
    let spans = input.phases.iter().filter(|p| p.len > 0);
    for (i, (part, span)) in parts.iter().zip(spans).enumerate() {
        let end = span.first.saturating_add(span.len);
        let current = (span.first..end).contains(&input.position);
        let now = if current { " current" } else { "" };
        let class = format!("phase phase-{}{now}", span.phase.id());
        let steps = match span.len {
            1 => format!("{}", span.first),
            _ => format!("{}–{}", span.first, end - 1),
        };
        let tip = Text::join(&[span.title.clone(), steps.into()], " ");
        let name = Name::new(format!("phase-{i}"), tip);
        sheet.rect(Layer::Boxes, &class, name, [part.x, top, part.w, high], 1.0);
        let class = format!("phase-title{now}");
        let at = (part.x, top - 7.0);
        sheet.say_in(&class, at, "start", part.w - 4.0, &span.title);
        teeth(sheet, part);
    }
}

/// Edits as small triangles below, stops as bars across, the mark as a pin, the cursor over all.
fn marks(sheet: &mut Sheet<'_>, input: &Timeline, parts: &[Part]) {
    let (top, high) = BAR;
    let bottom = top + high;
    for &at in thin(&input.edits, |&p| place(parts, p)) {
        let tip = [("M", &[place(parts, at), bottom + 3.0][..])];
        let rest: [(&str, &[f32]); 3] = [("l", &[3.5, 6.0]), ("h", &[-7.0]), ("z", &[])];
        let name = Name::new(format!("edit-{at}"), Text::from(at));
        sheet.path(Layer::Marks, "edit", name, path(&tip) + &path(&rest));
    }
    for &(at, outcome) in thin(&input.stops, |s| place(parts, s.0)) {
        let name = Name::new(format!("stop-{at}"), Text::from(at));
        let bar = [place(parts, at) - 1.5, top - 3.0, 3.0, high + 6.0];
        sheet.rect(Layer::Marks, &format!("stop-{outcome}"), name, bar, 0.0);
    }
    if let Some(at) = input.mark {
        let pin = path(&[
            ("M", &[place(parts, at), top - 2.0]),
            ("V", &[bottom + 8.0]),
            ("m", &[-3.5, 4.0]),
            ("l", &[3.5, -4.0, 3.5, 4.0]),
            ("z", &[]),
        ]);
        let name = Name::new("mark", Text::from(at));
        sheet.path(Layer::Marks, "mark", name, pin);
    }
    let name = Name::new("cursor", Text::from(input.position));
    let here = place(parts, input.position);
    let bar = [here - 1.5, top - 5.0, 3.0, high + 10.0];
    sheet.rect(Layer::Marks, "cursor", name, bar, 1.5);
}

/// Short lines between the steps of a phase, at a round number of steps, where they stand apart.
fn teeth(sheet: &mut Sheet<'_>, part: &Part) {
    let apart = part.w / part.len as f32;
    let Some(every) = [1_u64, 5, 10, 50, 100, 500, 1_000, 10_000, 100_000]
        .into_iter()
        .find(|e| apart * *e as f32 >= 7.0)
    else {
        return;
    };
    let mut d = String::new();
    let mut step = every;
    while step < part.len {
        let x = part.x + part.w * (step as f64 / part.len as f64) as f32;
        d += &path(&[("M", &[x, BAR.0 + 2.5]), ("v", &[BAR.1 - 5.0])]);
        step += every;
    }
    if !d.is_empty() {
        sheet.path(Layer::Boxes, "comb", Name::default(), d);
    }
}

/// The items that stand at least a pixel from the one before them.
fn thin<T>(items: &[T], at: impl Fn(&T) -> f32) -> impl Iterator<Item = &T> {
    let mut last = f32::MIN;
    let many = items.len() > MOST_STOPS;
    items.iter().filter(move |item| {
        let x = at(item);
        let keep = !many || x - last >= 4.0;
        if keep {
            last = x;
        }
        keep
    })
}
