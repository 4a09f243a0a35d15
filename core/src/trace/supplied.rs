//! A run whose host has every byte at hand: whoever uses it need not know that files come in parts.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use super::case::Case;
use super::edit::Edit;
use super::machine::WhatIf;
use super::op_text::{BadOp, OpText};
use super::outcome::Outcome;
use super::recorder::Place;
use super::scenario::{BadInput, Inputs, ScenarioInfo, Settings};
use super::session::{Need, Outline, Progress, Session, Snippet, Step, StepLine};
use super::vocabulary::{Observer, Phase};
use crate::text::Text;
use crate::view::{Access, Probe, View};

/// Supplies bytes of a file. It does so or does not come back, since nobody may use an answer that was
/// made without them.
pub type Supply = Rc<dyn Fn(&Need)>;

/// Opens something of files that may be supplied in parts, which are supplied as they are needed.
///
/// # Errors
/// Those of `open`.
pub fn supplied<T>(
    inputs: &Inputs,
    supply: &Supply,
    mut open: impl FnMut() -> Result<T, BadInput>,
) -> Result<T, BadInput> {
    loop {
        let opened = open();
        let need = inputs.iter().find_map(|(key, input)| {
            let range = input.bytes.lacks()?;
            Some(Need {
                source: key.clone(),
                file: input.bytes.clone(),
                start: range.start,
                end: range.end,
            })
        });
        match need {
            Some(need) => supply(&need),
            None => return opened,
        }
    }
}

/// A run of which every answer is asked for until it lacks nothing.
pub struct Supplied {
    run: Box<dyn Session>,
    supply: Supply,
}

impl Supplied {
    /// The run with its host.
    #[must_use]
    pub fn new(run: Box<dyn Session>, supply: Supply) -> Self {
        Self { run, supply }
    }

    /// The run without its host.
    #[must_use]
    pub fn into_run(self) -> Box<dyn Session> {
        self.run
    }

    fn ask<T>(&mut self, ask: impl Fn(&mut dyn Session) -> T) -> T {
        loop {
            let answer = ask(&mut *self.run);
            match self.run.lacks() {
                Some(need) => (self.supply)(&need),
                None => return answer,
            }
        }
    }
}

impl Session for Supplied {
    fn info(&self) -> &ScenarioInfo {
        self.run.info()
    }

    fn settings(&self) -> &Settings {
        self.run.settings()
    }

    fn len(&self) -> u64 {
        self.run.len()
    }

    fn work(&mut self, steps: u64) -> Progress {
        loop {
            match self.run.work(steps) {
                Progress::Need(need) => (self.supply)(&need),
                progress => return progress,
            }
        }
    }

    fn lacks(&mut self) -> Option<Need> {
        None
    }

    fn sum(&mut self, steps: u64) -> Progress {
        loop {
            match self.run.sum(steps) {
                Progress::Need(need) => (self.supply)(&need),
                progress => return progress,
            }
        }
    }

    fn outline(&self) -> Rc<Outline> {
        self.run.outline()
    }

    fn label(&self, position: u64) -> String {
        self.run.label(position)
    }

    fn find(&self, label: &str) -> Option<u64> {
        self.run.find(label)
    }

    fn line(&mut self, position: u64) -> StepLine {
        self.run.line(position)
    }

    fn phase(&self, position: u64) -> Phase {
        self.run.phase(position)
    }

    fn step(&mut self, position: u64) -> Option<Rc<Step>> {
        self.ask(|run| run.step(position))
    }

    fn view(&mut self, position: u64, observer: Option<Observer>) -> Rc<View> {
        self.ask(|run| run.view(position, observer))
    }

    fn probe(&mut self, position: u64, observer: Observer, address: u64, access: Access) -> Probe {
        self.ask(|run| run.probe(position, observer, address, access))
    }

    fn observers(&self) -> Vec<(Observer, Text)> {
        self.run.observers()
    }

    fn stops(&self) -> Vec<(u64, Outcome)> {
        self.run.stops()
    }

    fn change(&mut self, position: u64, place: &Place, forwards: bool) -> Option<u64> {
        self.ask(|run| run.change(position, place, forwards))
    }

    fn place_name(&mut self, position: u64, place: &Place) -> Text {
        self.ask(|run| run.place_name(position, place))
    }

    fn what_ifs(&mut self, position: u64) -> Vec<WhatIf> {
        self.ask(|run| run.what_ifs(position))
    }

    fn snippets(&mut self, position: u64) -> Vec<Snippet> {
        self.ask(|run| run.snippets(position))
    }

    fn absorbed(&mut self, position: u64, digest: &Place) -> Rc<[u8]> {
        self.ask(|run| run.absorbed(position, digest))
    }

    fn flip(&mut self, position: u64, place: &Place, bit: u8) -> Option<Edit> {
        self.ask(|run| run.flip(position, place, bit))
    }

    fn op_forms(&self) -> Vec<(OpText, Text)> {
        self.run.op_forms()
    }

    fn fork(&mut self, edits: &[Edit]) -> Result<Box<dyn Session>, BadOp> {
        let fork = self.run.fork(edits)?;
        Ok(Box::new(Self::new(fork, self.supply.clone())))
    }

    fn digest(&mut self) -> [u8; 32] {
        self.ask(|run| run.digest())
    }

    fn case(&mut self) -> Case {
        self.ask(|run| run.case())
    }
}
