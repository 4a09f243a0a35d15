//! The table of the literature: what was said of each machine, what holds today, and the step that shows it.

use teescope_core::compare::{self, Footnote, Remark, Said, SaidCell, SaidRow};
use teescope_core::text;
use teescope_core::text::Text;
use teescope_core::trace::{Link, Tee};
use teescope_core::view::Evidence;
use yew::prelude::*;

use crate::dom;
use crate::el::{El, el, group, nothing, said};
use crate::source::Source;
use crate::state::{Ctx, use_ctx};

/// Where the machines come from.
#[derive(Clone, PartialEq, Properties)]
pub(crate) struct Props {
    pub(crate) source: Source,
}

/// The table.
#[component]
pub(crate) fn Literature(props: &Props) -> Html {
    let ctx = use_ctx();
    let tees = props.source.all();
    let all = Said::of(&tees);
    if all.heads.is_empty() {
        return nothing().into();
    }
    let title = text!("ui.compare.table", "What is said of them");
    let says = text!(
        "ui.compare.table.says",
        "Thirteen points on which an article of April 2020 compared these machines: what it said, what holds today, and the step of a run that shows it."
    );
    el("section")
        .class("literature")
        .kid(el("h2").kid(said(&ctx, title)))
        .kid(el("p").class("dim").kid(said(&ctx, says)))
        .kid(table(&ctx, &tees, &all))
        .kid(notes(&ctx, &all))
        .kid(about(&ctx, &all))
        .kid(downloads(&ctx, &props.source))
        .into()
}

fn table(ctx: &Ctx, tees: &[Tee], all: &Said) -> El {
    let point = text!("ui.compare.table.point", "Point");
    let heads = all.heads.iter().map(|head| {
        let runs = tees.iter().any(|t| t.id == head.tee && t.common.is_some());
        let not_run = (!runs).then(|| {
            let says = text!("ui.compare.table.not-run", "not yet run");
            el("small").kid(said(ctx, says))
        });
        el("th")
            .key(head.tee)
            .at("role", "columnheader")
            .at("scope", "col")
            .kid(ctx.t(&head.title))
            .kid(" ")
            .kid(not_run)
    });
    let corner = el("th").at("role", "columnheader").at("scope", "col");
    let head = el("tr")
        .at("role", "row")
        .kid(corner.kid(said(ctx, point)))
        .kids(heads);
    let rows = all.rows.iter().map(|r| row(ctx, all, r));
    el("table")
        .at("role", "table")
        .kid(el("thead").at("role", "rowgroup").kid(head))
        .kid(el("tbody").at("role", "rowgroup").kids(rows))
}

fn row(ctx: &Ctx, all: &Said, row: &SaidRow) -> El {
    let cells = all.heads.iter().zip(&row.cells).map(|(head, claim)| {
        let cell = el("td").key(head.tee).at("role", "cell");
        let name = el("b").class("of").kid(ctx.t(&head.title));
        match claim {
            None => cell.class("none").kid(name).kid("–"),
            Some(claim) => cell.kid(name).kid(claimed(ctx, claim)),
        }
    });
    el("tr")
        .key(row.aspect.id())
        .at("role", "row")
        .at("id", ["point-", row.aspect.id()].concat())
        .kid(
            el("th")
                .at("role", "rowheader")
                .at("scope", "row")
                .kid(said(ctx, row.aspect.title())),
        )
        .kids(cells)
}

/// A sentence under the time it was said at.
fn at_time(ctx: &Ctx, class: &str, time: Text, says: &Text) -> El {
    let colon = text!("ui.compare.time", "{time}:", time = time);
    el("p")
        .class(class)
        .kid(el("b").kid(said(ctx, colon)))
        .kid(" ")
        .kid(ctx.t(says))
}

/// What was said, what holds, where that is written, where it can be seen.
fn claimed(ctx: &Ctx, cell: &SaidCell) -> El {
    let claim = &cell.claim;
    let dated = claim.dated.then(|| {
        let says = said(ctx, Said::dated_title());
        group().kid(" ").kid(el("small").class("dated").kid(says))
    });
    let marks = cell
        .notes
        .iter()
        .map(|n| el("sup").kid(["[", &*n.to_string(), "]"].concat()));
    let then = at_time(ctx, "then", Said::then_title(), &claim.then).kid(dated);
    let today = at_time(ctx, "today", Said::today_title(), &claim.today).kids(marks);
    el("div")
        .kid(then)
        .kid(today)
        .kid(el("p").class("cite").kid(claim.cite))
        .kid(evidence(ctx, &claim.evidence))
}

/// The footnotes.
fn notes(ctx: &Ctx, all: &Said) -> Option<El> {
    let note = |n: &Footnote| {
        let place = text!(
            "ui.compare.note.place",
            "{machine}, {row}:",
            machine = all.title(n.tee),
            row = n.aspect.title()
        );
        el("li")
            .kid(el("b").kid(["[", &*n.number.to_string(), "] "].concat()))
            .kid(el("span").class("dim").kid(said(ctx, place)))
            .kid(" ")
            .kid(ctx.t(&n.note.says))
            .kid(" ")
            .kid(el("small").kid(n.note.cite))
    };
    let title = text!("ui.compare.notes", "Footnotes");
    (!all.notes.is_empty()).then(|| {
        el("div")
            .class("notes")
            .kid(el("h3").kid(said(ctx, title)))
            .kid(el("ul").kids(all.notes.iter().map(note)))
    })
}

/// What else was said, folded away.
fn about(ctx: &Ctx, all: &Said) -> Option<El> {
    let remark = |r: &Remark| {
        let s = &r.statement;
        el("li")
            .kid(el("b").kid(ctx.t(&all.title(r.tee))))
            .kid(at_time(ctx, "then", Said::then_title(), &s.then))
            .kid(at_time(ctx, "today", Said::today_title(), &s.today))
            .kid(el("p").class("cite").kid(s.cite))
            .kid(evidence(ctx, &s.evidence))
    };
    let title = text!("ui.compare.about-them", "What else was said of them");
    (!all.about.is_empty()).then(|| {
        el("details")
            .class("about-them")
            .kid(el("summary").kid(said(ctx, title)))
            .kid(el("ul").kids(all.about.iter().map(remark)))
    })
}

/// The table for other programs.
fn downloads(ctx: &Ctx, source: &Source) -> El {
    let click = {
        let (ctx, source) = (ctx.clone(), source.clone());
        Callback::from(move |event: Event| {
            let Some(kind) = dom::data(&event, "save") else {
                return;
            };
            let (said, catalogue) = (Said::of(&source.all()), &ctx.lang.catalogue);
            let text = match kind.as_str() {
                "json" => compare::json(&said, catalogue).to_string(),
                _ => compare::csv(&said, catalogue),
            };
            dom::download(&["teescope-machines.", &kind].concat(), text.as_bytes());
        })
    };
    let button = |kind: &'static str, says| {
        let button = el("button").at("data-save", kind);
        button.kid(said(ctx, says))
    };
    el("div")
        .class("choices downloads")
        .on_click(click)
        .kid(button("json", text!("ui.compare.json", "Save as JSON")))
        .kid(button("csv", text!("ui.compare.csv", "Save as CSV")))
}

fn evidence(ctx: &Ctx, evidence: &Evidence) -> El {
    match evidence {
        Evidence::Step { scenario, step } => {
            let link = Link {
                scenario: (*scenario).to_string(),
                step: (*step).to_string(),
                ..Link::default()
            };
            let says = text!("ui.compare.proof", "See it at step {step}", step = *step);
            let link = el("a").class("see").at("href", ctx.href(link));
            el("p").kid(link.kid(said(ctx, says)))
        }
        Evidence::NotYet(why) | Evidence::None(why) => {
            let says = text!(
                "ui.compare.table.not",
                "{kind}: {why}",
                kind = evidence.title(),
                why = why.clone()
            );
            el("p").class("dim").kid(said(ctx, says))
        }
    }
}
