//! The runs that are compared: carried out bit by bit, with what was read off them kept for as long as the page is open.

use std::cell::{Cell, Ref, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use teescope_core::compare::{self, Answer, Choice, Column, Happens, Question};
use teescope_core::trace::{BadInput, Observer, Phase, Progress, Tee};

use crate::dom;

/// Runs that are kept besides those that are shown.
const KEPT: usize = 6;

thread_local! {
    static NEXT: Cell<u32> = const { Cell::new(1) };
}

/// A machine's run and what was read off it. Clones are the same run.
#[derive(Clone)]
pub(super) struct Entry(Rc<RefCell<Inner>>);

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

struct Inner {
    id: u32,
    choice: Choice,
    run: Result<Column, BadInput>,
    ready: bool,
    /// How many steps are carried out at a time: as many as fit.
    steps: u64,
    answers: BTreeMap<(&'static str, Observer), Rc<Answer>>,
    happens: BTreeMap<(Phase, Observer), Option<Rc<Happens>>>,
}

/// What is asked of every run.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    pub(super) question: &'static Question,
    pub(super) observer: Observer,
}

impl Entry {
    fn open(tees: &[Tee], choice: &Choice) -> Self {
        Self(Rc::new(RefCell::new(Inner {
            id: NEXT.with(|n| n.replace(n.get() + 1)),
            choice: choice.clone(),
            run: Column::open(tees, choice),
            ready: false,
            steps: 16,
            answers: BTreeMap::new(),
            happens: BTreeMap::new(),
        })))
    }

    /// Tells runs apart for as long as the page is open.
    pub(super) fn id(&self) -> u32 {
        self.0.borrow().id
    }

    /// The run, if it could be opened.
    pub(super) fn column(&self) -> Option<Ref<'_, Column>> {
        Ref::filter_map(self.0.borrow(), |inner| inner.run.as_ref().ok()).ok()
    }

    /// Why it could not be opened.
    pub(super) fn bad(&self) -> Option<BadInput> {
        self.0.borrow().run.as_ref().err().cloned()
    }

    /// Does something with the run, if it could be opened.
    pub(super) fn with<T>(&self, act: impl FnOnce(&mut Column) -> T) -> Option<T> {
        self.0.borrow_mut().run.as_mut().ok().map(act)
    }

    /// Whether the run is complete.
    pub(super) fn is_ready(&self) -> bool {
        self.0.borrow().ready
    }

    /// The answer, once it was read off the run.
    pub(super) fn answer(&self, asked: Asked) -> Option<Rc<Answer>> {
        let key = (asked.question.id, eyes(asked.question, asked.observer));
        self.0.borrow().answers.get(&key).cloned()
    }

    /// What happens in a phase; `None` if that was not read off the run yet.
    pub(super) fn happens(&self, phase: Phase, observer: Observer) -> Option<Option<Rc<Happens>>> {
        self.0.borrow().happens.get(&(phase, observer)).cloned()
    }

    fn work(&self) {
        let mut inner = self.0.borrow_mut();
        let inner = &mut *inner;
        let Ok(run) = &mut inner.run else {
            return;
        };
        let start = dom::now();
        inner.ready = run.work(inner.steps) == Progress::Ready;
        if dom::now() - start < 1.0 {
            inner.steps = (inner.steps * 2).min(1 << 12);
        }
    }

    fn lacks_answer(&self, asked: Asked) -> bool {
        self.answer(asked).is_none()
    }

    fn read_answer(&self, asked: Asked) {
        let Asked { question, observer } = asked;
        if let Some(answer) = self.with(|run| (question.answer)(run, observer)) {
            let key = (question.id, eyes(question, observer));
            self.0.borrow_mut().answers.insert(key, Rc::new(answer));
        }
    }

    fn read_happens(&self, phase: Phase, observer: Observer) {
        if let Some(happens) = self.with(|run| run.happens(phase, observer)) {
            let happens = happens.map(Rc::new);
            self.0
                .borrow_mut()
                .happens
                .insert((phase, observer), happens);
        }
    }
}

/// An answer that does not depend on who looks is kept once.
fn eyes(question: &Question, observer: Observer) -> Observer {
    match question.by_observer {
        true => observer,
        false => Observer::Privileged,
    }
}

/// The runs at hand, those shown last at the end.
#[derive(Default)]
pub(super) struct Bench {
    entries: Vec<Entry>,
}

impl Bench {
    /// The run of a choice, opened if there is none yet.
    pub(super) fn entry(&mut self, tees: &[Tee], choice: &Choice) -> Entry {
        let found = self.entries.iter().position(|e| {
            let inner = e.0.borrow();
            inner.choice == *choice && inner.run.is_ok()
        });
        let entry = match found {
            Some(at) => self.entries.remove(at),
            None => Entry::open(tees, choice),
        };
        self.entries.push(entry.clone());
        let most = KEPT + compare::MOST_COLUMNS;
        let over = self.entries.len().saturating_sub(most);
        self.entries.drain(..over);
        entry
    }
}

/// Works towards what is shown for at most so many milliseconds; says whether something of it is still missing.
pub(super) fn advance(shown: &[Entry], asked: Asked, budget: f64) -> bool {
    let start = dom::now();
    while next(shown, asked) {
        if dom::now() - start > budget {
            return true;
        }
    }
    false
}

/// Does the next thing that is shown; says whether there was any.
fn next(shown: &[Entry], asked: Asked) -> bool {
    let runs = || shown.iter().filter(|e| e.0.borrow().run.is_ok());
    if let Some(entry) = runs().find(|e| !e.is_ready()) {
        entry.work();
        return true;
    }
    if let Some(entry) = runs().find(|e| e.lacks_answer(asked)) {
        entry.read_answer(asked);
        return true;
    }
    Phase::ALL.into_iter().any(|phase| {
        let lacks = runs().find(|e| e.happens(phase, asked.observer).is_none());
        lacks.is_some_and(|entry| {
            entry.read_happens(phase, asked.observer);
            true
        })
    })
}

/// Reads ahead what may be asked next: the other questions, the other observers. Says whether there was anything.
pub(super) fn ahead(shown: &[Entry], asked: Asked) -> bool {
    let runs = || shown.iter().filter(|e| e.is_ready());
    let observers = runs().flat_map(|e| {
        let column = e.column();
        column.map(|c| c.observers()).unwrap_or_default()
    });
    let questions = compare::ALL
        .iter()
        .map(|question| Asked { question, ..asked });
    let eyes = observers.map(|(observer, _)| Asked { observer, ..asked });
    for asked in questions.chain(eyes) {
        if let Some(entry) = runs().find(|e| e.lacks_answer(asked)) {
            entry.read_answer(asked);
            return true;
        }
        if next(shown, asked) {
            return true;
        }
    }
    false
}
