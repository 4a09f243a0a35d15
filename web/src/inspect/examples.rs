//! Something to try the inspector with, for those who have nothing at hand: each is pasted as it would be by them.

use std::rc::Rc;

use teescope_core::artefacts;
use teescope_core::text;
use yew::prelude::*;

use crate::dom;
use crate::el::{El, el, said};
use crate::state::{Action, Ctx, Inspected};

/// A button for each.
pub(super) fn examples(ctx: &Ctx) -> El {
    let paste = {
        let ctx = ctx.clone();
        Callback::from(move |event: Event| {
            let chosen = dom::number(&event, "example").and_then(|i| usize::try_from(i).ok());
            if let Some(example) = chosen.and_then(|i| artefacts::examples().into_iter().nth(i)) {
                ctx.dispatch.dispatch(Action::Inspect(Some(Inspected {
                    name: String::new(),
                    given: Rc::from(example.pasted().into_bytes()),
                    pasted: true,
                    which: 0,
                })));
            }
        })
    };
    let all = artefacts::examples().into_iter().enumerate();
    let buttons = all.map(|(i, example)| {
        el("button")
            .at("data-example", i)
            .kid(said(ctx, example.title))
    });
    let says = text!("ui.inspect.examples", "Nothing at hand? Try one of these");
    el("section")
        .class("examples")
        .kid(el("h2").kid(said(ctx, says)))
        .kid(el("div").class("choices").on_click(paste).kids(buttons))
}
