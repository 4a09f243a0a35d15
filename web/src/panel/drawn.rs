//! Panels drawn as figures: address maps and state machines. A map has its ranges as a list beside it.

use teescope_core::bytes::hex;
use teescope_core::text;
use teescope_core::view::{self, AddressMap, Lane, Panel};
use yew::prelude::*;

use super::{Kept, Props};
use crate::dom;
use crate::el::{El, el, group, said};
use crate::figure::figure;
use crate::held::Held;
use crate::state::Ctx;
use crate::state::play::Do;

/// A longer list of ranges is cut; the figure folds them too.
const LISTED: usize = 400;

/// The figure, and beside a map its list.
pub(super) fn body(ctx: &Ctx, props: &Props, kept: &Kept) -> El {
    let (catalogue, changes) = (&ctx.lang.catalogue, props.changes());
    let drawn = match props.panel() {
        Panel::AddressMap(map) => view::figure::address_map(map, changes, catalogue, props.width),
        Panel::States(states) => view::figure::states(states, changes, catalogue, props.width),
        _ => view::figure::Figure::default(),
    };
    let pick = {
        let (ctx, props) = (ctx.clone(), props.clone());
        Callback::from(move |key: String| pick(&ctx, &props, &key))
    };
    let beside = match props.panel() {
        Panel::AddressMap(map) => ranges(ctx, props, map, &kept.open),
        _ => el("span"),
    };
    let figure = figure(drawn, selected(props), pick);
    group()
        .kid(el("div").class("figure-box").kid(figure))
        .kid(beside)
}

/// The keys of the ranges that stand for what is selected.
fn selected(props: &Props) -> Vec<String> {
    let Panel::AddressMap(map) = props.panel() else {
        return Vec::new();
    };
    let ranges = map.lanes.iter().flat_map(|l| &l.ranges);
    let selected = ranges.filter(|r| props.is_selected(r.place.as_ref()));
    selected.map(|r| r.key.clone()).collect()
}

fn pick(ctx: &Ctx, props: &Props, key: &str) {
    let Panel::AddressMap(map) = props.panel() else {
        return;
    };
    let key = key.split(['/', '>']).next().unwrap_or(key);
    let mut ranges = map.lanes.iter().flat_map(|l| &l.ranges);
    if let Some(range) = ranges.find(|r| r.key == key) {
        ctx.act(Do::Pick(range.place, range.start));
    }
}

/// The ranges of a map as a list: the same by keyboard and by ear.
fn ranges(ctx: &Ctx, props: &Props, map: &AddressMap, open: &Held<bool>) -> El {
    let click = {
        let (ctx, props) = (ctx.clone(), props.clone());
        Callback::from(move |event: Event| {
            if let Some(key) = dom::data(&event, "range") {
                pick(&ctx, &props, &key);
            }
        })
    };
    let toggle = {
        let open = open.clone();
        Callback::from(move |_: Event| open.set(!open.get()))
    };
    let button = el("button")
        .class("q small")
        .at("aria-expanded", open.get())
        .on_click(toggle)
        .kid(said(ctx, text!("ui.map.list", "Ranges as a list")));
    let list = open.get().then(|| {
        el("div")
            .class("scrolled")
            .on_click(click)
            .roams("button")
            .at("tabindex", "0")
            .at("role", "group")
            .at("aria-label", ctx.t(&map.title))
            .kids(map.lanes.iter().map(|lane| list(ctx, props, map, lane)))
    });
    el("div").class("beside").kid(button).kid(list)
}

fn list(ctx: &Ctx, props: &Props, map: &AddressMap, lane: &Lane) -> El {
    let ranges = lane.ranges.iter().take(LISTED);
    let rows = ranges.map(|range| {
        let start = el("button")
            .class("cell m")
            .at("data-range", range.key.clone())
            .kid(hex::addr(range.start));
        let end = hex::addr(range.end.wrapping_sub(1));
        let label = el("td").tone(range.tone).kid(ctx.t(&range.label));
        el("tr")
            .key(range.key.as_str())
            .also(props.changes().has(map.id, &range.key), "new")
            .also(props.is_selected(range.place.as_ref()), "selected")
            .kid(el("td").kid(start))
            .kid(el("td").class("m").kid(end))
            .kid(label)
            .kid(el("td").kid(ctx.t(&range.sub)))
    });
    el("table")
        .key(lane.key)
        .kid(el("caption").kid(ctx.t(&lane.title)))
        .kid(el("tbody").kids(rows))
}
