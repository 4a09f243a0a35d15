//! Names and values, each with where it is written.

use teescope_core::view::{Fact, Facts, Panel};
use yew::prelude::*;

use super::Props;
use crate::dom;
use crate::el::{El, el, group};
use crate::player::model;
use crate::player::value::breakable;
use crate::state::Ctx;
use crate::state::play::Do;

/// The body of the panel.
pub(super) fn body(ctx: &Ctx, props: &Props, facts: &Facts) -> El {
    let click = {
        let (ctx, props) = (ctx.clone(), props.clone());
        Callback::from(move |event: Event| {
            let (Panel::Facts(facts), Some(key)) = (props.panel(), dom::data(&event, "fact"))
            else {
                return;
            };
            let place = facts
                .facts
                .iter()
                .find(|f| f.key == key)
                .and_then(|f| f.place);
            ctx.act(Do::Select(place));
        })
    };
    let facts_of = facts.facts.iter();
    el("dl")
        .class("facts")
        .on_click(click)
        .kids(facts_of.map(|fact| draw(ctx, props, facts.id, fact)))
}

fn draw(ctx: &Ctx, props: &Props, panel: &str, fact: &Fact) -> El {
    let name = breakable(&ctx.t(&fact.name));
    let name = match fact.place {
        Some(_) => el("dt").kid(
            el("button")
                .class("cell")
                .at("data-fact", fact.key.clone())
                .kid(name),
        ),
        None => el("dt").kid(name),
    };
    let value = el("span")
        .also(fact.mono, "m")
        .tone(fact.tone)
        .kid(ctx.t(&fact.value));
    let cite = el("small").class("dim").kid(ctx.t(&fact.cite));
    let value = el("dd")
        .kid(value)
        .kid(fact.model.then(|| group().kid(" ").kid(model(ctx))))
        .kid((!fact.cite.is_empty()).then(|| group().kid(" ").kid(cite)));
    el("div")
        .key(fact.key.as_str())
        .class("fact")
        .also(props.changes().has(panel, &fact.key), "new")
        .also(props.is_selected(fact.place.as_ref()), "selected")
        .kid(name)
        .kid(value)
}
