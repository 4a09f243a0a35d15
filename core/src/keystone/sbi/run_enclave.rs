//! run_enclave: the first entry, at the start of the private memory.

use super::super::hart::Context;
use super::super::machine::{Machine, State};
use super::super::status;
use super::After;
use crate::rules;
use crate::trace::{Recorder, Stop};

const RUN: &str = "keystone sm/src/enclave.c, run_enclave";

rules! {
    EXISTS = "RUN.exists": "There is an enclave of that identifier", RUN;
    FRESH = "RUN.fresh": "The enclave has never run: its state is FRESH", RUN;
}

/// Carries out run_enclave.
pub(super) fn run_enclave<R: Recorder>(
    m: &mut Machine,
    hart: u8,
    argument: u64,
    recorder: &mut R,
) -> Result<After, Stop> {
    let eid = m.named(argument);
    recorder.require(&EXISTS, eid.is_some(), status::NOT_FRESH)?;
    let Some(eid) = eid else {
        return Err(status::NOT_FRESH.into());
    };
    let fresh = m.enclave(eid).is_some_and(|e| e.state == State::Fresh);
    recorder.require(&FRESH, fresh, status::NOT_FRESH)?;
    if let Some(e) = m.monitor.enclaves.get_mut(&eid) {
        let a = e.args;
        // What the loader finds in a1 to a7.
        let given = [
            a.epm_paddr,
            a.epm_size,
            a.runtime_paddr,
            a.user_paddr,
            a.free_paddr,
            a.utm_paddr,
            a.utm_size,
        ];
        e.context = Context::starting(a.epm_paddr);
        for (n, value) in given.into_iter().enumerate() {
            e.context.set_a(n + 1, value);
        }
        e.threads += 1;
    }
    m.set_state(eid, State::Running, recorder);
    m.switch_to_enclave(hart, eid, recorder);
    Ok(After::Switched)
}
