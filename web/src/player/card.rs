//! The step card: what happened, by which rules, what it changed, what else could be tried.

use std::rc::Rc;

use teescope_core::text;
use teescope_core::text::Text;
use teescope_core::trace::{Outcome, Step};
use yew::prelude::*;

use super::checks::{checks, cites};
use super::events::events;
use super::frame::Frame;
use super::snippets::snippets;
use crate::dom;
use crate::state::Ctx;
use crate::state::play::Do;

/// The card of a moment; `fork` says whether the run has an original beside it.
pub(super) fn card(ctx: &Ctx, frame: &Rc<Frame>, fork: bool) -> Html {
    let inner = match &frame.step {
        None => introduction(ctx, frame),
        Some(step) => told(ctx, frame, step, fork),
    };
    let stopped = frame.step.as_ref().is_some_and(|s| !s.outcome.is_done());
    html! {
        <aside id="card" class={classes!("card", stopped.then_some("is-stopped"))} tabindex="-1"
            aria-label={ctx.t(&text!("ui.card", "This step"))}>{ inner }</aside>
    }
}

/// Position 0: what the scenario asks and teaches.
fn introduction(ctx: &Ctx, frame: &Frame) -> Html {
    let info = &frame.info;
    let next = {
        let ctx = ctx.clone();
        Callback::from(move |_: MouseEvent| ctx.act(Do::By(1)))
    };
    html! {
        <>
            <p class="place m">{ ctx.t(&text!("ui.card.start", "before the first of {n} steps", n = frame.len)) }</p>
            <h2>{ ctx.t(&info.title) }</h2>
            <p class="question">{ ctx.t(&info.question) }</p>
            <p>{ ctx.t(&info.lesson) }</p>
            <p><button class="go" onclick={next}>{ ctx.t(&text!("ui.card.first", "Go to the first step")) } <kbd>{ "→" }</kbd></button></p>
            <p class="dim">{ ctx.t(&text!("ui.card.hint", "→ and ← step, Space plays, ? lists every key. Change anything: the original run is kept beside yours.")) }</p>
        </>
    }
}

/// How a step that was stopped ended, as one word with its full stop.
pub(crate) fn stop_word(outcome: Outcome) -> Text {
    match outcome {
        Outcome::Done => text!("ui.outcome.done", "Done."),
        Outcome::Refused(_) => text!("ui.outcome.refused", "Refused."),
        Outcome::Faulted(_) => text!("ui.outcome.faulted", "Faulted."),
    }
}

fn told(ctx: &Ctx, frame: &Rc<Frame>, step: &Rc<Step>, fork: bool) -> Html {
    let place = match fork {
        true => text!(
            "ui.card.place-fork",
            "step {n} of {of} in your run",
            n = frame.position,
            of = frame.len
        ),
        false => text!(
            "ui.card.place",
            "step {n} of {of}",
            n = frame.position,
            of = frame.len
        ),
    };
    html! {
        <>
            <p class="place m">{ ctx.t(&place) }{ " · " }<span class="dim">{ &frame.label }</span></p>
            <h2><code>{ ctx.t(&step.name) }</code></h2>
            <p class="says">{ ctx.t(&step.says) }</p>
            if !step.outcome.is_done() {
                { result(ctx, step) }
            }
            <p>{ ctx.t(&step.caption) }</p>
            { checks(ctx, step) }
            if step.outcome.is_done() {
                <section>
                    <h3>{ ctx.t(&text!("ui.card.result", "Result")) }</h3>
                    { result(ctx, step) }
                </section>
            }
            { events(ctx, frame) }
            { what_ifs(ctx, frame) }
            { snippets(ctx, frame) }
            { cites(ctx, step) }
        </>
    }
}

/// The result as a sentence, with the technical name where the step was stopped.
fn result(ctx: &Ctx, step: &Step) -> Html {
    if step.outcome.is_done() {
        return html! { <p class="result"><i aria-hidden="true">{ "✓" }</i>{ ctx.t(&step.tells) }</p> };
    }
    html! {
        <div class="stop">
            <p><b>{ ctx.t(&stop_word(step.outcome)) }</b>{ " " }<code>{ ctx.t(&step.outcome.name()) }</code></p>
            <p>{ ctx.t(&step.tells) }</p>
        </div>
    }
}

/// Changes worth trying at this step; on a step that was stopped, some of them mend it.
fn what_ifs(ctx: &Ctx, frame: &Rc<Frame>) -> Html {
    let click = {
        let (ctx, frame) = (ctx.clone(), frame.clone());
        Callback::from(move |event: MouseEvent| {
            let i = dom::number(&event, "what-if").and_then(|i| usize::try_from(i).ok());
            if let Some(what_if) = i.and_then(|i| frame.what_ifs.get(i)) {
                ctx.act(Do::WhatIf(what_if.clone()));
            }
        })
    };
    if frame.what_ifs.is_empty() {
        return html! { <div class="nothing"></div> };
    }
    let stopped = frame.step.as_ref().is_some_and(|s| !s.outcome.is_done());
    let title = match stopped {
        true => text!("ui.card.mend", "What would mend it, and what else"),
        false => text!("ui.card.what-if", "What if …"),
    };
    html! {
        <section>
            <h3>{ ctx.t(&title) }</h3>
            <div class="choices" onclick={click}>
                for (i, what_if) in frame.what_ifs.iter().enumerate() {
                    <button key={i} data-what-if={i.to_string()}>{ ctx.t(&what_if.says) }</button>
                }
            </div>
        </section>
    }
}
