//! What opens over the player: parameters, insertion, going to a step, sharing, keys.

mod goto;
mod insert;
mod keys;
mod params;
mod share;

use std::rc::Rc;

use teescope_core::text;
use teescope_core::text::Text;
use web_sys::HtmlDialogElement;
use yew::prelude::*;

use crate::player::frame::Frame;
use crate::state::play::Play;
use crate::state::{Ctx, Open, use_ctx};

/// What is open, if anything is.
pub(crate) fn opened(ctx: &Ctx, open: Option<Open>, play: &Rc<Play>, frame: &Rc<Frame>) -> Html {
    let (play, frame) = (play.clone(), frame.clone());
    match open {
        None => html! { <div class="nothing"></div> },
        Some(Open::Keys) => keys::keys(ctx),
        Some(Open::GoTo) => html! { <goto::GoTo /> },
        Some(Open::Params) => html! { <params::Params {play} {frame} /> },
        Some(Open::Insert) => html! { <insert::Insert {play} {frame} /> },
        Some(Open::Share) => share::share(ctx, &play, &frame),
    }
}

/// What every dialog of a run is given.
#[derive(Properties)]
pub(super) struct Props {
    pub(super) play: Rc<Play>,
    pub(super) frame: Rc<Frame>,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.play, &other.play) && Frame::same(&self.frame, &other.frame)
    }
}

#[derive(PartialEq, Properties)]
pub(super) struct DialogProps {
    pub(super) title: Text,
    pub(super) children: Children,
}

/// A modal dialog of the browser's own kind: it keeps the focus in and gives it back.
#[component]
pub(super) fn Dialog(props: &DialogProps) -> Html {
    let ctx = use_ctx();
    let node = use_node_ref();
    use_effect_with(node.clone(), |node| {
        let dialog = node.cast::<HtmlDialogElement>();
        if let Some(d) = &dialog
            && !d.open()
        {
            _ = d.show_modal();
        }
        move || {
            if let Some(d) = dialog {
                d.close();
            }
        }
    });
    let closed = use_callback(ctx.clone(), |_: Event, ctx| ctx.close());
    let close = use_callback(ctx.clone(), |_: MouseEvent, ctx| ctx.close());
    let title = ctx.t(&props.title);
    html! {
        <dialog ref={node} onclose={closed.clone()} oncancel={closed} aria-label={title.clone()}>
            <div class="dialog-head">
                <h2>{ title }</h2>
                <button class="q" onclick={close} aria-label={ctx.t(&text!("ui.close", "Close"))}>{ "×" }</button>
            </div>
            { props.children.clone() }
        </dialog>
    }
}
