//! The scenarios of SGX, each a file: what can be set, and the plan it becomes.

mod author;
mod debug_same_mrenclave;
mod destroy;
mod einit_refused;
mod enclave;
mod epc_and_elrange;
mod file_pages;
mod from_file;
mod hello_enclave;
mod measured_or_not;
mod order_matters;
mod params;
mod signing;

use alloc::boxed::Box;

use super::machine::Machine;
use super::op::Op;
use crate::text;
use crate::trace::{
    BadInput, Inputs, Params, Plan, Run, Scenario, ScenarioInfo, Session, Settings, Tee,
};

/// What SGX offers.
#[must_use]
pub fn tee() -> Tee {
    Tee {
        id: "sgx",
        title: "Intel SGX".into(),
        what: text!(
            "sgx.what",
            "Part of a process runs in an enclave: pages of protected memory that not even the operating system reads, measured as they are loaded."
        ),
        scenarios: alloc::vec![
            &hello_enclave::HELLO,
            &epc_and_elrange::TWO,
            &order_matters::ORDER,
            &measured_or_not::MEASURED,
            &signing::SIGNING,
            &einit_refused::REFUSED,
            &debug_same_mrenclave::DEBUG,
            &destroy::DESTROY,
            &from_file::FROM_FILE,
        ],
        recognise: super::recognise::recognise,
        gaps: super::gaps::gaps,
    }
}

/// The machine a run starts from and what is done to it.
type Start = (Machine, Plan<Op>);

/// A scenario of this machine: its description and how it becomes a plan.
pub(super) struct Built {
    /// What it is and what can be set.
    pub(super) info: fn() -> ScenarioInfo,
    /// The machine it starts from and the plan.
    pub(super) plan: fn(&Turned<'_>) -> Result<Start, BadInput>,
}

/// What the reader turned: every parameter has a value that fits.
pub(super) struct Turned<'a> {
    /// Values by key, defaults filled in.
    pub(super) params: Params,
    /// The seed.
    pub(super) seed: u64,
    /// Files by key.
    pub(super) inputs: &'a Inputs,
}

impl Scenario for Built {
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
        Ok(Box::new(Run::new(info, settings.clone(), machine, plan)?))
    }
}
