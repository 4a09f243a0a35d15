//! A run without its machine's type: what a front end, a command line or a stranger's program sees.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use super::case::Case;
use super::edit::Edit;
use super::machine::WhatIf;
use super::op_text::{BadOp, OpText};
use super::outcome::Outcome;
use super::recorder::{Event, Place};
use super::rule::Rule;
use super::scenario::{ScenarioInfo, Settings};
use super::vocabulary::{Observer, Phase};
use crate::memory::Source;
use crate::text::Text;
use crate::view::{Access, Probe, View};

/// Everything about one step, told when somebody looks at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which step, from 1.
    pub position: u64,
    /// Its label, unique in the run.
    pub label: String,
    /// Its phase.
    pub phase: Phase,
    /// Its technical name: `ENCLS[EADD]`.
    pub name: Text,
    /// The same in plain words with its operands.
    pub says: Text,
    /// What happens and why, for the reader.
    pub caption: Text,
    /// The operation as text, where it can be written without a file.
    pub op: Option<OpText>,
    /// How it ended.
    pub outcome: Outcome,
    /// The result as a sentence.
    pub tells: Text,
    /// What was told, in order.
    pub events: Vec<Event>,
    /// Rules of the operation that were not reached.
    pub not_reached: Vec<&'static Rule>,
    /// Whether the reader inserted or replaced this step.
    pub edited: bool,
}

impl Step {
    /// The rule that did not hold, if the step was stopped by one.
    #[must_use]
    pub fn broken(&self) -> Option<&'static Rule> {
        if self.outcome.is_done() {
            return None;
        }
        self.events.iter().rev().find_map(|e| match e {
            Event::Check {
                rule, held: false, ..
            } => Some(*rule),
            _ => None,
        })
    }
}

/// One line of the step list: cheap, no replay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepLine {
    /// Which step, from 1.
    pub position: u64,
    /// Its label.
    pub label: String,
    /// Its technical name.
    pub name: Text,
    /// Its main operand, short; empty if there is nothing to tell.
    pub brief: Text,
    /// How it ended; `None` if the run has not come there yet.
    pub outcome: Option<Outcome>,
    /// Whether the reader inserted or replaced this step.
    pub edited: bool,
}

/// A captioned stretch of the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its label.
    pub label: String,
    /// Its phase.
    pub phase: Phase,
    /// What it does.
    pub title: Text,
    /// Its first step, from 1.
    pub first: u64,
    /// How many steps.
    pub len: u64,
    /// How many steps make one fold within it; 0 for none.
    pub fold: u64,
}

/// The run's table of contents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// The stretches, in order, without gaps.
    pub groups: Vec<Group>,
}

/// How far a run has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Every step has been carried out once.
    Ready,
    /// This many of so many steps; call `work` again.
    Working {
        /// Steps carried out.
        done: u64,
        /// Steps in all.
        of: u64,
    },
    /// The run cannot go on before the host supplies these bytes.
    Need(Need),
}

/// Bytes of a file that the host is to supply, by [`Source::supply`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// Which file: the input's key.
    pub source: String,
    /// The file itself, which takes the bytes.
    pub file: Source,
    /// First byte.
    pub start: u64,
    /// First byte after.
    pub end: u64,
}

/// What a snippet reads from a file beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnippetInput {
    /// The file's name.
    pub name: String,
    /// Its bytes, or the digest whose whole input up to this step it is; a place in [`FILE`](Self::FILE) is the
    /// reader’s own file, which is too large to be handed out again.
    pub bytes: Result<Rc<[u8]>, Place>,
}

impl SnippetInput {
    /// The space of the reader’s own file.
    pub const FILE: &'static str = "file";

    /// Whether it is the reader’s own file.
    #[must_use]
    pub fn is_file(&self) -> bool {
        self.bytes
            .as_ref()
            .is_err_and(|place| place.space == Self::FILE)
    }
}

/// A short command that reproduces a computed value outside: standard library or openssl only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippet {
    /// What it reproduces.
    pub title: Text,
    /// `sh` in every case; Python is called from it.
    pub code: String,
    /// Files it reads.
    pub inputs: Vec<SnippetInput>,
    /// What it prints, without the line break at the end.
    pub prints: String,
}

/// A run, whichever machine it is of.
///
/// Positions count from 0, the state before any step; position `i` is the state after step `i`.
/// Every method takes any position and clamps it to what there is.
pub trait Session {
    /// The scenario it is a run of.
    fn info(&self) -> &ScenarioInfo;

    /// Its parameters, seed and edits.
    fn settings(&self) -> &Settings;

    /// How many steps it has.
    fn len(&self) -> u64;

    /// Whether it has no step.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Carries out up to `steps` more steps of the first pass.
    /// Positions beyond what was carried out are computed on demand all the same.
    fn work(&mut self, steps: u64) -> Progress;

    /// Bytes of a file that an answer lacked, of those given since this was last asked; that answer must
    /// not be used, but asked for again when the bytes were supplied. Always `None` where every file is
    /// here whole.
    fn lacks(&mut self) -> Option<Need>;

    /// Works ahead on what `digest` will tell, by up to so many steps of a run that is carried out.
    fn sum(&mut self, steps: u64) -> Progress;

    /// The table of contents.
    fn outline(&self) -> Rc<Outline>;

    /// The label of a position; `start` for 0.
    fn label(&self, position: u64) -> String;

    /// The position of a label, an alias or a number.
    fn find(&self, label: &str) -> Option<u64>;

    /// One line of the step list; position from 1.
    fn line(&mut self, position: u64) -> StepLine;

    /// The phase of a position.
    fn phase(&self, position: u64) -> Phase;

    /// Everything about the step that led to a position; `None` for 0.
    fn step(&mut self, position: u64) -> Option<Rc<Step>>;

    /// Every panel at a position: as an observer sees it, or with `None` the machine as it is.
    fn view(&mut self, position: u64, observer: Option<Observer>) -> Rc<View>;

    /// One access at a position by an observer.
    fn probe(&mut self, position: u64, observer: Observer, address: u64, access: Access) -> Probe;

    /// The observers that mean something here, in the machine's words.
    fn observers(&self) -> Vec<(Observer, Text)>;

    /// Steps that were refused or faulted, so far.
    fn stops(&self) -> Vec<(u64, Outcome)>;

    /// The nearest step after (`forwards`) or before a position that wrote to a place.
    fn change(&mut self, position: u64, place: &Place, forwards: bool) -> Option<u64>;

    /// A place in words.
    fn place_name(&mut self, position: u64, place: &Place) -> Text;

    /// Changes worth trying at the step that led to a position.
    fn what_ifs(&mut self, position: u64) -> Vec<WhatIf>;

    /// Commands that reproduce the values computed at the step that led to a position.
    fn snippets(&mut self, position: u64) -> Vec<Snippet>;

    /// Everything a digest took in up to a position.
    fn absorbed(&mut self, position: u64, digest: &Place) -> Rc<[u8]>;

    /// The edit that flips a bit of a place just before the step after a position; `None` if it cannot be.
    fn flip(&mut self, position: u64, place: &Place, bit: u8) -> Option<Edit>;

    /// Every operation that may be inserted, with example arguments and what it does.
    fn op_forms(&self) -> Vec<(OpText, Text)>;

    /// A new run with these edits instead of the present ones; steps before the first difference are not redone.
    ///
    /// # Errors
    /// An edit names no step or no operation of this machine.
    fn fork(&mut self, edits: &[Edit]) -> Result<Box<dyn Session>, BadOp>;

    /// The SHA-256 of the whole run: every step's label and outcome, every touched place, the final state.
    fn digest(&mut self) -> [u8; 32];

    /// The case file of this run.
    fn case(&mut self) -> Case;
}
