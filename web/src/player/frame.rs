//! One moment of a run as the panels and the card need it, asked of the session once.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use teescope_core::text;
use teescope_core::text::Text;
use teescope_core::trace::{Event, Observer, ScenarioInfo, Session, Snippet, Step, WhatIf};
use teescope_core::view::{Changes, Panel, View, changes};

use crate::state::play::{Against, Play};
use crate::state::run::Run;

/// A moment of a run.
pub(crate) struct Frame {
    pub(crate) run: u32,
    /// The run it is a moment of; a panel that is no part of one has none.
    pub(crate) session: Option<Rc<RefCell<Box<dyn Session>>>>,
    pub(crate) position: u64,
    pub(crate) len: u64,
    pub(crate) label: String,
    pub(crate) info: Rc<ScenarioInfo>,
    pub(crate) step: Option<Rc<Step>>,
    pub(crate) view: Rc<View>,
    pub(crate) changes: Rc<Changes>,
    /// With what the view was compared, in words; empty for the state before.
    pub(crate) against: Text,
    /// The name of the place that each event is about, by index; empty for events without one.
    pub(crate) names: Vec<Text>,
    pub(crate) what_ifs: Vec<WhatIf>,
    pub(crate) snippets: Vec<Snippet>,
    /// A number for each panel that stays the same while the panel and its marks do.
    pub(crate) stamps: Vec<u64>,
}

impl Frame {
    /// Whether another frame shows the same.
    pub(crate) fn same(a: &Rc<Self>, b: &Rc<Self>) -> bool {
        Rc::ptr_eq(a, b)
    }
}

thread_local! {
    static STAMP: Cell<u64> = const { Cell::new(1) };
}

/// The moment at which the reader stands. Panels that look as in `last` keep their stamps.
pub(crate) fn frame(play: &Play, last: Option<&Frame>) -> Frame {
    let run = play.run();
    let position = play.position;
    let mut session = run.session.borrow_mut();
    let step = session.step(position);
    let view = session.view(position, play.observer);
    let names = match &step {
        Some(step) => step
            .events
            .iter()
            .map(|e| match e {
                Event::Write { place, .. } => session.place_name(position, place),
                Event::Absorb(a) => session.place_name(position, &a.digest),
                _ => Text::none(),
            })
            .collect(),
        None => Vec::new(),
    };
    let what_ifs = session.what_ifs(position);
    let snippets = session.snippets(position);
    let label = session.label(position);
    let info = last.filter(|l| l.run == run.id).map(|l| l.info.clone());
    let info = info.unwrap_or_else(|| Rc::new(session.info().clone()));
    drop(session);
    let (basis, against) = basis(play, &label);
    let changes = Rc::new(basis.map_or_else(Changes::default, |b| changes(&b, &view)));
    let mut frame = Frame {
        run: run.id,
        session: Some(run.session.clone()),
        position,
        len: run.len,
        label,
        info,
        step,
        view,
        changes,
        against,
        names,
        what_ifs,
        snippets,
        stamps: Vec::new(),
    };
    frame.stamps = stamps(&frame, last);
    frame
}

/// A panel that is no part of a run, with bytes of it marked as changed.
pub(crate) fn marked(panel: Panel, bytes: &[usize]) -> Frame {
    let id = panel.id();
    let mut changes = Changes::default();
    let cells = bytes.iter().map(|at| format!("{id}/@{at}"));
    changes.cells.extend(cells);
    Frame {
        changes: Rc::new(changes),
        ..still(panel)
    }
}

/// A moment that is no part of a run: one panel, as it is.
pub(crate) fn still(panel: Panel) -> Frame {
    Frame {
        run: 0,
        session: None,
        position: 0,
        len: 0,
        label: String::new(),
        info: Rc::new(ScenarioInfo {
            id: "",
            title: Text::none(),
            question: Text::none(),
            lesson: Text::none(),
            params: Vec::new(),
            listed: false,
        }),
        step: None,
        view: Rc::new(View {
            panels: vec![panel],
        }),
        changes: Rc::default(),
        against: Text::none(),
        names: Vec::new(),
        what_ifs: Vec::new(),
        snippets: Vec::new(),
        stamps: vec![STAMP.with(|s| s.replace(s.get() + 1))],
    }
}

/// The view with which the present one is compared, and what that is.
fn basis(play: &Play, label: &str) -> (Option<Rc<View>>, Text) {
    let run = play.run();
    let eyes: Option<Observer> = play.observer;
    match play.against {
        Against::Before => {
            let before = play.position.checked_sub(1);
            (
                before.map(|p| run.session.borrow_mut().view(p, eyes)),
                Text::none(),
            )
        }
        Against::Mark => {
            let mark = play.mark.unwrap_or(0);
            let says = text!(
                "ui.against.mark",
                "Compared with the marked step {mark}",
                mark = run.label(mark)
            );
            (Some(run.session.borrow_mut().view(mark, eyes)), says)
        }
        Against::Original => {
            let original = &play.runs[0];
            let at = counterpart(run, original, play.position, label);
            let says = text!(
                "ui.against.original",
                "Compared with the original at step {step}",
                step = original.label(at)
            );
            (Some(original.session.borrow_mut().view(at, eyes)), says)
        }
    }
}

/// The position of the original that corresponds: that of the same label, or of the nearest one before.
pub(crate) fn counterpart(run: &Run, original: &Run, position: u64, label: &str) -> u64 {
    if let Some(at) = original.find(label) {
        return at;
    }
    let before = (0..position).rev().take(64);
    let found = before.map(|p| run.label(p)).find_map(|l| original.find(&l));
    found.unwrap_or_else(|| position.min(original.len))
}

fn stamps(frame: &Frame, last: Option<&Frame>) -> Vec<u64> {
    let fresh = || STAMP.with(|s| s.replace(s.get() + 1));
    let panels = frame.view.panels.iter();
    panels
        .map(|panel| {
            let id = panel.id();
            let old = last.and_then(|l| {
                let i = l.view.panels.iter().position(|p| p.id() == id)?;
                let same = l.run == frame.run
                    && l.view.panels[i] == *panel
                    && l.changes.of(id).eq(frame.changes.of(id));
                same.then(|| l.stamps[i])
            });
            old.unwrap_or_else(fresh)
        })
        .collect()
}
