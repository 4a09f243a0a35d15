//! Going to a step by its label or number.

use teescope_core::text;
use yew::prelude::*;

use super::Dialog;
use crate::dom;
use crate::state::play::Do;
use crate::state::use_ctx;

#[component]
pub(super) fn GoTo() -> Html {
    let ctx = use_ctx();
    let label = use_state_eq(String::new);
    let input = use_callback(label.setter(), |event: InputEvent, label| {
        label.set(dom::value(&event))
    });
    let go = use_callback(
        (ctx.clone(), (*label).clone()),
        |_: (), (ctx, label): &(_, String)| {
            ctx.act(Do::Label(label.trim().to_string()));
            ctx.close();
        },
    );
    let enter = use_callback(go.clone(), |event: KeyboardEvent, go| {
        if event.key() == "Enter" {
            event.prevent_default();
            go.emit(());
        }
    });
    let click = use_callback(go, |_: MouseEvent, go| go.emit(()));
    html! {
        <Dialog title={text!("ui.goto", "Go to a step")}>
            <label class="row">{ ctx.t(&text!("ui.goto.label", "Label or number")) }
                <input class="m" autofocus=true value={(*label).clone()} oninput={input} onkeydown={enter} spellcheck="false" autocomplete="off" /></label>
            <div class="choices"><button class="go" onclick={click}>{ ctx.t(&text!("ui.goto.go", "Go")) }</button></div>
        </Dialog>
    }
}
