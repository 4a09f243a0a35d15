//! The screen of a step that was stopped: the comparison that failed, and what did not change.

use teescope_core::text;
use teescope_core::trace::{Compared, Event, Step, Value};

use super::card::stop_word;
use super::checks::{model_of, sides};
use super::frame::Frame;
use crate::el::{El, el, group, nothing, said};
use crate::state::Ctx;

/// The figure of a step that was stopped.
pub(super) fn refusal(ctx: &Ctx, frame: &Frame) -> El {
    let Some(step) = &frame.step else {
        return nothing();
    };
    let screen = el("figure").class("refusal");
    let Some(rule) = step.broken() else {
        let name = el("code").kid(said(ctx, step.outcome.name()));
        let title = el("h2").kid(said(ctx, stop_word(step.outcome)));
        return screen
            .kid(el("figcaption").kid(title).kid(name))
            .kid(el("p").kid(ctx.t(&step.tells)));
    };
    let compared = compared(step, rule.id);
    let title = match compared {
        Some(_) => text!("ui.refusal.comparison", "The comparison that failed"),
        None => text!("ui.refusal.rule", "The rule that was broken"),
    };
    let heading = el("figcaption")
        .kid(el("h2").kid(said(ctx, title)))
        .kid(el("span").kid(rule.cite));
    let says = el("p")
        .class("rule-says")
        .kid(el("i").at("aria-hidden", "true").kid("✕"))
        .kid(said(ctx, rule.text()))
        .kid(" ")
        .kid(model_of(ctx, rule));
    let compared = compared.map(|compared| {
        group()
            .kid(el("div").class("compared").kid(sides(ctx, compared)))
            .kid(first_difference(ctx, compared))
    });
    screen
        .kid(heading)
        .kid(says)
        .kid(compared)
        .kid(unchanged(ctx, frame))
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
fn first_difference(ctx: &Ctx, c: &Compared) -> El {
    let (Value::Bytes(wanted), Value::Bytes(found)) = (&c.wanted, &c.found) else {
        return nothing();
    };
    let differing = wanted
        .iter()
        .zip(found.iter())
        .filter(|(a, b)| a != b)
        .count();
    let at = wanted.iter().zip(found.iter()).position(|(a, b)| a != b);
    let Some(at) = at else {
        return nothing();
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
    el("p").class("dim").kid(said(ctx, says))
}

/// What the step left as it was, by its own account and by comparing the panels.
fn unchanged(ctx: &Ctx, frame: &Frame) -> El {
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
    let title = text!("ui.refusal.changed", "What changed");
    el("p")
        .class("unchanged")
        .kid(el("b").kid(said(ctx, title)))
        .kid(" ")
        .kid(said(ctx, says))
}
