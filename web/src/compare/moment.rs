//! One machine at one moment of the comparison, small: its memory, and who runs where.

use std::rc::Rc;

use teescope_core::text;
use teescope_core::trace::Observer;
use teescope_core::view::{Changes, Panel, View, changes};
use yew::prelude::*;

use super::bench::Entry;
use crate::dom;
use crate::el::{El, el, group, said};
use crate::figure::picture;
use crate::held::{use_after, use_held};
use crate::panel::privilege;
use crate::played;
use crate::state::{Ctx, use_ctx};

/// The machine and the moment.
#[derive(Clone, PartialEq, Properties)]
pub(super) struct Props {
    pub(super) entry: Entry,
    pub(super) position: u64,
    /// The position of the moment before, with which it is compared.
    pub(super) before: Option<u64>,
    /// Whether nothing happens here at this moment.
    pub(super) idle: bool,
    pub(super) observer: Observer,
    pub(super) width: f32,
}

/// The small figures.
#[component]
pub(super) fn Moment(props: &Props) -> Html {
    let ctx = use_ctx();
    use_maps();
    let eyes = Some(props.observer);
    let views = props.entry.with(|run| {
        let before = props.before.map(|b| run.view(b, eyes));
        (run.view(props.position, eyes), before)
    });
    let Some((view, before)) = views else {
        return Html::default();
    };
    let changed = match &before {
        Some(before) => changes(before, &view),
        None => Changes::default(),
    };
    let idle = props.idle.then(|| {
        let says = text!("ui.compare.idle", "Nothing to do in this phase.");
        el("p").class("none").kid(said(&ctx, says))
    });
    let drawn = draw(&ctx, &view, &changed, props.width);
    group().kid(idle).kid(drawn).into()
}

/// Fetches what draws memory, which a first load does without.
#[hook]
fn use_maps() {
    let drawn = use_held(|| played::here().is_some());
    use_after(
        (),
        Box::new(move || {
            if !drawn.get() {
                dom::spawn(async move { drawn.set(played::fetch().await) });
            }
            Box::new(|| ())
        }),
    );
}

fn draw(ctx: &Ctx, view: &Rc<View>, changed: &Changes, width: f32) -> El {
    let map = view.panels.iter().find_map(|p| match p {
        Panel::AddressMap(map) => Some(map),
        _ => None,
    });
    let levels = view.panels.iter().find_map(|p| match p {
        Panel::Privilege(levels) => Some(levels),
        _ => None,
    });
    let none = (map.is_none() && levels.is_none()).then(|| {
        let says = text!(
            "ui.panels.none",
            "This observer sees nothing of the machine at this step."
        );
        el("p").class("empty").kid(said(ctx, says))
    });
    let map = map.zip(played::here()).map(|(map, played)| {
        let drawn = (played.map)(map, changed, &ctx.lang.catalogue, width);
        el("figure")
            .class("figure-box")
            .kid(el("figcaption").kid(ctx.t(&map.title)))
            .kid(picture(drawn, false))
    });
    let levels = levels.map(|levels| {
        let changed = changed.has(levels.id, "now");
        el("figure")
            .class("panel")
            .kid(el("figcaption").kid(ctx.t(&levels.title)))
            .kid(privilege::table(ctx, levels, changed))
    });
    group().kid(map).kid(levels).kid(none)
}
