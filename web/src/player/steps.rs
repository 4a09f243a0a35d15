//! The step list: where the run stands among everything it does.

use std::rc::Rc;

use teescope_core::text;
use teescope_core::trace::StepLine;
use web_sys::Element;
use yew::prelude::*;

use super::rows::{Folds, Item, Kind, items, row_of};
use super::search::{search, use_found};
use crate::dom;
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
    let open = use_state_eq(|| false);
    let query = use_state_eq(String::new);
    let folds = use_state_eq(|| Rc::new(Folds::new()));
    let found = use_found(run, &query, &ctx);
    let node = use_node_ref();
    let (scroll, onscroll) = use_scroll(&node);
    let items = items(&run.outline, &folds, props.position);
    let spans: Vec<Span> = items.iter().map(|i| i.span).collect();
    let top = top_of(&spans, row_of(&items, &run.outline, props.position));
    use_in_view(node.clone(), top, 44, (run.id, props.position));
    let inner = match query.trim().is_empty() {
        true => list(&ctx, props, &items, &window(&spans, scroll)),
        false => found_list(&ctx, props, &found, scroll),
    };
    let ask = {
        let query = query.setter();
        Callback::from(move |text: String| query.set(text))
    };
    let toggle = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    let click = clicked(&ctx, run, &open, &folds);
    let keydown = Callback::from(|event: KeyboardEvent| dom::roam(&event, "button"));
    let line = (props.position > 0).then(|| run.session.borrow_mut().line(props.position));
    let now = line.map_or_else(
        || ctx.t(&text!("ui.steps.start", "Start")),
        |l| ctx.t(&l.name),
    );
    let class = classes!(
        "steps",
        open.then_some("is-open"),
        (run.len > 9_999).then_some("long")
    );
    let kind = classes!("list", (!query.trim().is_empty()).then_some("found"));
    html! {
        <nav {class} aria-label={ctx.t(&text!("ui.steps", "Steps"))}>
            <button class="strip" onclick={toggle} aria-expanded={open.to_string()}>
                <span class="m">{ format!("{} / {}", props.position, run.len) }</span>
                <b>{ now }</b>
                <span>{ ctx.t(&text!("ui.steps.all", "all steps")) }</span>
            </button>
            { search(&ctx, &query, &ask) }
            <div class={kind} ref={node} onscroll={onscroll} onclick={click} onkeydown={keydown}>{ inner }</div>
        </nav>
    }
}

/// A step is gone to, which puts the list away on narrow screens; a stretch or fold opens or closes.
fn clicked(
    ctx: &Ctx,
    run: &Run,
    open: &UseStateHandle<bool>,
    folds: &UseStateHandle<Rc<Folds>>,
) -> Callback<MouseEvent> {
    let (ctx, open, folds) = (ctx.clone(), open.setter(), folds.clone());
    let groups = run.outline.groups.len();
    Callback::from(move |event: MouseEvent| {
        if let Some(step) = dom::number(&event, "step") {
            open.set(false);
            ctx.act(Do::Seek(step));
        } else if let Some(fold) = dom::data(&event, "fold") {
            let mut next = (**folds).clone();
            let (group, n) = fold.split_once('.').unwrap_or((&fold, ""));
            let key = (group.parse().unwrap_or(0), n.parse().ok());
            if groups > key.0 {
                next.insert(key, dom::data(&event, "open").as_deref() != Some("true"));
                folds.set(Rc::new(next));
            }
        }
    })
}

fn list(ctx: &Ctx, props: &Props, items: &[Item], view: &Window) -> Html {
    html! {
        <>
            { start(ctx, props.position == 0) }
            { room("above", view.above) }
            for row in rows(items, view.rows.clone()) {
                { draw(ctx, &props.run, &row, props.position) }
            }
            { room("below", view.below) }
        </>
    }
}

fn start(ctx: &Ctx, here: bool) -> Html {
    html! {
        <button key="start" class={classes!("step", "low", here.then_some("now"))} data-step="0"
            aria-current={here.then_some("step")} tabindex={if here { "0" } else { "-1" }}>
            <span class="n m">{ "0" }</span><span>{ ctx.t(&text!("ui.steps.start", "Start")) }</span>
        </button>
    }
}

/// Scrolls the list when the current step has left its window.
#[hook]
fn use_in_view(node: NodeRef, top: u64, height: u32, key: (u32, u64)) {
    use_effect_with(key, move |_| {
        if let Some(list) = node.cast::<Element>() {
            let (top, height) = (top as i32 + 26, height as i32);
            let (from, seen) = (list.scroll_top(), list.client_height());
            if top < from + 40 || top + height > from + seen - 40 {
                list.set_scroll_top((top - seen / 3).max(0));
            }
        }
    });
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

fn draw(ctx: &Ctx, run: &Run, kind: &Kind, position: u64) -> Html {
    let groups = &run.outline.groups;
    match *kind {
        Kind::Phase(phase, first, last) => html! {
            <div key={format!("p{first}")} class="phase"><span>{ ctx.t(&phase.title()) }</span>
                <span class="m">{ span(first, last) }</span></div>
        },
        Kind::Group(i, open) => {
            let g = &groups[i];
            let bad = run
                .stops
                .iter()
                .any(|(p, _)| (g.first..g.first + g.len).contains(p));
            let steps = text!("ui.steps.count", "{n} steps", n = g.len);
            html! {
                <button key={format!("g{i}")} class={classes!("step", "tall", "fold", bad.then_some("stopped"))}
                    data-fold={i.to_string()} data-open={open.to_string()} aria-expanded={open.to_string()} tabindex="-1">
                    <span class="n m">{ g.first }</span>
                    <span><i class="tri" aria-hidden="true">{ if open { "▾" } else { "▸" } }</i>{ ctx.t(&g.title) }
                        <small>{ ctx.t(&steps) }</small></span>
                </button>
            }
        }
        Kind::Single(i) => {
            let g = &groups[i];
            let line = run.session.borrow_mut().line(g.first);
            let under = match line.outcome {
                Some(stop) if !stop.is_done() => {
                    AttrValue::from(format!("✕ {}", ctx.t(&stop.name())))
                }
                _ => ctx.t(&g.title),
            };
            step(
                ctx,
                &line,
                "tall",
                html! { <><code>{ ctx.t(&line.name) }</code><small>{ under }</small></> },
                position,
            )
        }
        Kind::Folds(i, n, open) => {
            let g = &groups[i];
            let first = g.first + n * g.fold;
            let last = (first + g.fold).min(g.first + g.len) - 1;
            let line = run.session.borrow_mut().line(first);
            let bad = run.stops.iter().any(|(p, _)| (first..=last).contains(p));
            html! {
                <button key={format!("f{i}.{n}")} class={classes!("step", "low", "fold", bad.then_some("stopped"))}
                    data-fold={format!("{i}.{n}")} data-open={open.to_string()} aria-expanded={open.to_string()} tabindex="-1">
                    <span class="n m">{ first }</span>
                    <span><i class="tri" aria-hidden="true">{ if open { "▾" } else { "▸" } }</i>{ tail(&line.label, &g.label).to_string() }
                        { " " }<span class="dim m">{ span(first, last) }</span></span>
                </button>
            }
        }
        Kind::Steps(i, at) => {
            let line = run.session.borrow_mut().line(at);
            let rest = match line.outcome {
                Some(stop) if !stop.is_done() => {
                    html! { <span class="why">{ format!("✕ {}", ctx.t(&stop.name())) }</span> }
                }
                _ => {
                    // The operand says more than the end of a label, where the machine gives one.
                    let brief = ctx.t(&line.brief);
                    let tail = tail(&line.label, &groups[i].label);
                    html! { <span class="dim">{ if brief.is_empty() { tail.into() } else { brief } }</span> }
                }
            };
            step(
                ctx,
                &line,
                "low",
                html! { <><code>{ ctx.t(&line.name) }</code>{ " " }{ rest }</> },
                position,
            )
        }
    }
}

fn step(ctx: &Ctx, line: &StepLine, size: &'static str, inner: Html, position: u64) -> Html {
    let now = line.position == position;
    let stopped = line.outcome.is_some_and(|o| !o.is_done());
    let class = classes!(
        "step",
        size,
        now.then_some("now"),
        stopped.then_some("stopped"),
        line.edited.then_some("edited")
    );
    let stop = line.outcome.filter(|o| !o.is_done());
    let title = match stop {
        Some(stop) => Some(ctx.t(&stop.name())),
        None if line.edited => Some(ctx.t(&text!("ui.steps.edited", "you changed this step"))),
        None => None,
    };
    html! {
        <button key={line.position} class={class} data-step={line.position.to_string()} title={title}
            aria-current={now.then_some("step")} tabindex={if now { "0" } else { "-1" }}>
            <span class="n m">{ line.position }</span><span>{ inner }</span>
        </button>
    }
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
fn found_list(ctx: &Ctx, props: &Props, found: &(Rc<Vec<u64>>, bool), scroll: Scroll) -> Html {
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
    html! {
        <>
            <p class="phase" role="status">{ ctx.t(&more) }</p>
            { room("above", view.above) }
            for at in &found[from..to] {
                { found_row(ctx, &props.run, *at, props.position) }
            }
            { room("below", view.below) }
        </>
    }
}

fn found_row(ctx: &Ctx, run: &Run, at: u64, position: u64) -> Html {
    let line = run.session.borrow_mut().line(at);
    let label = line.label.clone();
    step(
        ctx,
        &line,
        "low",
        html! { <><code>{ ctx.t(&line.name) }</code>{ " " }<span class="dim">{ label }</span></> },
        position,
    )
}
