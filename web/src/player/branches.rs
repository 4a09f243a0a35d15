//! The runs beside each other: the original and the reader's own, and where they part.

use std::rc::Rc;

use teescope_core::text;
use teescope_core::text::Text;
use teescope_core::view::figure::{self, Branch};
use yew::prelude::*;

use crate::dom;
use crate::figure::FigureView;
use crate::state::Ctx;
use crate::state::play::{Against, Do, Play};
use crate::state::run::{Parting, Run};

/// The strip of runs; `width` is the room for their figure.
pub(super) fn branches(ctx: &Ctx, play: &Play, width: f32) -> Html {
    let act = ctx.clone();
    let click = Callback::from(move |event: MouseEvent| {
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
    let compared = play.against == Against::Original;
    html! {
        <section class="branches" onclick={click} aria-label={ctx.t(&text!("ui.runs", "Runs"))}>
            <div class="runs" role="group">
                for (i, run) in play.runs.iter().enumerate() {
                    { tab(ctx, run, i, i == play.at) }
                }
            </div>
            if play.is_fork() {
                <div class="figure-box">{ parted(ctx, play, width) }</div>
                <div class="choices">
                    { parting_button(ctx, play) }
                    { first_stop(ctx, play) }
                    <button data-compare="yes" aria-pressed={compared.to_string()}>
                        { ctx.t(&text!("ui.runs.compare", "Mark what differs from the original")) }</button>
                </div>
            }
        </section>
    }
}

fn tab(ctx: &Ctx, run: &Run, i: usize, here: bool) -> Html {
    let title = match i {
        0 => text!("ui.runs.original", "Original"),
        _ => run.says.clone(),
    };
    let end = end(run);
    let discard = text!("ui.runs.discard", "Discard this run");
    html! {
        <span key={run.id} class={classes!("run", here.then_some("now"))}>
            <button data-run={run.id.to_string()} aria-pressed={here.to_string()}>
                <b>{ ctx.t(&title) }</b>{ " " }<small class={if run.stops.is_empty() { "dim" } else { "why" }}>{ ctx.t(&end) }</small>
            </button>
            if i > 0 {
                <button class="q" data-discard={run.id.to_string()} aria-label={ctx.t(&discard)} title={ctx.t(&discard)}>{ "×" }</button>
            }
        </span>
    }
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

fn parting_button(ctx: &Ctx, play: &Play) -> Html {
    match play.run().parts {
        Some(Parting::At(step)) => {
            let says = text!("ui.runs.part", "The runs part at step {n}", n = step);
            html! { <button data-to-step={step.to_string()}>{ ctx.t(&says) }</button> }
        }
        Some(Parting::Nowhere) => html! {
            <span class="dim">{ ctx.t(&text!("ui.runs.alike", "Every step of the two runs tells the same.")) }</span>
        },
        None => {
            html! { <span class="dim">{ ctx.t(&text!("ui.runs.looking", "Looking for where the runs part …")) }</span> }
        }
    }
}

/// The first step that was stopped in the fork and not in the original.
fn first_stop(ctx: &Ctx, play: &Play) -> Html {
    let run = play.run();
    let original = &play.runs[0];
    let first = run.stops.iter().find(|(p, o)| {
        let there = original.find(&run.label(*p)).and_then(|q| original.stop(q));
        there != Some(*o)
    });
    match first {
        Some((at, _)) => {
            let says = text!("ui.runs.to-stop", "Stopped at step {n}", n = *at);
            html! { <button class="why" data-to-step={at.to_string()}>{ ctx.t(&says) }</button> }
        }
        None => html! { <span></span> },
    }
}

/// The figure of two runs that part.
fn parted(ctx: &Ctx, play: &Play, width: f32) -> Html {
    let run = play.run();
    let Some(Parting::At(step)) = run.parts else {
        return html! { <span></span> };
    };
    let input = figure::Branches {
        parted: step,
        why: run.says.clone(),
        note: Text::none(),
        yours: branch(run),
        original: branch(&play.runs[0]),
    };
    let drawn = Rc::new(figure::branches(&input, &ctx.lang.catalogue, width));
    html! { <FigureView figure={drawn} /> }
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
