//! Going to a step by its label or number.

use teescope_core::text;
use yew::prelude::*;

use super::Draft;
use crate::dom;
use crate::el::{El, el, group, said};
use crate::state::Ctx;
use crate::state::play::Do;

/// The field for a label.
pub(super) fn goto(ctx: &Ctx, draft: &Draft) -> El {
    let label = &draft.word;
    let input = {
        let label = label.clone();
        Callback::from(move |event: Event| label.set(dom::value(&event)))
    };
    let go = {
        let (ctx, label) = (ctx.clone(), label.clone());
        move || {
            ctx.act(Do::Label(label.get().trim().to_string()));
            ctx.close();
        }
    };
    let enter = {
        let go = go.clone();
        Callback::from(move |event: Event| {
            if dom::key(&event) == "Enter" {
                event.prevent_default();
                go();
            }
        })
    };
    let field = el("input")
        .class("m")
        .flag("autofocus", true)
        .at("spellcheck", "false")
        .at("autocomplete", "off")
        .value(&label.get())
        .on_input(input)
        .on_key(enter);
    let title = text!("ui.goto.label", "Label or number");
    let button = el("button")
        .class("go")
        .on_click(Callback::from(move |_: Event| go()))
        .kid(said(ctx, text!("ui.goto.go", "Go")));
    group()
        .kid(el("label").class("row").kid(said(ctx, title)).kid(field))
        .kid(el("div").class("choices").kid(button))
}
