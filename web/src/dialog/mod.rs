//! What opens over the player: parameters, insertion, going to a step, sharing, keys.

mod goto;
mod insert;
mod keys;
mod params;
mod share;

pub(crate) use params::field;

use std::rc::Rc;

use teescope_core::text;
use teescope_core::text::Text;
use teescope_core::trace::{OpText, Params as Values};
use web_sys::HtmlDialogElement;
use yew::prelude::*;

use crate::el::{El, el, said};
use crate::held::{Held, use_after, use_held};
use crate::player::frame::Frame;
use crate::state::play::Play;
use crate::state::{Ctx, Open, use_ctx};

/// What is opened over a run.
#[derive(Properties)]
pub(crate) struct Props {
    pub(crate) open: Open,
    pub(crate) play: Rc<Play>,
    pub(crate) frame: Rc<Frame>,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        self.open == other.open
            && Rc::ptr_eq(&self.play, &other.play)
            && Frame::same(&self.frame, &other.frame)
    }
}

/// What the reader has written so far; each dialog uses a part of it.
struct Draft {
    /// Parameter values.
    values: Held<Values>,
    /// The seed, or the step to go to.
    word: Held<String>,
    /// The operation, and which form it was made from.
    op: Held<(usize, OpText)>,
}

#[hook]
fn use_draft(props: &Props) -> Draft {
    let session = props.play.run().session.clone();
    let settings = session.borrow().settings().clone();
    let seed = match props.open {
        Open::GoTo => String::new(),
        _ => settings.seed.to_string(),
    };
    Draft {
        values: use_held(|| settings.params),
        word: use_held(|| seed),
        op: use_held(|| {
            let forms = session.borrow().op_forms();
            (
                0,
                forms
                    .into_iter()
                    .next()
                    .map(|(op, _)| op)
                    .unwrap_or_default(),
            )
        }),
    }
}

/// A modal dialog of the browser's own kind: it keeps the focus in and gives it back.
#[component]
pub(crate) fn Opened(props: &Props) -> Html {
    let ctx = use_ctx();
    let draft = use_draft(props);
    let node = use_node_ref();
    let place = node.clone();
    use_after(
        (),
        Box::new(move || {
            let dialog = place.cast::<HtmlDialogElement>();
            if let Some(d) = &dialog
                && !d.open()
            {
                _ = d.show_modal();
            }
            Box::new(move || {
                if let Some(d) = dialog {
                    d.close();
                }
            })
        }),
    );
    let closed = {
        let ctx = ctx.clone();
        Callback::from(move |_: Event| ctx.close())
    };
    let close = {
        let ctx = ctx.clone();
        Callback::from(move |_: Event| ctx.close())
    };
    let (title, inner) = match props.open {
        Open::Keys => (text!("ui.keys", "Keys"), keys::keys(&ctx)),
        Open::GoTo => (text!("ui.goto", "Go to a step"), goto::goto(&ctx, &draft)),
        Open::Params => {
            let title = text!("ui.params", "Change a parameter");
            (title, params::params(&ctx, props, &draft))
        }
        Open::Insert => {
            let title = text!("ui.insert", "Insert an operation");
            (title, insert::insert(&ctx, props, &draft))
        }
        Open::Share => (
            text!("ui.share", "Share this run"),
            share::share(&ctx, &props.play, &props.frame),
        ),
    };
    let title = said(&ctx, title);
    let close = el("button")
        .class("q")
        .at("aria-label", said(&ctx, text!("ui.close", "Close")))
        .on_click(close)
        .kid("×");
    let head = el("div")
        .class("dialog-head")
        .kid(el("h2").kid(title.clone()))
        .kid(close);
    el("dialog")
        .node(&node)
        .at("aria-label", title)
        .on_close(closed.clone())
        .on_cancel(closed)
        .kid(head)
        .kid(inner)
        .into()
}

/// Why what was written cannot be taken.
fn alert(ctx: &Ctx, why: &Text) -> El {
    el("p").class("why").at("role", "alert").kid(ctx.t(why))
}
