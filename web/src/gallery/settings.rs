//! Language and theme.

use teescope_core::text;
use yew::prelude::*;

use crate::state::{Action, Ctx, Theme};
use crate::{dom, lang};

/// The two choices.
pub(crate) fn settings(ctx: &Ctx) -> Html {
    let theme = ctx.theme;
    let act = ctx.clone();
    let speak = Callback::from(move |event: Event| {
        if let Some(code) = lang::known(&dom::value(&event)) {
            act.dispatch.dispatch(Action::Choose(code));
        }
    });
    let act = ctx.clone();
    let paint = Callback::from(move |event: Event| {
        act.dispatch
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
