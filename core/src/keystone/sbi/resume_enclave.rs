//! resume_enclave: the enclave goes on where it was stopped.

use super::super::faults::Faults;
use super::super::machine::{Machine, State, THREADS};
use super::super::status;
use super::After;
use crate::rules;
use crate::trace::{Recorder, Stop};

const RESUME: &str = "keystone sm/src/enclave.c, resume_enclave";

rules! {
    EXISTS = "RESUME.exists": "There is an enclave of that identifier", RESUME;
    STOPPED = "RESUME.stopped": "The enclave has run before: its state is RUNNING or STOPPED", RESUME;
    NOT_EXITED = "RESUME.not-exited": "The enclave has not exited", "keystone docs, enclave life cycle; upstream does not check it";
    THREAD = "RESUME.thread-free": "No other hart is inside the enclave", RESUME;
}

/// Carries out resume_enclave.
pub(super) fn resume_enclave<R: Recorder>(
    m: &mut Machine,
    hart: u8,
    argument: u64,
    recorder: &mut R,
) -> Result<After, Stop> {
    let refused = status::NOT_RESUMABLE;
    let eid = m.named(argument);
    recorder.require(&EXISTS, eid.is_some(), refused)?;
    let enclave = eid.and_then(|eid| Some((eid, m.enclave(eid)?)));
    let Some((eid, e)) = enclave else {
        return Err(refused.into());
    };
    recorder.require(&STOPPED, e.state >= State::Stopped, refused)?;
    if !m.platform.has(Faults::RESUME_AFTER_EXIT) {
        recorder.require(&NOT_EXITED, !e.exited, refused)?;
    }
    recorder.require(&THREAD, e.threads < THREADS, refused)?;
    if let Some(e) = m.monitor.enclaves.get_mut(&eid) {
        e.threads += 1;
    }
    m.set_state(eid, State::Running, recorder);
    m.switch_to_enclave(hart, eid, recorder);
    Ok(After::Switched)
}
