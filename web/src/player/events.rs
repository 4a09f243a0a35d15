//! What a step did: state written, digests fed, keys derived, states left, messages sent.

use std::rc::Rc;

use teescope_core::text;
use teescope_core::text::Text;
use teescope_core::trace::{Event, Value};
use yew::prelude::*;

use super::frame::Frame;
use super::value::{value, words};
use crate::dom;
use crate::state::Ctx;
use crate::state::play::Do;

/// More events than this are folded away.
const SHOWN: usize = 12;

/// What the step of a frame did.
pub(super) fn events(ctx: &Ctx, frame: &Rc<Frame>) -> Html {
    let click = {
        let (ctx, frame) = (ctx.clone(), frame.clone());
        Callback::from(move |event: MouseEvent| {
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
        return html! { <div class="nothing"></div> };
    }
    let (shown, rest) = told.split_at(told.len().min(SHOWN));
    let more = text!("ui.events.more", "{n} more", n = rest.len());
    let name = |i: usize| frame.names.get(i).cloned().unwrap_or_default();
    html! {
        <section class="events">
            <h3>{ ctx.t(&text!("ui.events", "What it did")) }</h3>
            <ul onclick={click}>
                for (i, event) in shown { { row(ctx, *i, event, &name(*i)) } }
                if !rest.is_empty() {
                    <li key="more"><details><summary>{ ctx.t(&more) }</summary><ul>
                        for (i, event) in rest { { row(ctx, *i, event, &name(*i)) } }
                    </ul></details></li>
                }
            </ul>
        </section>
    }
}

fn row(ctx: &Ctx, i: usize, event: &Event, name: &Text) -> Html {
    let inner = match event {
        Event::Check { .. } => html! { <span></span> },
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
            html! { <span>{ ctx.t(&says) }</span> }
        }
        Event::Derive {
            key,
            from,
            value: derived,
        } => html! {
            <div>
                <b>{ ctx.t(key) }</b>{ " " }{ ctx.t(&text!("ui.events.derived", "is derived from")) }
                <dl class="sides">
                    for (k, (what, v)) in from.iter().enumerate() {
                        <div key={k}><dt>{ ctx.t(what) }</dt><dd>{ value(v, None, &ctx.lang) }</dd></div>
                    }
                    <dt>{ ctx.t(&text!("ui.events.key", "key")) }</dt><dd>{ value(derived, None, &ctx.lang) }</dd>
                </dl>
            </div>
        },
        Event::Transition { what, from, to } => html! {
            <span><b>{ *what }</b>{ " " }<span class="dim">{ *from }</span>{ " → " }<mark>{ *to }</mark></span>
        },
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
            html! { <div>{ ctx.t(&says) }{ sent(ctx, bytes) }</div> }
        }
    };
    html! { <li key={i}>{ inner }</li> }
}

/// The bytes of a message, folded away when they are many.
fn sent(ctx: &Ctx, bytes: &[u8]) -> Html {
    if bytes.len() <= 32 {
        return html! { <div>{ words(bytes, None) }</div> };
    }
    let says = text!("ui.events.bytes", "its {n} bytes", n = bytes.len());
    html! { <details><summary>{ ctx.t(&says) }</summary>{ words(bytes, None) }</details> }
}

fn write(ctx: &Ctx, i: usize, name: &Text, before: &Value, after: &Value) -> Html {
    let select = text!(
        "ui.events.select",
        "Select it: [ and ] then go to the steps that write it"
    );
    let long = matches!(after, Value::Bytes(b) if b.len() > 8);
    let class = if long { "write long" } else { "write" };
    html! {
        <div class={class}>
            <button class="cell" data-event={i.to_string()} title={ctx.t(&select)}>{ ctx.t(name) }</button>
            <span class="was">{ value(before, None, &ctx.lang) }</span>
            <span class="to" aria-label={ctx.t(&text!("ui.events.becomes", "becomes"))} role="img">{ "→" }</span>
            <span class="now">{ value(after, Some(before), &ctx.lang) }</span>
        </div>
    }
}
