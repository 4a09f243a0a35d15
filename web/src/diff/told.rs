//! What was found: the verdict, the causes and what to do, the first difference, the maps and tables.

use std::rc::Rc;

use teescope_core::bytes::hex;
use teescope_core::text;
use teescope_core::text::Text;
use teescope_core::trace::{Input, Link};
use teescope_core::view::{Cause, Certainty, Difference, First, Panel, Spot, Verdict};
use yew::prelude::*;

use crate::dom;
use crate::el::{El, el, group, part_of, said};
use crate::panel::{self, PanelView};
use crate::player::frame;
use crate::state::{Action, Ctx, Sides};

/// Everything that was found.
pub(super) fn told(ctx: &Ctx, sides: &Rc<Sides>, found: &Rc<Difference>) -> El {
    let same = found.verdict == Verdict::Same;
    let verdict = el("div")
        .class(if same {
            "verdict is-same"
        } else {
            "verdict is-different"
        })
        .at("role", "status")
        .kid(
            el("i")
                .at("aria-hidden", "true")
                .kid(if same { "=" } else { "≠" }),
        )
        .kid(el("h2").kid(ctx.t(&found.headline)));
    let says = |t: &Text| el("p").kid(ctx.t(t));
    let panels = found.panels.iter().filter(|p| !is_empty(p));
    let panels = panels.map(|p| {
        let frame = frame::still(p.clone());
        el("div").class("one").kid(drawn(p.id(), frame))
    });
    el("div")
        .class("inspected")
        .kid(verdict)
        .kid(identities(ctx, found))
        .kid(causes(ctx, &found.causes))
        .kid(el("div").class("told").kids(found.says.iter().map(says)))
        .kid(found.first.as_ref().map(|f| first(ctx, sides, f)))
        .kid(el("div").class("panels").kids(panels))
}

/// Whether a table has nothing to say.
fn is_empty(panel: &Panel) -> bool {
    matches!(panel, Panel::Table(table) if table.rows.is_empty())
}

fn drawn(id: &'static str, frame: frame::Frame) -> Html {
    part_of::<PanelView>(
        id,
        panel::Props {
            frame: Rc::new(frame),
            index: 0,
            selected: None,
            width: 1000.0,
        },
    )
}

/// Who the two are.
fn identities(ctx: &Ctx, found: &Difference) -> El {
    let one = |(letter, side): (&'static str, &teescope_core::view::Side)| {
        let what = Text::join(&[side.name.as_str().into(), side.what.clone()], ": ");
        let name = el("dt").kid(letter);
        let value = el("dd")
            .kid(el("code").class("m").kid(side.identity.clone()))
            .kid(el("span").class("dim").kid(said(ctx, what)));
        el("div").class("identity").kid(name).kid(value)
    };
    let label = el("p").class("dim").kid(found.identity);
    let both = ["A", "B"].into_iter().zip(&found.sides).map(one);
    el("div")
        .kid(label)
        .kid(el("dl").class("identities").kids(both))
}

/// The causes, those that follow from others folded away.
fn causes(ctx: &Ctx, causes: &[Cause]) -> Option<El> {
    let follows = |c: &&Cause| c.certainty == Certainty::Follows;
    let main = causes.iter().filter(|c| !follows(c)).map(|c| cause(ctx, c));
    let rest: Vec<El> = causes
        .iter()
        .filter(follows)
        .map(|c| cause(ctx, c))
        .collect();
    let title = text!("ui.diff.causes", "Why");
    let more = text!("ui.diff.follows", "What likely follows from this");
    let folded = (!rest.is_empty()).then(|| {
        el("details")
            .class("follows")
            .kid(el("summary").kid(said(ctx, more)))
            .kid(el("ul").class("causes").kids(rest))
    });
    let list = el("ol").class("causes").kids(main);
    (!causes.is_empty()).then(|| {
        el("section")
            .kid(el("h3").kid(said(ctx, title)))
            .kid(list)
            .kid(folded)
    })
}

fn cause(ctx: &Ctx, cause: &Cause) -> El {
    let likely = (cause.certainty == Certainty::Likely).then(|| {
        let says = text!("ui.diff.likely", "likely");
        el("span").class("likely").kid(said(ctx, says))
    });
    el("li")
        .at("data-cause", cause.id)
        .kid(el("h4").kid(ctx.t(&cause.title)).kid(likely))
        .kid(el("p").kid(ctx.t(&cause.says)))
        .kid(el("p").class("dim").kid(ctx.t(&cause.advice)))
}

/// Where they part first, with the bytes of both beside each other.
fn first(ctx: &Ctx, sides: &Rc<Sides>, first: &First) -> El {
    let title = text!("ui.diff.first", "The first difference");
    let fact = |(name, value): &(Text, String)| {
        el("div")
            .class("fact")
            .kid(el("dt").kid(ctx.t(name)))
            .kid(el("dd").class("m").kid(value.clone()))
    };
    let bytes = first.bytes.iter().flatten().map(|bytes| {
        let panel = Panel::Bytes(bytes.clone());
        el("div")
            .class("one")
            .kid(drawn(bytes.id, frame::marked(panel, &first.differ)))
    });
    let says = |t: &Text| el("p").kid(ctx.t(t));
    el("section")
        .class("first")
        .kid(el("h3").kid(said(ctx, title)))
        .kid(group().kids(first.says.iter().map(says)))
        .kid(el("div").class("beside").kids(bytes))
        .kid(runs(ctx, sides, &first.spots))
        .kid(el("dl").class("facts").kids(first.facts.iter().map(fact)))
}

/// The ways to the step in a run of either file.
fn runs(ctx: &Ctx, sides: &Rc<Sides>, spots: &[Option<Spot>; 2]) -> El {
    let open = {
        let (ctx, sides, spots) = (ctx.clone(), sides.clone(), spots.clone());
        Callback::from(move |event: Event| {
            let Some(side @ 0..2) = dom::number(&event, "open") else {
                return;
            };
            let side = side as usize;
            if let (Some(input), Some(spot)) = (&sides.given[side], &spots[side]) {
                visit(&ctx, input, spot);
            }
        })
    };
    let button = |(side, letter): (usize, &'static str)| {
        let says = text!(
            "ui.diff.open",
            "Open {side} as a run at this step",
            side = letter
        );
        el("button")
            .class("go")
            .at("data-open", side)
            .kid(said(ctx, says))
    };
    let there = ["A", "B"]
        .into_iter()
        .enumerate()
        .filter(|(side, _)| spots[*side].is_some());
    el("div")
        .class("choices")
        .on_click(open)
        .kids(there.map(button))
}

fn visit(ctx: &Ctx, input: &Input, spot: &Spot) {
    // A large file was read once for its digest when it was chosen.
    let Some(digest) = input.bytes.digest() else {
        return;
    };
    let mut link = Link {
        scenario: spot.scenario.to_string(),
        step: spot.step.clone(),
        ..Link::default()
    };
    let named = format!("sha256-{}", hex::encode(&digest));
    link.settings.params.insert(spot.key.to_string(), named);
    ctx.dispatch.dispatch(Action::Run(input.clone(), link));
}
