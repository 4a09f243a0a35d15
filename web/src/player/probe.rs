//! The probe: one access by one observer at this step, and the rule that decides it.

use std::rc::Rc;

use teescope_core::text;
use teescope_core::trace::Observer;
use teescope_core::view::Access;
use yew::prelude::*;

use super::checks::model;
use super::value::words;
use crate::dom;
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
    let who = use_state_eq(|| None::<Observer>);
    let access = use_state_eq(|| Access::Read);
    let address = play.probe.unwrap_or(0);
    let written = use_state_eq(String::new);
    {
        // A range picked in the map fills the field.
        let written = written.setter();
        use_effect_with(address, move |a| {
            written.set(teescope_core::bytes::hex::addr(*a))
        });
    }
    let chosen = who.or(play.observer).or(observers.first().map(|(o, _)| *o));
    let on_who = use_callback(who.setter(), |event: Event, who| {
        who.set(Observer::from_id(&dom::value(&event)))
    });
    let on_access = use_callback(access.setter(), |event: Event, access| {
        let value = dom::value(&event);
        if let Some(a) = Access::ALL.into_iter().find(|a| a.id() == value) {
            access.set(a);
        }
    });
    let on_address = use_callback(
        (ctx.clone(), written.setter()),
        |event: Event, (ctx, written)| {
            let text = dom::value(&event);
            if let Some(a) = number(&text) {
                ctx.act(Do::Probe(Some(a)));
            }
            written.set(text);
        },
    );
    let answer = chosen.map(|o| answer(&ctx, play, o, address, *access));
    html! {
        <figure class="probe">
            <figcaption><h2>{ ctx.t(&text!("ui.probe", "Touch an address")) }</h2>
                <span>{ ctx.t(&text!("ui.probe.note", "pick a range in a map, or write an address")) }</span></figcaption>
            <div class="fields">
                <label>{ ctx.t(&text!("ui.probe.who", "Who")) }
                    <select onchange={on_who}>
                        for (o, title) in &observers {
                            <option key={o.id()} value={o.id()} selected={chosen == Some(*o)}>{ ctx.t(title) }</option>
                        }
                    </select></label>
                <label>{ ctx.t(&text!("ui.probe.does", "does")) }
                    <select onchange={on_access}>
                        for a in Access::ALL {
                            <option key={a.id()} value={a.id()} selected={*access == a}>{ ctx.t(&access_text(a)) }</option>
                        }
                    </select></label>
                <label>{ ctx.t(&text!("ui.probe.address", "at address")) }
                    <input class="m" value={(*written).clone()} onchange={on_address} spellcheck="false" /></label>
            </div>
            <div role="status">{ answer.unwrap_or_default() }</div>
        </figure>
    }
}

fn access_text(access: Access) -> teescope_core::text::Text {
    match access {
        Access::Read => text!("ui.probe.read", "a read"),
        Access::Write => text!("ui.probe.write", "a write"),
        Access::Fetch => text!("ui.probe.fetch", "an instruction fetch"),
    }
}

fn answer(ctx: &Ctx, play: &Play, observer: Observer, address: u64, access: Access) -> Html {
    let mut session = play.run().session.borrow_mut();
    let probe = session.probe(play.position, observer, address, access);
    let decided = probe
        .decided_by
        .map(|p| session.place_name(play.position, &p));
    html! {
        <div class={classes!("answer", format!("tone-{}", probe.tone.id()))}>
            <p><b>{ ctx.t(&probe.answer) }</b></p>
            <p>{ ctx.t(&probe.rule.text()) }{ " " }{ model(ctx, probe.rule) } <small class="dim">{ probe.rule.cite }</small></p>
            if let Some(place) = decided {
                <p class="dim">{ ctx.t(&text!("ui.probe.decided", "Decided by {place}", place = place)) }</p>
            }
            if !probe.bytes.is_empty() {
                <p>{ words(&probe.bytes, None) }</p>
            }
        </div>
    }
}
