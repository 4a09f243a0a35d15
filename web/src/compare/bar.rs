//! What the comparison is about: a sentence for who knows only the word, the question, who looks.

use teescope_core::compare::{ALL, Ask};
use teescope_core::text;
use teescope_core::text::Text;
use teescope_core::trace::Observer;
use yew::prelude::*;

use super::scene::{Scene, turn};
use crate::dom;
use crate::el::{El, el, said};
use crate::gallery::settings::settings;
use crate::held::Held;
use crate::player::copy;
use crate::state::Ctx;

/// What can be done with the page.
pub(super) fn actions(ctx: &Ctx) -> El {
    let click = {
        let ctx = ctx.clone();
        Callback::from(
            move |event: Event| match dom::data(&event, "do").as_deref() {
                Some("share") => {
                    let link = dom::window().and_then(|w| w.location().href().ok());
                    copy(&ctx, link.unwrap_or_default());
                }
                Some("print") => {
                    _ = dom::window().map(|w| w.print());
                }
                _ => {}
            },
        )
    };
    let button = |id: &'static str, says| {
        let button = el("button").class("q").at("data-do", id);
        button.kid(said(ctx, says))
    };
    el("div")
        .class("actions")
        .on_click(click)
        .kid(button("share", text!("ui.compare.share", "Copy the link")))
        .kid(button("print", text!("ui.compare.print", "Print")))
        .kid(settings(ctx))
}

/// What a TEE is, and what is done here.
pub(super) fn lead(ctx: &Ctx) -> El {
    let title = text!(
        "ui.compare.title",
        "Trusted execution environments, side by side"
    );
    let says = text!(
        "ui.compare.lead",
        "A trusted execution environment (TEE) is a part of a computer that guards a program and its data from everything around it, even from the operating system. How well? Ask, and see several of them answer."
    );
    el("div")
        .class("lead-in")
        .kid(el("h1").kid(said(ctx, title)))
        .kid(el("p").kid(said(ctx, says)))
}

/// The question and the observer.
pub(super) fn bar(scene: &Scene) -> El {
    el("section")
        .class("ask")
        .kid(question(scene))
        .kid(observers(scene))
}

/// How the answers were come by.
pub(super) fn how(scene: &Scene) -> El {
    let ctx = &scene.ctx;
    let n = scene.seats.len();
    let run = match n {
        1 => text!(
            "ui.compare.run-one",
            "Every cell was read off a run that was just carried out in this page."
        ),
        _ => text!(
            "ui.compare.run",
            "The same program, the same secret, {n} machines. Every cell was run just now, in this page.",
            n = n
        ),
    };
    el("p")
        .class("how")
        .kid(said(ctx, (scene.asked.question.how)()))
        .kid(" ")
        .kid(said(ctx, run))
}

fn question(scene: &Scene) -> El {
    let ctx = &scene.ctx;
    let change = asks(scene, |ask, value| ask.question = value);
    let options = ALL.iter().map(|q| {
        el("option")
            .key(q.id)
            .at("value", q.id)
            .flag("selected", q.id == scene.asked.question.id)
            .kid(said(ctx, (q.asks)()))
    });
    // The choice lies over the question, which may so be broken over lines.
    let select = el("select")
        .at("id", "question")
        .on_change(change)
        .kids(options);
    let title = text!("ui.compare.question", "Question");
    let label = el("label").at("for", "question").kid(said(ctx, title));
    let asks = el("h2").kid(said(ctx, (scene.asked.question.asks)()));
    el("div")
        .class("question-of")
        .kid(label)
        .kid(el("div").class("chosen").kid(asks).kid(select))
}

/// What changes the ask and asks again.
fn asks(scene: &Scene, change: fn(&mut Ask, String)) -> Callback<Event> {
    let (ctx, ask) = (scene.ctx.clone(), scene.ask.clone());
    Callback::from(move |event: Event| {
        let mut next = (*ask).clone();
        // The moment belongs to the question.
        next.at.clear();
        change(&mut next, dom::value(&event));
        turn(&ctx, &next, true);
    })
}

fn observers(scene: &Scene) -> El {
    let ctx = &scene.ctx;
    let change = asks(scene, |ask, value| {
        ask.observer = Observer::from_id(&value).unwrap_or(ask.observer);
    });
    let options = scene.observers().into_iter().map(|who| {
        let on = who == scene.asked.observer;
        let field = el("input")
            .at("type", "radio")
            .at("name", "observer")
            .checked(on)
            .value(who.id());
        el("label")
            .key(who.id())
            .also(on, "on")
            .kid(field)
            .kid(said(ctx, plain(who)))
    });
    let seg = el("div")
        .class("seg")
        .at("role", "radiogroup")
        .at("aria-labelledby", "seen-by")
        .on_change(change)
        .kids(options);
    let legend = text!("ui.compare.observer", "Seen by");
    let nobody = (!scene.asked.question.by_observer).then(|| {
        let says = text!(
            "ui.compare.any-observer",
            "This answer is the same whoever looks; the phases below are seen by this observer."
        );
        el("small").kid(said(ctx, says))
    });
    let legend = el("span").at("id", "seen-by").kid(said(ctx, legend));
    el("div").class("seen-by").kid(legend).kid(seg).kid(nobody)
}

/// An observer in words for everybody; a machine has its own.
pub(super) fn plain(who: Observer) -> Text {
    match who {
        Observer::Inside => text!("ui.compare.who.inside", "the program itself"),
        Observer::Process => text!("ui.compare.who.process", "its application"),
        Observer::Privileged => text!("ui.compare.who.privileged", "the operating system"),
        Observer::Neighbour => text!("ui.compare.who.neighbour", "another such program"),
        Observer::OtherCore => text!("ui.compare.who.other-core", "another core"),
        Observer::Device => text!("ui.compare.who.device", "a DMA device"),
        Observer::Bus => text!("ui.compare.who.bus", "a probe on DRAM"),
        Observer::Network => text!("ui.compare.who.network", "the network"),
        Observer::Remote => text!("ui.compare.who.remote", "a remote verifier"),
    }
}

/// Which column a narrow screen shows.
pub(super) fn tabs(scene: &Scene, tab: &Held<usize>) -> El {
    let ctx = &scene.ctx;
    let change = {
        let tab = tab.clone();
        Callback::from(move |event: Event| tab.set(dom::value(&event).parse().unwrap_or(0)))
    };
    let chosen = tab.get().min(scene.seats.len().saturating_sub(1));
    let options = scene.seats.iter().enumerate().map(|(n, seat)| {
        let field = el("input")
            .at("type", "radio")
            .at("name", "column")
            .checked(n == chosen)
            .value(&n.to_string());
        el("label")
            .also(n == chosen, "on")
            .kid(field)
            .kid(ctx.t(&seat.title))
    });
    el("div")
        .class("seg tabs")
        .at("role", "radiogroup")
        .at("aria-label", said(ctx, text!("ui.compare.tabs", "Machine")))
        .on_change(change)
        .kids(options)
}
