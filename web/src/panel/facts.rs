//! Names and values, each with where it is written.

use teescope_core::text;
use teescope_core::view::{Fact, Facts, Panel};
use yew::prelude::*;

use super::Props;
use crate::dom;
use crate::player::value::breakable;
use crate::state::Ctx;
use crate::state::play::Do;

/// The body of the panel.
pub(super) fn body(ctx: &Ctx, props: &Props, facts: &Facts) -> Html {
    let click = {
        let (ctx, props) = (ctx.clone(), props.clone());
        Callback::from(move |event: MouseEvent| {
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
    html! {
        <dl class="facts" onclick={click}>
            for fact in &facts.facts { { draw(ctx, props, facts.id, fact) } }
        </dl>
    }
}

fn draw(ctx: &Ctx, props: &Props, panel: &str, fact: &Fact) -> Html {
    let changed = props.changes().has(panel, &fact.key);
    let selected = props.is_selected(fact.place.as_ref());
    let class = classes!(
        "fact",
        changed.then_some("new"),
        selected.then_some("selected")
    );
    let name = breakable(&ctx.t(&fact.name));
    let value = classes!(fact.mono.then_some("m"), format!("tone-{}", fact.tone.id()));
    html! {
        <div key={fact.key.clone()} {class}>
            <dt>
                if fact.place.is_some() {
                    <button class="cell" data-fact={fact.key.clone()}>{ name }</button>
                } else {
                    { name }
                }
            </dt>
            <dd><span class={value}>{ ctx.t(&fact.value) }</span>
                if fact.model {
                    { " " }<span class="model" title={ctx.t(&text!("ui.model.says", "The vendor publishes nothing about this; it is a model."))}>{ ctx.t(&text!("ui.model", "model")) }</span>
                }
                if !fact.cite.is_empty() {
                    { " " }<small class="dim">{ ctx.t(&fact.cite) }</small>
                }
            </dd>
        </div>
    }
}
