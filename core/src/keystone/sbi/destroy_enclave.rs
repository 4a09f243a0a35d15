//! destroy_enclave: the private memory is wiped, then opened, and the number is free again.

use super::super::faults::Faults;
use super::super::hart::PmpIpi;
use super::super::machine::{Machine, State, Waiting};
use super::super::os::store_fault;
use super::super::status;
use super::After;
use crate::rules;
use crate::trace::{Recorder, Stop, Value};

const DESTROY: &str = "keystone sm/src/enclave.c, destroy_enclave";

rules! {
    EXISTS = "DESTROY.exists": "There is an enclave of that identifier", DESTROY;
    NOT_RUNNING = "DESTROY.not-running": "No hart is inside the enclave: its state is STOPPED or before", DESTROY;
    DRAM = "DESTROY.memory-there": "There is DRAM all over the private memory; else machine mode itself takes an access fault", DESTROY;
}

/// Carries out destroy_enclave.
pub(super) fn destroy_enclave<R: Recorder>(
    m: &mut Machine,
    hart: u8,
    argument: u64,
    recorder: &mut R,
) -> Result<After, Stop> {
    let eid = m.named(argument);
    recorder.require(&EXISTS, eid.is_some(), status::NOT_DESTROYABLE)?;
    let enclave = eid.and_then(|eid| Some((eid, m.enclave(eid)?.clone())));
    let Some((eid, enclave)) = enclave else {
        return Err(status::NOT_DESTROYABLE.into());
    };
    let stopped = enclave.state <= State::Stopped;
    recorder.require(&NOT_RUNNING, stopped, status::NOT_DESTROYABLE)?;
    m.set_state(eid, State::Destroying, recorder);
    let (base, size) = (enclave.args.epm_paddr, enclave.args.epm_size);
    let there = m.platform.is_memory(base, size);
    recorder.require(&DRAM, there, store_fault(base))?;
    // Before the entry is cleared: nobody else ever sees what was inside.
    m.zero(base, size, recorder);
    let Some(region) = m.region(enclave.epm) else {
        return Ok(After::Returned(finish(m, eid, recorder)));
    };
    let ipi = PmpIpi { region, perm: None };
    if m.pmp_everywhere(hart, ipi, recorder) {
        m.monitor.waiting = Some(Waiting {
            hart,
            eid,
            creates: false,
        });
        return Ok(After::Waits);
    }
    Ok(After::Returned(finish(m, eid, recorder)))
}

/// The rest, once every hart has opened the memory: regions and identifier are given back.
pub(in super::super) fn finish<R: Recorder>(m: &mut Machine, eid: u8, recorder: &mut R) -> u64 {
    let Some(enclave) = m.enclave(eid).cloned() else {
        return 0;
    };
    m.region_free(enclave.epm, recorder);
    if let Some(utm) = enclave.utm {
        if !m.platform.has(Faults::SHARED_BUFFER) {
            m.zero(enclave.args.utm_paddr, enclave.args.utm_size, recorder);
        }
        m.region_free(utm, recorder);
    }
    m.monitor.enclaves.remove_mut(&eid);
    recorder.write(Machine::enclave_place(eid), || {
        (Value::Words(State::Destroying.name().into()), Value::None)
    });
    0
}
