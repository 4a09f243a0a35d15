//! Scenarios: what can be run, with which parameters, and the table of machines that offer them.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use super::common::Common;
use super::edit::Edit;
use super::secrecy::Secrecy;
use super::session::Session;
use crate::memory::Source;
use crate::text::Text;
use crate::view::Profile;

/// A trusted execution environment: what its folder offers to the rest.
pub struct Tee {
    /// The stable lower-case name, first part of scenario ids: `sgx`.
    pub id: &'static str,
    /// The name as people read it.
    pub title: Text,
    /// What it is, in one or two sentences.
    pub what: Text,
    /// Its scenarios, in the order in which they are best met.
    pub scenarios: Vec<&'static dyn Scenario>,
    /// Says whether a file is one of this machine's artefacts.
    pub recognise: fn(&[u8]) -> Option<Recognised>,
    /// What is left out or only a model, each with the reason, as a sentence.
    pub gaps: fn() -> Vec<Text>,
    /// How it takes part in comparisons, if it can be run there.
    pub common: Option<fn() -> Common>,
    /// What is said of it, row by row, if anything is.
    pub profile: Option<fn() -> Profile>,
}

/// A file that a machine knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recognised {
    /// What it is: `SIGSTRUCT`, `SGXS stream`.
    pub what: Text,
    /// By what it was recognised.
    pub why: Text,
    /// The scenario that takes it.
    pub scenario: &'static str,
    /// The parameter of that scenario which it fills.
    pub key: &'static str,
}

/// Something that can be run.
pub trait Scenario: Sync {
    /// What it is and what can be set.
    fn info(&self) -> ScenarioInfo;

    /// Opens a run.
    ///
    /// # Errors
    /// A parameter, input or edit does not fit; the sentence says which and what to do.
    fn open(&self, settings: &Settings, inputs: &Inputs) -> Result<Box<dyn Session>, BadInput>;

    /// What it keeps secret, and by which ways that gets out; nothing if it says nothing.
    fn secrecy(&self) -> Secrecy {
        Secrecy::default()
    }
}

/// What a scenario is and what can be set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioInfo {
    /// The stable name: `sgx/hello-enclave`.
    pub id: &'static str,
    /// The title.
    pub title: Text,
    /// The question it answers, as a person would ask it.
    pub question: Text,
    /// What one learns, in two or three sentences.
    pub lesson: Text,
    /// Parameters a person may turn.
    pub params: Vec<Param>,
    /// Whether it is listed in the gallery (a run of somebody's file is not).
    pub listed: bool,
}

/// A parameter of a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Param {
    /// The stable lower-case key.
    pub key: &'static str,
    /// The name as people read it.
    pub title: Text,
    /// What turning it changes.
    pub help: Text,
    /// What it takes.
    pub kind: ParamKind,
    /// Its value when it is not set.
    pub default: String,
}

/// What a parameter takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParamKind {
    /// One of these values, each with its words.
    Choice(Vec<(&'static str, Text)>),
    /// A whole number.
    Number {
        /// The least.
        min: u64,
        /// The most.
        max: u64,
    },
    /// `yes` or `no`.
    Flag,
    /// Bytes in hex, at most so many.
    Hex {
        /// The most bytes.
        max: usize,
    },
    /// A short text.
    Words {
        /// The most characters.
        max: usize,
    },
    /// A text of several lines.
    Lines {
        /// The most characters, line breaks included.
        max: usize,
    },
    /// A file the reader supplies; the value is `sha256-` and its digest in hex, or empty for none.
    File {
        /// What kind of file, in words.
        what: Text,
        /// Whether the scenario runs without it.
        optional: bool,
    },
}

/// Parameter values by key; a key that is not there has its default.
pub type Params = BTreeMap<String, String>;

/// What makes a run what it is, besides files: small enough for a link.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Parameters that differ from their defaults.
    pub params: Params,
    /// The seed of everything that would be random.
    pub seed: u64,
    /// What the reader changed in the plan.
    pub edits: Vec<Edit>,
}

/// A file the reader supplied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Its name, for people only.
    pub name: String,
    /// Its bytes.
    pub bytes: Source,
}

/// Files by parameter key.
pub type Inputs = BTreeMap<String, Input>;

/// A parameter, input or edit that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadInput {
    /// Which parameter or input; empty if it is none of them.
    pub key: String,
    /// What is wrong and what to do, as a sentence.
    pub why: Text,
    /// Whether a file is missing rather than wrong.
    pub missing_file: bool,
}

impl fmt::Display for BadInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why.en())
    }
}

impl From<super::op_text::BadOp> for BadInput {
    fn from(bad: super::op_text::BadOp) -> Self {
        Self {
            key: String::new(),
            why: bad.why,
            missing_file: false,
        }
    }
}

impl ScenarioInfo {
    /// The machine's id: the part before the slash.
    #[must_use]
    pub fn tee(&self) -> &'static str {
        self.id.split('/').next().unwrap_or(self.id)
    }

    /// Checks the settings against the parameters and fills in defaults.
    ///
    /// # Errors
    /// A key is unknown or a value does not fit.
    pub fn resolve(&self, settings: &Settings) -> Result<Params, BadInput> {
        for key in settings.params.keys() {
            if !self.params.iter().any(|p| p.key == key) {
                let known: Vec<&str> = self.params.iter().map(|p| p.key).collect();
                return Err(BadInput {
                    key: key.clone(),
                    missing_file: false,
                    why: crate::text!(
                        "param.unknown",
                        "{scenario} has no parameter “{key}”. It has: {known}.",
                        scenario = self.id,
                        key = key.as_str(),
                        known = known.join(", ")
                    ),
                });
            }
        }
        let mut out = Params::new();
        for param in &self.params {
            let value = settings.params.get(param.key).unwrap_or(&param.default);
            param.check(value)?;
            out.insert(param.key.to_string(), value.clone());
        }
        Ok(out)
    }
}

impl Param {
    /// Whether the value fits.
    ///
    /// # Errors
    /// It does not; the sentence says what would.
    pub fn check(&self, value: &str) -> Result<(), BadInput> {
        let wants: Text = match &self.kind {
            ParamKind::Choice(choices) => {
                if choices.iter().any(|(v, _)| *v == value) {
                    return Ok(());
                }
                let all: Vec<&str> = choices.iter().map(|(v, _)| *v).collect();
                crate::text!("param.wants-choice", "one of {all}", all = all.join(", "))
            }
            ParamKind::Number { min, max } => {
                if super::op_text::number(value).is_some_and(|n| (*min..=*max).contains(&n)) {
                    return Ok(());
                }
                crate::text!(
                    "param.wants-number",
                    "a whole number from {min} to {max}",
                    min = *min,
                    max = *max
                )
            }
            ParamKind::Flag => {
                if value == "yes" || value == "no" {
                    return Ok(());
                }
                crate::text!("param.wants-flag", "yes or no")
            }
            ParamKind::Hex { max } => {
                if crate::bytes::hex::decode(value).is_ok_and(|b| b.len() <= *max) {
                    return Ok(());
                }
                crate::text!(
                    "param.wants-hex",
                    "hex digits, two a byte, at most {max} bytes",
                    max = *max
                )
            }
            ParamKind::Words { max } => {
                if value.chars().count() <= *max && !value.contains('\n') {
                    return Ok(());
                }
                crate::text!(
                    "param.wants-words",
                    "at most {max} characters on one line",
                    max = *max
                )
            }
            ParamKind::Lines { max } => {
                if value.chars().count() <= *max {
                    return Ok(());
                }
                crate::text!("param.wants-lines", "at most {max} characters", max = *max)
            }
            ParamKind::File { optional, .. } => {
                let named = value
                    .strip_prefix("sha256-")
                    .is_some_and(|d| d.len() == 64 && crate::bytes::hex::decode(d).is_ok());
                if named || (*optional && value.is_empty()) {
                    return Ok(());
                }
                if value.is_empty() {
                    return Err(BadInput {
                        key: self.key.to_string(),
                        missing_file: true,
                        why: crate::text!(
                            "param.file-missing",
                            "This run needs a file: {title}. Choose it or drop it on the page.",
                            title = self.title.clone()
                        ),
                    });
                }
                crate::text!(
                    "param.wants-file",
                    "sha256- followed by the 64 hex digits of the file’s digest"
                )
            }
        };
        Err(BadInput {
            key: self.key.to_string(),
            missing_file: false,
            why: crate::text!(
                "param.bad",
                "{key} cannot be “{value}”: it takes {wants}.",
                key = self.key,
                value = value,
                wants = wants
            ),
        })
    }
}
