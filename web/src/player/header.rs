//! The head of the player: what is run, with whose eyes it is seen, and what can be done to it.

use teescope_core::text;
use teescope_core::trace::{Observer, ScenarioInfo};
use yew::prelude::*;

use crate::dom;
use crate::gallery::settings::settings;
use crate::state::play::{Against, Do, Play};
use crate::state::{Action, Ctx, Open};

/// The head.
pub(super) fn header(ctx: &Ctx, play: &Play, info: &ScenarioInfo) -> Html {
    let act = ctx.clone();
    let home = Callback::from(move |event: MouseEvent| {
        event.prevent_default();
        act.dispatch.dispatch(Action::Home);
    });
    let act = ctx.clone();
    let open = Callback::from(move |event: MouseEvent| {
        match dom::data(&event, "open-dialog").as_deref() {
            Some("params") => act.open(Open::Params),
            Some("insert") => act.open(Open::Insert),
            Some("share") => act.open(Open::Share),
            Some("keys") => act.open(Open::Keys),
            Some("probe") => act.act(Do::Probe(Some(0))),
            Some("no-probe") => act.act(Do::Probe(None)),
            Some("mark") => act.act(Do::Mark),
            Some("against") => act.act(Do::Against(Against::Mark)),
            _ => {}
        }
    });
    let probe = if play.probe.is_some() {
        "no-probe"
    } else {
        "probe"
    };
    let marked = play.mark.map(|m| play.run().label(m));
    html! {
        <header class="head">
            <a class="brand" href="#" onclick={home}>{ "teescope" }</a>
            <span class="tee">{ info.tee().to_uppercase() }</span>
            <span class="title">{ ctx.t(&info.title) }</span>
            <div class="actions" onclick={open} role="toolbar" aria-label={ctx.t(&text!("ui.head.actions", "What can be done"))}>
                <button class="q" data-open-dialog="params">{ ctx.t(&text!("ui.head.change", "Change …")) }</button>
                <button class="q" data-open-dialog="insert">{ ctx.t(&text!("ui.head.insert", "Insert …")) }</button>
                <button class="q" data-open-dialog={probe} aria-pressed={play.probe.is_some().to_string()}>{ ctx.t(&text!("ui.head.probe", "Probe")) }</button>
                { eyes(ctx, play) }
                <button class="q" data-open-dialog="mark" aria-pressed={(play.mark == Some(play.position)).to_string()}>{ ctx.t(&text!("ui.head.mark", "Mark")) }</button>
                if let Some(label) = marked {
                    <button class="q" data-open-dialog="against" aria-pressed={(play.against == Against::Mark).to_string()}>
                        { ctx.t(&text!("ui.head.against", "Compare with {mark}", mark = label)) }</button>
                }
                <button class="q" data-open-dialog="share">{ ctx.t(&text!("ui.head.share", "Share")) }</button>
                { settings(ctx) }
                <button class="q" data-open-dialog="keys" aria-label={ctx.t(&text!("ui.head.keys", "Keys"))}>{ "?" }</button>
            </div>
        </header>
    }
}

/// With whose eyes the panels are seen.
fn eyes(ctx: &Ctx, play: &Play) -> Html {
    let act = ctx.clone();
    let change = Callback::from(move |event: Event| {
        act.act(Do::Observer(Observer::from_id(&dom::value(&event))));
    });
    let observers = play.run().session.borrow().observers();
    let nobody = play.observer.is_none();
    html! {
        <label class="eyes"><span>{ ctx.t(&text!("ui.eyes", "Seen by")) }</span>
            <select onchange={change}>
                <option value="" selected={nobody}>{ ctx.t(&text!("ui.eyes.all", "everybody")) }</option>
                for (o, title) in observers {
                    <option key={o.id()} value={o.id()} selected={play.observer == Some(o)}>{ ctx.t(&title) }</option>
                }
            </select>
        </label>
    }
}
