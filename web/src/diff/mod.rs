//! Two files, or a file and the value expected of it: why they differ, from the cause down to the byte.

mod sides;
mod told;
mod work;

use std::rc::Rc;

use teescope_core::text;
use yew::prelude::*;

use crate::el::{El, el, part, said};
use crate::gallery::settings::settings;
use crate::nav::{Here, nav};
use crate::source::Source;
use crate::state::{Ctx, Sides, State, use_ctx};
use work::{Status, use_work};

/// What is compared.
#[derive(Clone, Properties)]
pub(crate) struct Props {
    pub(crate) sides: Rc<Sides>,
    pub(crate) source: Source,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        self.sides.version == other.sides.version && self.source == other.source
    }
}

/// The page.
pub(crate) fn page(state: &State) -> Html {
    part::<Diff>(Props {
        sides: state.sides.clone(),
        source: state.source.clone(),
    })
}

#[component]
fn Diff(props: &Props) -> Html {
    let ctx = use_ctx();
    let (status, stop) = use_work(&props.sides);
    let title = text!("ui.diff.title", "Why do they differ?");
    let lead = text!(
        "ui.diff.lead",
        "Give two files, or one and the value that is expected of it. They are compared here, down to the first differing byte, and never leave the page."
    );
    let intro = el("div")
        .class("intro")
        .kid(el("h1").kid(said(&ctx, title)))
        .kid(el("p").class("lead").kid(said(&ctx, lead)));
    let main = el("main")
        .class("inspect diff")
        .at("id", "panels")
        .at("tabindex", "-1")
        .kid(intro)
        .kid(sides::entry(&ctx, &props.sides))
        .kid(
            props
                .sides
                .given
                .iter()
                .all(Option::is_none)
                .then(|| sides::examples(&ctx)),
        )
        .kid(found(&ctx, props, &status, &stop));
    el("div").class("gallery").kid(head(&ctx)).kid(main).into()
}

fn head(ctx: &Ctx) -> El {
    el("header")
        .class("head")
        .kid(nav(ctx, Here::Diff))
        .kid(el("div").class("actions").kid(settings(ctx)))
}

/// How far it is, or what came of it.
fn found(ctx: &Ctx, props: &Props, status: &Status, stop: &Callback<Event>) -> Option<El> {
    Some(match status {
        Status::Waiting => return None,
        Status::Working(done, of) => {
            let percent = (done * 100).checked_div(*of).unwrap_or(0);
            let says = text!("ui.diff.working", "Comparing: {n} %", n = percent);
            let stops = text!("ui.diff.stop", "Stop");
            let bar = el("progress")
                .at("max", 100_usize)
                .at("value", percent as usize)
                .at(
                    "aria-label",
                    said(ctx, text!("ui.diff.progress", "Progress")),
                );
            el("div")
                .class("choices")
                .kid(el("span").kid(said(ctx, says)))
                .kid(bar)
                .kid(
                    el("button")
                        .at("data-stop", "")
                        .on_click(stop.clone())
                        .kid(said(ctx, stops)),
                )
        }
        Status::Stopped => {
            let says = text!(
                "ui.diff.stopped",
                "The comparison was stopped. Give a file again to begin anew."
            );
            el("p").at("role", "status").kid(said(ctx, says))
        }
        Status::Bad(why) => el("p")
            .class("lead why")
            .at("role", "alert")
            .kid(ctx.t(why)),
        Status::Done(found) => told::told(ctx, &props.sides, found),
    })
}
