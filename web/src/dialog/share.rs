//! Handing a run on: its link, its case file, its text.

use std::cell::RefCell;
use std::rc::Rc;

use teescope_core::text;
use teescope_core::text::Text;
use teescope_core::trace::{ParamKind, Progress, Session, dump};
use yew::prelude::*;

use crate::dom;
use crate::el::{El, el, group, said};
use crate::host;
use crate::player::copy;
use crate::player::frame::Frame;
use crate::state::play::Play;
use crate::state::run::slice;
use crate::state::{Ctx, Notice};

/// Carries a run to its end and works out its digest, in slices that leave the page time to react.
async fn summed(session: &Rc<RefCell<Box<dyn Session>>>) -> Result<(), Text> {
    loop {
        let done = session.borrow().len();
        let (_, need) = match slice(session) {
            (now, None) if now == done => {
                let start = dom::now();
                loop {
                    match session.borrow_mut().sum(256) {
                        Progress::Ready => return Ok(()),
                        Progress::Working { .. } if dom::now() - start < 8.0 => {}
                        Progress::Working { .. } => break (now, None),
                        Progress::Need(need) => break (now, Some(need)),
                    }
                }
            }
            other => other,
        };
        if let Some(need) = need {
            host::supply_need(&need).await?;
        }
        dom::sleep(0).await;
    }
}

/// The dialog that hands a run on.
pub(super) fn share(ctx: &Ctx, play: &Play, frame: &Frame) -> El {
    let run = play.run();
    let link = dom::window()
        .and_then(|w| w.location().href().ok())
        .unwrap_or_default();
    let name = run.scenario().replace('/', "-");
    let session = run.session.clone();
    let click = {
        let (ctx, link, name) = (ctx.clone(), link.clone(), name.clone());
        Callback::from(
            move |event: Event| match dom::data(&event, "share").as_deref() {
                Some("copy") => copy(&ctx, link.clone()),
                Some("case") => {
                    let (session, name, ctx) = (session.clone(), name.clone(), ctx.clone());
                    dom::spawn(async move {
                        match summed(&session).await {
                            Ok(()) => {
                                let case = session.borrow_mut().case().write();
                                dom::download(&format!("{name}.case.json"), case.as_bytes());
                            }
                            Err(why) => ctx.say(Notice::bad(why)),
                        }
                    });
                }
                Some("dump") => {
                    let mut session = session.borrow_mut();
                    let len = session.len();
                    let text = dump(&mut **session, len, &ctx.lang.catalogue);
                    dom::download(&format!("{name}.txt"), text.as_bytes());
                }
                _ => {}
            },
        )
    };
    let set = run.settings().params;
    let file = frame.info.params.iter().any(|p| {
        matches!(p.kind, ParamKind::File { .. }) && set.get(p.key).is_some_and(|v| !v.is_empty())
    });
    let says = text!(
        "ui.share.says",
        "The link holds everything the page shows: the scenario, the step, your changes. It goes to no server."
    );
    let file = file.then(|| {
        let says = text!(
            "ui.share.file",
            "It names your file by its SHA-256 only; whoever opens it is asked for the file."
        );
        el("p").kid(said(ctx, says))
    });
    let field = el("input").class("m").flag("readonly", true).value(&link);
    let title = said(ctx, text!("ui.share.link", "Link"));
    let button = |id: &'static str, says| {
        let button = el("button").at("data-share", id);
        button.kid(said(ctx, says))
    };
    let copy = button("copy", text!("ui.share.copy", "Copy the link"));
    let choices = el("div")
        .class("choices")
        .on_click(click)
        .kid(copy.class("go"))
        .kid(button(
            "case",
            text!("ui.share.case", "Save as a case file"),
        ))
        .kid(button("dump", text!("ui.share.dump", "Save as text")));
    let case_says = text!(
        "ui.share.case-says",
        "A case file is a few lines of JSON; dropped on this page, or given to the command line, it is replayed to the same digest."
    );
    group()
        .kid(el("p").kid(said(ctx, says)))
        .kid(file)
        .kid(el("label").class("row").kid(title).kid(field))
        .kid(choices)
        .kid(el("p").class("dim").kid(said(ctx, case_says)))
}
