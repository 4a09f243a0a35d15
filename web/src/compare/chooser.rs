//! Which machines stand side by side: each column's machine, variant and parameters, one more, one less.

use teescope_core::compare::{Choice, MOST_COLUMNS};
use teescope_core::text;
use teescope_core::trace::{Common, Param, Tee};
use yew::prelude::*;

use super::scene::{Scene, Seat, common, turn};
use crate::dialog::field;
use crate::dom;
use crate::el::{El, el, group, said};
use crate::state::Ctx;

/// The fewest machines side by side.
const FEWEST: usize = 2;

/// The head of a column: its machine, which can be changed.
pub(super) fn head(scene: &Scene, n: usize, seat: &Seat) -> El {
    let ctx = &scene.ctx;
    let remove = (scene.seats.len() > FEWEST).then(|| remove(scene, n, seat));
    el("div")
        .class("col-head")
        .kid(el("h2").kid(ctx.t(&seat.title)))
        .kid(machine(scene, n, seat))
        .kid(remove)
}

/// What changes one column.
fn changes(scene: &Scene, change: impl Fn(&mut Vec<Choice>, &Event) + 'static) -> Callback<Event> {
    let (ctx, ask, columns) = (scene.ctx.clone(), scene.ask.clone(), scene.choices());
    Callback::from(move |event: Event| {
        let (mut ask, mut columns) = ((*ask).clone(), columns.clone());
        change(&mut columns, &event);
        ask.columns = columns;
        ask.at.clear();
        turn(&ctx, &ask, true);
    })
}

fn remove(scene: &Scene, n: usize, seat: &Seat) -> El {
    let says = text!(
        "ui.compare.remove",
        "Take {machine} away",
        machine = seat.title.clone()
    );
    let click = changes(scene, move |columns, _| {
        columns.remove(n);
    });
    el("button")
        .class("q small remove")
        .at("aria-label", said(&scene.ctx, says))
        .on_click(click)
        .kid("×")
}

/// The machine and its variant, as one choice.
fn machine(scene: &Scene, n: usize, seat: &Seat) -> El {
    let ctx = &scene.ctx;
    let change = changes(scene, move |columns, event| {
        let value = dom::value(event);
        let (tee, variant) = value.split_once('.').unwrap_or((&value, ""));
        let set = match columns[n].tee == tee {
            true => std::mem::take(&mut columns[n].set),
            false => Default::default(),
        };
        columns[n] = Choice {
            tee: tee.to_string(),
            variant: variant.to_string(),
            set,
        };
    });
    let groups = scene.tees.iter().map(|tee| options(ctx, tee, seat));
    let coming = scene.source.lacks_common().into_iter();
    let coming = coming.filter_map(|name| name.split('_').next()).map(|id| {
        el("option")
            .key(["coming-", id].concat())
            .flag("disabled", true)
            .kid([&*id.to_uppercase(), " …"].concat())
    });
    // Something that is not among them must not look like the first of them.
    let known = common(&scene.tees, &seat.choice.tee).is_some();
    let other = (!known).then(|| el("option").flag("selected", true).kid(ctx.t(&seat.title)));
    let title = text!("ui.compare.machine", "Machine of column {n}", n = n + 1);
    el("select")
        .at("aria-label", said(ctx, title))
        .on_change(change)
        .kid(other)
        .kids(groups)
        .kids(coming)
}

/// A machine's variants; one that cannot be run is named all the same.
fn options(ctx: &Ctx, tee: &Tee, seat: &Seat) -> El {
    let Some(common) = tee.common.map(|common| common()) else {
        let says = text!(
            "ui.compare.not-run",
            "{machine}: not yet run",
            machine = tee.title.clone()
        );
        let group = el("option").key(tee.id).flag("disabled", true);
        return group.kid(said(ctx, says));
    };
    let Common { variants, .. } = common;
    let options = variants.into_iter().map(|variant| {
        let chosen = seat.choice.tee == tee.id && seat.choice.variant == variant.id;
        el("option")
            .key(variant.id)
            .at("value", [tee.id, ".", variant.id].concat())
            .flag("selected", chosen)
            .kid(ctx.t(&variant.title))
    });
    el("optgroup")
        .key(tee.id)
        .at("label", ctx.t(&tee.title))
        .kids(options)
}

/// The parameters of a column's program, folded away.
pub(super) fn settings(scene: &Scene, n: usize, seat: &Seat) -> Option<El> {
    let ctx = &scene.ctx;
    let tee = scene.tees.iter().find(|t| t.id == seat.choice.tee)?;
    let common = common(&scene.tees, tee.id)?;
    let scenario = tee.scenarios.iter().map(|s| s.info());
    let info = { scenario }.find(|i| i.id == common.scenario)?;
    let variant = common
        .variants
        .iter()
        .find(|v| v.id == seat.choice.variant)?;
    let fixed = |p: &&Param| !variant.set.iter().any(|(key, _)| *key == p.key);
    let params: Vec<&Param> = info.params.iter().filter(fixed).collect();
    if params.is_empty() {
        return None;
    }
    let change = {
        let defaults: Vec<_> = params.iter().map(|p| (p.key, p.default.clone())).collect();
        changes(scene, move |columns, event| {
            let Some(key) = dom::data(event, "param") else {
                return;
            };
            let value = dom::value(event);
            let set = &mut columns[n].set;
            match defaults.iter().any(|(k, v)| *k == key && *v == value) {
                true => set.remove(&key),
                false => set.insert(key, value),
            };
        })
    };
    let fields = params.into_iter().map(|p| {
        let value = seat.choice.set.get(p.key);
        field(ctx, p, value.unwrap_or(&p.default))
    });
    let title = text!("ui.compare.settings", "Secret and settings");
    Some(
        el("details")
            .class("settings-of")
            .kid(el("summary").kid(said(ctx, title)))
            .kid(el("div").on_change(change).kids(fields)),
    )
}

/// One more column, if there is room: the first machine or variant that is not there yet.
pub(super) fn more(scene: &Scene) -> El {
    let ctx = &scene.ctx;
    let next = next(scene);
    if scene.seats.len() >= MOST_COLUMNS {
        return group();
    }
    let Some(next) = next else {
        return group();
    };
    let click = changes(scene, move |columns, _| columns.push(next.clone()));
    el("button")
        .class("small more")
        .on_click(click)
        .kid(said(ctx, text!("ui.compare.add", "Add a machine")))
}

fn next(scene: &Scene) -> Option<Choice> {
    let all = scene.tees.iter().flat_map(|tee| {
        let variants = common(&scene.tees, tee.id).map(|c| c.variants);
        let of = |variant: teescope_core::trace::Variant| Choice {
            tee: tee.id.to_string(),
            variant: variant.id.to_string(),
            ..Choice::default()
        };
        variants.unwrap_or_default().into_iter().map(of)
    });
    let all: Vec<Choice> = all.collect();
    let there = |c: &Choice| {
        let mut seats = scene.seats.iter();
        seats.any(|s| s.choice.tee == c.tee && s.choice.variant == c.variant)
    };
    let other = |c: &&Choice| scene.seats.iter().all(|s| s.choice.tee != c.tee);
    let new = all.iter().find(other);
    new.or_else(|| all.iter().find(|c| !there(c)))
        .or(all.first())
        .cloned()
}
