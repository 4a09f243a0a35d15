//! What one drawing of the comparison shows, gathered once for all its parts.

use std::rc::Rc;

use teescope_core::compare::{Answer, Ask, Beat, Choice, Question, beats, differs};
use teescope_core::text;
use teescope_core::text::Text;
use teescope_core::trace::{Common, Link, Observer, Phase, Settings, Tee};

use super::bench::{Asked, Bench, Entry};
use crate::source::Source;
use crate::state::{Action, Ctx};

/// A column: a machine that was chosen, and its run once the machine is here.
pub(super) struct Seat {
    /// What was chosen, with its variant named where that is known.
    pub(super) choice: Choice,
    /// `None` while the machine is on its way.
    pub(super) entry: Option<Entry>,
    pub(super) title: Text,
    pub(super) variant: Text,
    pub(super) answer: Option<Rc<Answer>>,
    /// Whether its answer differs in kind from that of the others.
    pub(super) differs: bool,
}

impl Seat {
    /// Whether its card has what it will have: an answer, or why there is none.
    pub(super) fn is_settled(&self, failed: bool) -> bool {
        match &self.entry {
            None => failed,
            Some(entry) => self.answer.is_some() || entry.bad().is_some(),
        }
    }
}

/// Everything that is shown.
pub(super) struct Scene {
    pub(super) ctx: Ctx,
    pub(super) ask: Rc<Ask>,
    pub(super) asked: Asked,
    pub(super) source: Source,
    pub(super) tees: Vec<Tee>,
    pub(super) seats: Vec<Seat>,
    pub(super) beats: Vec<Beat>,
    /// Which beat is shown.
    pub(super) beat: usize,
    /// Whether a part could not be fetched.
    pub(super) failed: bool,
}

/// What is asked: the question of the address, or the first there is.
pub(super) fn asked(ask: &Ask) -> Option<Asked> {
    let first = teescope_core::compare::ALL.first().copied();
    let question: &'static Question = teescope_core::compare::by_id(&ask.question).or(first)?;
    Some(Asked {
        question,
        observer: ask.observer,
    })
}

/// The columns: those that were chosen, or the first two there are.
pub(super) fn seats(ask: &Ask, source: &Source, tees: &[Tee], bench: &mut Bench) -> Vec<Seat> {
    let usual = || {
        let ids = source.compared().into_iter().take(2);
        let usual = ids.map(|id| Choice {
            tee: id.to_string(),
            ..Choice::default()
        });
        usual.collect()
    };
    let choices: Vec<Choice> = match ask.columns.is_empty() {
        true => usual(),
        false => ask.columns.clone(),
    };
    let seats = choices
        .into_iter()
        .map(|choice| seat(choice, source, tees, bench));
    seats.collect()
}

fn seat(mut choice: Choice, source: &Source, tees: &[Tee], bench: &mut Bench) -> Seat {
    let common = common(tees, &choice.tee);
    let coming = common.is_none() && source.is_coming(&choice.tee);
    if let Some(first) = common.as_ref().and_then(|c| c.variants.first())
        && choice.variant.is_empty()
    {
        choice.variant = first.id.to_string();
    }
    let entry = (!coming).then(|| bench.entry(tees, &choice));
    let known = entry.as_ref().and_then(Entry::column);
    let (title, variant) = match &known {
        Some(run) => (run.title.clone(), run.variant.title.clone()),
        None => {
            let tee = tees.iter().find(|t| t.id == choice.tee);
            let title = tee.map_or_else(|| choice.tee.to_uppercase().into(), |t| t.title.clone());
            (title, choice.variant.as_str().into())
        }
    };
    drop(known);
    Seat {
        choice,
        entry,
        title,
        variant,
        answer: None,
        differs: false,
    }
}

/// How a machine that is here takes part.
pub(super) fn common(tees: &[Tee], id: &str) -> Option<Common> {
    let tee = tees.iter().find(|t| t.id == id)?;
    tee.common.map(|common| common())
}

impl Scene {
    /// Takes in what was read off the runs so far, and lays them side by side.
    pub(super) fn gather(&mut self) {
        for seat in &mut self.seats {
            seat.answer = seat.entry.as_ref().and_then(|e| e.answer(self.asked));
        }
        let answers: Vec<&Answer> = self
            .seats
            .iter()
            .filter_map(|s| s.answer.as_deref())
            .collect();
        let mut marks = differs(&answers).into_iter();
        for seat in self.seats.iter_mut().filter(|s| s.answer.is_some()) {
            seat.differs = marks.next().unwrap_or_default();
        }
        let beats = {
            let columns: Vec<_> = self.runs().filter_map(|(_, e)| e.column()).collect();
            let columns: Vec<_> = columns.iter().map(|c| &**c).collect();
            beats(&columns)
        };
        self.beats = beats;
        let about = self.asked.question.phases.first();
        let at = self.beats.iter().position(|b| b.label() == self.ask.at);
        let last = self.beats.iter().rposition(|b| Some(&b.phase) == about);
        self.beat = at.or(last).unwrap_or(0);
    }

    /// The runs that could be opened, with the number of their column.
    pub(super) fn runs(&self) -> impl Iterator<Item = (usize, &Entry)> {
        let runs = self.seats.iter().enumerate();
        let runs = runs.filter_map(|(n, s)| Some((n, s.entry.as_ref()?)));
        runs.filter(|(_, e)| e.column().is_some())
    }

    /// Where the run of a column stands at a beat; `None` if nothing happens there.
    pub(super) fn position(&self, seat: usize, beat: usize) -> Option<u64> {
        let nth = self.runs().position(|(n, _)| n == seat)?;
        *self.beats.get(beat)?.positions.get(nth)?
    }

    /// The phase that is shown.
    pub(super) fn phase(&self) -> Option<Phase> {
        self.beats.get(self.beat).map(|b| b.phase)
    }

    /// The columns as they are, named, so that one of them can be changed.
    pub(super) fn choices(&self) -> Vec<Choice> {
        self.seats.iter().map(|s| s.choice.clone()).collect()
    }

    /// The address of a step of a column's run, seen with the present observer's eyes.
    pub(super) fn step(&self, seat: &Seat, label: String) -> Option<String> {
        let run = seat.entry.as_ref()?.column()?;
        Some(self.ctx.href(Link {
            scenario: run.scenario().to_string(),
            step: label,
            settings: run.settings().clone(),
            observer: Some(self.asked.observer),
            ..Link::default()
        }))
    }

    /// Everybody who can look at one of the machines.
    pub(super) fn observers(&self) -> Vec<Observer> {
        let mut all: Vec<Observer> = self
            .runs()
            .filter_map(|(_, e)| e.column())
            .flat_map(|c| c.observers())
            .map(|(who, _)| who)
            .collect();
        all.push(self.asked.observer);
        all.sort();
        all.dedup();
        all
    }
}

/// The address of a step that shows something.
pub(super) fn proof(ctx: &Ctx, proof: &teescope_core::compare::Proof) -> String {
    ctx.href(Link {
        scenario: proof.scenario.to_string(),
        step: proof.step.clone(),
        settings: Settings {
            params: proof.set.iter().cloned().collect(),
            ..Settings::default()
        },
        observer: proof.observer,
        ..Link::default()
    })
}

/// The observer in a column's own words.
pub(super) fn who(seat: &Seat, observer: Observer) -> Text {
    let column = seat.entry.as_ref().and_then(Entry::column);
    let all = column.map(|c| c.observers()).unwrap_or_default();
    let own = all.into_iter().find(|(who, _)| *who == observer);
    own.map_or_else(|| observer.title(), |(_, title)| title)
}

/// Asks something else; `visit` says whether the browser's history should get an entry.
pub(super) fn turn(ctx: &Ctx, ask: &Ask, visit: bool) {
    let mut link = Link::default();
    if *ask != Ask::first(&[]) {
        ask.put(&mut link);
    }
    ctx.dispatch.dispatch(Action::Compare(link, visit));
}

/// What there is to say where a machine is shown whose part has not come.
pub(super) fn coming() -> Text {
    text!("ui.machine.coming", "Fetching the machine …")
}
