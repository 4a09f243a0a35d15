//! What is said of a machine, question by question: the same rows for every machine, so that they can
//! be laid side by side.

use alloc::string::ToString;
use alloc::vec::Vec;

use super::aspect::Aspect;
use super::panels::{Fact, Facts, Tone};
use crate::text;
use crate::text::Text;

/// Where a claim can be seen to be true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// A step of a run.
    Step {
        /// The scenario.
        scenario: &'static str,
        /// The step's label.
        step: &'static str,
    },
    /// It could be run but is not yet, and why.
    NotYet(Text),
    /// Nothing can be run for it, and why.
    None(Text),
}

impl Evidence {
    /// A step of a run.
    #[must_use]
    pub const fn step(scenario: &'static str, step: &'static str) -> Self {
        Self::Step { scenario, step }
    }

    /// The stable lower-case name of its kind.
    #[must_use]
    pub fn id(&self) -> &'static str {
        match self {
            Self::Step { .. } => "step",
            Self::NotYet(_) => "not-yet",
            Self::None(_) => "none",
        }
    }

    /// Its kind in words.
    #[must_use]
    pub fn title(&self) -> Text {
        match self {
            Self::Step { .. } => text!("profile.evidence.step", "seen in a run"),
            Self::NotYet(_) => text!("profile.evidence.not-yet", "not yet run"),
            Self::None(_) => text!("profile.evidence.none", "not executable"),
        }
    }

    /// Why there is no step; `None` if there is one.
    #[must_use]
    pub fn reason(&self) -> Option<&Text> {
        match self {
            Self::Step { .. } => None,
            Self::NotYet(why) | Self::None(why) => Some(why),
        }
    }
}

/// A footnote to a claim: a slip, or what must be known to read it rightly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What is noted.
    pub says: Text,
    /// Where it is written.
    pub cite: &'static str,
}

/// What is said of a machine in one row. Both sentences fit into a cell of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The row.
    pub aspect: Aspect,
    /// What was said in 2020.
    pub then: Text,
    /// What holds today.
    pub today: Text,
    /// Where the latter is written.
    pub cite: &'static str,
    /// Where it can be seen.
    pub evidence: Evidence,
    /// Whether what was said then holds no longer, or never did.
    pub dated: bool,
    /// Footnotes.
    pub notes: Vec<Note>,
}

impl Claim {
    /// A claim that still holds, without footnotes.
    #[must_use]
    pub fn new(
        aspect: Aspect,
        [then, today]: [Text; 2],
        cite: &'static str,
        evidence: Evidence,
    ) -> Self {
        Self {
            aspect,
            then,
            today,
            cite,
            evidence,
            dated: false,
            notes: Vec::new(),
        }
    }

    /// The same, whose sentence of 2020 holds no longer.
    #[must_use]
    pub fn dated(mut self) -> Self {
        self.dated = true;
        self
    }

    /// The same with a footnote.
    #[must_use]
    pub fn note(mut self, says: Text, cite: &'static str) -> Self {
        self.notes.push(Note { says, cite });
        self
    }
}

/// Something else that was said of a machine, in no row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The stable lower-case name, unique within the machine.
    pub id: &'static str,
    /// What was said.
    pub then: Text,
    /// What holds today.
    pub today: Text,
    /// Where the latter is written.
    pub cite: &'static str,
    /// Where it can be seen.
    pub evidence: Evidence,
}

impl Statement {
    /// A statement: its id, what was said and what holds, where that is written, where it can be seen.
    #[must_use]
    pub fn new(
        id: &'static str,
        [then, today]: [Text; 2],
        cite: &'static str,
        evidence: Evidence,
    ) -> Self {
        Self {
            id,
            then,
            today,
            cite,
            evidence,
        }
    }
}

/// What is said of a machine: one claim a row, in the order of the rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The machine's id.
    pub tee: &'static str,
    /// The claims.
    pub claims: Vec<Claim>,
    /// What else was said, shown below the table.
    pub about: Vec<Statement>,
}

impl Profile {
    /// The claim of a row.
    #[must_use]
    pub fn claim(&self, aspect: Aspect) -> Option<&Claim> {
        self.claims.iter().find(|c| c.aspect == aspect)
    }

    /// The profile as a panel: what holds today, with what was said before where it was something else.
    #[must_use]
    pub fn panel(&self) -> Facts {
        let fact = |claim: &Claim| Fact {
            key: claim.aspect.id().to_string(),
            name: claim.aspect.title(),
            value: text!(
                "profile.value",
                "{today} In 2020: {then}",
                today = claim.today.clone(),
                then = claim.then.clone()
            ),
            mono: false,
            tone: Tone::Plain,
            cite: claim.cite.into(),
            model: false,
            place: None,
        };
        Facts {
            id: "profile",
            title: text!("profile.title", "What is said of it"),
            note: text!("profile.note", "today, and in an article of April 2020"),
            facts: self.claims.iter().map(fact).collect(),
        }
    }
}
