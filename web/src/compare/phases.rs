//! The runs phase by phase: what each machine does there, and what the observer gets who reads the secret's place.

use std::rc::Rc;

use teescope_core::compare::Happens;
use teescope_core::text;
use teescope_core::trace::Phase;

use super::bar::plain;
use super::cards::{bytes, toned};
use super::scene::{self, Scene, Seat};
use crate::el::{El, el, group, said};

/// Stretches that are named in a cell.
const TITLES: usize = 3;

/// The table. Its roles are written out because a narrow screen lays it out as blocks.
pub(super) fn phases(scene: &Scene) -> El {
    let ctx = &scene.ctx;
    let title = text!("ui.compare.phases", "Phase by phase");
    let says = text!(
        "ui.compare.phases.says",
        "What each machine does, and what {who} gets on reading the place of the secret at the end of the phase. A cell opens the run there.",
        who = plain(scene.asked.observer)
    );
    let phase = text!("ui.compare.phase", "Phase");
    let heads = scene.seats.iter().enumerate().map(|(n, seat)| {
        el("th")
            .key(n)
            .at("role", "columnheader")
            .at("scope", "col")
            .at("data-col", n)
            .kid(ctx.t(&seat.title))
            .kid(" ")
            .kid(el("small").kid(ctx.t(&seat.variant)))
    });
    let head = el("tr")
        .at("role", "row")
        .kid(
            el("th")
                .at("role", "columnheader")
                .at("scope", "col")
                .kid(said(ctx, phase)),
        )
        .kids(heads);
    let rows = Phase::ALL.into_iter().filter(|p| happens_at_all(scene, *p));
    let table = el("table")
        .class("phases")
        .at("role", "table")
        .kid(el("thead").at("role", "rowgroup").kid(head))
        .kid(
            el("tbody")
                .at("role", "rowgroup")
                .kids(rows.map(|p| row(scene, p))),
        );
    el("section")
        .class("by-phase")
        .kid(el("h2").kid(said(ctx, title)))
        .kid(el("p").class("dim").kid(said(ctx, says)))
        .kid(table)
}

/// Whether any run has something of that phase.
fn happens_at_all(scene: &Scene, phase: Phase) -> bool {
    scene.beats.iter().any(|b| b.phase == phase)
}

fn row(scene: &Scene, phase: Phase) -> El {
    let ctx = &scene.ctx;
    let about = scene.asked.question.phases.contains(&phase);
    let now = scene.phase() == Some(phase);
    let note = about.then(|| {
        let says = text!("ui.compare.about", "the question is about this");
        el("small").kid(said(ctx, says))
    });
    let mark = now.then(|| {
        let says = text!("ui.compare.now", "shown at the foot");
        el("span").class("here").kid(said(ctx, says))
    });
    let head = el("th")
        .at("role", "rowheader")
        .at("scope", "row")
        .kid(el("span").class("phase-name").kid(said(ctx, phase.title())))
        .kid(note)
        .kid(mark);
    let cells = scene.seats.iter().enumerate();
    let cells = cells.map(|(n, seat)| cell(scene, phase, n, seat, about));
    el("tr")
        .key(phase.id())
        .at("role", "row")
        .at("id", ["phase-", phase.id()].concat())
        .also(about, "about")
        .also(now, "now")
        .kid(head)
        .kids(cells)
}

fn cell(scene: &Scene, phase: Phase, n: usize, seat: &Seat, about: bool) -> El {
    let ctx = &scene.ctx;
    let known = seat
        .entry
        .as_ref()
        .and_then(|e| e.happens(phase, scene.asked.observer));
    let inner = match known {
        None => el("span").class("dim").kid("…"),
        Some(None) => {
            let says = text!("ui.compare.nothing", "nothing to do");
            el("span").class("none").kid(said(ctx, says))
        }
        Some(Some(happens)) => told(scene, seat, &happens, about),
    };
    el("td")
        .key(n)
        .at("role", "cell")
        .at("data-col", n)
        .kid(inner)
}

fn told(scene: &Scene, seat: &Seat, happens: &Rc<Happens>, about: bool) -> El {
    let ctx = &scene.ctx;
    let titles = happens.titles.iter().take(TITLES);
    let more = happens.titles.len() > TITLES;
    let titles = titles.map(|t| el("li").kid(ctx.t(t)));
    let titles = el("ul")
        .class("does")
        .kids(titles)
        .kid(more.then(|| el("li").kid("…")));
    let names = happens.steps.iter().map(|step| {
        let count = (step.count > 1).then(|| [&*step.count.to_string(), " × "].concat());
        el("li").kid(count).kid(el("code").kid(ctx.t(&step.name)))
    });
    let stops = (happens.stops > 0).then(|| {
        let says = text!("ui.compare.stops", "{n} stopped", n = happens.stops);
        el("li").class("tone-bad").kid(said(ctx, says))
    });
    let look = &happens.look;
    let detail = about.then(|| {
        group()
            .kid(el("p").class("says").kid(ctx.t(&look.answer)))
            .kid((!look.bytes.is_empty()).then(|| bytes(&look.bytes)))
    });
    let open = text!(
        "ui.compare.open",
        "Open {machine} at step {step}",
        machine = seat.title.clone(),
        step = happens.label.as_str()
    );
    let link = scene.step(seat, happens.label.clone()).map(|href| {
        el("a")
            .class("open")
            .at("href", href)
            .at("aria-label", said(ctx, open))
            .kid(happens.label.clone())
    });
    let who = scene::who(seat, scene.asked.observer);
    let look = el("p")
        .class("look")
        .kid(el("span").class("dim").kid(ctx.t(&who)))
        .kid(" ")
        .kid(toned(
            ctx,
            &look.seen.title(),
            look.tone(scene.asked.observer),
        ));
    group()
        .kid(titles)
        .kid(el("ul").class("names").kids(names).kid(stops))
        .kid(look)
        .kid(detail)
        .kid(link)
}
