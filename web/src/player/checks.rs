//! The checks of a step in the manual's order: held, failed with the two sides compared, not reached.

use teescope_core::text;
use teescope_core::trace::{Compared, Event, Rule, Step};

use yew::prelude::*;

use super::value::value;
use crate::el::{El, el, group, nothing, said};
use crate::state::Ctx;

/// More checks than this that held are folded away when one failed.
const FOLD: usize = 8;

/// One rule as it was checked.
struct Checked<'a> {
    rule: &'static Rule,
    held: bool,
    /// Whether its failing stopped the step.
    stopped: bool,
    compared: Option<&'a Compared>,
}

/// Every rule that was checked, each once; a rule checked several times counts as failed if it failed once.
fn checked(step: &Step) -> Vec<Checked<'_>> {
    let broken = step.broken().map(|r| r.id);
    let mut out: Vec<Checked<'_>> = Vec::new();
    for event in &step.events {
        let Event::Check {
            rule,
            held,
            compared,
        } = event
        else {
            continue;
        };
        match out.iter_mut().find(|c| c.rule.id == rule.id) {
            Some(seen) if seen.held && !held => {
                seen.held = false;
                seen.compared = compared.as_ref();
                seen.stopped = broken == Some(rule.id);
            }
            Some(_) => {}
            None => out.push(Checked {
                rule,
                held: *held,
                stopped: !held && broken == Some(rule.id),
                compared: compared.as_ref(),
            }),
        }
    }
    out
}

/// The checks of a step.
pub(super) fn checks(ctx: &Ctx, step: &Step) -> El {
    let all = checked(step);
    if all.is_empty() && step.not_reached.is_empty() {
        return nothing();
    }
    let failed = all.iter().any(|c| !c.held);
    let held = all.iter().take_while(|c| c.held).count();
    let folded = if failed && held > FOLD { held - 2 } else { 0 };
    let folded_away = (folded > 0).then(|| {
        let more = text!("ui.checks.held", "{n} checks before held", n = folded);
        el("details")
            .kid(el("summary").kid(said(ctx, more)))
            .kid(el("ul").kids(all[..folded].iter().map(|c| row(ctx, c))))
    });
    let title = text!("ui.checks", "Checks, in the manual’s order");
    let rest = (!step.not_reached.is_empty()).then(|| not_reached(ctx, step));
    el("section")
        .class("checks")
        .kid(el("h3").kid(said(ctx, title)))
        .kid(folded_away)
        .kid(el("ul").kids(all[folded..].iter().map(|c| row(ctx, c))))
        .kid(rest)
}

/// How a check ended.
#[derive(Clone, Copy)]
pub(crate) enum Ended {
    Held,
    Failed,
    /// It did not hold, and the step went on.
    No,
    NotReached,
}

/// A check as one item of a list. The styles give it its sign, and those who do not see the sign the word: a step has
/// dozens of checks, and each is one element so.
pub(crate) fn check(ctx: &Ctx, ended: Ended, says: AttrValue) -> El {
    let (class, word) = match ended {
        Ended::Held => ("rule held", text!("ui.checks.did-hold", "Held:")),
        Ended::Failed => ("rule failed", text!("ui.checks.failed", "Failed:")),
        Ended::No => ("rule no", text!("ui.checks.no", "Did not hold:")),
        Ended::NotReached => ("rule", text!("ui.checks.skip", "Not reached:")),
    };
    let item = el("li").class(class).at("data-word", said(ctx, word));
    match ended {
        Ended::Failed => item.kid(el("b").kid(says)),
        _ => item.kid(says),
    }
}

fn not_reached(ctx: &Ctx, step: &Step) -> El {
    let n = text!(
        "ui.checks.not-reached",
        "{n} checks not reached",
        n = step.not_reached.len()
    );
    let rules = step.not_reached.iter();
    let rules = rules.map(|rule| check(ctx, Ended::NotReached, said(ctx, rule.text())));
    el("details")
        .class("unreached")
        .kid(el("summary").kid(said(ctx, n)))
        .kid(el("ul").kids(rules))
}

fn row(ctx: &Ctx, checked: &Checked<'_>) -> El {
    let rule = checked.rule;
    let ended = match (checked.held, checked.stopped) {
        (true, _) => Ended::Held,
        (false, true) => Ended::Failed,
        (false, false) => Ended::No,
    };
    let why = checked.stopped.then(|| {
        group()
            .kid(el("code").class("id").kid(rule.id))
            .kid(el("small").kid(rule.cite))
            .kid(checked.compared.map(|c| sides(ctx, c)))
    });
    check(ctx, ended, said(ctx, rule.text()))
        .at("title", rule.id)
        .kid(rule.is_model().then(|| model(ctx)))
        .kid(why)
}

/// The mark of a rule that is a model because the vendor publishes nothing.
pub(super) fn model_of(ctx: &Ctx, rule: &Rule) -> El {
    if rule.is_model() {
        model(ctx)
    } else {
        el("span")
    }
}

/// The mark of a model.
pub(crate) fn model(ctx: &Ctx) -> El {
    let says = text!(
        "ui.model.says",
        "The vendor publishes nothing about this; it is a model."
    );
    el("span")
        .class("model")
        .at("title", said(ctx, says))
        .kid(said(ctx, text!("ui.model", "model")))
}

/// The two sides of a comparison, the bytes that differ marked.
pub(super) fn sides(ctx: &Ctx, c: &Compared) -> El {
    let found = value(ctx, &c.found, Some(&c.wanted));
    el("dl")
        .class("sides")
        .kid(el("dt").kid(ctx.t(&c.wanted_is)))
        .kid(el("dd").kid(value(ctx, &c.wanted, None)))
        .kid(el("dt").kid(ctx.t(&c.found_is)))
        .kid(el("dd").kid(found))
}

/// The documents that the step's rules come from.
pub(super) fn cites(ctx: &Ctx, step: &Step) -> El {
    let mut cites: Vec<&'static str> = Vec::new();
    let rules = step.events.iter().filter_map(|e| match e {
        Event::Check { rule, .. } => Some(*rule),
        _ => None,
    });
    for rule in rules.chain(step.not_reached.iter().copied()) {
        if !cites.contains(&rule.cite) {
            cites.push(rule.cite);
        }
    }
    if cites.is_empty() {
        return nothing();
    }
    let title = text!("ui.cites", "Where it is written");
    let cites = cites.into_iter();
    el("section")
        .class("cites")
        .kid(el("h3").kid(said(ctx, title)))
        .kid(el("ul").kids(cites.map(|cite| el("li").kid(cite))))
}
