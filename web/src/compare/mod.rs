//! The comparison, the front page: one question, several machines side by side, every answer read off their runs.

mod bar;
mod bench;
mod cards;
mod chooser;
mod foot;
mod literature;
mod moment;
mod phases;
mod scene;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use teescope_core::compare::Ask;
use teescope_core::text;
use teescope_core::text::Text;
use teescope_core::trace::Link;
use yew::prelude::*;

use crate::dom;
use crate::el::{El, el, group, said};
use crate::extras;
use crate::figure::use_width;
use crate::held::{Held, use_after, use_held};
use crate::nav::{Here, nav};
use crate::source::Source;
use crate::state::{Ctx, use_ctx};
use bench::{Asked, Bench, Entry};
pub(crate) use literature::{Literature, Props as LiteratureProps};
use scene::Scene;

/// What the page is about.
#[derive(Clone, Properties)]
pub(crate) struct Props {
    /// What the address says.
    pub(crate) link: Rc<Link>,
    pub(crate) source: Source,
    /// Whether a part could not be fetched.
    pub(crate) failed: bool,
    /// Whether what is below the comparison can be shown.
    pub(crate) extras: bool,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        self.link == other.link
            && self.source == other.source
            && (self.failed, self.extras) == (other.failed, other.extras)
    }
}

/// What the page keeps while it is shown.
#[derive(Clone)]
struct Kept {
    /// Whether the runs go on by themselves.
    playing: Held<bool>,
    /// Whether the machines are shown at the foot.
    open: Held<bool>,
    /// The column that a narrow screen shows.
    tab: Held<usize>,
    /// The line at the foot.
    line: NodeRef,
    /// Whether every card has had an answer: what stands below them comes only then, so that nothing is pushed down.
    whole: Rc<Cell<bool>>,
}

/// The longest a slice of work may take, in milliseconds.
const SLICE: f64 = 8.0;

#[component]
pub(crate) fn Compare(props: &Props) -> Html {
    let ctx = use_ctx();
    let bench = use_mut_ref(Bench::default);
    let kept = Kept {
        playing: use_held(|| false),
        open: use_held(|| false),
        tab: use_held(|| 0),
        line: use_node_ref(),
        whole: use_memo((), |()| Cell::new(false)),
    };
    let width = use_width(&kept.line, 800.0);
    let scene = gather(&ctx, props, &bench);
    use_title(scene.as_ref());
    use_work(scene.as_ref());
    foot::use_playing(scene.as_ref(), &kept);
    let body = match &scene {
        Some(scene) if !scene.seats.is_empty() => shown(scene, &kept, width),
        _ => none(&ctx),
    };
    el("div").class("compare").kid(head(&ctx)).kid(body).into()
}

/// What is shown now: what can be read off the runs at once is read, the rest comes later.
fn gather(ctx: &Ctx, props: &Props, bench: &Rc<RefCell<Bench>>) -> Option<Scene> {
    let ask = Rc::new(Ask::of(&props.link, &[]));
    let asked = scene::asked(&ask)?;
    let tees = props.source.all();
    let mut bench = bench.borrow_mut();
    let mut scene = Scene {
        ctx: ctx.clone(),
        asked,
        source: props.source.clone(),
        seats: scene::seats(&ask, &props.source, &tees, &mut bench),
        tees,
        ask,
        beats: Vec::new(),
        beat: 0,
        failed: props.failed,
    };
    bench::advance(&entries(&scene), asked, SLICE);
    scene.gather();
    Some(scene)
}

/// Tells the document what is asked.
#[hook]
fn use_title(scene: Option<&Scene>) {
    let title = scene.map(|s| said(&s.ctx, (s.asked.question.asks)()));
    use_after(
        title.clone(),
        Box::new(move || {
            if let Some((title, document)) = title.zip(dom::document()) {
                document.set_title(&[&*title, " · teescope"].concat());
            }
            Box::new(|| ())
        }),
    );
}

fn entries(scene: &Scene) -> Vec<Entry> {
    scene.runs().map(|(_, entry)| entry.clone()).collect()
}

/// Goes on with what is missing in slices that leave the page time to react; then reads ahead.
#[hook]
fn use_work(scene: Option<&Scene>) {
    let drawn = use_held(|| 0_u32);
    let entries = scene.map(entries).unwrap_or_default();
    let asked: Option<Asked> = scene.map(|s| s.asked);
    let ids: Vec<u32> = entries.iter().map(Entry::id).collect();
    let key = (ids, asked.map(|a| (a.question.id, a.observer)));
    use_after(
        key,
        Box::new(move || {
            let alive = Rc::new(Cell::new(true));
            let on = alive.clone();
            if let Some(asked) = asked {
                dom::spawn(async move {
                    work(&entries, asked, &on, &drawn).await;
                });
            }
            Box::new(move || alive.set(false))
        }),
    );
}

/// How long the page is left alone between two things that are read ahead, in milliseconds.
const REST: i32 = 30;

async fn work(entries: &[Entry], asked: Asked, on: &Cell<bool>, drawn: &Held<u32>) {
    loop {
        let before = missing(entries, asked);
        if before == 0 {
            break;
        }
        dom::sleep(0).await;
        if !on.get() {
            return;
        }
        bench::advance(entries, asked, SLICE);
        if missing(entries, asked) != before {
            drawn.set(drawn.get().wrapping_add(1));
        }
    }
    loop {
        dom::sleep(REST).await;
        if !on.get() || !bench::ahead(entries, asked) {
            return;
        }
    }
}

/// How much of what is shown is missing.
fn missing(entries: &[Entry], asked: Asked) -> usize {
    let phases = teescope_core::trace::Phase::ALL;
    let of = |entry: &Entry| {
        let phases = phases.iter();
        let phases = phases.filter(|p| entry.happens(**p, asked.observer).is_none());
        let answer = usize::from(entry.answer(asked).is_none());
        phases.count() + answer + usize::from(!entry.is_ready())
    };
    entries.iter().map(of).sum()
}

fn head(ctx: &Ctx) -> El {
    el("header")
        .class("head")
        .kid(nav(ctx, Here::Compare))
        .kid(bar::actions(ctx))
}

/// The page where nothing can be compared.
fn none(ctx: &Ctx) -> El {
    let says = text!(
        "ui.compare.none",
        "No machine of this page can be compared yet."
    );
    let main = el("main").at("id", "panels").at("tabindex", "-1");
    main.kid(el("p").class("empty").kid(said(ctx, says)))
}

fn shown(scene: &Scene, kept: &Kept, width: f32) -> El {
    let ctx = &scene.ctx;
    if scene.seats.iter().all(|seat| seat.is_settled(scene.failed)) {
        kept.whole.set(true);
    }
    let below = kept.whole.get().then(|| {
        group()
            .kid(bar::how(scene))
            .kid(phases::phases(scene))
            .kid(extras::here().map(|extras| (extras.literature)(scene.source.clone())))
    });
    let main = el("main")
        .at("id", "panels")
        .at("tabindex", "-1")
        .kid(bar::lead(ctx))
        .kid(bar::bar(scene))
        .kid(bar::tabs(scene, &kept.tab))
        .kid(cards::cards(scene))
        .kid(below);
    let columns = ["", "cols-1", "cols-2", "cols-3", "cols-4"];
    let tabs = ["tab-0", "tab-1", "tab-2", "tab-3"];
    el("div")
        .class("compared")
        .class(columns[scene.seats.len().min(4)])
        .class(
            tabs[kept
                .tab
                .get()
                .min(scene.seats.len().saturating_sub(1))
                .min(3)],
        )
        .kid(main)
        .kid(foot::foot(scene, kept, width))
        .kid(announce(scene))
}

/// The one live region: tells every verdict when the question or the observer changed.
fn announce(scene: &Scene) -> El {
    let ctx = &scene.ctx;
    let all = scene.seats.iter().map(|seat| {
        let verdict = seat.answer.as_ref()?.verdict.clone();
        Some(verdict_of(
            scene,
            seat.title.clone(),
            verdict,
            scene::who(seat, scene.asked.observer),
        ))
    });
    let all: Option<Vec<Text>> = all.collect();
    let says = all.map(|all| {
        let verdicts = Text::join(&all, " ");
        let says = text!(
            "ui.compare.told",
            "{question} {verdicts}",
            question = (scene.asked.question.asks)(),
            verdicts = verdicts
        );
        said(ctx, says)
    });
    el("p")
        .class("aside-text")
        .at("role", "status")
        .at("aria-live", "polite")
        .kid(says)
}

/// A machine's answer as one line.
fn verdict_of(scene: &Scene, title: Text, verdict: Text, who: Text) -> Text {
    match scene.asked.question.by_observer {
        true => text!(
            "ui.compare.verdict.who",
            "{machine}, {who}: {verdict}.",
            machine = title,
            who = who,
            verdict = verdict
        ),
        false => text!(
            "ui.compare.verdict",
            "{machine}: {verdict}.",
            machine = title,
            verdict = verdict
        ),
    }
}
