//! The head of the player: what is run, with whose eyes it is seen, and what can be done to it.

use teescope_core::text;
use teescope_core::trace::{Observer, ScenarioInfo};
use yew::prelude::*;

use crate::dom;
use crate::el::{El, el, said};
use crate::gallery::settings::settings;
use crate::nav::{Here, nav};
use crate::state::play::{Against, Do, Play};
use crate::state::{Ctx, Open};

/// The head.
pub(super) fn header(ctx: &Ctx, play: &Play, info: &ScenarioInfo) -> El {
    let act = ctx.clone();
    let open =
        Callback::from(
            move |event: Event| match dom::data(&event, "open-dialog").as_deref() {
                Some("params") => act.open(Open::Params),
                Some("insert") => act.open(Open::Insert),
                Some("share") => act.open(Open::Share),
                Some("keys") => act.open(Open::Keys),
                Some("probe") => act.act(Do::Probe(Some(0))),
                Some("no-probe") => act.act(Do::Probe(None)),
                Some("mark") => act.act(Do::Mark),
                Some("against") => act.act(Do::Against(Against::Mark)),
                _ => {}
            },
        );
    let button = |id: &'static str, says| {
        let button = el("button").class("q").at("data-open-dialog", id);
        button.kid(said(ctx, says))
    };
    let probe = match play.probe {
        Some(_) => "no-probe",
        None => "probe",
    };
    let probe = button(probe, text!("ui.head.probe", "Probe"));
    let mark = button("mark", text!("ui.head.mark", "Mark"));
    let against = play.mark.map(|m| {
        let label = play.run().label(m);
        let says = text!("ui.head.against", "Compare with {mark}", mark = label);
        let against = play.against == Against::Mark;
        button("against", says).at("aria-pressed", against)
    });
    let keys = el("button")
        .class("q")
        .at("data-open-dialog", "keys")
        .at("aria-label", said(ctx, text!("ui.head.keys", "Keys")))
        .kid("?");
    let title = text!("ui.head.actions", "What can be done");
    let actions = el("div")
        .class("actions")
        .at("role", "toolbar")
        .at("aria-label", said(ctx, title))
        .on_click(open)
        .kid(button("params", text!("ui.head.change", "Change …")))
        .kid(button("insert", text!("ui.head.insert", "Insert …")))
        .kid(probe.at("aria-pressed", play.probe.is_some()))
        .kid(eyes(ctx, play))
        .kid(mark.at("aria-pressed", play.mark == Some(play.position)))
        .kid(against)
        .kid(button("share", text!("ui.head.share", "Share")))
        .kid(settings(ctx))
        .kid(keys);
    el("header")
        .class("head")
        .kid(nav(ctx, Here::Elsewhere))
        .kid(el("span").class("tee").kid(info.tee().to_uppercase()))
        .kid(el("span").class("title").kid(ctx.t(&info.title)))
        .kid(actions)
}

/// With whose eyes the panels are seen.
fn eyes(ctx: &Ctx, play: &Play) -> El {
    let act = ctx.clone();
    let change = Callback::from(move |event: Event| {
        act.act(Do::Observer(Observer::from_id(&dom::value(&event))));
    });
    let option = |id: &'static str, observer: Option<Observer>, says| {
        let option = el("option").at("value", id);
        let option = option.flag("selected", play.observer == observer);
        option.kid(said(ctx, says))
    };
    let observers = play.run().session.borrow().observers().into_iter();
    let observers = observers.map(|(o, title)| option(o.id(), Some(o), title).key(o.id()));
    let select = el("select")
        .on_change(change)
        .kid(option("", None, text!("ui.eyes.all", "everybody")))
        .kids(observers);
    let title = el("span").kid(said(ctx, text!("ui.eyes", "Seen by")));
    el("label").class("eyes").kid(title).kid(select)
}
