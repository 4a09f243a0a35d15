//! Every key, in one list.

use teescope_core::text;
use teescope_core::text::Text;

use crate::el::{El, el, said};
use crate::state::Ctx;

fn list() -> Vec<(&'static str, Text)> {
    vec![
        ("Space", text!("ui.keys.play", "play and pause")),
        ("→  ←", text!("ui.keys.step", "one step forward, back")),
        ("Shift →  Shift ←", text!("ui.keys.ten", "ten steps")),
        (
            "PageDown  PageUp",
            text!("ui.keys.phase", "next, previous phase"),
        ),
        ("Home  End", text!("ui.keys.ends", "start, end of the run")),
        (
            "]  [",
            text!(
                "ui.keys.change",
                "next, previous step that writes what is selected"
            ),
        ),
        ("/", text!("ui.keys.search", "search the steps")),
        (
            "g",
            text!("ui.keys.goto", "go to a step by label or number"),
        ),
        (
            "m",
            text!("ui.keys.mark", "mark this step, or remove the mark"),
        ),
        (
            "d",
            text!(
                "ui.keys.compare",
                "compare with the mark; without a mark, with the original"
            ),
        ),
        (
            "↑  ↓",
            text!("ui.keys.rows", "from row to row in lists and tables"),
        ),
        ("?", text!("ui.keys.help", "this list")),
        ("Esc", text!("ui.keys.esc", "out of what was entered last")),
    ]
}

/// The dialog of keys.
pub(super) fn keys(ctx: &Ctx) -> El {
    let keys = list().into_iter().map(|(key, says)| {
        el("div")
            .kid(el("dt").kid(el("kbd").kid(key)))
            .kid(el("dd").kid(said(ctx, says)))
    });
    el("dl").class("keys").kids(keys)
}
