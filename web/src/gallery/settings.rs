//! Language and theme.

use teescope_core::text;
use yew::prelude::*;

use crate::state::{Action, Theme, use_ctx};
use crate::{dom, lang};

/// The theme, for a component that shows which one is chosen.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Chosen(pub(crate) Theme);

#[component]
pub(crate) fn Settings() -> Html {
    let ctx = use_ctx();
    let theme = use_context::<Chosen>().map_or(Theme::Auto, |c| c.0);
    let speak = use_callback(ctx.clone(), |event: Event, ctx| {
        if let Some(code) = lang::known(&dom::value(&event)) {
            ctx.dispatch.dispatch(Action::Choose(code));
        }
    });
    let paint = use_callback(ctx.clone(), |event: Event, ctx| {
        ctx.dispatch
            .dispatch(Action::Theme(Theme::of(Some(&dom::value(&event)))));
    });
    html! {
        <span class="settings">
            <select onchange={speak} aria-label={ctx.t(&text!("ui.language", "Language"))}>
                for (code, name) in lang::all() {
                    <option key={code} value={code} selected={code == ctx.lang.code} lang={code}>{ name }</option>
                }
            </select>
            <select onchange={paint} aria-label={ctx.t(&text!("ui.theme", "Theme"))}>
                <option value="auto" selected={theme == Theme::Auto}>{ ctx.t(&text!("ui.theme.auto", "as the system")) }</option>
                <option value="light" selected={theme == Theme::Light}>{ ctx.t(&text!("ui.theme.light", "light")) }</option>
                <option value="dark" selected={theme == Theme::Dark}>{ ctx.t(&text!("ui.theme.dark", "dark")) }</option>
            </select>
        </span>
    }
}
