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
use crate::el::{El, el, group, nothing, said};
use crate::state::Ctx;
use crate::state::play::Do;

/// The card of a moment; `fork` says whether the run has an original beside it.
pub(super) fn card(ctx: &Ctx, frame: &Rc<Frame>, fork: bool) -> El {
    let inner = match &frame.step {
        None => introduction(ctx, frame),
        Some(step) => told(ctx, frame, step, fork),
    };
    let stopped = frame.step.as_ref().is_some_and(|s| !s.outcome.is_done());
    el("aside")
        .class("card")
        .also(stopped, "is-stopped")
        .at("id", "card")
        .at("tabindex", "-1")
        .at("aria-label", said(ctx, text!("ui.card", "This step")))
        .kid(inner)
}

/// Position 0: what the scenario asks and teaches.
fn introduction(ctx: &Ctx, frame: &Frame) -> El {
    let info = &frame.info;
    let next = {
        let ctx = ctx.clone();
        Callback::from(move |_: Event| ctx.act(Do::By(1)))
    };
    let place = text!(
        "ui.card.start",
        "before the first of {n} steps",
        n = frame.len
    );
    let first = text!("ui.card.first", "Go to the first step");
    let first = el("button")
        .class("go")
        .on_click(next)
        .kid(said(ctx, first))
        .kid(el("kbd").kid("→"));
    let hint = text!(
        "ui.card.hint",
        "→ and ← step, Space plays, ? lists every key. Change anything: the original run is kept beside yours."
    );
    group()
        .kid(el("p").class("place m").kid(said(ctx, place)))
        .kid(el("h2").kid(ctx.t(&info.title)))
        .kid(el("p").class("question").kid(ctx.t(&info.question)))
        .kid(el("p").kid(ctx.t(&info.lesson)))
        .kid(el("p").kid(first))
        .kid(el("p").class("dim").kid(said(ctx, hint)))
}

/// How a step that was stopped ended, as one word with its full stop.
pub(crate) fn stop_word(outcome: Outcome) -> Text {
    match outcome {
        Outcome::Done => text!("ui.outcome.done", "Done."),
        Outcome::Refused(_) => text!("ui.outcome.refused", "Refused."),
        Outcome::Faulted(_) => text!("ui.outcome.faulted", "Faulted."),
    }
}

fn told(ctx: &Ctx, frame: &Rc<Frame>, step: &Rc<Step>, fork: bool) -> El {
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
    let label = el("span").class("dim").kid(frame.label.clone());
    let place = el("p")
        .class("place m")
        .kid(said(ctx, place))
        .kid(" · ")
        .kid(label);
    let name = el("code").kid(ctx.t(&step.name));
    let done = step.outcome.is_done();
    let (stop, end) = match done {
        false => (Some(result(ctx, step)), None),
        true => {
            let title = text!("ui.card.result", "Result");
            let end = el("section").kid(el("h3").kid(said(ctx, title)));
            (None, Some(end.kid(result(ctx, step))))
        }
    };
    group()
        .kid(place)
        .kid(el("h2").kid(name))
        .kid(el("p").class("says").kid(ctx.t(&step.says)))
        .kid(stop)
        .kid(el("p").kid(ctx.t(&step.caption)))
        .kid(checks(ctx, step))
        .kid(end)
        .kid(events(ctx, frame))
        .kid(what_ifs(ctx, frame))
        .kid(snippets(ctx, frame))
        .kid(cites(ctx, step))
}

/// The result as a sentence, with the technical name where the step was stopped.
fn result(ctx: &Ctx, step: &Step) -> El {
    let tells = ctx.t(&step.tells);
    if step.outcome.is_done() {
        let sign = el("i").at("aria-hidden", "true").kid("✓");
        return el("p").class("result").kid(sign).kid(tells);
    }
    let name = el("code").kid(said(ctx, step.outcome.name()));
    let stop = el("p")
        .kid(el("b").kid(said(ctx, stop_word(step.outcome))))
        .kid(" ")
        .kid(name);
    el("div").class("stop").kid(stop).kid(el("p").kid(tells))
}

/// Changes worth trying at this step; on a step that was stopped, some of them mend it.
fn what_ifs(ctx: &Ctx, frame: &Rc<Frame>) -> El {
    let click = {
        let (ctx, frame) = (ctx.clone(), frame.clone());
        Callback::from(move |event: Event| {
            let i = dom::number(&event, "what-if").and_then(|i| usize::try_from(i).ok());
            if let Some(what_if) = i.and_then(|i| frame.what_ifs.get(i)) {
                ctx.act(Do::WhatIf(what_if.clone()));
            }
        })
    };
    if frame.what_ifs.is_empty() {
        return nothing();
    }
    let stopped = frame.step.as_ref().is_some_and(|s| !s.outcome.is_done());
    let title = match stopped {
        true => text!("ui.card.mend", "What would mend it, and what else"),
        false => text!("ui.card.what-if", "What if …"),
    };
    let what_ifs = frame.what_ifs.iter().enumerate();
    let buttons = what_ifs.map(|(i, what_if)| {
        let button = el("button").at("data-what-if", i);
        button.kid(ctx.t(&what_if.says))
    });
    el("section")
        .kid(el("h3").kid(said(ctx, title)))
        .kid(el("div").class("choices").on_click(click).kids(buttons))
}
