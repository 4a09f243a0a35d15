//! One run at hand: the session, how far it was carried out, and what the reader changed in it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use teescope_core::text::Text;
use teescope_core::trace::{Edit, EditAction, Need, Outcome, Outline, Progress, Session, Settings};

use crate::dom;

/// The longest a slice of work may take, in milliseconds.
const SLICE: f64 = 8.0;

thread_local! {
    static NEXT: Cell<u32> = const { Cell::new(1) };
}

/// A run. Clones share the session.
#[derive(Clone)]
pub(crate) struct Run {
    /// Tells runs apart for as long as the page is open.
    pub(crate) id: u32,
    pub(crate) session: Rc<RefCell<Box<dyn Session>>>,
    /// What the reader changed, in words; empty for the original.
    pub(crate) says: Text,
    pub(crate) len: u64,
    /// Steps carried out in the first pass.
    pub(crate) done: u64,
    /// Whether the reader stopped the first pass.
    pub(crate) halted: bool,
    pub(crate) stops: Rc<Vec<(u64, Outcome)>>,
    pub(crate) outline: Rc<Outline>,
    /// Where the run parts from the original, once that is known.
    pub(crate) parts: Option<Parting>,
}

/// Where a run parts from the original.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parting {
    /// At this step of the run.
    At(u64),
    /// Nowhere that a step could tell.
    Nowhere,
}

impl PartialEq for Run {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
            && self.done == other.done
            && self.halted == other.halted
            && self.parts == other.parts
    }
}

impl Run {
    /// Takes over a session and carries out what fits in one slice.
    pub(crate) fn new(session: Box<dyn Session>, says: Text) -> Self {
        let id = NEXT.with(|n| n.replace(n.get() + 1));
        let mut run = Self {
            id,
            len: session.len(),
            outline: session.outline(),
            session: Rc::new(RefCell::new(session)),
            says,
            done: 0,
            halted: false,
            stops: Rc::default(),
            parts: None,
        };
        // What is missing is asked for again by whoever goes on.
        run.done = slice(&run.session).0;
        run.refresh();
        run
    }

    /// Takes note of how far the session was carried out.
    pub(crate) fn refresh(&mut self) {
        self.stops = Rc::new(self.session.borrow().stops());
    }

    pub(crate) fn settings(&self) -> Settings {
        self.session.borrow().settings().clone()
    }

    pub(crate) fn scenario(&self) -> &'static str {
        self.session.borrow().info().id
    }

    pub(crate) fn label(&self, position: u64) -> String {
        self.session.borrow().label(position)
    }

    pub(crate) fn find(&self, label: &str) -> Option<u64> {
        self.session.borrow().find(label)
    }

    pub(crate) fn stop(&self, position: u64) -> Option<Outcome> {
        let at = self.stops.binary_search_by_key(&position, |(p, _)| *p);
        at.ok().map(|i| self.stops[i].1)
    }

    /// The edit with its step named as the plan names it: an inserted step has no name there,
    /// so the next step that has one takes its place.
    pub(crate) fn anchored(&self, edit: &Edit) -> Edit {
        let mut edit = edit.clone();
        if edit.step.starts_with("inserted")
            && matches!(edit.action, EditAction::Insert(_))
            && let Some(from) = self.find(&edit.step)
        {
            let next = (from + 1..=self.len).map(|p| self.label(p));
            let next = next.into_iter().find(|l| !l.starts_with("inserted"));
            edit.step = next.unwrap_or_else(|| "end".to_string());
        }
        edit
    }

    /// Where in this run an edit shows first.
    pub(crate) fn lands(&self, edit: &Edit) -> Option<u64> {
        let at = match edit.step.as_str() {
            "end" => self.len + 1,
            label => self.find(label)?,
        };
        match edit.action {
            EditAction::Insert(_) => at.checked_sub(1),
            EditAction::Replace(_) => Some(at),
            EditAction::Remove => None,
        }
    }
}

/// Carries out steps for at most one slice; says how many are done in all, and what must be supplied
/// before more can be.
pub(crate) fn slice(session: &Rc<RefCell<Box<dyn Session>>>) -> (u64, Option<Need>) {
    let start = dom::now();
    let (mut steps, mut done) = (16, 0);
    loop {
        let before = dom::now();
        let progress = session.borrow_mut().work(steps);
        done = match progress {
            Progress::Working { done, .. } => done,
            Progress::Ready => return (session.borrow().len(), None),
            Progress::Need(need) => return (done, Some(need)),
        };
        let now = dom::now();
        if now - start > SLICE * 0.6 {
            return (done, None);
        }
        if now - before < SLICE * 0.1 {
            steps = (steps * 2).min(1 << 14);
        }
    }
}
