//! What a scenario keeps secret, and by which ways it gets out all the same.
//!
//! A run is carried out twice with two secrets; whatever an observer can see must be the same both
//! times, except for the channels that the scenario declares. See [`two_runs`](super::two_runs).

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::built::Built;
use super::machine::Machine;
use super::scenario::{BadInput, Inputs, Scenario, ScenarioInfo, Settings};
use super::session::Session;
use super::vocabulary::Observer;
use crate::text::Text;

/// How a scenario's secret enters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Secret {
    /// There is none.
    #[default]
    None,
    /// It is the value of a parameter; two values to try.
    Param(&'static str, [&'static str; 2]),
    /// It comes from the seed.
    Seed,
}

/// A channel that shows in accesses of every kind.
pub const ANY_ACCESS: &str = "access";

/// A way by which a secret reaches an observer: declared, so that one that is not is a mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Who learns something.
    pub observer: Observer,
    /// Where it shows: the id of a panel, or of the rule that decided an access; [`ANY_ACCESS`] for
    /// accesses whichever rule decides them.
    pub at: &'static str,
    /// What is learned, as a sentence.
    pub says: Text,
    /// Where that is written: document and place.
    pub cite: &'static str,
}

/// What a scenario keeps secret and how that leaks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Secrecy {
    /// How the secret enters.
    pub secret: Secret,
    /// Every way by which an observer learns something of it.
    pub channels: Vec<Channel>,
}

/// A scenario that keeps a secret.
pub struct Guarded<M: Machine> {
    /// The scenario.
    pub built: Built<M>,
    /// What it keeps secret.
    pub secrecy: fn() -> Secrecy,
}

impl<M: Machine> Scenario for Guarded<M> {
    fn info(&self) -> ScenarioInfo {
        self.built.info()
    }

    fn open(&self, settings: &Settings, inputs: &Inputs) -> Result<Box<dyn Session>, BadInput> {
        self.built.open(settings, inputs)
    }

    fn secrecy(&self) -> Secrecy {
        (self.secrecy)()
    }
}
