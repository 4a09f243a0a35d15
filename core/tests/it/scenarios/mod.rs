//! Every registered scenario: its golden trace and its promises.

mod golden;
mod parts;
mod promises;
mod two_runs;

use teescope_core::tees;
use teescope_core::trace::{Inputs, Progress, Scenario, Session, Settings};

/// Every scenario that can be opened without a file.
fn listed() -> Vec<&'static dyn Scenario> {
    let all = tees::all().into_iter().flat_map(|t| t.scenarios);
    all.filter(|s| s.info().listed).collect()
}

/// A run of a scenario as it is first met, carried out whole.
fn open(scenario: &dyn Scenario) -> Box<dyn Session> {
    let mut run = scenario
        .open(&Settings::default(), &Inputs::new())
        .unwrap_or_else(|e| panic!("{}: {e}", scenario.info().id));
    while run.work(1_000) != Progress::Ready {}
    run
}
