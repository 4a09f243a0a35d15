//! What two artefacts differ in, as plain data: a verdict, why, and panels to look at it in.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::Value as Json;

use super::panels::{Bytes, Panel};
use crate::bytes::hex;
use crate::text;
use crate::text::Text;
use crate::trace::{Progress, Supply};

/// Whether two artefacts stand for the same thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They have the same identity, though the files may differ.
    Same,
    /// They have different identities.
    Different,
}

impl Verdict {
    /// The stable lower-case name.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Different => "different",
        }
    }
}

/// One of the two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// The file’s name, for people.
    pub name: String,
    /// What it is.
    pub what: Text,
    /// Its identity in hex.
    pub identity: String,
}

/// How a cause is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// The files show it.
    Shown,
    /// It fits what the files show; something else may fit as well.
    Likely,
    /// The files show it, and it follows likely from another cause.
    Follows,
}

impl Certainty {
    /// The stable lower-case name.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Shown => "shown",
            Self::Likely => "likely",
            Self::Follows => "follows",
        }
    }
}

/// One reason why they differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// A stable lower-case name: `heap`, `order`.
    pub id: &'static str,
    /// In a word or two.
    pub title: Text,
    /// How it is known.
    pub certainty: Certainty,
    /// What was found, with its numbers.
    pub says: Text,
    /// What to look at or change.
    pub advice: Text,
}

/// A step of a run of one of the files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The scenario that takes the file.
    pub scenario: &'static str,
    /// The parameter under which it takes it.
    pub key: &'static str,
    /// The step’s label.
    pub step: String,
}

/// The first place at which they part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct First {
    /// Where it is, in sentences.
    pub says: Vec<Text>,
    /// Names and values: the place in each file, what both agree on up to here.
    pub facts: Vec<(Text, String)>,
    /// The bytes of each side there, where there are any.
    pub bytes: [Option<Bytes>; 2],
    /// Which of these bytes differ, by number, ascending.
    pub differ: Vec<usize>,
    /// Where it can be watched on each side.
    pub spots: [Option<Spot>; 2],
}

/// What two artefacts differ in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Whether they stand for the same.
    pub verdict: Verdict,
    /// The verdict in words.
    pub headline: Text,
    /// The name of the identity: what `identity` of both sides is called.
    pub identity: &'static str,
    /// The two.
    pub sides: [Side; 2],
    /// What there is to say besides, most important first.
    pub says: Vec<Text>,
    /// Why they differ, the likeliest to matter first.
    pub causes: Vec<Cause>,
    /// Where they part first.
    pub first: Option<First>,
    /// Maps and tables.
    pub panels: Vec<Panel>,
    /// Places and numbers for programs, the same in every language.
    pub json: Json,
}

/// A comparison that is carried out in slices. Files may be supplied in parts, which are asked for as “a”
/// and “b”.
pub trait Differ {
    /// Goes on for about that many operations or pages.
    ///
    /// # Errors
    /// One of the two cannot be what it says it is; a sentence says which and why.
    fn work(&mut self, most: u64) -> Result<Progress, Text>;

    /// What was found; complete once `work` says so.
    fn difference(&self) -> Difference;
}

/// Carries a comparison of files that are here whole out at once.
///
/// # Errors
/// As for [`Differ::work`]; or a file is supplied in parts.
pub fn differ_at_once(mut differ: Box<dyn Differ>) -> Result<Difference, Text> {
    loop {
        match differ.work(u64::MAX)? {
            Progress::Ready => return Ok(differ.difference()),
            Progress::Need(need) => {
                return Err(text!(
                    "diff.needs",
                    "The bytes of a file from offset {start} on are missing.",
                    start = hex::addr(need.start)
                ));
            }
            Progress::Working { .. } => {}
        }
    }
}

/// Carries a comparison out at once, with a host that supplies what is needed.
///
/// # Errors
/// As for [`Differ::work`].
pub fn differ_supplied(mut differ: Box<dyn Differ>, supply: &Supply) -> Result<Difference, Text> {
    loop {
        match differ.work(u64::MAX)? {
            Progress::Ready => return Ok(differ.difference()),
            Progress::Need(need) => supply(&need),
            Progress::Working { .. } => {}
        }
    }
}
