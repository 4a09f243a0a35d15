//! What a machine answers: a few words, why, and the steps that show it.

use alloc::string::String;
use alloc::vec::Vec;

use crate::text::Text;
use crate::trace::{Observer, Rule};
use crate::view::Tone;

/// A machine's answer to a question, read off its runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What kind of answer it is: machines whose kinds differ answer differently, others differ in detail.
    pub kind: &'static str,
    /// The answer in a few words.
    pub verdict: Text,
    /// How it is to be taken.
    pub tone: Tone,
    /// Why, as sentences.
    pub says: Vec<Text>,
    /// What was found, line by line.
    pub lines: Vec<Line>,
    /// The bytes that somebody obtained; empty if none.
    pub bytes: Vec<u8>,
    /// The rule that decided, if one did.
    pub rule: Option<&'static Rule>,
    /// Whether that rule held; one that did not hold is why something was refused.
    pub held: bool,
    /// Where it can be seen, the most telling first.
    pub proofs: Vec<Proof>,
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What several lines in a row belong to, such as a panel or a phase; shown once above them.
    pub under: Option<Text>,
    /// What it is about.
    pub name: Text,
    /// What was found.
    pub value: Text,
    /// Whether the value is set in the fixed-width face.
    pub mono: bool,
    /// How it is to be taken.
    pub tone: Tone,
    /// Where it can be seen.
    pub proof: Option<Proof>,
}

/// A step of the common program's run that shows something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The scenario.
    pub scenario: &'static str,
    /// The label of the step.
    pub step: String,
    /// Whose eyes it is seen with; `None` for the machine as it is.
    pub observer: Option<Observer>,
    /// Parameters of that run which differ from their defaults.
    pub set: Vec<(String, String)>,
    /// What distinguishes that run, where it is not the one that is compared.
    pub in_run: Option<Text>,
}

impl Answer {
    /// An answer without details.
    #[must_use]
    pub fn new(kind: &'static str, verdict: Text, tone: Tone) -> Self {
        Self {
            kind,
            verdict,
            tone,
            says: Vec::new(),
            lines: Vec::new(),
            bytes: Vec::new(),
            rule: None,
            held: true,
            proofs: Vec::new(),
        }
    }
}
