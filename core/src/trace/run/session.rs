//! A run as whoever looks at it without knowing its machine sees it.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::super::case::Case;
use super::super::edit::{Edit, EditAction};
use super::super::machine::{Machine, Shown, WhatIf};
use super::super::op_text::{BadOp, OpText};
use super::super::outcome::Outcome;
use super::super::recorder::{Event, Place, Sink};
use super::super::scenario::{ScenarioInfo, Settings};
use super::super::session::{
    Need, Outline, Progress, Session, Snippet, SnippetInput, Step, StepLine,
};
use super::super::sum::Sum;
use super::super::vocabulary::{Observer, Phase};
use super::{Run, SCAN, SEEN};
use crate::text::Text;
use crate::view::{Access, Probe, View};

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
            // What was changed in a run is not in the file.
            let plain = self.settings.edits.is_empty();
            let is_there = |input: &SnippetInput| input.bytes.is_ok() || plain && input.is_file();
            all.retain(|snippet| snippet.inputs.iter().all(is_there));
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
