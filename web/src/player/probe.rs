//! The probe: one access by one observer at this step, and the rule that decides it.

use std::rc::Rc;

use teescope_core::text;
use teescope_core::text::Text;
use teescope_core::trace::Observer;
use teescope_core::view::Access;
use yew::prelude::*;

use super::checks::model_of;
use super::value::words;
use crate::dom;
use crate::el::{El, el, said};
use crate::held::{use_after, use_held};
use crate::host;
use crate::state::play::{Do, Play};
use crate::state::{Ctx, use_ctx};

#[derive(Properties)]
pub(crate) struct Props {
    pub(crate) play: Rc<Play>,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        let (a, b) = (&self.play, &other.play);
        a.probe == b.probe
            && a.position == b.position
            && a.run().id == b.run().id
            && a.observer == b.observer
    }
}

/// A number in decimal or hex as people write it.
fn number(text: &str) -> Option<u64> {
    let digits: String = text.trim().chars().filter(|c| *c != '_').collect();
    match digits.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None => digits.parse().ok(),
    }
}

#[component]
pub(crate) fn Probe(props: &Props) -> Html {
    let ctx = use_ctx();
    let play = &props.play;
    let observers = play.run().session.borrow().observers();
    let who = use_held(|| None::<Observer>);
    let access = use_held(|| Access::Read);
    let address = play.probe.unwrap_or(0);
    let written = use_held(String::new);
    {
        // A range picked in the map fills the field.
        let written = written.clone();
        use_after(
            address,
            Box::new(move || {
                written.set(teescope_core::bytes::hex::addr(address));
                Box::new(|| ())
            }),
        );
    }
    let chosen = who
        .get()
        .or(play.observer)
        .or(observers.first().map(|(o, _)| *o));
    let doing = access.get();
    let says = written.get();
    let on_who =
        Callback::from(move |event: Event| who.set(Observer::from_id(&dom::value(&event))));
    let on_access = Callback::from(move |event: Event| {
        let value = dom::value(&event);
        if let Some(a) = Access::ALL.into_iter().find(|a| a.id() == value) {
            access.set(a);
        }
    });
    let on_address = {
        let ctx = ctx.clone();
        Callback::from(move |event: Event| {
            let text = dom::value(&event);
            if let Some(a) = number(&text) {
                ctx.act(Do::Probe(Some(a)));
            }
            written.set(text);
        })
    };
    let answer = chosen.map(|o| answer(&ctx, play, o, address, doing));
    let option = |id: &'static str, chosen, says: &Text| {
        let option = el("option").key(id).at("value", id);
        option.flag("selected", chosen).kid(ctx.t(says))
    };
    let field = |title, field: El| el("label").kid(said(&ctx, title)).kid(field);
    let observers = observers.iter();
    let observers = observers.map(|(o, title)| option(o.id(), chosen == Some(*o), title));
    let accesses = Access::ALL.into_iter();
    let accesses = accesses.map(|a| option(a.id(), doing == a, &access_text(a)));
    let who = el("select").on_change(on_who).kids(observers);
    let does = el("select").on_change(on_access).kids(accesses);
    let at = el("input")
        .class("m")
        .value(&says)
        .at("spellcheck", "false")
        .on_change(on_address);
    let fields = el("div")
        .class("fields")
        .kid(field(text!("ui.probe.who", "Who"), who))
        .kid(field(text!("ui.probe.does", "does"), does))
        .kid(field(text!("ui.probe.address", "at address"), at));
    let note = text!(
        "ui.probe.note",
        "pick a range in a map, or write an address"
    );
    let title = said(&ctx, text!("ui.probe", "Touch an address"));
    let heading = el("figcaption")
        .kid(el("h2").kid(title))
        .kid(el("span").kid(said(&ctx, note)));
    el("figure")
        .class("probe")
        .kid(heading)
        .kid(fields)
        .kid(el("div").at("role", "status").kid(answer))
        .into()
}

fn access_text(access: Access) -> Text {
    match access {
        Access::Read => text!("ui.probe.read", "a read"),
        Access::Write => text!("ui.probe.write", "a write"),
        Access::Fetch => text!("ui.probe.fetch", "an instruction fetch"),
    }
}

fn answer(ctx: &Ctx, play: &Play, observer: Observer, address: u64, access: Access) -> El {
    let mut session = play.run().session.borrow_mut();
    let probe = session.probe(play.position, observer, address, access);
    let decided = probe
        .decided_by
        .map(|p| session.place_name(play.position, &p));
    if host::is_lacking() {
        dom::spawn(async {
            _ = host::supply_all().await;
        });
        let says = text!(
            "ui.file.part",
            "This part of your file has not been read yet. Try again in a moment."
        );
        return el("div").class("answer").kid(said(ctx, says));
    }
    let cite = el("small").class("dim").kid(probe.rule.cite);
    let rule = el("p")
        .kid(said(ctx, probe.rule.text()))
        .kid(" ")
        .kid(model_of(ctx, probe.rule))
        .kid(cite);
    let decided = decided.map(|place| {
        let says = text!("ui.probe.decided", "Decided by {place}", place = place);
        el("p").class("dim").kid(said(ctx, says))
    });
    let bytes = !probe.bytes.is_empty();
    let bytes = bytes.then(|| el("p").kid(words(&probe.bytes, None)));
    let says = el("p").kid(el("b").kid(ctx.t(&probe.answer)));
    el("div")
        .class("answer")
        .tone(probe.tone)
        .kid(says)
        .kid(rule)
        .kid(decided)
        .kid(bytes)
}
