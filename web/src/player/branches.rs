//! The runs beside each other: the original and the reader's own, and where they part.

use teescope_core::text;
use teescope_core::text::Text;
use teescope_core::view::figure::{self, Branch};
use yew::prelude::*;

use crate::dom;
use crate::el::{El, el, group, said};
use crate::figure::picture;
use crate::state::Ctx;
use crate::state::play::{Against, Do, Play};
use crate::state::run::{Parting, Run};

/// The strip of runs; `width` is the room for their figure.
pub(super) fn branches(ctx: &Ctx, play: &Play, width: f32) -> El {
    let act = ctx.clone();
    let click = Callback::from(move |event: Event| {
        let id = |name| dom::number(&event, name).and_then(|n| u32::try_from(n).ok());
        if let Some(id) = id("discard") {
            act.act(Do::Discard(id));
        } else if let Some(id) = id("run") {
            act.act(Do::Switch(id));
        } else if let Some(step) = dom::number(&event, "to-step") {
            act.act(Do::Seek(step));
        } else if dom::data(&event, "compare").is_some() {
            act.act(Do::Against(Against::Original));
        }
    });
    let compare = text!("ui.runs.compare", "Mark what differs from the original");
    let compare = el("button")
        .at("data-compare", "yes")
        .at("aria-pressed", play.against == Against::Original)
        .kid(said(ctx, compare));
    let choices = el("div")
        .class("choices")
        .kid(parting_button(ctx, play))
        .kid(first_stop(ctx, play))
        .kid(compare);
    let parts = play.is_fork().then(|| {
        group()
            .kid(el("div").class("figure-box").kid(parted(ctx, play, width)))
            .kid(choices)
    });
    let tabs = play.runs.iter().enumerate();
    let tabs = el("div")
        .class("runs")
        .at("role", "group")
        .kids(tabs.map(|(i, run)| tab(ctx, run, i, i == play.at)));
    el("section")
        .class("branches")
        .at("aria-label", said(ctx, text!("ui.runs", "Runs")))
        .on_click(click)
        .kid(tabs)
        .kid(parts)
}

fn tab(ctx: &Ctx, run: &Run, i: usize, here: bool) -> El {
    let title = match i {
        0 => text!("ui.runs.original", "Original"),
        _ => run.says.clone(),
    };
    let id = u64::from(run.id);
    let end_class = if run.stops.is_empty() { "dim" } else { "why" };
    let button = el("button")
        .at("data-run", id)
        .at("aria-pressed", here)
        .kid(el("b").kid(said(ctx, title)))
        .kid(" ")
        .kid(el("small").class(end_class).kid(said(ctx, end(run))));
    let discard = (i > 0).then(|| {
        let says = said(ctx, text!("ui.runs.discard", "Discard this run"));
        el("button")
            .class("q")
            .at("data-discard", id)
            .at("aria-label", says.clone())
            .at("title", says)
            .kid("×")
    });
    el("span")
        .key(run.id)
        .class("run")
        .also(here, "now")
        .kid(button)
        .kid(discard)
}

/// How a run ends, in a few words.
fn end(run: &Run) -> Text {
    match run.stops.first() {
        Some((at, stop)) => text!(
            "ui.runs.stopped",
            "step {n}: {name}",
            n = *at,
            name = stop.name()
        ),
        None => text!("ui.runs.steps", "{n} steps, none refused", n = run.len),
    }
}

fn parting_button(ctx: &Ctx, play: &Play) -> El {
    let dim = |says| el("span").class("dim").kid(said(ctx, says));
    match play.run().parts {
        Some(Parting::At(step)) => {
            let says = text!("ui.runs.part", "The runs part at step {n}", n = step);
            let button = el("button").at("data-to-step", step);
            button.kid(said(ctx, says))
        }
        Some(Parting::Nowhere) => dim(text!(
            "ui.runs.alike",
            "Every step of the two runs tells the same."
        )),
        None => dim(text!(
            "ui.runs.looking",
            "Looking for where the runs part …"
        )),
    }
}

/// The first step that was stopped in the fork and not in the original.
fn first_stop(ctx: &Ctx, play: &Play) -> El {
    let run = play.run();
    let original = &play.runs[0];
    let first = run.stops.iter().find(|(p, o)| {
        let there = original.find(&run.label(*p)).and_then(|q| original.stop(q));
        there != Some(*o)
    });
    let Some((at, _)) = first else {
        return el("span");
    };
    let says = text!("ui.runs.to-stop", "Stopped at step {n}", n = *at);
    el("button")
        .class("why")
        .at("data-to-step", *at)
        .kid(said(ctx, says))
}

/// The figure of two runs that part.
fn parted(ctx: &Ctx, play: &Play, width: f32) -> Html {
    let run = play.run();
    let Some(Parting::At(step)) = run.parts else {
        return el("span").into();
    };
    let input = figure::Branches {
        parted: step,
        why: run.says.clone(),
        note: Text::none(),
        yours: branch(run),
        original: branch(&play.runs[0]),
    };
    picture(figure::branches(&input, &ctx.lang.catalogue, width), false)
}

fn branch(run: &Run) -> Branch {
    let (at, outcome) = match run.stops.first() {
        Some((at, stop)) => (*at, stop.id()),
        None => (run.len, "done"),
    };
    let name = run.session.borrow_mut().line(at).name;
    let title = match run.stops.first() {
        Some((_, stop)) => Text::join(&[name, stop.name()], ": "),
        None => name,
    };
    Branch {
        len: run.len,
        at,
        title,
        outcome,
    }
}
