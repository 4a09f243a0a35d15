//! The inspector: anything that is dropped or pasted, decoded, recognised, and shown byte by byte with what it means.

mod examples;
mod hand_on;
mod told;

use std::cell::RefCell;
use std::rc::Rc;

use teescope_core::artefacts::{self, Looked, WINDOW};
use teescope_core::text;
use teescope_core::trace::Case;
use teescope_core::view::Panel;
use yew::prelude::*;

use crate::dom;
use crate::el::{El, el, group, part, said};
use crate::gallery::drop::file_button;
use crate::gallery::settings::settings;
use crate::held::{Held, use_held};
use crate::nav::{Here, nav};
use crate::panel::{self, PanelView};
use crate::player::frame;
use crate::source::Source;
use crate::state::{Action, Ctx, Inspected, State, use_ctx};

/// What is inspected.
#[derive(Clone, PartialEq, Properties)]
pub(crate) struct Props {
    pub(crate) inspected: Option<Inspected>,
    pub(crate) case: Option<Case>,
    pub(crate) source: Source,
}

/// What was looked at last and what was found, so that drawing again does not look again.
type Last = Rc<RefCell<Option<(Inspected, Rc<Looked>)>>>;

/// The page.
#[component]
pub(crate) fn Inspect(props: &Props) -> Html {
    let ctx = use_ctx();
    let last: Last = use_mut_ref(|| None);
    let from = use_held(|| 0_usize);
    let inspected = props.inspected.as_ref();
    let looked = inspected.map(|i| looked(&last, i, &from));
    let title = text!("ui.inspect.title", "Inspector");
    let lead = text!(
        "ui.inspect.lead",
        "Paste or drop an artefact: it is recognised by what it holds, every byte is named, and what can be checked is checked. It is looked at here and never leaves the page."
    );
    let main = el("main")
        .class("inspect")
        .at("id", "panels")
        .at("tabindex", "-1")
        .kid(
            el("div")
                .class("intro")
                .kid(el("h1").kid(said(&ctx, title)))
                .kid(el("p").class("lead").kid(said(&ctx, lead))),
        )
        .kid(entry(&ctx, inspected))
        .kid(inspected.is_none().then(|| examples::examples(&ctx)))
        .kid(looked.map(|looked| shown(&ctx, props, &looked, &from)));
    el("div").class("gallery").kid(head(&ctx)).kid(main).into()
}

fn head(ctx: &Ctx) -> El {
    el("header")
        .class("head")
        .kid(nav(ctx, Here::Inspect))
        .kid(el("div").class("actions").kid(settings(ctx)))
}

/// What was found in these bytes; looked for once.
fn looked(last: &Last, inspected: &Inspected, from: &Held<usize>) -> Rc<Looked> {
    if let Some((before, looked)) = &*last.borrow()
        && before == inspected
    {
        return looked.clone();
    }
    let found = Rc::new(artefacts::look_as(&inspected.given, inspected.which));
    if from.get() >= found.bytes.len() {
        from.set(0);
    }
    *last.borrow_mut() = Some((inspected.clone(), found.clone()));
    found
}

/// Where things are pasted, chosen and put away.
fn entry(ctx: &Ctx, inspected: Option<&Inspected>) -> El {
    let pasted = {
        let ctx = ctx.clone();
        Callback::from(move |event: Event| {
            let text = dom::value(&event);
            let inspected = (!text.is_empty()).then(|| Inspected {
                name: String::new(),
                given: Rc::from(text.as_bytes()),
                pasted: true,
                which: 0,
            });
            ctx.dispatch.dispatch(Action::Inspect(inspected));
        })
    };
    let clear = {
        let ctx = ctx.clone();
        Callback::from(move |_: Event| ctx.dispatch.dispatch(Action::Inspect(None)))
    };
    let text = inspected.filter(|i| i.pasted);
    let text = text.map(|i| String::from_utf8_lossy(&i.given).into_owned());
    let hint = text!(
        "ui.inspect.hint",
        "hex, base64, PEM, an array in source code, a dump with offsets; or an error number"
    );
    let field = el("textarea")
        .class("m")
        .at("id", "pasted")
        .at("rows", if inspected.is_some() { 2 } else { 5_usize })
        .at("spellcheck", "false")
        .at("autocomplete", "off")
        .at("placeholder", said(ctx, hint))
        .value(&text.unwrap_or_default())
        .on_input(pasted);
    let label = text!("ui.inspect.paste", "Paste here");
    let label = el("label")
        .at("for", "pasted")
        .kid(el("b").kid(said(ctx, label)));
    let or = text!("ui.inspect.or", "or drop a file anywhere on the page, or");
    let away = inspected.is_some().then(|| {
        let says = text!("ui.inspect.clear", "Put it away");
        el("button")
            .at("data-clear", "")
            .on_click(clear)
            .kid(said(ctx, says))
    });
    let choices = el("div")
        .class("choices")
        .kid(el("span").class("dim").kid(said(ctx, or)))
        .kid(file_button(ctx))
        .kid(away);
    el("section")
        .class("entry")
        .kid(label)
        .kid(field)
        .kid(choices)
}

/// What was found: what it is, what was checked, its bytes, and what can be done with it.
fn shown(ctx: &Ctx, props: &Props, looked: &Rc<Looked>, from: &Held<usize>) -> El {
    let inspected = props.inspected.clone();
    let name = inspected.map(|i| i.name).unwrap_or_default();
    let bytes = (!looked.bytes.is_empty()).then(|| {
        let panel = Panel::Bytes(looked.panel(from.get()));
        let props = panel::Props {
            frame: Rc::new(frame::still(panel)),
            index: 0,
            selected: None,
            width: 800.0,
        };
        group()
            .kid(pages(ctx, looked.bytes.len(), from))
            .kid(part::<PanelView>(props))
    });
    el("div")
        .class("inspected")
        .kid(told::replayed(ctx, props))
        .kid(told::told(ctx, props, &name, looked))
        .kid(hand_on::hand_on(ctx, &name, looked, &props.source))
        .kid(bytes)
}

/// Where in a long file one is, and the ways to the stretches before and behind.
fn pages(ctx: &Ctx, len: usize, from: &Held<usize>) -> Option<El> {
    let at = from.get();
    if len <= WINDOW {
        return None;
    }
    let go = {
        let from = from.clone();
        Callback::from(move |event: Event| {
            if let Some(to) = dom::number(&event, "from").and_then(|n| usize::try_from(n).ok()) {
                from.set(to);
            }
        })
    };
    let button = |to: Option<usize>, says| {
        el("button")
            .at("data-from", to)
            .flag("disabled", to.is_none())
            .kid(said(ctx, says))
    };
    let here = text!(
        "ui.inspect.window",
        "bytes {from} to {to} of {all}",
        from = at,
        to = (at + WINDOW).min(len) - 1,
        all = len
    );
    let last = (len - 1) / WINDOW * WINDOW;
    let before = (at > 0).then(|| at.saturating_sub(WINDOW));
    let behind = (at + WINDOW < len).then_some(at + WINDOW);
    Some(
        el("div")
            .class("choices")
            .on_click(go)
            .kid(button(
                before.map(|_| 0),
                text!("ui.inspect.first", "To the start"),
            ))
            .kid(button(before, text!("ui.inspect.before", "Back")))
            .kid(el("span").class("m").kid(said(ctx, here)))
            .kid(button(behind, text!("ui.inspect.behind", "Further")))
            .kid(button(
                behind.map(|_| last),
                text!("ui.inspect.last", "To the end"),
            )),
    )
}

/// The page of the inspector.
pub(crate) fn inspector(state: &State) -> Html {
    part::<Inspect>(Props {
        inspected: state.inspected.clone(),
        case: state.looked.clone(),
        source: state.source.clone(),
    })
}

/// Takes a file in.
pub(crate) fn take(state: &mut State, name: &str, bytes: &Rc<[u8]>) {
    state.inspected = Some(Inspected {
        name: name.to_string(),
        given: bytes.clone(),
        pasted: false,
        which: 0,
    });
}

/// Flips a bit of what is inspected.
pub(crate) fn flip(state: &mut State, at: u64, bit: u8) {
    let Some(inspected) = &state.inspected else {
        return;
    };
    let which = inspected.which;
    let mut bytes = artefacts::look(&inspected.given).bytes.to_vec();
    let at = usize::try_from(at).unwrap_or(usize::MAX);
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= 1 << (bit & 7);
    }
    state.inspected = Some(Inspected {
        name: inspected.name.clone(),
        given: Rc::from(bytes),
        pasted: false,
        which,
    });
}
