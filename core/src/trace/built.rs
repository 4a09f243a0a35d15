//! What the scenarios of every machine share: how settings become a run, and how files are taken in.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;

use super::machine::Machine;
use super::plan::Plan;
use super::run::Run;
use super::scenario::{BadInput, Input, Inputs, Params, Scenario, ScenarioInfo, Settings};
use super::session::Session;
use crate::bytes::{Malformed, Why, hex};
use crate::text;
use crate::text::Text;

/// The machine a run starts from and what is done to it.
type Start<M> = (M, Plan<<M as Machine>::Op>);

/// A scenario: its description and how it becomes a plan.
pub struct Built<M: Machine> {
    /// What it is and what can be set.
    pub info: fn() -> ScenarioInfo,
    /// The machine it starts from and the plan.
    pub plan: fn(&Turned<'_>) -> Result<Start<M>, BadInput>,
}

/// What the reader turned: every parameter has a value that fits.
pub struct Turned<'a> {
    /// Values by key, defaults filled in.
    pub params: Params,
    /// The seed.
    pub seed: u64,
    /// Files by key.
    pub inputs: &'a Inputs,
}

impl<M: Machine> Scenario for Built<M> {
    fn info(&self) -> ScenarioInfo {
        (self.info)()
    }

    fn open(&self, settings: &Settings, inputs: &Inputs) -> Result<Box<dyn Session>, BadInput> {
        let info = self.info();
        let params = info.resolve(settings)?;
        let turned = Turned {
            params,
            seed: settings.seed,
            inputs,
        };
        let (machine, plan) = (self.plan)(&turned)?;
        let run = Run::new(info, settings.clone(), machine, plan)?;
        Ok(Box::new(run.of(inputs)))
    }
}

impl<'a> Turned<'a> {
    /// The value of a parameter.
    #[must_use]
    pub fn text(&self, key: &str) -> &str {
        self.params.get(key).map_or("", String::as_str)
    }

    /// The value of a number.
    #[must_use]
    pub fn number(&self, key: &str) -> u64 {
        super::parse_number(self.text(key)).unwrap_or(0)
    }

    /// The value of a flag.
    #[must_use]
    pub fn is(&self, key: &str) -> bool {
        self.text(key) == "yes"
    }

    /// The file of a parameter, if one is named; it must be there and be the one that is named.
    ///
    /// # Errors
    /// It is not there, or is another one.
    pub fn file(&self, key: &'static str) -> Result<Option<&'a Input>, BadInput> {
        let Some(named) = self.text(key).strip_prefix("sha256-") else {
            return Ok(None);
        };
        let (why, missing_file) = match self.inputs.get(key) {
            None => (
                text!(
                    "file.missing",
                    "This run uses a file of yours as {key}, which is not here. Choose it again; its SHA-256 is {digest}.",
                    key = key,
                    digest = named
                ),
                true,
            ),
            Some(input) => {
                let found = input.bytes.digest().ok_or_else(|| input.wanting(key))?;
                let found = hex::encode(&found);
                if found.eq_ignore_ascii_case(named) {
                    return Ok(Some(input));
                }
                (
                    text!(
                        "file.other",
                        "{name} is not the file that this run uses as {key}: its SHA-256 is {found}, not {digest}.",
                        name = input.name.as_str(),
                        key = key,
                        found = found,
                        digest = named
                    ),
                    false,
                )
            }
        };
        Err(BadInput {
            key: key.into(),
            missing_file,
            why,
        })
    }
}

impl Input {
    /// The bytes of a file that must have exactly so many.
    ///
    /// # Errors
    /// It has another size.
    pub fn exact<const N: usize>(
        &self,
        key: &'static str,
        what: &'static str,
    ) -> Result<[u8; N], BadInput> {
        let bytes = self.whole(key)?;
        <[u8; N]>::try_from(&bytes[..]).map_err(|_| {
            let (needs, left) = (N as u64, self.bytes.len());
            let bad = match left.checked_sub(needs) {
                Some(extra) => Malformed::new(needs, what, Why::Trailing { extra }),
                None => Malformed::new(0, what, Why::Short { needs, left }),
            };
            self.unreadable(key, bad.text())
        })
    }

    /// All bytes of the file in one piece.
    ///
    /// # Errors
    /// They are not all here; the host is to supply what [`Source::lacks`](crate::memory::Source::lacks)
    /// tells, and to try again.
    pub fn whole(&self, key: &str) -> Result<Rc<[u8]>, BadInput> {
        self.bytes.whole().ok_or_else(|| self.wanting(key))
    }

    /// That bytes of this file are to be supplied first.
    #[must_use]
    pub fn wanting(&self, key: &str) -> BadInput {
        BadInput {
            key: key.into(),
            missing_file: true,
            why: text!(
                "file.wanting",
                "{name} is being read.",
                name = self.name.as_str()
            ),
        }
    }

    /// That this file cannot be used as `key`, and why.
    #[must_use]
    pub fn unreadable(&self, key: &'static str, why: Text) -> BadInput {
        BadInput {
            key: key.into(),
            missing_file: false,
            why: text!(
                "file.unreadable",
                "{name} cannot be used: {why}",
                name = self.name.as_str(),
                why = why
            ),
        }
    }
}
