//! Files: dropped anywhere on the page, or chosen with a button. They never leave it.

use std::cell::Cell;

use teescope_core::memory::Source;
use teescope_core::text;
use teescope_core::text::Text;
use teescope_core::trace::{Input, Link};
use wasm_bindgen::JsCast;
use web_sys::{File, FileList, HtmlInputElement};
use yew::prelude::*;

use crate::dom;
use crate::host;
use crate::state::{Action, Ctx, Notice};

/// The most bytes a file may have: what 32 bits count.
const MOST: f64 = 4096.0 * 1024.0 * 1024.0 - 1.0;

thread_local! {
    /// How many large files are being read.
    static READING: Cell<u32> = const { Cell::new(0) };
}

/// How long the next of them waits before it looks again, in milliseconds.
const MOMENT: i32 = 50;

/// Reads files and hands them to the page.
/// `side`: of which side of a comparison the first is.
pub(crate) fn take(ctx: &Ctx, list: Option<FileList>, side: Option<u64>) {
    let Some(list) = list else {
        return;
    };
    let files: Vec<File> = (0..list.length()).filter_map(|i| list.get(i)).collect();
    if files.is_empty() {
        return;
    }
    let ctx = ctx.clone();
    dom::spawn(async move {
        let mut inputs = Vec::new();
        for file in files {
            let name = file.name();
            if file.size() > MOST {
                let why = text!(
                    "ui.file.large",
                    "{name} is larger than 4 GiB, more than this page takes.",
                    name = name
                );
                ctx.say(Notice::bad(why));
                return;
            }
            if file.size() > host::WHOLE_MOST {
                match large(&ctx, file, side).await {
                    Ok(Some(input)) => inputs.push(input),
                    Ok(None) => return,
                    Err(why) => return ctx.say(Notice::bad(why)),
                }
                continue;
            }
            match dom::read(&file).await {
                Some(bytes) => {
                    let bytes = Source::from(bytes);
                    // It is known by its digest from here on, which takes a while of a larger one.
                    let _ = host::digest(&bytes, |_| ()).await;
                    inputs.push(Input { name, bytes });
                }
                None => {
                    let why = text!(
                        "ui.file.unreadable",
                        "{name} could not be read; if it is a folder, drop the files in it.",
                        name = name
                    );
                    ctx.say(Notice::bad(why));
                    return;
                }
            }
        }
        let action = match (side.and_then(|s| usize::try_from(s).ok()), inputs.len()) {
            (Some(side @ 0..2), 1) => Action::Side(side, inputs.pop(), false),
            _ => Action::Files(inputs),
        };
        ctx.dispatch.dispatch(action);
    });
}

/// Takes a large file, which stays where it is, and reads it once to know it again; `None` if the
/// reader has gone elsewhere meanwhile.
async fn large(ctx: &Ctx, file: File, side: Option<u64>) -> Result<Option<Input>, Text> {
    let name = file.name();
    let bytes = host::take(file);
    let tell = |percent: u64| {
        let says = text!(
            "ui.file.reading",
            "Reading {name}: {percent} %. Close this line to stop.",
            name = name.as_str(),
            percent = percent
        );
        ctx.say(Notice::good(says));
    };
    // Of a comparison both are wanted, so one is read after the other; else the newer takes the place of the older.
    if side.is_none() {
        host::cancel();
    }
    while side.is_some() && READING.get() > 0 {
        dom::sleep(MOMENT).await;
    }
    READING.set(READING.get() + 1);
    let digest = host::digest(&bytes, tell).await;
    READING.set(READING.get() - 1);
    let digest = digest?;
    Ok(digest.map(|_| Input { name, bytes }))
}

/// A button that lets the reader choose files.
pub(crate) fn file_button(ctx: &Ctx) -> Html {
    let act = ctx.clone();
    let change = Callback::from(move |event: Event| {
        event.stop_propagation();
        let input = event
            .target()
            .and_then(|t| t.dyn_into::<HtmlInputElement>().ok());
        if let Some(input) = input {
            take(&act, input.files(), dom::number(&event, "side"));
            input.set_value("");
        }
    });
    html! {
        <label class="file">
            <input type="file" class="aside-text" multiple=true onchange={change} />
            <span>{ ctx.t(&text!("ui.file.choose", "Choose a file …")) }</span>
        </label>
    }
}

/// The place that says files may be dropped; in fact the whole page takes them. `diff`: where two are compared.
pub(crate) fn drop_zone(ctx: &Ctx, diff: &str) -> Html {
    let diff = ctx.href(Link {
        scenario: diff.to_string(),
        ..Link::default()
    });
    html! {
        <section class="dropzone">
            <h2>{ ctx.t(&text!("ui.drop", "Drop a file of your own")) }</h2>
            <p>{ ctx.t(&text!("ui.drop.says", "A signed program, a signature structure, a case file: it is recognised and becomes a run. Several may be dropped together. They are read here and never leave the page.")) }</p>
            { file_button(ctx) }
            <p><a href={diff}>{ ctx.t(&text!("ui.drop.diff", "Or give two, and see why they differ")) }</a></p>
        </section>
    }
}
