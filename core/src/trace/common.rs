//! How a machine takes part in comparisons: the program that every machine runs, and what is known of it.

use alloc::vec::Vec;

use super::scenario::Params;
use super::vocabulary::Observer;
use crate::text::Text;

/// A machine's way of running the common program: load a secret, use it, be interrupted, call out, prove
/// oneself, end.
///
/// The scenario must keep its secret as a parameter ([`Secret::Param`](super::Secret::Param)), give each step
/// one of the shared phases, and hold the secret in memory from some step of [`Phase::Use`](super::Phase::Use)
/// to the last of that phase.
#[derive(Clone, Debug)]
pub struct Common {
    /// The id of the scenario.
    pub scenario: &'static str,
    /// The platforms it can run on, the usual one first.
    pub variants: Vec<Variant>,
    /// The address at which an observer would look for the secret, with these parameters.
    pub secret_at: fn(&Params, Observer) -> u64,
    /// Parameters with which the operating system puts the program somewhere else; empty if it cannot.
    pub elsewhere: Vec<(&'static str, &'static str)>,
    /// Parameters with which the operating system changes a byte of the program before it is measured.
    pub altered: Vec<(&'static str, &'static str)>,
    /// Runs that go on until the machine has no more room.
    pub limits: Vec<Limit>,
}

/// A platform that the common program can run on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// The stable lower-case name, for links: `scalable`.
    pub id: &'static str,
    /// The name as people read it.
    pub title: Text,
    /// Parameters that make it.
    pub set: Vec<(&'static str, &'static str)>,
}

/// A run that goes on until the machine has no more room: the steps called `counts` that were done before
/// the first one that was stopped are the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// What is counted: “enclaves at a time”, “pages”.
    pub title: Text,
    /// The id of the scenario, in the same part of the catalogue as the common program.
    pub scenario: &'static str,
    /// Parameters of that scenario.
    pub set: Vec<(&'static str, &'static str)>,
    /// The technical name of the steps that are counted, such as `ENCLS[EADD]`.
    pub counts: &'static str,
    /// How much one of them is, in bytes of memory; 0 if it is no amount of memory.
    pub bytes_each: u64,
}
