//! "Check it yourself": commands that reproduce a computed value outside, and the files they read.

use std::rc::Rc;

use teescope_core::text;
use teescope_core::trace::Snippet;
use yew::prelude::*;

use super::card::FrameProps;
use super::frame::Frame;
use crate::dom;
use crate::state::{Ctx, Notice, use_ctx};

#[component]
pub(super) fn Snippets(props: &FrameProps) -> Html {
    let ctx = use_ctx();
    let frame = &props.frame;
    let click = {
        let (ctx, frame) = (ctx.clone(), frame.clone());
        Callback::from(move |event: MouseEvent| {
            let find = |name| dom::number(&event, name).and_then(|i| usize::try_from(i).ok());
            if let Some(snippet) = find("copy").and_then(|i| frame.snippets.get(i)) {
                copy(&ctx, snippet.code.clone());
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
                { one(&ctx, frame, i, snippet) }
            }
        </section>
    }
}

fn one(ctx: &Ctx, frame: &Rc<Frame>, i: usize, snippet: &Snippet) -> Html {
    let prints = text!("ui.snippets.prints", "It prints");
    let title = ctx.t(&snippet.title);
    html! {
        <div key={i} class="snippet">
            <p>{ title.clone() }</p>
            <pre tabindex="0" aria-label={title}>{ &snippet.code }</pre>
            <div class="choices">
                <button data-copy={i.to_string()}>{ ctx.t(&text!("ui.copy", "Copy")) }</button>
                for (k, input) in snippet.inputs.iter().enumerate() {
                    <Download key={k} frame={frame.clone()} snippet={i} input={k} name={input.name.clone()} />
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

#[derive(Properties)]
struct DownloadProps {
    frame: Rc<Frame>,
    snippet: usize,
    input: usize,
    name: String,
}

impl PartialEq for DownloadProps {
    fn eq(&self, other: &Self) -> bool {
        Frame::same(&self.frame, &other.frame)
            && (self.snippet, self.input) == (other.snippet, other.input)
    }
}

/// A file that a snippet reads, made when it is asked for.
#[component]
fn Download(props: &DownloadProps) -> Html {
    let ctx = use_ctx();
    let click = {
        let (frame, snippet, input) = (props.frame.clone(), props.snippet, props.input);
        Callback::from(move |_: MouseEvent| {
            let Some(input) = frame
                .snippets
                .get(snippet)
                .and_then(|s| s.inputs.get(input))
            else {
                return;
            };
            let bytes = match &input.bytes {
                Ok(bytes) => bytes.clone(),
                Err(digest) => frame.session.borrow_mut().absorbed(frame.position, digest),
            };
            dom::download(&input.name, &bytes);
        })
    };
    let says = text!(
        "ui.snippets.download",
        "Download {name}",
        name = props.name.as_str()
    );
    html! { <button onclick={click}>{ ctx.t(&says) }</button> }
}
