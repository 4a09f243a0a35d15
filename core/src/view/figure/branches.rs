//! Two runs that share a beginning: where they part, and where and how each ends.

use alloc::format;

use super::measure::text_width;
use super::sheet::{Layer, Name, Sheet, path};
use super::{Figure, NARROW, fit};
use crate::text::{Catalogue, Text};

/// Two runs: the reader's and the one it was forked from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Branches {
    /// The position at which they part.
    pub parted: u64,
    /// What was changed there: `bit flipped`.
    pub why: Text,
    /// What differs from there on: `midstates differ from here on`; may be empty.
    pub note: Text,
    /// The reader's run, drawn above.
    pub yours: Branch,
    /// The run it was forked from, drawn below.
    pub original: Branch,
}

/// How far a run goes and how it ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Branch {
    /// How many steps it has.
    pub len: u64,
    /// The step to name: the one that was refused, or its counterpart in the other run.
    pub at: u64,
    /// What it is: `EINIT refused`.
    pub title: Text,
    /// How that step ended: [`Outcome::id`](crate::trace::Outcome::id).
    pub outcome: &'static str,
}

const PAD: f32 = 10.0;
const HIGH: f32 = 28.0;
const MIDDLE: f32 = 60.0;
const LOW: f32 = 92.0;

/// Two runs one edit apart.
#[must_use]
pub fn branches(input: &Branches, catalogue: &Catalogue, width: f32) -> Figure {
    let width = fit(width);
    let mut sheet = Sheet::new(width, catalogue);
    let last = input
        .yours
        .len
        .max(input.original.len)
        .max(input.parted)
        .max(1);
    let bend = if width < NARROW { 44.0 } else { 80.0 };
    let end = width - PAD;
    // The point where they part stands where the step stands in the run, but leaves room for both sides.
    let share = (input.parted as f64 / last as f64) as f32;
    let part =
        (PAD + share * (end - PAD)).clamp(width * 0.14, (width * 0.5).min(end - bend - 60.0));
    let place = |at: u64| {
        let rest = (last - input.parted.min(last)).max(1) as f64;
        let along = (at.saturating_sub(input.parted) as f64 / rest).min(1.0) as f32;
        part + bend + along * (end - part - bend)
    };
    sheet.path(
        Layer::Boxes,
        "trunk",
        Name::default(),
        path(&[("M", &[PAD, MIDDLE]), ("H", &[part])]),
    );
    draw(
        &mut sheet,
        &input.original,
        "branch past",
        "original",
        (part, bend),
        LOW,
        place(input.original.at),
        place(input.original.len),
    );
    let class = if input.yours.outcome == "done" {
        "branch"
    } else {
        "branch tone-bad"
    };
    draw(
        &mut sheet,
        &input.yours,
        class,
        "yours",
        (part, bend),
        HIGH,
        place(input.yours.at),
        place(input.yours.len),
    );
    let tip = said(input.parted, &input.why);
    sheet.rect(
        Layer::Marks,
        "parting",
        Name::new("parting", tip.clone()),
        [part - 5.0, MIDDLE - 5.0, 10.0, 10.0],
        5.0,
    );
    let room = text_width(&tip.render(catalogue));
    if !(part - room / 2.0 > 0.0
        && sheet.say(
            "label changed",
            (part - room / 2.0 - 12.0, MIDDLE + 22.0),
            "start",
            &tip,
        ))
    {
        sheet.say_in(
            "label changed",
            (0.0, MIDDLE + 22.0),
            "start",
            part + bend * 0.4,
            &tip,
        );
    }
    sheet.say_in(
        "label",
        (part + bend, HIGH - 10.0),
        "start",
        end - part - bend,
        &input.note,
    );
    let says = [
        tip,
        said(input.yours.at, &input.yours.title),
        said(input.original.at, &input.original.title),
    ];
    sheet.finish(LOW + 28.0, says[0].clone(), Text::join(&says, "; "))
}

fn said(at: u64, what: &Text) -> Text {
    Text::join(&[Text::from(at), what.clone()], " · ")
}

#[expect(
    clippy::too_many_arguments,
    reason = "the two branches differ in exactly these"
)]
fn draw(
    sheet: &mut Sheet<'_>,
    branch: &Branch,
    class: &str,
    key: &str,
    (part, bend): (f32, f32),
    y: f32,
    at: f32,
    end: f32,
) {
    let mid = part + bend / 2.0;
    let curve = path(&[
        ("M", &[part, MIDDLE]),
        ("C", &[mid, MIDDLE, mid, y, part + bend, y]),
        ("H", &[end.max(at)]),
    ]);
    sheet.path(Layer::Boxes, class, Name::default(), curve);
    let tip = said(branch.at, &branch.title);
    let outcome = format!("end-{}", branch.outcome);
    sheet.rect(
        Layer::Marks,
        &outcome,
        Name::new(key, tip.clone()),
        [at - 6.0, y - 8.0, 12.0, 16.0],
        0.0,
    );
    let room = text_width(&tip.render(sheet.catalogue));
    let x = (at - room / 2.0).min(sheet.width - room).max(0.0);
    sheet.say_in(
        &format!("label {outcome}"),
        (x, y + 23.0),
        "start",
        sheet.width,
        &tip,
    );
}
