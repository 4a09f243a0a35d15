//! A machine, a plan and the history between them: seek anywhere, look at any step, fork.
//!
//! The history keeps a checkpoint every [`EVERY`] steps (sooner after an expensive one), every
//! outcome that was not `Done`, and the places each step touched. Everything else is told again
//! by replaying the one step somebody looks at.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use sha2::{Digest as _, Sha256};

use super::case::Case;
use super::machine::{Machine, Shown, WhatIf};
use super::op_text::{BadOp, OpText};
use super::outcome::Outcome;
use super::plan::{Edit, EditAction, Plan};
use super::recorder::{Event, Everything, Place, Silent, Touches, Value};
use super::scenario::{ScenarioInfo, Settings};
use super::session::{Group, Outline, Progress, Session, Snippet, Step, StepLine};
use super::vocabulary::{Observer, Phase};
use crate::text::Text;
use crate::view::{Access, Probe, View};

/// Steps between two checkpoints.
const EVERY: u64 = 64;

/// Steps whose full telling is kept at hand.
const TOLD: usize = 8;

/// Views kept at hand.
const SEEN: usize = 8;

/// What is remembered of the steps carried out so far.
#[derive(Clone, Debug)]
struct History<M> {
    /// States by position; position 0 is always there.
    checkpoints: BTreeMap<u64, M>,
    /// Outcomes other than `Done`, by position of the step (from 1).
    stops: BTreeMap<u64, Outcome>,
    /// Touched places of all steps, one after the other.
    places: Vec<Place>,
    /// End of each step's places in `places`.
    ends: Vec<u32>,
    /// The state after the last step carried out.
    front: M,
    /// Running digest of labels, outcomes and places.
    digest: Sha256,
}

impl<M: Machine> History<M> {
    fn new(start: M) -> Self {
        Self {
            checkpoints: BTreeMap::from([(0, start.clone())]),
            stops: BTreeMap::new(),
            places: Vec::new(),
            ends: Vec::new(),
            front: start,
            digest: Sha256::new(),
        }
    }

    fn done(&self) -> u64 {
        self.ends.len() as u64
    }
}

/// A run of one machine.
pub struct Run<M: Machine> {
    info: Rc<ScenarioInfo>,
    settings: Settings,
    plan: Plan<M::Op>,
    base: Plan<M::Op>,
    outline: Rc<Outline>,
    history: History<M>,
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
        let edited = plan.edited(&settings.edits, M::parse_op)?;
        Ok(Self {
            info: Rc::new(info),
            settings,
            outline: Rc::new(outline(&edited)),
            plan: edited,
            base: plan,
            history: History::new(start.clone()),
            cursor: (0, start),
            told: Vec::new(),
            seen: Vec::new(),
        })
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

    fn seek(&mut self, position: u64) {
        while self.history.done() < position {
            self.advance();
        }
        if self.cursor.0 == position {
            return;
        }
        let near = self.history.checkpoints.range(..=position).next_back();
        let (at, state) = near.map_or((0, None), |(at, state)| (*at, Some(state)));
        let ahead = self.cursor.0 < position && self.cursor.0 >= at;
        if !ahead && let Some(state) = state {
            self.cursor = (at, state.clone());
        }
        while self.cursor.0 < position {
            let Some((planned, _)) = self.plan.get(self.cursor.0) else {
                break;
            };
            self.cursor.1.apply(&planned.op, &mut Silent);
            self.cursor.0 += 1;
        }
    }

    /// Carries out the next step of the first pass.
    fn advance(&mut self) {
        let done = self.history.done();
        let Some((planned, _)) = self.plan.get(done) else {
            return;
        };
        let h = &mut self.history;
        let mut touches = Touches {
            places: core::mem::take(&mut h.places),
        };
        let from = touches.places.len();
        let outcome = h.front.apply(&planned.op, &mut touches);
        h.places = touches.places;
        h.ends.push(h.places.len() as u32);
        h.digest.update(planned.label.as_bytes());
        h.digest.update(outcome_bytes(outcome));
        for place in &h.places[from..] {
            h.digest.update(place.space.as_bytes());
            h.digest.update(place.at.to_le_bytes());
            h.digest.update(place.len.to_le_bytes());
        }
        let position = done + 1;
        if !outcome.is_done() {
            h.stops.insert(position, outcome);
        }
        let last = h.checkpoints.last_key_value().map_or(0, |(p, _)| *p);
        if position >= last + EVERY || M::is_heavy(&planned.op) {
            h.checkpoints.insert(position, h.front.clone());
        }
    }

    fn tell(&mut self, position: u64) -> Option<Rc<Step>> {
        if position == 0 || position > self.plan.len() {
            return None;
        }
        if let Some(step) = self.told.iter().find(|s| s.position == position) {
            return Some(step.clone());
        }
        self.seek(position - 1);
        let (planned, segment) = self.plan.get(position - 1)?;
        let before = &self.cursor.1;
        let mut after = before.clone();
        let mut recorder = Everything::default();
        let outcome = after.apply(&planned.op, &mut recorder);
        let mut step = Step {
            position,
            label: planned.label,
            phase: self.plan.segments()[segment].phase,
            name: M::name(&planned.op),
            says: before.says(&planned.op),
            caption: planned.caption,
            op: M::print_op(&planned.op),
            outcome,
            tells: Text::none(),
            not_reached: Vec::new(),
            events: recorder.events,
            edited: self.plan.is_edited(position - 1),
        };
        step.not_reached = not_reached(M::rules(&planned.op), &step.events);
        step.tells = after.tells(&planned.op, outcome, step.broken());
        self.cursor = (position, after);
        let step = Rc::new(step);
        if self.told.len() == TOLD {
            self.told.remove(0);
        }
        self.told.push(step.clone());
        Some(step)
    }

    /// Whether the place was touched by the step that led to a position.
    fn touched(&self, position: u64, place: &Place) -> bool {
        let Some(i) = position.checked_sub(1).map(|i| i as usize) else {
            return false;
        };
        let Some(end) = self.history.ends.get(i) else {
            return false;
        };
        let start = i.checked_sub(1).map_or(0, |p| self.history.ends[p]);
        self.history.places[start as usize..*end as usize]
            .iter()
            .any(|p| p.meets(place))
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

fn outline<O: Clone + 'static>(plan: &Plan<O>) -> Outline {
    let spans = plan.spans();
    let groups = plan
        .segments()
        .iter()
        .zip(spans.iter())
        .filter(|(_, (_, len))| *len > 0);
    Outline {
        groups: groups
            .map(|(s, (first, len))| Group {
                label: s.label.clone(),
                phase: s.phase,
                title: s.title.clone(),
                first: first + 1,
                len: *len,
                fold: s.group,
            })
            .collect(),
    }
}

fn outcome_bytes(outcome: Outcome) -> [u8; 25] {
    let mut out = [0; 25];
    let mut put = |i: usize, n: u64| out[i..i + 8].copy_from_slice(&n.to_le_bytes());
    match outcome {
        Outcome::Done => {}
        Outcome::Refused(s) => {
            put(1, s.code);
            out[0] = 1;
        }
        Outcome::Faulted(f) => {
            put(1, f.code.unwrap_or(u64::MAX));
            put(9, f.address.unwrap_or(u64::MAX));
            for (i, b) in f.name.bytes().take(8).enumerate() {
                out[17 + i] = b;
            }
            out[0] = 2;
        }
    }
    out
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
        let of = self.plan.len();
        let goal = self.history.done().saturating_add(steps).min(of);
        while self.history.done() < goal {
            self.advance();
        }
        match self.history.done() {
            done if done < of => Progress::Working { done, of },
            _ => Progress::Ready,
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
        let known = position <= self.history.done();
        let stopped = self.history.stops.get(&position).copied();
        StepLine {
            position,
            name: planned.as_ref().map_or_else(Text::none, |p| M::name(&p.op)),
            label: planned.map(|p| p.label).unwrap_or_default(),
            outcome: known.then(|| stopped.unwrap_or(Outcome::Done)),
            edited: self.plan.is_edited(position - 1),
        }
    }

    fn phase(&self, position: u64) -> Phase {
        let i = position.saturating_sub(1);
        let segment = self.plan.get(i).map(|(_, s)| &self.plan.segments()[s]);
        segment
            .or(self.plan.segments().last())
            .map_or(Phase::Boot, |s| s.phase)
    }

    fn step(&mut self, position: u64) -> Option<Rc<Step>> {
        self.tell(position)
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
        self.history.stops.iter().map(|(p, o)| (*p, *o)).collect()
    }

    fn change(&mut self, position: u64, place: &Place, forwards: bool) -> Option<u64> {
        if forwards {
            let mut at = position + 1;
            while at <= self.plan.len() {
                self.seek_history(at);
                if self.touched(at, place) {
                    return Some(at);
                }
                at += 1;
            }
            return None;
        }
        self.seek_history(position);
        (1..position).rev().find(|at| self.touched(*at, place))
    }

    fn place_name(&mut self, position: u64, place: &Place) -> Text {
        self.state(position).place_name(place)
    }

    fn what_ifs(&mut self, position: u64) -> Vec<WhatIf> {
        let Some((planned, _)) = position.checked_sub(1).and_then(|i| self.plan.get(i)) else {
            return Vec::new();
        };
        self.state(position - 1)
            .what_ifs(&planned.op, &planned.label)
    }

    fn snippets(&mut self, position: u64) -> Vec<Snippet> {
        let Some(step) = self.tell(position) else {
            return Vec::new();
        };
        let Some((planned, _)) = self.plan.get(position - 1) else {
            return Vec::new();
        };
        self.state(position).snippets(Shown {
            op: &planned.op,
            step: &step,
        })
    }

    fn absorbed(&mut self, position: u64, digest: &Place) -> Rc<[u8]> {
        let mut stream = Vec::new();
        let mut state = self.history.checkpoints.get(&0).cloned();
        for i in 0..position.min(self.plan.len()) {
            let (Some(state), Some((planned, _))) = (state.as_mut(), self.plan.get(i)) else {
                break;
            };
            let mut recorder = Absorbed {
                digest,
                stream: &mut stream,
            };
            state.apply(&planned.op, &mut recorder);
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
        let plan = self.base.edited(edits, M::parse_op)?;
        let first = |p: &Plan<M::Op>| p.first_edit().unwrap_or(u64::MAX);
        let same = if plan.edits() == self.plan.edits() {
            u64::MAX
        } else {
            first(&plan).min(first(&self.plan))
        };
        let settings = Settings {
            edits: plan.edits(),
            ..self.settings.clone()
        };
        let mut run = Self {
            info: self.info.clone(),
            settings,
            outline: Rc::new(outline(&plan)),
            plan,
            base: self.base.clone(),
            history: self.history.clone(),
            cursor: self.cursor.clone(),
            told: Vec::new(),
            seen: Vec::new(),
        };
        run.rewind(same.min(self.history.done()));
        Ok(Box::new(run))
    }

    fn digest(&mut self) -> [u8; 32] {
        let len = self.plan.len();
        self.seek_history(len);
        let mut digest = self.history.digest.clone();
        self.history
            .front
            .state_bytes(&mut |bytes| digest.update(bytes));
        digest.finalize().into()
    }

    fn case(&mut self) -> Case {
        Case {
            scenario: self.info.id.to_string(),
            settings: self.settings.clone(),
            digest: self.digest(),
        }
    }
}

impl<M: Machine> Run<M> {
    /// Carries the first pass as far as `position`.
    fn seek_history(&mut self, position: u64) {
        while self.history.done() < position.min(self.plan.len()) {
            self.advance();
        }
    }

    /// Forgets everything after step `position`, which both plans share.
    fn rewind(&mut self, position: u64) {
        let keep = self
            .history
            .checkpoints
            .range(..=position)
            .next_back()
            .map_or(0, |(p, _)| *p);
        let h = &mut self.history;
        h.checkpoints.retain(|p, _| *p <= keep);
        h.stops.retain(|p, _| *p <= keep);
        h.ends.truncate(keep as usize);
        h.places.truncate(h.ends.last().map_or(0, |e| *e as usize));
        if let Some(state) = h.checkpoints.get(&keep) {
            h.front = state.clone();
            self.cursor = (keep, state.clone());
        }
        self.rebuild_digest();
    }

    /// Makes the running digest that of the steps the history holds.
    fn rebuild_digest(&mut self) {
        let mut digest = Sha256::new();
        let h = &self.history;
        let mut start = 0;
        for (i, end) in h.ends.iter().enumerate() {
            let Some((planned, _)) = self.plan.get(i as u64) else {
                break;
            };
            let outcome = h
                .stops
                .get(&(i as u64 + 1))
                .copied()
                .unwrap_or(Outcome::Done);
            digest.update(planned.label.as_bytes());
            digest.update(outcome_bytes(outcome));
            for place in &h.places[start..*end as usize] {
                digest.update(place.space.as_bytes());
                digest.update(place.at.to_le_bytes());
                digest.update(place.len.to_le_bytes());
            }
            start = *end as usize;
        }
        self.history.digest = digest;
    }
}

/// Keeps only what one digest takes in.
struct Absorbed<'a> {
    digest: &'a Place,
    stream: &'a mut Vec<u8>,
}

impl super::recorder::Recorder for Absorbed<'_> {
    fn check(
        &mut self,
        _: &'static super::Rule,
        _: bool,
        _: impl FnOnce() -> Option<super::Compared>,
    ) {
    }
    fn write(&mut self, _: Place, _: impl FnOnce() -> (Value, Value)) {}
    fn tell(&mut self, event: impl FnOnce() -> Event) {
        if let Event::Absorb(absorb) = event()
            && absorb.digest == *self.digest
        {
            for piece in absorb.pieces {
                self.stream.extend_from_slice(&piece.bytes);
            }
        }
    }
}
