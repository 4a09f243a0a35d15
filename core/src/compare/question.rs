//! Questions: what is asked, and how the answer is read off a run.

use alloc::vec::Vec;

use super::{ALL, Answer, Column};
use crate::text::Text;
use crate::trace::{Observer, Phase};

/// A question to every machine.
#[derive(Clone, Copy)]
pub struct Question {
    /// The stable lower-case name, for links and the command line: `in-use`.
    pub id: &'static str,
    /// The question as a person would ask it.
    pub asks: fn() -> Text,
    /// How the answer is read off the run.
    pub how: fn() -> Text,
    /// The phases it is about, the most telling first: its answer is shown there.
    pub phases: &'static [Phase],
    /// Whether the answer depends on who looks.
    pub by_observer: bool,
    /// Reads the answer off a machine's runs.
    pub answer: fn(&mut Column, Observer) -> Answer,
}

/// The question of that id.
#[must_use]
pub fn by_id(id: &str) -> Option<&'static Question> {
    ALL.iter().copied().find(|q| q.id == id)
}

/// Which answers differ in kind: those unlike what more than half of the machines answer, or, where there is no
/// such answer and not all are alike, every one.
#[must_use]
pub fn differs(answers: &[&Answer]) -> Vec<bool> {
    let count = |kind: &str| answers.iter().filter(|a| a.kind == kind).count();
    let usual = answers.iter().find(|a| 2 * count(a.kind) > answers.len());
    answers
        .iter()
        .map(|a| usual.is_none_or(|usual| usual.kind != a.kind))
        .collect()
}
