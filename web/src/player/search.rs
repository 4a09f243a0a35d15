//! Search in the step list: by name, label or words, in slices so that long runs stay quick.

use std::cell::Cell;
use std::rc::Rc;

use teescope_core::text;
use yew::prelude::*;

use crate::dom;
use crate::el::{El, el, said};
use crate::held::{use_after, use_held};
use crate::state::Ctx;
use crate::state::run::Run;

/// The most steps a search lists.
const MOST: usize = 2000;

/// The field in which a reader writes what to look for.
pub(super) fn search(ctx: &Ctx, query: &str, ask: &Callback<String>) -> El {
    let asking = ask.clone();
    let input = Callback::from(move |event: Event| asking.emit(dom::value(&event)));
    let ask = ask.clone();
    let keydown = Callback::from(move |event: Event| match dom::key(&event).as_str() {
        "Escape" => {
            event.stop_propagation();
            ask.emit(String::new());
            dom::focus("panels");
        }
        key @ ("ArrowDown" | "Enter") => {
            event.prevent_default();
            dom::first(".steps .found .step", key == "Enter");
        }
        _ => {}
    });
    let says = said(ctx, text!("ui.search", "Search the steps"));
    let field = el("input")
        .at("id", "search")
        .at("type", "search")
        .at("placeholder", says.clone())
        .at("aria-label", says)
        .at("autocomplete", "off")
        .at("spellcheck", "false")
        .value(query)
        .on_input(input)
        .on_key(keydown);
    el("div")
        .class("search")
        .at("role", "search")
        .kid(field)
        .kid(el("kbd").at("aria-hidden", "true").kid("/"))
}

/// The steps whose name or label holds every word of the query, and whether the search still goes on.
#[hook]
pub(super) fn use_found(run: &Run, query: &str, ctx: &Ctx) -> (Rc<Vec<u64>>, bool) {
    let found = use_held(|| (Rc::new(Vec::new()), true));
    let setter = found.clone();
    let session = run.session.clone();
    let len = run.len;
    let lang = ctx.lang.clone();
    let query = query.to_ascii_lowercase();
    use_after(
        (run.id, query.clone()),
        Box::new(move || {
            let words: Vec<String> = query.split_whitespace().map(str::to_string).collect();
            let alive = Rc::new(Cell::new(true));
            let on = alive.clone();
            if words.is_empty() {
                alive.set(false);
            }
            dom::spawn(async move {
                if !on.get() {
                    return;
                }
                let mut hits = Vec::new();
                let mut at = 1;
                while at <= len && hits.len() < MOST {
                    let start = dom::now();
                    while at <= len && dom::now() - start < 6.0 {
                        let line = session.borrow_mut().line(at);
                        let stop = line.outcome.map(|o| lang.t(&o.name()).to_ascii_lowercase());
                        let all = format!(
                            "{} {} {}",
                            lang.t(&line.name).to_ascii_lowercase(),
                            line.label.to_ascii_lowercase(),
                            stop.unwrap_or_default()
                        );
                        if words.iter().all(|w| all.contains(w.as_str())) {
                            hits.push(at);
                        }
                        at += 1;
                    }
                    if at <= len {
                        dom::sleep(0).await;
                    }
                    if !on.get() {
                        return;
                    }
                }
                setter.set((Rc::new(hits), false));
            });
            Box::new(move || alive.set(false))
        }),
    );
    found.get()
}
