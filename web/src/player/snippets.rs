//! "Check it yourself": commands that reproduce a computed value outside, and the files they read.

use std::rc::Rc;

use teescope_core::text;
use teescope_core::trace::Snippet;
use yew::prelude::*;

use super::frame::Frame;
use crate::dom;
use crate::state::{Ctx, Notice};

/// The commands that reproduce the values of a frame's step.
pub(super) fn snippets(ctx: &Ctx, frame: &Rc<Frame>) -> Html {
    let click = {
        let (ctx, frame) = (ctx.clone(), frame.clone());
        Callback::from(move |event: MouseEvent| {
            let find = |name| dom::number(&event, name).and_then(|i| usize::try_from(i).ok());
            if let Some(snippet) = find("copy").and_then(|i| frame.snippets.get(i)) {
                copy(&ctx, snippet.code.clone());
            } else if let (Some(snippet), Some(input)) = (find("snippet"), find("input")) {
                download(&frame, snippet, input);
            }
        })
    };
    if frame.snippets.is_empty() {
        return html! { <div class="nothing"></div> };
    }
    html! {
        <section class="snippets" onclick={click}>
            <h3>{ ctx.t(&text!("ui.snippets", "Check it yourself")) }</h3>
            for (i, snippet) in frame.snippets.iter().enumerate() {
                { one(ctx, i, snippet) }
            }
        </section>
    }
}

fn one(ctx: &Ctx, i: usize, snippet: &Snippet) -> Html {
    let prints = text!("ui.snippets.prints", "It prints");
    let title = ctx.t(&snippet.title);
    html! {
        <div key={i} class="snippet">
            <p>{ title.clone() }</p>
            <pre tabindex="0" aria-label={title}>{ &snippet.code }</pre>
            <div class="choices">
                <button data-copy={i.to_string()}>{ ctx.t(&text!("ui.copy", "Copy")) }</button>
                for (k, input) in snippet.inputs.iter().enumerate() {
                    <button key={k} data-snippet={i.to_string()} data-input={k.to_string()}>{ ctx.t(&text!("ui.snippets.download", "Download {name}", name = input.name.as_str())) }</button>
                }
            </div>
            <p class="prints"><span class="dim">{ ctx.t(&prints) }</span>{ " " }<code>{ &snippet.prints }</code></p>
        </div>
    }
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
        Err(digest) => frame.session.borrow_mut().absorbed(frame.position, digest),
    };
    dom::download(&input.name, &bytes);
}
