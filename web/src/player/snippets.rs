//! "Check it yourself": commands that reproduce a computed value outside, and the files they read.

use std::rc::Rc;

use teescope_core::text;
use teescope_core::trace::Snippet;
use yew::prelude::*;

use super::frame::Frame;
use crate::dom;
use crate::el::{El, el, nothing, said};
use crate::state::{Ctx, Notice};

/// The commands that reproduce the values of a frame's step.
pub(super) fn snippets(ctx: &Ctx, frame: &Rc<Frame>) -> El {
    let click = {
        let (ctx, frame) = (ctx.clone(), frame.clone());
        Callback::from(move |event: Event| {
            let find = |name| dom::number(&event, name).and_then(|i| usize::try_from(i).ok());
            if let Some(snippet) = find("copy").and_then(|i| frame.snippets.get(i)) {
                copy(&ctx, snippet.code.clone());
            } else if let (Some(snippet), Some(input)) = (find("snippet"), find("input")) {
                download(&frame, snippet, input);
            }
        })
    };
    if frame.snippets.is_empty() {
        return nothing();
    }
    let snippets = frame.snippets.iter().enumerate();
    let title = text!("ui.snippets", "Check it yourself");
    el("section")
        .class("snippets")
        .on_click(click)
        .kid(el("h3").kid(said(ctx, title)))
        .kids(snippets.map(|(i, snippet)| one(ctx, i, snippet)))
}

fn one(ctx: &Ctx, i: usize, snippet: &Snippet) -> El {
    let title = ctx.t(&snippet.title);
    let copy = el("button")
        .at("data-copy", i)
        .kid(said(ctx, text!("ui.copy", "Copy")));
    let downloads = snippet.inputs.iter().enumerate();
    let downloads = downloads.filter(|(_, input)| !input.is_file());
    let downloads = downloads.map(|(k, input)| {
        let says = text!(
            "ui.snippets.download",
            "Download {name}",
            name = input.name.as_str()
        );
        el("button")
            .at("data-snippet", i)
            .at("data-input", k)
            .kid(said(ctx, says))
    });
    let prints = said(ctx, text!("ui.snippets.prints", "It prints"));
    let prints = el("p")
        .class("prints")
        .kid(el("span").class("dim").kid(prints))
        .kid(" ")
        .kid(el("code").kid(snippet.prints.clone()));
    let code = el("pre")
        .at("tabindex", "0")
        .at("aria-label", title.clone())
        .kid(snippet.code.clone());
    el("div")
        .class("snippet")
        .kid(el("p").kid(title))
        .kid(code)
        .kid(el("div").class("choices").kid(copy).kids(downloads))
        .kid(prints)
}

pub(crate) fn copy(ctx: &Ctx, text: String) {
    let ctx = ctx.clone();
    dom::spawn(async move {
        let notice = match dom::copy(&text).await {
            true => Notice::good(text!("ui.copied", "Copied.")),
            false => Notice::bad(text!(
                "ui.not-copied",
                "The browser does not let this page write to the clipboard. Select the text and copy it by hand."
            )),
        };
        ctx.say(notice);
    });
}

/// Hands out a file that a snippet reads, made when it is asked for.
fn download(frame: &Frame, snippet: usize, input: usize) {
    let snippet = frame.snippets.get(snippet);
    let Some(input) = snippet.and_then(|s| s.inputs.get(input)) else {
        return;
    };
    let bytes = match &input.bytes {
        Ok(bytes) => bytes.clone(),
        Err(digest) => match &frame.session {
            Some(session) => session.borrow_mut().absorbed(frame.position, digest),
            None => return,
        },
    };
    dom::download(&input.name, &bytes);
}
