//! Panels as plain data: what a machine shows, in the vocabulary of the reader's screen.
//!
//! A machine turns its state into a [`View`]; a front end draws the closed set of panel kinds and
//! knows no machine. Geometry of figures is computed in [`figure`].

mod aspect;
mod diff;
mod difference;
mod fields;
pub mod figure;
mod panels;
mod profile;

pub use aspect::Aspect;
pub use diff::{Changes, changes};
pub use difference::{
    Cause, Certainty, Differ, Difference, First, Side, Spot, Verdict, differ_at_once,
    differ_supplied,
};
pub use fields::fields;
pub use panels::{
    AddressMap, Bytes, Cell, Column, Digest, Fact, Facts, Field, Lane, Level, Link, Node, Occupant,
    Panel, Privilege, Range, Row, States, Table, Tone,
};
pub use profile::{Claim, Evidence, Note, Profile, Statement};

use alloc::vec::Vec;

use crate::text::Text;
use crate::trace::{Place, Rule};

/// Every panel of a machine at one position, as one observer sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// The panels, most important first.
    pub panels: Vec<Panel>,
}

impl View {
    /// The panel of that id.
    #[must_use]
    pub fn panel(&self, id: &str) -> Option<&Panel> {
        self.panels.iter().find(|p| p.id() == id)
    }
}

/// How an address is touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// A data read.
    Read,
    /// A data write.
    Write,
    /// An instruction fetch.
    Fetch,
}

impl Access {
    /// Every kind of access.
    pub const ALL: [Self; 3] = [Self::Read, Self::Write, Self::Fetch];

    /// The stable lower-case name.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Fetch => "fetch",
        }
    }
}

/// The answer to "what if this observer touched this address now".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// What the observer gets: allowed, a fault, all ones, a dropped write.
    pub answer: Text,
    /// How that is to be taken.
    pub tone: Tone,
    /// The rule that decides.
    pub rule: &'static Rule,
    /// The bytes the observer obtains, where it obtains any.
    pub bytes: Vec<u8>,
    /// The state that decided: a table entry, a register; where the answer comes from.
    pub decided_by: Option<Place>,
}
