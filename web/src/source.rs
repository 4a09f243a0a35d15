//! Where the page gets its machines from: all of them, or a test's own.

use teescope_core::tees;
use teescope_core::trace::{BadInput, Inputs, Recognised, Session, Settings, Tee};

/// Opens a run of a scenario by id.
pub type Open = fn(&str, &Settings, &Inputs) -> Result<Box<dyn Session>, BadInput>;

/// The machines the page offers.
#[derive(Clone, Copy)]
pub struct Source {
    /// Every machine.
    pub all: fn() -> Vec<Tee>,
    /// Opens a run.
    pub open: Open,
    /// Says what a file is.
    pub recognise: fn(&[u8]) -> Option<Recognised>,
}

impl Source {
    /// Every machine there is.
    #[must_use]
    pub fn everything() -> Self {
        Self {
            all: tees::all,
            open: tees::open,
            recognise: tees::recognise,
        }
    }
}

impl PartialEq for Source {
    /// A page never changes its source.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
