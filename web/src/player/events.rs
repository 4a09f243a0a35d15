//! What a step did: state written, digests fed, keys derived, states left, messages sent.

use std::rc::Rc;

use teescope_core::text;
use teescope_core::text::Text;
use teescope_core::trace::{Event, Value};
use yew::prelude::*;

use super::frame::Frame;
use super::value::{value, words};
use crate::dom;
use crate::el::{El, el, nothing, said};
use crate::state::Ctx;
use crate::state::play::Do;

/// More events than this are folded away.
const SHOWN: usize = 12;

/// What the step of a frame did.
pub(super) fn events(ctx: &Ctx, frame: &Rc<Frame>) -> El {
    let click = {
        let (ctx, frame) = (ctx.clone(), frame.clone());
        Callback::from(move |event: yew::Event| {
            let i = dom::number(&event, "event").and_then(|i| usize::try_from(i).ok());
            let step = frame.step.as_ref();
            if let Some(Event::Write { place, .. }) = i.and_then(|i| step?.events.get(i)) {
                ctx.act(Do::Select(Some(*place)));
            }
        })
    };
    let events = frame.step.iter().flat_map(|s| s.events.iter().enumerate());
    let told: Vec<(usize, &Event)> = events
        .filter(|(_, e)| !matches!(e, Event::Check { .. }))
        .collect();
    if told.is_empty() {
        return nothing();
    }
    let (shown, rest) = told.split_at(told.len().min(SHOWN));
    let name = |i: usize| frame.names.get(i).cloned().unwrap_or_default();
    let rows = |events: &[(usize, &Event)]| {
        let rows = events.iter();
        el("ul").kids(rows.map(|(i, event)| row(ctx, *i, event, &name(*i))))
    };
    let folded = (!rest.is_empty()).then(|| {
        let more = text!("ui.events.more", "{n} more", n = rest.len());
        let more = el("summary").kid(said(ctx, more));
        let more = el("details").kid(more).kid(rows(rest));
        el("li").kid(more)
    });
    el("section")
        .class("events")
        .kid(el("h3").kid(said(ctx, text!("ui.events", "What it did"))))
        .kid(rows(shown).on_click(click).kid(folded))
}

fn row(ctx: &Ctx, i: usize, event: &Event, name: &Text) -> El {
    let inner = match event {
        Event::Check { .. } => el("span"),
        Event::Write { before, after, .. } => write(ctx, i, name, before, after),
        Event::Absorb(a) => {
            let bytes: usize = a.pieces.iter().map(|p| p.bytes.len()).sum();
            let says = text!(
                "ui.events.absorb",
                "{digest} takes in {n} bytes; {blocks} blocks so far",
                digest = name.clone(),
                n = bytes,
                blocks = a.blocks
            );
            el("span").kid(said(ctx, says))
        }
        Event::Derive {
            key,
            from,
            value: derived,
        } => {
            let from = from.iter().map(|(what, v)| {
                el("div")
                    .kid(el("dt").kid(ctx.t(what)))
                    .kid(el("dd").kid(value(ctx, v, None)))
            });
            let sides = el("dl")
                .class("sides")
                .kids(from)
                .kid(el("dt").kid(said(ctx, text!("ui.events.key", "key"))))
                .kid(el("dd").kid(value(ctx, derived, None)));
            el("div")
                .kid(el("b").kid(ctx.t(key)))
                .kid(" ")
                .kid(said(ctx, text!("ui.events.derived", "is derived from")))
                .kid(sides)
        }
        Event::Transition { what, from, to } => el("span")
            .kid(el("b").kid(*what))
            .kid(" ")
            .kid(el("span").class("dim").kid(*from))
            .kid(" → ")
            .kid(el("mark").kid(*to)),
        Event::Message {
            from,
            to,
            what,
            bytes,
        } => {
            let says = text!(
                "ui.events.message",
                "{from} sends {to}: {what}",
                from = from.clone(),
                to = to.clone(),
                what = what.clone()
            );
            el("div").kid(said(ctx, says)).kid(sent(ctx, bytes))
        }
    };
    el("li").kid(inner)
}

/// The bytes of a message, folded away when they are many.
fn sent(ctx: &Ctx, bytes: &[u8]) -> El {
    if bytes.len() <= 32 {
        return el("div").kid(words(bytes, None));
    }
    let says = text!("ui.events.bytes", "its {n} bytes", n = bytes.len());
    el("details")
        .kid(el("summary").kid(said(ctx, says)))
        .kid(words(bytes, None))
}

fn write(ctx: &Ctx, i: usize, name: &Text, before: &Value, after: &Value) -> El {
    let select = text!(
        "ui.events.select",
        "Select it: [ and ] then go to the steps that write it"
    );
    let select = el("button")
        .class("cell")
        .at("data-event", i)
        .at("title", said(ctx, select))
        .kid(ctx.t(name));
    let becomes = text!("ui.events.becomes", "becomes");
    let now = value(ctx, after, Some(before));
    el("div")
        .class("write")
        .also(matches!(after, Value::Bytes(b) if b.len() > 8), "long")
        .kid(select)
        .kid(el("span").class("was").kid(value(ctx, before, None)))
        .kid(
            el("span")
                .class("now")
                .at("data-word", said(ctx, becomes))
                .kid(now),
        )
}
