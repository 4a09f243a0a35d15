//! Panels drawn as figures: address maps and state machines. A map has its ranges as a list beside it.

use std::rc::Rc;

use teescope_core::bytes::hex;
use teescope_core::text;
use teescope_core::view::{AddressMap, Panel, figure};
use yew::prelude::*;

use super::{Kept, Props};
use crate::dom;
use crate::figure::FigureView;
use crate::state::Ctx;
use crate::state::play::Do;

/// A longer list of ranges is cut; the figure folds them too.
const LISTED: usize = 400;

/// The figure, and beside a map its list.
pub(super) fn body(ctx: &Ctx, props: &Props, kept: &Kept) -> Html {
    let (catalogue, changes) = (&ctx.lang.catalogue, props.changes());
    let drawn = match props.panel() {
        Panel::AddressMap(map) => figure::address_map(map, changes, catalogue, props.width),
        Panel::States(states) => figure::states(states, changes, catalogue, props.width),
        _ => figure::Figure::default(),
    };
    let pick = {
        let (ctx, props) = (ctx.clone(), props.clone());
        Callback::from(move |key: String| pick(&ctx, &props, &key))
    };
    let selected = Rc::new(selected(props));
    let beside = match props.panel() {
        Panel::AddressMap(map) => ranges(ctx, props, map, &kept.open),
        _ => html! { <span></span> },
    };
    html! {
        <>
            <div class="figure-box">
                <FigureView figure={Rc::new(drawn)} {selected} on_pick={pick} />
            </div>
            { beside }
        </>
    }
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
fn ranges(ctx: &Ctx, props: &Props, map: &AddressMap, open: &UseStateHandle<bool>) -> Html {
    let click = {
        let (ctx, props) = (ctx.clone(), props.clone());
        Callback::from(move |event: MouseEvent| {
            if let Some(key) = dom::data(&event, "range") {
                pick(&ctx, &props, &key);
            }
        })
    };
    let keydown = Callback::from(|event: KeyboardEvent| dom::roam(&event, "button"));
    let toggle = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    html! {
        <div class="beside">
            <button class="q small" aria-expanded={open.to_string()} onclick={toggle}>
                { ctx.t(&text!("ui.map.list", "Ranges as a list")) }</button>
            if **open {
                <div class="scrolled" onclick={click} onkeydown={keydown} tabindex="0" role="group" aria-label={ctx.t(&map.title)}>
                    { list(ctx, props, map) }
                </div>
            }
        </div>
    }
}

fn list(ctx: &Ctx, props: &Props, map: &AddressMap) -> Html {
    html! {
        for lane in &map.lanes {
            <table key={lane.key}>
                <caption>{ ctx.t(&lane.title) }</caption>
                <tbody>
                for range in lane.ranges.iter().take(LISTED) {
                    <tr key={range.key.clone()} class={classes!(
                        props.changes().has(map.id, &range.key).then_some("new"),
                        props.is_selected(range.place.as_ref()).then_some("selected"))}>
                        <td><button class="cell m" data-range={range.key.clone()}>{ hex::addr(range.start) }</button></td>
                        <td class="m">{ hex::addr(range.end.wrapping_sub(1)) }</td>
                        <td class={format!("tone-{}", range.tone.id())}>{ ctx.t(&range.label) }</td>
                        <td>{ ctx.t(&range.sub) }</td>
                    </tr>
                }
                </tbody>
            </table>
        }
    }
}
