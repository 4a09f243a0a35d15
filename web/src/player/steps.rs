//! The step list: where the run stands among everything it does.

use std::cell::Cell;
use std::rc::Rc;

use teescope_core::text;
use teescope_core::trace::StepLine;
use web_sys::Element;
use yew::prelude::*;

use super::rows::{Folds, Item, Kind, items, row_of};
use super::search::{search, use_found};
use crate::dom;
use crate::el::{El, el, group, said};
use crate::held::{Held, use_after, use_held};
use crate::state::play::Do;
use crate::state::run::Run;
use crate::state::{Ctx, use_ctx};
use crate::virtual_list::{Scroll, Span, Window, room, top_of, use_scroll, window};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct Props {
    pub(crate) run: Run,
    pub(crate) position: u64,
    pub(crate) label: String,
}

/// The list, the field that searches it, and on narrow screens the strip that opens it.
#[component]
pub(crate) fn Steps(props: &Props) -> Html {
    let ctx = use_ctx();
    let run = &props.run;
    let open = use_held(|| false);
    let held_query = use_held(String::new);
    let query = held_query.get();
    let folds = use_held(|| Rc::new(Folds::default()));
    let found = use_found(run, &query, &ctx);
    let node = use_node_ref();
    let (scroll, onscroll) = use_scroll(&node);
    let items = items(&run.outline, &folds.get(), props.position);
    let spans: Vec<Span> = items.iter().map(|i| i.span).collect();
    let top = top_of(&spans, row_of(&items, &run.outline, props.position));
    use_in_view(node.clone(), top, 44, (run.id, props.position));
    let inner = match query.trim().is_empty() {
        true => list(&ctx, props, &items, &window(&spans, scroll)),
        false => found_list(&ctx, props, &found, scroll),
    };
    let ask = Callback::from(move |text: String| held_query.set(text));
    let toggle = {
        let open = open.clone();
        Callback::from(move |_: Event| open.set(!open.get()))
    };
    let click = clicked(&ctx, run, &open, &folds);
    let line = (props.position > 0).then(|| run.session.borrow_mut().line(props.position));
    let now = line.map_or_else(
        || ctx.t(&text!("ui.steps.start", "Start")),
        |l| ctx.t(&l.name),
    );
    let at = format!("{} / {}", props.position, run.len);
    let strip = el("button")
        .class("strip")
        .at("aria-expanded", open.get())
        .on_click(toggle)
        .kid(el("span").class("m").kid(at))
        .kid(el("b").kid(now))
        .kid(el("span").kid(said(&ctx, text!("ui.steps.all", "all steps"))));
    let list = el("div")
        .class("list")
        .also(!query.trim().is_empty(), "found")
        .node(&node)
        .on_scroll(onscroll)
        .on_click(click)
        .roams("button")
        .kid(inner);
    el("nav")
        .class("steps")
        .also(open.get(), "is-open")
        .also(run.len > 9_999, "long")
        .at("aria-label", said(&ctx, text!("ui.steps", "Steps")))
        .kid(strip)
        .kid(search(&ctx, &query, &ask))
        .kid(list)
        .into()
}

/// A step is gone to, which puts the list away on narrow screens; a stretch or fold opens or closes.
fn clicked(ctx: &Ctx, run: &Run, open: &Held<bool>, folds: &Held<Rc<Folds>>) -> Callback<Event> {
    let (ctx, open, folds) = (ctx.clone(), open.clone(), folds.clone());
    let groups = run.outline.groups.len();
    Callback::from(move |event: Event| {
        if let Some(step) = dom::number(&event, "step") {
            open.set(false);
            ctx.act(Do::Seek(step));
        } else if let Some(fold) = dom::data(&event, "fold") {
            let mut next = (*folds.get()).clone();
            let (group, n) = fold.split_once('.').unwrap_or((&fold, ""));
            let key = (group.parse().unwrap_or(0), n.parse().ok());
            if groups > key.0 {
                next.set(key, dom::data(&event, "open").as_deref() != Some("true"));
                folds.set(Rc::new(next));
            }
        }
    })
}

fn list(ctx: &Ctx, props: &Props, items: &[Item], view: &Window) -> El {
    // Rows are told apart by where they stand, not by what they say: when a stretch closes and another opens,
    // elements that are there take on other words, which costs less than making them.
    let rows = rows(items, view.rows.clone()).into_iter();
    let rows = view.rows.clone().zip(rows);
    group()
        .kid(start(ctx, props.position == 0))
        .kid(room("above", view.above))
        .kids(rows.map(|(n, row)| draw(ctx, &props.run, &row, props.position).key(n)))
        .kid(room("below", view.below))
}

fn start(ctx: &Ctx, here: bool) -> El {
    let says = said(ctx, text!("ui.steps.start", "Start"));
    row("low", here, 0).key("start").kid(el("span").kid(says))
}

/// The row of a step, with its number.
fn row(size: &'static str, here: bool, position: u64) -> El {
    el("button")
        .class("step")
        .class(size)
        .also(here, "now")
        .at("data-step", position)
        .at("aria-current", here.then_some("step"))
        .at("tabindex", if here { "0" } else { "-1" })
        .kid(el("span").class("n m").kid(position))
}

/// Until the browser has laid out what was drawn, in milliseconds: a frame and a little more. Whoever asks earlier
/// how far something is scrolled makes it lay out everything at once, and then once more.
const LAID_OUT: i32 = 20;

/// Scrolls the list when the current step has left its window.
#[hook]
fn use_in_view(node: NodeRef, top: u64, height: u32, key: (u32, u64)) {
    use_after(
        key,
        Box::new(move || {
            let here = Rc::new(Cell::new(true));
            let still = here.clone();
            dom::spawn(async move {
                dom::sleep(LAID_OUT).await;
                if let Some(list) = node.cast::<Element>().filter(|_| still.get()) {
                    let (top, height) = (top as i32 + 26, height as i32);
                    let (from, seen) = (list.scroll_top(), list.client_height());
                    if top < from + 40 || top + height > from + seen - 40 {
                        list.set_scroll_top((top - seen / 3).max(0));
                    }
                }
            });
            Box::new(move || here.set(false))
        }),
    );
}

/// The rows in view: what each shows.
fn rows(items: &[Item], range: std::ops::Range<u64>) -> Vec<Kind> {
    let mut out = Vec::new();
    let mut row = 0;
    for item in items {
        let from = range.start.max(row);
        let to = range.end.min(row + item.span.rows);
        for r in from..to.max(from) {
            let nth = r - row;
            out.push(match item.kind {
                Kind::Folds(i, n, open) => Kind::Folds(i, n + nth, open),
                Kind::Steps(i, first) => Kind::Steps(i, first + nth),
                kind => kind,
            });
        }
        row += item.span.rows;
    }
    out
}

fn draw(ctx: &Ctx, run: &Run, kind: &Kind, position: u64) -> El {
    let groups = &run.outline.groups;
    match *kind {
        Kind::Phase(phase, first, last) => el("div")
            .class("phase")
            .kid(el("span").kid(said(ctx, phase.title())))
            .kid(el("span").class("m").kid(span(first, last))),
        Kind::Group(i, open) => {
            let g = &groups[i];
            let steps = text!("ui.steps.count", "{n} steps", n = g.len);
            let says = el("span")
                .kid(triangle(open))
                .kid(ctx.t(&g.title))
                .kid(el("small").kid(said(ctx, steps)));
            let fold = i.to_string();
            folded("tall", run, (g.first, g.first + g.len - 1), open)
                .at("data-fold", fold)
                .kid(says)
        }
        Kind::Single(i) => {
            let g = &groups[i];
            let line = run.session.borrow_mut().line(g.first);
            let under = match stop(ctx, &line) {
                Some(stop) => stop.into(),
                None => ctx.t(&g.title),
            };
            let inner = el("span")
                .kid(el("code").kid(ctx.t(&line.name)))
                .kid(el("small").kid(under));
            step(ctx, &line, "tall", position).kid(inner)
        }
        Kind::Folds(i, n, open) => {
            let g = &groups[i];
            let first = g.first + n * g.fold;
            let last = (first + g.fold).min(g.first + g.len) - 1;
            let line = run.session.borrow_mut().line(first);
            let says = el("span")
                .kid(triangle(open))
                .kid(tail(&line.label, &g.label).to_string())
                .kid(" ")
                .kid(el("span").class("dim m").kid(span(first, last)));
            let fold = [&i.to_string(), ".", &n.to_string()].concat();
            folded("low", run, (first, last), open)
                .at("data-fold", fold)
                .kid(says)
        }
        Kind::Steps(i, at) => {
            let line = run.session.borrow_mut().line(at);
            let rest = match stop(ctx, &line) {
                Some(stop) => el("span").class("why").kid(stop),
                None => {
                    // The operand says more than the end of a label, where the machine gives one.
                    let brief = ctx.t(&line.brief);
                    let rest = el("span").class("dim");
                    match brief.is_empty() {
                        true => rest.kid(tail(&line.label, &groups[i].label).to_string()),
                        false => rest.kid(brief),
                    }
                }
            };
            low(ctx, &line, rest, position)
        }
    }
}

/// The row of a stretch or fold, from its first to its last step.
fn folded(size: &'static str, run: &Run, (first, last): (u64, u64), open: bool) -> El {
    let bad = run.stops.iter().any(|(p, _)| (first..=last).contains(p));
    el("button")
        .class("step")
        .class(size)
        .class("fold")
        .also(bad, "stopped")
        .at("data-open", open)
        .at("aria-expanded", open)
        .at("tabindex", "-1")
        .kid(el("span").class("n m").kid(first))
}

fn triangle(open: bool) -> El {
    let sign = if open { "▾" } else { "▸" };
    el("i").class("tri").at("aria-hidden", "true").kid(sign)
}

/// How a step was stopped, if it was.
fn stop(ctx: &Ctx, line: &StepLine) -> Option<String> {
    let stop = line.outcome.filter(|o| !o.is_done())?;
    Some(["✕ ", &said(ctx, stop.name())].concat())
}

/// The row of a step in one line.
fn low(ctx: &Ctx, line: &StepLine, rest: El, position: u64) -> El {
    let inner = el("span")
        .kid(el("code").kid(ctx.t(&line.name)))
        .kid(" ")
        .kid(rest);
    step(ctx, line, "low", position).kid(inner)
}

/// The row of a step, without what it says.
fn step(ctx: &Ctx, line: &StepLine, size: &'static str, position: u64) -> El {
    let stop = line.outcome.filter(|o| !o.is_done());
    let edited = text!("ui.steps.edited", "you changed this step");
    let title = match stop {
        Some(stop) => Some(said(ctx, stop.name())),
        None => line.edited.then(|| said(ctx, edited)),
    };
    row(size, line.position == position, line.position)
        .key(line.position)
        .also(stop.is_some(), "stopped")
        .also(line.edited, "edited")
        .at("title", title)
}

fn span(first: u64, last: u64) -> String {
    if first == last {
        first.to_string()
    } else {
        format!("{first}–{last}")
    }
}

/// What a step's label adds to its stretch's.
fn tail<'a>(label: &'a str, group: &str) -> &'a str {
    let tail = label.strip_prefix(group).unwrap_or(label);
    tail.strip_prefix('.')
        .unwrap_or(if tail.is_empty() { label } else { tail })
}

/// The steps that a search found.
fn found_list(ctx: &Ctx, props: &Props, found: &(Rc<Vec<u64>>, bool), scroll: Scroll) -> El {
    let (found, searching) = found;
    let spans = [Span {
        rows: found.len() as u64,
        height: 26,
    }];
    let view = window(&spans, scroll);
    let more = match searching {
        true => text!("ui.search.going", "searching …"),
        false => text!("ui.search.found", "{n} steps found", n = found.len()),
    };
    let to = (view.rows.end as usize).min(found.len());
    let from = (view.rows.start as usize).min(to);
    let rows = found[from..to].iter();
    group()
        .kid(
            el("p")
                .class("phase")
                .at("role", "status")
                .kid(said(ctx, more)),
        )
        .kid(room("above", view.above))
        .kids(rows.map(|at| found_row(ctx, &props.run, *at, props.position)))
        .kid(room("below", view.below))
}

fn found_row(ctx: &Ctx, run: &Run, at: u64, position: u64) -> El {
    let line = run.session.borrow_mut().line(at);
    let label = el("span").class("dim").kid(line.label.clone());
    low(ctx, &line, label, position)
}
