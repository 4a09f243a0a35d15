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

/// Where things stand along the figure.
struct Scale {
    /// Where the runs part, how long they take to bend away, and where the figure ends.
    part: f32,
    bend: f32,
    end: f32,
    parted: u64,
    last: u64,
}

impl Scale {
    fn new(input: &Branches, width: f32) -> Self {
        let longest = input.yours.len.max(input.original.len);
        let last = longest.max(input.parted).max(1);
        let bend = if width < NARROW { 44.0 } else { 80.0 };
        let end = width - PAD;
        // It stands where the step stands in the run, but leaves room for both sides.
        let share = (input.parted as f64 / last as f64) as f32;
        let part = PAD + share * (end - PAD);
        // What was changed is written beside it and must fit.
        let least = if width < NARROW { 0.3 } else { 0.16 };
        let part = part.clamp(width * least, (width * 0.5).min(end - bend - 60.0));
        let parted = input.parted;
        Self {
            part,
            bend,
            end,
            parted,
            last,
        }
    }

    /// Where a step after the parting stands.
    fn place(&self, at: u64) -> f32 {
        let rest = (self.last - self.parted).max(1) as f64;
        let along = (at.saturating_sub(self.parted) as f64 / rest).min(1.0) as f32;
        let from = self.part + self.bend;
        from + along * (self.end - from)
    }
}

/// Two runs one edit apart.
#[must_use]
pub fn branches(input: &Branches, catalogue: &Catalogue, width: f32) -> Figure {
    let width = fit(width);
    let mut sheet = Sheet::new(width, catalogue);
    let scale = Scale::new(input, width);
    let trunk = path(&[("M", &[PAD, MIDDLE]), ("H", &[scale.part])]);
    sheet.path(Layer::Boxes, "trunk", Name::default(), trunk);
    let class = match input.yours.outcome {
        "done" => "branch",
        _ => "branch tone-bad",
    };
    branch(
        &mut sheet,
        &scale,
        &input.original,
        ("branch past", "original", LOW),
    );
    branch(&mut sheet, &scale, &input.yours, (class, "yours", HIGH));
    let tip = said(input.parted, &input.why);
    let name = Name::new("parting", tip.clone());
    let dot = [scale.part - 5.0, MIDDLE - 5.0, 10.0, 10.0];
    sheet.rect(Layer::Marks, "parting", name, dot, 5.0);
    // Its name ends before the lower run has bent down to it.
    let wide = text_width(&tip.render(catalogue));
    let stop = scale.part + scale.bend * 0.28;
    let left = (scale.part - wide / 2.0 - 12.0).min(stop - wide).max(0.0);
    sheet.say_in(
        "label changed",
        (left, MIDDLE + 22.0),
        "start",
        stop - left,
        &tip,
    );
    let from = scale.part + scale.bend;
    sheet.say_in(
        "label",
        (from, HIGH - 10.0),
        "start",
        scale.end - from,
        &input.note,
    );
    let says = [
        tip.clone(),
        said(input.yours.at, &input.yours.title),
        said(input.original.at, &input.original.title),
    ];
    sheet.finish(LOW + 28.0, tip, Text::join(&says, "; "))
}

fn said(at: u64, what: &Text) -> Text {
    Text::join(&[Text::from(at), what.clone()], " · ")
}

/// One run from the parting on: its class, its key and its height on the figure.
fn branch(
    sheet: &mut Sheet<'_>,
    scale: &Scale,
    branch: &Branch,
    (class, key, y): (&str, &str, f32),
) {
    let (part, bent) = (scale.part, scale.part + scale.bend);
    let mid = part + scale.bend / 2.0;
    let (at, end) = (scale.place(branch.at), scale.place(branch.len));
    let curve = path(&[
        ("M", &[part, MIDDLE]),
        ("C", &[mid, MIDDLE, mid, y, bent, y]),
        ("H", &[end.max(at)]),
    ]);
    sheet.path(Layer::Boxes, class, Name::default(), curve);
    let tip = said(branch.at, &branch.title);
    let outcome = format!("end-{}", branch.outcome);
    let name = Name::new(key, tip.clone());
    sheet.rect(
        Layer::Marks,
        &outcome,
        name,
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
