//! What a machine must offer to be run, shown and broken.

use alloc::vec::Vec;

use super::edit::Edit;
use super::op_text::{BadOp, OpText};
use super::outcome::Outcome;
use super::recorder::{Place, Recorder};
use super::rule::Rule;
use super::session::{Snippet, Step};
use super::vocabulary::Observer;
use crate::text::Text;
use crate::view::{Access, Probe, View};

/// What a view is made of: the step that led to this state, if any did.
#[derive(Debug)]
pub struct Shown<'a, O> {
    /// The operation that was applied last.
    pub op: &'a O,
    /// What it told.
    pub step: &'a Step,
}

// Two references: copying needs nothing of the operation, which `derive` would ask for.
impl<O> Copy for Shown<'_, O> {}

impl<O> Clone for Shown<'_, O> {
    fn clone(&self) -> Self {
        *self
    }
}

/// A change worth trying at a step, offered to the reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhatIf {
    /// What is changed, as a few words.
    pub says: Text,
    /// The edits that do it. Step labels are those of the plan.
    pub edits: Vec<Edit>,
    /// Parameters to set instead or besides, by key.
    pub set: Vec<(alloc::string::String, alloc::string::String)>,
}

/// The state of a trusted execution environment that can be run one operation at a time.
///
/// A clone must be cheap (persistent maps, shared pages): the history keeps many.
pub trait Machine: Clone + 'static {
    /// What can be done to it.
    type Op: Clone + core::fmt::Debug + 'static;

    /// Carries out one operation and tells the recorder what it does.
    /// A refused or faulted operation leaves the state as the manual says.
    fn apply<R: Recorder>(&mut self, op: &Self::Op, recorder: &mut R) -> Outcome;

    /// The operation's technical name, such as `ENCLS[EADD]`.
    fn name(op: &Self::Op) -> Text;

    /// The operation's main operand, as short as a line of the step list wants it: `0x1100`.
    fn brief(op: &Self::Op) -> Text {
        let _ = op;
        Text::none()
    }

    /// The operation in plain words, with its main operands.
    fn says(&self, op: &Self::Op) -> Text;

    /// The rules the operation checks, in the manual's order.
    fn rules(op: &Self::Op) -> &'static [&'static Rule];

    /// The result as a sentence: what happened, or why it was refused and what would mend it.
    fn tells(&self, op: &Self::Op, outcome: Outcome, broken: Option<&'static Rule>) -> Text;

    /// Every panel: as that observer sees it, or with `None` the machine as it is.
    fn view(&self, shown: Option<Shown<'_, Self::Op>>, observer: Option<Observer>) -> View;

    /// One access by that observer, with the rule that decides it.
    fn probe(&self, observer: Observer, address: u64, access: Access) -> Probe;

    /// The observers that mean something here, each in the machine's own words.
    fn observers() -> Vec<(Observer, Text)>;

    /// A place in words: `EPCM[6]`, `SECS.MRENCLAVE`.
    fn place_name(&self, place: &Place) -> Text;

    /// Changes worth trying at this step (whose label is `label`), before it is carried out.
    fn what_ifs(&self, op: &Self::Op, label: &str) -> Vec<WhatIf>;

    /// Commands that reproduce the values computed at this step, outside.
    fn snippets(&self, shown: Shown<'_, Self::Op>) -> Vec<Snippet>;

    /// The operation that flips one bit of a place, if the machine has a way to do it.
    fn flip(&self, place: &Place, bit: u8) -> Option<OpText>;

    /// Every operation a reader may insert: its form with example arguments, and what it does.
    fn op_forms() -> Vec<(OpText, Text)>;

    /// Reads an operation.
    ///
    /// # Errors
    /// The machine does not know the operation or its arguments do not fit.
    fn parse_op(op: &OpText) -> Result<Self::Op, BadOp>;

    /// Reads an operation that changes a step whose own operation is `at`, part of which it may keep.
    ///
    /// # Errors
    /// As for [`parse_op`](Self::parse_op).
    fn parse_at(op: &OpText, at: Option<&Self::Op>) -> Result<Self::Op, BadOp> {
        let _ = at;
        Self::parse_op(op)
    }

    /// Writes an operation so that [`parse_at`](Self::parse_at) its own step reads it; `None` if it
    /// cannot be written.
    fn print_op(op: &Self::Op) -> Option<OpText>;

    /// Whether the operation is so expensive that the history should keep the state after it.
    fn is_heavy(op: &Self::Op) -> bool;

    /// The whole state as bytes fed to `sink`, in a fixed order: for digests of runs and for tests.
    fn state_bytes(&self, sink: &mut dyn FnMut(&[u8]));

    /// The n-th part of those bytes, for machines that hold much; whether there is a part after it.
    fn state_part(&self, n: u64, sink: &mut dyn FnMut(&[u8])) -> bool {
        if n == 0 {
            self.state_bytes(sink);
        }
        false
    }

    /// Lets an operation take from this state what its author would have known of it. The state is the
    /// one before the operation, reached by the plan alone, without a change of the reader’s.
    fn foresee(&self, op: &Self::Op) {
        let _ = op;
    }

    /// Works out up to so many steps of what an operation needs that the state does not hold; whether
    /// all of it is there.
    fn prepare(op: &Self::Op, steps: u64) -> bool {
        let _ = (op, steps);
        true
    }
}
