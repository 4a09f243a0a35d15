//! Where the page gets its machines from: each is fetched when it is first wanted, or is a test's own.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use teescope_core::tees;
use teescope_core::trace::{BadInput, Inputs, Recognised, ScenarioInfo, Session, Settings, Tee};

/// Gives a machine that is here.
pub type Make = fn() -> Tee;

/// A machine on its way; `None` if it cannot be had now.
pub type Coming = Pin<Box<dyn Future<Output = Option<Make>>>>;

/// One machine the page offers.
#[derive(Clone, Copy)]
pub struct Part {
    /// Its stable name, the first part of its scenarios' ids.
    pub id: &'static str,
    /// How it is got.
    pub from: From,
}

/// How a machine is got.
#[derive(Clone, Copy)]
pub enum From {
    /// It came with the page.
    Here(Make),
    /// It is fetched.
    Fetched(fn() -> Coming),
}

/// The machines the page offers, in the order in which it shows them. A clone is cheap.
#[derive(Clone)]
pub struct Source {
    parts: Rc<[Part]>,
}

impl Source {
    /// A source of these machines.
    #[must_use]
    pub fn new(parts: &[Part]) -> Self {
        Self {
            parts: Rc::from(parts),
        }
    }

    /// The machines that are here.
    #[must_use]
    pub fn all(&self) -> Vec<Tee> {
        let here = self.parts.iter().filter_map(|part| match part.from {
            From::Here(make) => Some(make()),
            From::Fetched(_) => None,
        });
        here.collect()
    }

    /// The machines that are still to be fetched: all, or the one of a scenario.
    pub(crate) fn lacks(&self, scenario: Option<&str>) -> Vec<&'static str> {
        let machine = scenario.map(|id| id.split('/').next().unwrap_or(id));
        let lacking = self.parts.iter().filter(|part| {
            matches!(part.from, From::Fetched(_)) && machine.is_none_or(|id| id == part.id)
        });
        lacking.map(|part| part.id).collect()
    }

    /// Sets out for a machine; `None` if it is here or there is none of that name.
    pub(crate) fn fetch(&self, id: &str) -> Option<Coming> {
        self.parts.iter().find_map(|part| match part.from {
            From::Fetched(fetch) if part.id == id => Some(fetch()),
            _ => None,
        })
    }

    /// The same with a machine that has come.
    pub(crate) fn with(&self, id: &str, make: Make) -> Self {
        let mut parts = self.parts.to_vec();
        for part in parts.iter_mut().filter(|part| part.id == id) {
            part.from = From::Here(make);
        }
        Self {
            parts: Rc::from(parts),
        }
    }

    /// What a scenario is, by its id, if its machine is here.
    #[must_use]
    pub fn info(&self, id: &str) -> Option<ScenarioInfo> {
        tees::scenario_of(self.all(), id).map(teescope_core::trace::Scenario::info)
    }

    /// Opens a run of a scenario.
    ///
    /// # Errors
    /// There is no such scenario, or its parameters, inputs or edits do not fit.
    pub fn open(
        &self,
        id: &str,
        settings: &Settings,
        inputs: &Inputs,
    ) -> Result<Box<dyn Session>, BadInput> {
        tees::open_of(self.all(), id, settings, inputs)
    }

    /// What a file is, if a machine that is here knows it.
    #[must_use]
    pub fn recognise(&self, bytes: &[u8]) -> Option<Recognised> {
        tees::recognise_of(self.all(), bytes)
    }
}

impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.parts, &other.parts)
    }
}
