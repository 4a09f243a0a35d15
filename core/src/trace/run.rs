//! A machine, a plan and the history between them: seek anywhere, look at any step, fork.
//!
//! The history keeps checkpoints, every outcome that was not `Done`, and the places each step
//! touched. Everything else is told again by replaying the one step somebody looks at.
//!
//! Where a file is supplied in parts, nothing that came of bytes which are not here is kept: steps are
//! taken back, answers forgotten, and the host is told what to supply.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::case::Case;
use super::edit::{Edit, EditAction};
use super::history::History;
use super::machine::{Machine, Shown, WhatIf};
use super::op_text::{BadOp, OpText};
use super::outcome::Outcome;
use super::plan::Plan;
use super::recorder::{Event, Place, Sink};
use super::scenario::{Inputs, ScenarioInfo, Settings};
use super::session::{Need, Outline, Progress, Session, Snippet, Step, StepLine};
use super::sum::Sum;
use super::vocabulary::{Observer, Phase};
use crate::memory::Source;
use crate::text::Text;
use crate::view::{Access, Probe, View};

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

impl<M: Machine> Session for Run<M> {
    fn info(&self) -> &ScenarioInfo {
        &self.info
    }

    fn settings(&self) -> &Settings {
        &self.settings
    }

    fn len(&self) -> u64 {
        self.plan.len()
    }

    fn work(&mut self, steps: u64) -> Progress {
        // What another answer lacked is none of this one's.
        self.lacks();
        let end = self.history.done().saturating_add(steps);
        while self.history.done() < end && self.advance(steps) {}
        match (self.lacks(), self.history.done(), self.plan.len()) {
            (Some(need), ..) => Progress::Need(need),
            (None, done, of) if done < of => Progress::Working { done, of },
            _ => Progress::Ready,
        }
    }

    fn lacks(&mut self) -> Option<Need> {
        self.parts.iter().find_map(|(key, source)| {
            let range = source.lacks()?;
            Some(Need {
                source: key.clone(),
                file: source.clone(),
                start: range.start,
                end: range.end,
            })
        })
    }

    fn sum(&mut self, steps: u64) -> Progress {
        self.lacks();
        let of = self.plan.len();
        self.sum_on(steps);
        match (self.lacks(), self.sum.done()) {
            (Some(need), _) => Progress::Need(need),
            (None, Some(_)) => Progress::Ready,
            (None, None) => Progress::Working {
                done: self.history.done(),
                of,
            },
        }
    }

    fn outline(&self) -> Rc<Outline> {
        self.outline.clone()
    }

    fn label(&self, position: u64) -> String {
        match position.checked_sub(1).and_then(|i| self.plan.get(i)) {
            Some((planned, _)) => planned.label,
            None if position == 0 => "start".to_string(),
            None => "end".to_string(),
        }
    }

    fn find(&self, label: &str) -> Option<u64> {
        match label {
            "start" | "0" | "" => Some(0),
            "end" => Some(self.plan.len()),
            _ => self.plan.find(label).map(|i| i + 1),
        }
    }

    fn line(&mut self, position: u64) -> StepLine {
        let position = position.clamp(1, self.plan.len().max(1));
        let planned = self.plan.get(position - 1).map(|(p, _)| p);
        StepLine {
            position,
            name: planned.as_ref().map_or_else(Text::none, |p| M::name(&p.op)),
            brief: planned
                .as_ref()
                .map_or_else(Text::none, |p| M::brief(&p.op)),
            label: planned.map(|p| p.label).unwrap_or_default(),
            outcome: self.history.outcome(position),
            edited: self.plan.is_edited(position - 1),
        }
    }

    fn phase(&self, position: u64) -> Phase {
        let planned = self.plan.get(position.saturating_sub(1));
        self.segment_phase(planned.map(|(_, segment)| segment))
    }

    fn step(&mut self, position: u64) -> Option<Rc<Step>> {
        self.tell(position.min(self.plan.len()))
    }

    fn view(&mut self, position: u64, observer: Option<Observer>) -> Rc<View> {
        let position = position.min(self.plan.len());
        if let Some((.., view)) = self
            .seen
            .iter()
            .find(|(p, o, _)| (*p, *o) == (position, observer))
        {
            return view.clone();
        }
        let step = self.tell(position);
        let op = position
            .checked_sub(1)
            .and_then(|i| self.plan.get(i))
            .map(|(p, _)| p.op);
        let shown = match (&op, &step) {
            (Some(op), Some(step)) => Some(Shown { op, step }),
            _ => None,
        };
        self.seek(position);
        let view = Rc::new(self.cursor.1.view(shown, observer));
        if self.is_lacking() {
            return view;
        }
        if self.seen.len() == SEEN {
            self.seen.remove(0);
        }
        self.seen.push((position, observer, view.clone()));
        view
    }

    fn probe(&mut self, position: u64, observer: Observer, address: u64, access: Access) -> Probe {
        self.state(position).probe(observer, address, access)
    }

    fn observers(&self) -> Vec<(Observer, Text)> {
        M::observers()
    }

    fn stops(&self) -> Vec<(u64, Outcome)> {
        self.history.stops().to_vec()
    }

    fn change(&mut self, position: u64, place: &Place, forwards: bool) -> Option<u64> {
        let len = self.plan.len();
        if !forwards {
            let before = position.min(len.saturating_add(1));
            self.seek_history(before.saturating_sub(1));
            return self.history.touches().previous(before, place);
        }
        let mut from = position;
        while from < len {
            let known = self.history.done();
            if from >= known {
                self.seek_history(known.saturating_add(SCAN).min(len));
            }
            let done = self.history.done();
            let found = self.history.touches().next(from, done, place);
            if found.is_some() || done == known && from >= known {
                return found;
            }
            from = done;
        }
        None
    }

    fn place_name(&mut self, position: u64, place: &Place) -> Text {
        self.state(position).place_name(place)
    }

    fn what_ifs(&mut self, position: u64) -> Vec<WhatIf> {
        let Some((planned, _)) = position.checked_sub(1).and_then(|i| self.plan.get(i)) else {
            return Vec::new();
        };
        let mut offers = self
            .state(position - 1)
            .what_ifs(&planned.op, &planned.label);
        // A machine does not know the plan: what it offers may name a step that is not there.
        offers.retain(|offer| {
            let mut edits = self.settings.edits.clone();
            edits.extend(offer.edits.iter().cloned());
            self.base.edited_at(&edits, M::parse_at).is_ok()
        });
        offers
    }

    fn snippets(&mut self, position: u64) -> Vec<Snippet> {
        let Some(step) = self.tell(position) else {
            return Vec::new();
        };
        let Some((planned, _)) = self.plan.get(position - 1) else {
            return Vec::new();
        };
        let shown = Shown {
            op: &planned.op,
            step: &step,
        };
        let mut all = self.state(position).snippets(shown);
        if !self.parts.is_empty() {
            all.retain(|snippet| snippet.inputs.iter().all(|input| input.bytes.is_ok()));
        }
        all
    }

    fn absorbed(&mut self, position: u64, digest: &Place) -> Rc<[u8]> {
        // What a file holds that is too large to be here whole is not put together here either.
        if !self.parts.is_empty() {
            return Rc::from([]);
        }
        let (mut stream, mut events) = (Vec::new(), Vec::new());
        let mut state = self.history.start().clone();
        for i in 0..position.min(self.plan.len()) {
            let Some((planned, _)) = self.plan.get(i) else {
                break;
            };
            events.clear();
            state.apply(&planned.op, &mut Sink::Events(&mut events));
            for event in &events {
                if let Event::Absorb(absorb) = event
                    && absorb.digest == *digest
                {
                    let pieces = absorb.pieces.iter();
                    pieces.for_each(|p| stream.extend_from_slice(&p.bytes));
                }
            }
        }
        Rc::from(stream)
    }

    fn flip(&mut self, position: u64, place: &Place, bit: u8) -> Option<Edit> {
        let op = self.state(position).flip(place, bit)?;
        let step = match position < self.plan.len() {
            true => self.label(position + 1),
            false => "end".to_string(),
        };
        Some(Edit {
            step,
            action: EditAction::Insert(op),
        })
    }

    fn op_forms(&self) -> Vec<(OpText, Text)> {
        M::op_forms()
    }

    fn fork(&mut self, edits: &[Edit]) -> Result<Box<dyn Session>, BadOp> {
        let plan = self.base.edited_at(edits, M::parse_at)?;
        let settings = Settings {
            edits: plan.edits(),
            ..self.settings.clone()
        };
        let history = self.history.up_to(plan.shared(&self.plan));
        Ok(Box::new(Self {
            info: self.info.clone(),
            settings,
            planned: plan.shared(&self.base),
            outline: Rc::new(plan.outline()),
            plan,
            base: self.base.clone(),
            cursor: (history.done(), history.front().clone()),
            history,
            sum: Sum::default(),
            parts: self.parts.clone(),
            careful: 0,
            told: Vec::new(),
            seen: Vec::new(),
        }))
    }

    fn digest(&mut self) -> [u8; 32] {
        self.seek_history(self.plan.len());
        while self.sum.done().is_none() && self.sum_on(u64::MAX) {}
        self.sum.done().unwrap_or_default()
    }

    fn case(&mut self) -> Case {
        Case {
            scenario: self.info.id.to_string(),
            settings: self.settings.clone(),
            digest: self.digest(),
        }
    }
}
