//! Where the two are given: dropped, chosen, or pasted.

use teescope_core::artefacts;
use teescope_core::text;
use teescope_core::trace::Input;
use yew::prelude::*;

use crate::dom;
use crate::el::{El, el, said};
use crate::gallery::drop::file_button;
use crate::state::{Action, Ctx, Sides};

/// Both sides.
pub(super) fn entry(ctx: &Ctx, sides: &Sides) -> El {
    let clear = {
        let ctx = ctx.clone();
        Callback::from(move |event: Event| {
            if let Some(side @ 0..2) = dom::number(&event, "clear") {
                ctx.dispatch
                    .dispatch(Action::Side(side as usize, None, false));
            }
        })
    };
    el("div")
        .class("sides")
        .on_click(clear)
        .kids([0, 1].map(|side| one(ctx, sides, side)))
}

/// Two files to try it with, while there is nothing of the reader's.
pub(super) fn examples(ctx: &Ctx) -> El {
    let take = {
        let ctx = ctx.clone();
        Callback::from(move |event: Event| {
            let chosen = dom::number(&event, "pair").and_then(|i| usize::try_from(i).ok());
            let Some(pair) = chosen.and_then(|i| artefacts::pairs().into_iter().nth(i)) else {
                return;
            };
            for (side, bytes) in (pair.make)().into_iter().enumerate() {
                let file = Input {
                    name: pair.names[side].to_string(),
                    bytes: bytes.into(),
                };
                ctx.dispatch.dispatch(Action::Side(side, Some(file), false));
            }
        })
    };
    let all = artefacts::pairs().into_iter().enumerate();
    let buttons = all.map(|(i, pair)| el("button").at("data-pair", i).kid(said(ctx, pair.title)));
    let says = text!(
        "ui.diff.examples",
        "Nothing at hand? Try one of these pairs"
    );
    el("section")
        .class("examples")
        .kid(el("h2").kid(said(ctx, says)))
        .kid(el("div").class("choices").on_click(take).kids(buttons))
}

fn one(ctx: &Ctx, sides: &Sides, side: usize) -> El {
    let given = sides.given[side].as_ref();
    let pasted = sides.pasted[side];
    let letter = ["A", "B"][side];
    let file = given.filter(|_| !pasted);
    let name = file.map(|input| {
        let size = text!("ui.diff.size", "{n} bytes", n = input.bytes.len());
        el("p")
            .class("given")
            .kid(el("b").class("m").kid(input.name.clone()))
            .kid(" ")
            .kid(el("span").class("dim").kid(said(ctx, size)))
    });
    let missing = file.is_none().then(|| {
        let says = match side {
            0 => text!("ui.diff.drop-a", "Drop the first file here, or"),
            _ => text!("ui.diff.drop-b", "Drop the other file here, or"),
        };
        el("p").class("dim").kid(said(ctx, says))
    });
    let away = given.is_some().then(|| {
        let says = text!("ui.diff.clear", "Put {side} away", side = letter);
        el("button").at("data-clear", side).kid(said(ctx, says))
    });
    el("section")
        .class("dropzone side")
        .at("data-side", side)
        .at("aria-label", letter)
        .kid(el("h2").kid(letter))
        .kid(name)
        .kid(missing)
        .kid(el("div").class("choices").kid(file_button(ctx)).kid(away))
        .kid(file.is_none().then(|| field(ctx, given, side)))
}

/// Where a value is pasted.
fn field(ctx: &Ctx, given: Option<&Input>, side: usize) -> El {
    let pasted = {
        let ctx = ctx.clone();
        Callback::from(move |event: Event| {
            let text = dom::value(&event);
            let input = (!text.trim().is_empty()).then(|| Input {
                name: ["A", "B"][side].to_string(),
                bytes: text.as_bytes().into(),
            });
            ctx.dispatch.dispatch(Action::Side(side, input, true));
        })
    };
    let id = ["value-a", "value-b"][side];
    let text = given.and_then(|i| i.bytes.whole());
    let text = text.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let label = text!("ui.diff.value", "or paste the expected value");
    let hint = text!("ui.diff.hint", "64 hex digits");
    let input = el("input")
        .class("m")
        .at("id", id)
        .at("type", "text")
        .at("spellcheck", "false")
        .at("autocomplete", "off")
        .at("placeholder", said(ctx, hint))
        .value(&text.unwrap_or_default())
        .on_change(pasted);
    el("div")
        .class("value")
        .kid(el("label").at("for", id).class("dim").kid(said(ctx, label)))
        .kid(input)
}
