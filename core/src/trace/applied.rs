//! Operations given as JSON, for machines that take them: what is told about each.

use alloc::string::String;
use alloc::vec::Vec;

use serde_json::Value as Json;

use super::outcome::Outcome;
use super::rule::Rule;
use super::scenario::{Inputs, Params};
use crate::text::Text;

/// What carries out operations given as JSON. Kept apart from [`Tee`](super::Tee), so that a page that
/// never does it need not carry it.
#[derive(Clone, Copy)]
pub struct Applier {
    /// The machine's id.
    pub tee: &'static str,
    /// Parameters it takes, by key.
    pub params: &'static [&'static str],
    /// Files that the operations may want besides: each one's key, and the name under which it is
    /// looked for where the operations lie.
    pub files: &'static [(&'static str, &'static str)],
    /// Carries the operations out.
    ///
    /// # Errors
    /// The text is not of the form, or a parameter does not fit; the place and a sentence.
    pub run: fn(&str, &Params, &Inputs) -> Result<Applied, Text>,
}

/// What became of operations.
#[derive(Clone, Debug)]
pub struct Applied {
    /// Everything, in the machine's own form.
    pub json: Json,
    /// The same for people.
    pub lines: Vec<AppliedLine>,
    /// What the reader should know besides.
    pub warnings: Vec<Text>,
}

/// A line for people: a step, or words between steps.
#[derive(Clone, Debug)]
pub struct AppliedLine {
    /// Which step, from 1; `None` for words between steps.
    pub step: Option<u64>,
    /// The operation as text, or the words.
    pub what: String,
    /// How the step ended.
    pub outcome: Outcome,
    /// The rule that did not hold.
    pub broken: Option<&'static Rule>,
    /// What else there is to say of the step.
    pub note: String,
}

impl AppliedLine {
    /// Words between steps.
    #[must_use]
    pub fn words(what: String) -> Self {
        Self {
            step: None,
            what,
            outcome: Outcome::Done,
            broken: None,
            note: String::new(),
        }
    }
}
