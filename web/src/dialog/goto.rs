//! Going to a step by its label or number.

use teescope_core::text;
use yew::prelude::*;

use super::Draft;
use crate::dom;
use crate::state::Ctx;
use crate::state::play::Do;

/// The field for a label.
pub(super) fn goto(ctx: &Ctx, draft: &Draft) -> Html {
    let label = &draft.word;
    let input = {
        let label = label.setter();
        Callback::from(move |event: InputEvent| label.set(dom::value(&event)))
    };
    let go = {
        let (ctx, label) = (ctx.clone(), label.clone());
        move || {
            ctx.act(Do::Label(label.trim().to_string()));
            ctx.close();
        }
    };
    let enter = {
        let go = go.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Enter" {
                event.prevent_default();
                go();
            }
        })
    };
    let click = Callback::from(move |_: MouseEvent| go());
    html! {
        <>
            <label class="row">{ ctx.t(&text!("ui.goto.label", "Label or number")) }
                <input class="m" autofocus=true value={(**label).clone()} oninput={input} onkeydown={enter} spellcheck="false" autocomplete="off" /></label>
            <div class="choices"><button class="go" onclick={click}>{ ctx.t(&text!("ui.goto.go", "Go")) }</button></div>
        </>
    }
}
