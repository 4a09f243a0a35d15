//! The screen of a step that was stopped: the comparison that failed, and what did not change.

use teescope_core::text;
use teescope_core::trace::{Compared, Event, Step, Value};
use yew::prelude::*;

use super::card::stop_word;
use super::checks::{model, sides};
use super::frame::Frame;
use crate::state::Ctx;

/// The figure of a step that was stopped.
pub(super) fn refusal(ctx: &Ctx, frame: &Frame) -> Html {
    let Some(step) = &frame.step else {
        return html! { <div class="nothing"></div> };
    };
    let Some(rule) = step.broken() else {
        return html! {
            <figure class="refusal">
                <figcaption><h2>{ ctx.t(&stop_word(step.outcome)) }</h2><code>{ ctx.t(&step.outcome.name()) }</code></figcaption>
                <p>{ ctx.t(&step.tells) }</p>
            </figure>
        };
    };
    let compared = compared(step, rule.id);
    let title = match compared {
        Some(_) => text!("ui.refusal.comparison", "The comparison that failed"),
        None => text!("ui.refusal.rule", "The rule that was broken"),
    };
    html! {
        <figure class="refusal">
            <figcaption><h2>{ ctx.t(&title) }</h2><span>{ rule.cite }</span></figcaption>
            <p class="rule-says"><i aria-hidden="true">{ "✕" }</i>{ ctx.t(&rule.text()) }{ " " }{ model(ctx, rule) }</p>
            if let Some(compared) = compared {
                <div class="compared">{ sides(ctx, compared) }</div>
                { first_difference(ctx, compared) }
            }
            { unchanged(ctx, frame) }
        </figure>
    }
}

fn compared<'a>(step: &'a Step, id: &str) -> Option<&'a Compared> {
    step.events.iter().rev().find_map(|e| match e {
        Event::Check {
            rule,
            held: false,
            compared,
        } if rule.id == id => compared.as_ref(),
        _ => None,
    })
}

/// Where two byte strings part.
fn first_difference(ctx: &Ctx, c: &Compared) -> Html {
    let (Value::Bytes(wanted), Value::Bytes(found)) = (&c.wanted, &c.found) else {
        return html! { <div class="nothing"></div> };
    };
    let differing = wanted
        .iter()
        .zip(found.iter())
        .filter(|(a, b)| a != b)
        .count();
    let at = wanted.iter().zip(found.iter()).position(|(a, b)| a != b);
    let Some(at) = at else {
        return html! { <div class="nothing"></div> };
    };
    let says = text!(
        "ui.refusal.bytes",
        "{n} of {of} bytes differ, the first at byte {at}: {wanted} was wanted, {found} was found.",
        n = differing,
        of = wanted.len(),
        at = at,
        wanted = format!("0x{:02x}", wanted[at]),
        found = format!("0x{:02x}", found[at])
    );
    html! { <p class="dim">{ ctx.t(&says) }</p> }
}

/// What the step left as it was, by its own account and by comparing the panels.
fn unchanged(ctx: &Ctx, frame: &Frame) -> Html {
    let writes = frame.step.iter().flat_map(|s| &s.events);
    let writes = writes.filter(|e| matches!(e, Event::Write { .. })).count();
    let changed: Vec<_> = frame
        .view
        .panels
        .iter()
        .filter(|p| frame.changes.touches(p.id()))
        .collect();
    let whole = frame.view.panels.len() - changed.len();
    let says = match (writes, changed.len()) {
        (0, 0) => text!(
            "ui.refusal.nothing",
            "Nothing: no state was written, and every panel stands as before the step."
        ),
        (0, _) => text!(
            "ui.refusal.not-written",
            "No state was written by this step."
        ),
        (n, 0) => text!(
            "ui.refusal.only",
            "Only what “What it did” lists ({n} writes); every panel stands as before.",
            n = n
        ),
        (n, _) => text!(
            "ui.refusal.some",
            "{n} writes, listed under “What it did”; {whole} of {of} panels stand as before.",
            n = n,
            whole = whole,
            of = frame.view.panels.len()
        ),
    };
    html! {
        <p class="unchanged"><b>{ ctx.t(&text!("ui.refusal.changed", "What changed")) }</b>{ " " }{ ctx.t(&says) }</p>
    }
}
