//! The checks of a step in the manual's order: held, failed with the two sides compared, not reached.

use teescope_core::text;
use teescope_core::trace::{Compared, Event, Rule, Step};
use yew::prelude::*;

use super::value::value;
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
pub(super) fn checks(ctx: &Ctx, step: &Step) -> Html {
    let all = checked(step);
    if all.is_empty() && step.not_reached.is_empty() {
        return html! { <div class="nothing"></div> };
    }
    let failed = all.iter().any(|c| !c.held);
    let held = all.iter().take_while(|c| c.held).count();
    let folded = if failed && held > FOLD { held - 2 } else { 0 };
    let more = text!("ui.checks.held", "{n} checks before held", n = folded);
    html! {
        <section class="checks">
            <h3>{ ctx.t(&text!("ui.checks", "Checks, in the manual’s order")) }</h3>
            if folded > 0 {
                <details>
                    <summary>{ ctx.t(&more) }</summary>
                    <ul>
                        for check in &all[..folded] { { row(ctx, check) } }
                    </ul>
                </details>
            }
            <ul>
                for check in &all[folded..] { { row(ctx, check) } }
            </ul>
            if !step.not_reached.is_empty() {
                { not_reached(ctx, step) }
            }
        </section>
    }
}

fn not_reached(ctx: &Ctx, step: &Step) -> Html {
    let n = text!(
        "ui.checks.not-reached",
        "{n} checks not reached",
        n = step.not_reached.len()
    );
    html! {
        <details class="unreached">
            <summary>{ ctx.t(&n) }</summary>
            <ul>
                for rule in &step.not_reached {
                    <li key={rule.id} class="rule"><i aria-hidden="true">{ "·" }</i>
                        <span><span class="aside-text">{ ctx.t(&text!("ui.checks.skip", "Not reached:")) }{ " " }</span>{ ctx.t(&rule.text()) }</span></li>
                }
            </ul>
        </details>
    }
}

fn row(ctx: &Ctx, check: &Checked<'_>) -> Html {
    let rule = check.rule;
    let (sign, word, class) = match (check.held, check.stopped) {
        (true, _) => ("✓", text!("ui.checks.did-hold", "Held:"), "rule held"),
        (false, true) => ("✕", text!("ui.checks.failed", "Failed:"), "rule failed"),
        (false, false) => ("–", text!("ui.checks.no", "Did not hold:"), "rule no"),
    };
    html! {
        <li key={rule.id} class={class} title={rule.id}>
            <i aria-hidden="true">{ sign }</i>
            <div>
                <span><span class="aside-text">{ ctx.t(&word) }{ " " }</span>{ ctx.t(&rule.text()) }</span>
                { model(ctx, rule) }
                if check.stopped {
                    <code class="id">{ rule.id }</code>
                    <small>{ rule.cite }</small>
                    if let Some(compared) = check.compared {
                        { sides(ctx, compared) }
                    }
                }
            </div>
        </li>
    }
}

/// The mark of a rule that is a model because the vendor publishes nothing.
pub(super) fn model(ctx: &Ctx, rule: &Rule) -> Html {
    if !rule.is_model() {
        return html! { <span></span> };
    }
    let says = text!(
        "ui.model.says",
        "The vendor publishes nothing about this; it is a model."
    );
    html! { <span class="model" title={ctx.t(&says)}>{ ctx.t(&text!("ui.model", "model")) }</span> }
}

/// The two sides of a comparison, the bytes that differ marked.
pub(super) fn sides(ctx: &Ctx, c: &Compared) -> Html {
    html! {
        <dl class="sides">
            <dt>{ ctx.t(&c.wanted_is) }</dt><dd>{ value(&c.wanted, None, &ctx.lang) }</dd>
            <dt>{ ctx.t(&c.found_is) }</dt><dd>{ value(&c.found, Some(&c.wanted), &ctx.lang) }</dd>
        </dl>
    }
}

/// The documents that the step's rules come from.
pub(super) fn cites(ctx: &Ctx, step: &Step) -> Html {
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
        return html! { <div class="nothing"></div> };
    }
    html! {
        <section class="cites">
            <h3>{ ctx.t(&text!("ui.cites", "Where it is written")) }</h3>
            <ul>
                for cite in cites { <li key={cite}>{ cite }</li> }
            </ul>
        </section>
    }
}
