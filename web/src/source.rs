//! Where the page gets its machines from: their parts are fetched when they are first wanted, or are a test's own.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use teescope_core::tees;
use teescope_core::trace::{BadInput, Inputs, Recognised, ScenarioInfo, Session, Settings, Tee};

/// Gives a machine with some of its scenarios.
pub type Make = fn() -> Tee;

/// A part on its way; `None` if it cannot be had now.
pub type Coming = Pin<Box<dyn Future<Output = Option<Make>>>>;

/// Some scenarios of one machine, and what they need.
#[derive(Clone, Copy)]
pub struct Part {
    /// Its name, unique among the parts.
    pub name: &'static str,
    /// The ids of its scenarios.
    pub scenarios: &'static [&'static str],
    /// How it is got.
    pub from: From,
}

/// How a part is got.
#[derive(Clone, Copy)]
pub enum From {
    /// It came with the page.
    Here(Make),
    /// It is fetched.
    Fetched(fn() -> Coming),
}

/// How the name of the part ends that holds what the comparison needs of a machine; before it stands the machine’s id.
const COMMON: &str = "_common";

/// The parts the page is made of, in the order in which it shows them. A clone is cheap.
#[derive(Clone)]
pub struct Source {
    parts: Rc<[Part]>,
}

impl Source {
    /// A source of these parts.
    #[must_use]
    pub fn new(parts: &[Part]) -> Self {
        Self {
            parts: Rc::from(parts),
        }
    }

    /// What is here, part by part.
    fn here(&self) -> Vec<Tee> {
        let here = self.parts.iter().filter_map(|part| match part.from {
            From::Here(make) => Some(make()),
            From::Fetched(_) => None,
        });
        here.collect()
    }

    /// The machines that are here, each with the scenarios of all its parts.
    #[must_use]
    pub fn all(&self) -> Vec<Tee> {
        let mut all: Vec<Tee> = Vec::new();
        for part in self.here() {
            match all.iter_mut().find(|tee| tee.id == part.id) {
                Some(tee) => {
                    tee.scenarios.extend(part.scenarios);
                    tee.common = tee.common.or(part.common);
                    tee.profile = tee.profile.or(part.profile);
                }
                None => all.push(part),
            }
        }
        all
    }

    /// The parts that are still to be fetched: all, or the one with a scenario.
    pub(crate) fn lacks(&self, scenario: Option<&str>) -> Vec<&'static str> {
        let lacking = self.parts.iter().filter(|part| {
            matches!(part.from, From::Fetched(_))
                && scenario.is_none_or(|id| part.scenarios.contains(&id))
        });
        lacking.map(|part| part.name).collect()
    }

    /// The parts of the comparison that are still to be fetched.
    pub(crate) fn lacks_common(&self) -> Vec<&'static str> {
        let lacking = self.lacks(None).into_iter();
        lacking.filter(|name| name.ends_with(COMMON)).collect()
    }

    /// The machines that can be compared, and those on their way of which that is not known yet, by their ids.
    pub(crate) fn compared(&self) -> Vec<&'static str> {
        let mut ids = Vec::new();
        for part in self.parts.iter() {
            let id = match part.from {
                From::Here(make) => Some(make())
                    .filter(|tee| tee.common.is_some())
                    .map(|tee| tee.id),
                From::Fetched(_) => part.name.strip_suffix(COMMON),
            };
            ids.extend(id.filter(|id| !ids.contains(id)));
        }
        ids
    }

    /// Whether what the comparison needs of a machine is still to be fetched.
    pub(crate) fn is_coming(&self, tee: &str) -> bool {
        let mut lacking = self.lacks_common().into_iter();
        lacking.any(|name| name.strip_suffix(COMMON) == Some(tee))
    }

    /// Sets out for a part; `None` if it is here or there is none of that name.
    pub(crate) fn fetch(&self, name: &str) -> Option<Coming> {
        self.parts.iter().find_map(|part| match part.from {
            From::Fetched(fetch) if part.name == name => Some(fetch()),
            _ => None,
        })
    }

    /// The same with a part that has come.
    pub(crate) fn with(&self, name: &str, make: Make) -> Self {
        let mut parts = self.parts.to_vec();
        for part in parts.iter_mut().filter(|part| part.name == name) {
            part.from = From::Here(make);
        }
        Self {
            parts: Rc::from(parts),
        }
    }

    /// What a scenario is, by its id, if it is here.
    #[must_use]
    pub fn info(&self, id: &str) -> Option<ScenarioInfo> {
        tees::scenario_of(self.here(), id).map(teescope_core::trace::Scenario::info)
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
        tees::open_of(self.here(), id, settings, inputs)
    }

    /// What a file is, if a part that is here knows it.
    #[must_use]
    pub fn recognise(&self, bytes: &[u8]) -> Option<Recognised> {
        tees::recognise_of(self.here(), bytes)
    }
}

impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.parts, &other.parts)
    }
}
