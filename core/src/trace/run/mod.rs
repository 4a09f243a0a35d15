//! A machine, a plan and the history between them: seek anywhere, look at any step, fork.
//!
//! The history keeps checkpoints, every outcome that was not `Done`, and the places each step
//! touched. Everything else is told again by replaying the one step somebody looks at.
//!
//! Where a file is supplied in parts, nothing that came of bytes which are not here is kept: steps are
//! taken back, answers forgotten, and the host is told what to supply.

mod session;

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use super::history::History;
use super::machine::Machine;
use super::op_text::BadOp;
use super::plan::Plan;
use super::recorder::{Event, Sink};
use super::scenario::{Inputs, ScenarioInfo, Settings};
use super::session::{Outline, Step};
use super::sum::Sum;
use super::vocabulary::{Observer, Phase};
use crate::memory::Source;
use crate::text::Text;
use crate::view::View;

/// Steps whose full telling is kept at hand.
const TOLD: usize = 8;

/// Views kept at hand.
const SEEN: usize = 8;

/// Steps carried out at once on the way to one that is looked for.
const SCAN: u64 = 256;

/// Steps that are taken back at most where bytes are missing.
const SURE: u64 = 32;

/// A file that is supplied in parts, by its input's key.
type Part = (String, Source);

/// A run of one machine.
pub struct Run<M: Machine> {
    info: Rc<ScenarioInfo>,
    settings: Settings,
    plan: Plan<M::Op>,
    base: Plan<M::Op>,
    outline: Rc<Outline>,
    history: History<M>,
    sum: Sum,
    /// Steps of this plan that come before the reader's first change.
    planned: u64,
    /// Files supplied in parts.
    parts: Rc<[Part]>,
    /// Up to here every single step is made sure of, since bytes were missing on the way.
    careful: u64,
    /// The state asked for last, by position.
    cursor: (u64, M),
    told: Vec<Rc<Step>>,
    seen: Vec<(u64, Option<Observer>, Rc<View>)>,
}

impl<M: Machine> Run<M> {
    /// A run of `plan` from `start`, with the edits of `settings`.
    ///
    /// # Errors
    /// An edit names no step or no operation of this machine.
    pub fn new(
        info: ScenarioInfo,
        settings: Settings,
        start: M,
        plan: Plan<M::Op>,
    ) -> Result<Self, BadOp> {
        let edited = plan.edited_at(&settings.edits, M::parse_at)?;
        let settings = Settings {
            edits: edited.edits(),
            ..settings
        };
        Ok(Self {
            info: Rc::new(info),
            settings,
            outline: Rc::new(edited.outline()),
            planned: edited.shared(&plan),
            plan: edited,
            base: plan,
            history: History::new(start.clone()),
            sum: Sum::default(),
            parts: Rc::from([]),
            careful: 0,
            cursor: (0, start),
            told: Vec::new(),
            seen: Vec::new(),
        })
    }

    /// The same run of files that may be supplied in parts.
    #[must_use]
    pub fn of(mut self, inputs: &Inputs) -> Self {
        let parts = inputs.iter().filter(|(_, input)| input.bytes.is_parts());
        let parts = parts.map(|(key, input)| (key.clone(), input.bytes.clone()));
        self.parts = parts.collect();
        self
    }

    /// Whether bytes were missing since somebody last asked.
    fn is_lacking(&self) -> bool {
        self.parts.iter().any(|(_, source)| source.is_lacking())
    }

    /// Lets go of bytes that were read for what is done.
    fn release(&self) {
        self.parts.iter().for_each(|(_, source)| source.release());
    }

    /// Works on the digest of a run that is carried out; whether there was all it takes.
    fn sum_on(&mut self, steps: u64) -> bool {
        let parts = &self.parts;
        let lacking = || parts.iter().any(|(_, source)| source.is_lacking());
        if self.history.done() < self.plan.len() || lacking() {
            return false;
        }
        self.sum.go_on(&self.history, &self.plan, steps, lacking);
        self.release();
        !self.is_lacking()
    }

    /// The state after step `position` (0: before any).
    pub fn state(&mut self, position: u64) -> &M {
        let position = position.min(self.plan.len());
        self.seek(position);
        &self.cursor.1
    }

    /// The plan with its edits.
    #[must_use]
    pub fn plan(&self) -> &Plan<M::Op> {
        &self.plan
    }

    /// Brings the cursor to a position, at most the last.
    fn seek(&mut self, position: u64) {
        self.seek_history(position);
        if self.cursor.0 == position {
            return;
        }
        let (at, state) = self.history.near(position);
        let ahead = self.cursor.0 < position && self.cursor.0 >= at;
        if !ahead {
            self.cursor = (at, state.clone());
        }
        while self.cursor.0 < position && !self.is_lacking() {
            let Some(op) = self.plan.op(self.cursor.0) else {
                break;
            };
            let before = (!self.parts.is_empty()).then(|| self.cursor.1.clone());
            self.cursor.1.apply(&op, &mut Sink::Nothing);
            match before {
                Some(before) if self.is_lacking() => self.cursor.1 = before,
                before => {
                    self.cursor.0 += 1;
                    before.iter().for_each(|_| self.release());
                }
            }
        }
    }

    /// Carries the first pass as far as `position`, at most to the end and as far as bytes are there.
    fn seek_history(&mut self, position: u64) {
        while self.history.done() < position && self.advance(u64::MAX) {}
    }

    /// Carries out the next step of the first pass; whether that was done. What the step needs besides
    /// the state is worked out by up to so many steps.
    fn advance(&mut self, steps: u64) -> bool {
        let at = self.history.done();
        let Some(op) = self.plan.op(at) else {
            return false;
        };
        if at < self.planned && self.history.stops().is_empty() {
            self.history.front().foresee(&op);
        }
        if !M::prepare(&op, steps) {
            return false;
        }
        if self.parts.is_empty() {
            self.history.advance(&op);
            return true;
        }
        if self.is_lacking() {
            return false;
        }
        if at < self.careful || at.is_multiple_of(SURE) {
            self.release();
            self.history.assure();
        }
        self.history.advance(&op);
        let lacking = self.is_lacking();
        if lacking {
            self.careful = at + 1;
            self.history.back();
        }
        !lacking
    }

    fn tell(&mut self, position: u64) -> Option<Rc<Step>> {
        if position == 0 || position > self.plan.len() {
            return None;
        }
        if let Some(step) = self.told.iter().find(|s| s.position == position) {
            return Some(step.clone());
        }
        self.seek_history(position);
        self.seek(position - 1);
        if self.is_lacking() {
            return None;
        }
        let (planned, segment) = self.plan.get(position - 1)?;
        let before = &self.cursor.1;
        let mut after = before.clone();
        let mut events = Vec::new();
        let outcome = after.apply(&planned.op, &mut Sink::Events(&mut events));
        let mut step = Step {
            position,
            label: planned.label,
            phase: self.segment_phase(Some(segment)),
            name: M::name(&planned.op),
            says: before.says(&planned.op),
            caption: planned.caption,
            op: M::print_op(&planned.op),
            outcome,
            tells: Text::none(),
            not_reached: Vec::new(),
            events,
            edited: self.plan.is_edited(position - 1),
        };
        step.not_reached = not_reached(M::rules(&planned.op), &step.events);
        step.tells = after.tells(&planned.op, outcome, step.broken());
        if self.is_lacking() {
            return None;
        }
        self.cursor = (position, after);
        let step = Rc::new(step);
        if self.told.len() == TOLD {
            self.told.remove(0);
        }
        self.told.push(step.clone());
        Some(step)
    }

    /// The phase of a segment; of the last where there is no such segment.
    fn segment_phase(&self, segment: Option<usize>) -> Phase {
        let segments = self.plan.segments();
        let segment = segment.and_then(|s| segments.get(s)).or(segments.last());
        segment.map_or(Phase::Boot, |s| s.phase)
    }
}

/// The rules of an operation that its events do not mention, in the manual's order.
fn not_reached(rules: &[&'static super::Rule], events: &[Event]) -> Vec<&'static super::Rule> {
    let reached = |rule: &super::Rule| {
        events
            .iter()
            .any(|e| matches!(e, Event::Check { rule: r, .. } if r.id == rule.id))
    };
    rules.iter().copied().filter(|r| !reached(r)).collect()
}
