//! What was found out: what the bytes are and why, what follows, what was checked, what is wrong.

use teescope_core::artefacts::{self, Looked};
use teescope_core::bytes::Checked;
use teescope_core::text;
use teescope_core::text::Text;
use teescope_core::trace::Link;
use yew::prelude::*;

use super::Props;
use crate::dom;
use crate::el::{El, el, group, said};
use crate::player::{self, Ended};
use crate::source::Source;
use crate::state::{Action, Ctx, Inspected};

/// Everything that is told about the bytes.
pub(super) fn told(ctx: &Ctx, props: &Props, name: &str, looked: &Looked) -> El {
    let seen = &looked.seen;
    let from = match name.is_empty() {
        true => looked.from.clone(),
        false => Text::join(&[name.into(), looked.from.clone()], " · "),
    };
    let why = match looked.known {
        true => text!(
            "ui.inspect.why",
            "Recognised because {why}.",
            why = seen.why.clone()
        ),
        false => seen.why.clone(),
    };
    let paragraphs = |all: &[Text], class: &'static str| {
        let all: Vec<Text> = all.to_vec();
        let one = move |t: &Text| el("p").class(class).kid(ctx.t(t));
        group().kids(all.iter().map(one))
    };
    let head = el("div")
        .class("what")
        .also(!looked.known, "is-unknown")
        .kid(el("h2").kid(ctx.t(&seen.what)))
        .kid(el("p").kid(said(ctx, why)))
        .kid(el("p").class("dim").kid(ctx.t(&from)));
    el("section")
        .class("told")
        .at("role", "status")
        .kid(head)
        .kid(readings(ctx, props, looked))
        .kid(paragraphs(&seen.wrong, "why"))
        .kid(checks(ctx, &seen.checks))
        .kid(paragraphs(&seen.notes, ""))
        .kid(follows(looked))
        .kid(leads(ctx, &props.source, &seen.leads))
}

/// Whether what was looked at is what a case file tells of, and comes to its digest.
pub(super) fn replayed(ctx: &Ctx, props: &Props) -> Option<El> {
    let case = props.case.as_ref()?;
    let found = artefacts::replay(case, &props.inspected.as_ref()?.given);
    let same = found.as_ref() == Ok(&case.digest);
    let says = match found {
        Err(why) => why,
        Ok(_) if same => text!(
            "ui.case.looked-same",
            "It is the file of the case file, and the same is told of it as then."
        ),
        Ok(_) => text!(
            "ui.case.looked-other",
            "It is the file of the case file, but something else is told of it than then. The case file was changed by hand, or made by another version."
        ),
    };
    let class = if same { "dim" } else { "why" };
    Some(el("p").class(class).kid(said(ctx, says)))
}

/// Where the bytes could be several things: each of them, to be chosen.
fn readings(ctx: &Ctx, props: &Props, looked: &Looked) -> Option<El> {
    let all = &looked.seen.readings;
    let inspected = props.inspected.clone().filter(|_| all.len() > 1)?;
    let which = inspected.which;
    let choose = {
        let ctx = ctx.clone();
        Callback::from(move |event: Event| {
            let chosen = dom::number(&event, "reading").and_then(|i| usize::try_from(i).ok());
            if let Some(which) = chosen {
                let inspected = inspected.clone();
                let next = Inspected { which, ..inspected };
                ctx.dispatch.dispatch(Action::Inspect(Some(next)));
            }
        })
    };
    let says = text!(
        "ui.inspect.readings",
        "These bytes could be several things. Show them as:"
    );
    let buttons = all.iter().enumerate().map(|(i, reading)| {
        el("button")
            .at("data-reading", i)
            .at("aria-pressed", (i == which).to_string())
            .kid(ctx.t(&reading.what))
    });
    let line = el("div")
        .class("choices readings")
        .on_click(choose)
        .kid(el("span").kid(said(ctx, says)))
        .kids(buttons);
    Some(line)
}

/// The ways to runs that show it.
fn leads(ctx: &Ctx, source: &Source, leads: &[String]) -> Option<El> {
    let go = {
        let (ctx, leads) = (ctx.clone(), leads.to_vec());
        Callback::from(move |event: Event| {
            let lead = dom::number(&event, "lead").and_then(|i| leads.get(i as usize).cloned());
            if let Some(link) = lead.and_then(|lead| Link::read(&lead).ok()) {
                ctx.dispatch.dispatch(Action::Visit(link));
            }
        })
    };
    let one = |(i, lead): (usize, &String)| {
        let scenario = lead.split(['@', '&']).next().unwrap_or_default();
        let title = source.info(scenario).map(|info| info.title);
        let says = text!(
            "ui.inspect.lead-to",
            "See it happen: {run}",
            run = title.unwrap_or_else(|| scenario.into())
        );
        el("button").at("data-lead", i).kid(said(ctx, says))
    };
    let choices = el("div").class("choices").on_click(go);
    (!leads.is_empty()).then(|| choices.kids(leads.iter().enumerate().map(one)))
}

fn follows(looked: &Looked) -> Option<El> {
    let follows = &looked.seen.follows;
    let one = |(name, value): &(&'static str, String)| {
        el("div")
            .class("fact")
            .kid(el("dt").kid(*name))
            .kid(el("dd").class("m").kid(value.clone()))
    };
    let facts = el("dl").class("facts").kids(follows.iter().map(one));
    (!follows.is_empty()).then_some(facts)
}

/// The checks in the order of their document, folded away while all of them hold.
fn checks(ctx: &Ctx, checks: &[Checked]) -> Option<El> {
    let held = checks.iter().filter(|c| c.held).count();
    let says = text!(
        "ui.inspect.checks",
        "{held} of {all} checks hold",
        held = held,
        all = checks.len()
    );
    let rules = el("ul").kids(checks.iter().map(|c| check(ctx, c)));
    let folded = el("details")
        .class("checks")
        .flag("open", held < checks.len())
        .kid(el("summary").kid(said(ctx, says)))
        .kid(rules);
    (!checks.is_empty()).then_some(folded)
}

fn check(ctx: &Ctx, check: &Checked) -> El {
    let ended = match check.held {
        true => Ended::Held,
        false => Ended::Failed,
    };
    player::check(ctx, ended, ctx.t(&check.says))
        .kid(el("code").class("id").kid(check.id))
        .kid(el("small").class("dim").kid(check.cite))
}
