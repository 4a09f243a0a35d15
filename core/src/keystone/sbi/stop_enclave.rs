//! stop_enclave: the enclave leaves for a while, for an edge call or because the timer strikes.

use super::super::machine::{Machine, State};
use super::super::status;
use super::After;
use crate::rules;
use crate::trace::{Recorder, Status, Stop};

rules! {
    RUNNING = "STOP.running": "The enclave's state is RUNNING", "keystone sm/src/enclave.c, stop_enclave";
}

/// What an enclave asks for: STOP_TIMER_INTERRUPT.
pub const TIMER: u64 = 0;

/// What an enclave asks for: STOP_EDGE_CALL_HOST.
pub const EDGE_CALL: u64 = 1;

/// Carries out stop_enclave. What the enclave is given when it goes on is 0 in a0.
pub(super) fn stop_enclave<R: Recorder>(
    m: &mut Machine,
    (hart, eid): (u8, u8),
    request: u64,
    recorder: &mut R,
) -> Result<After, Stop> {
    let told = match request {
        TIMER => status::INTERRUPTED,
        EDGE_CALL => status::EDGE_CALL_HOST,
        _ => status::UNKNOWN_ERROR,
    };
    may_stop(m, eid, recorder)?;
    m.answer(hart, 0, 0, recorder);
    leave(m, hart, eid, (told, 0), recorder);
    Ok(After::Switched)
}

/// An interrupt for the monitor stops the enclave between two of its instructions.
pub(in super::super) fn interrupted<R: Recorder>(
    m: &mut Machine,
    hart: u8,
    eid: u8,
    recorder: &mut R,
) -> Result<(), Stop> {
    may_stop(m, eid, recorder)?;
    leave(m, hart, eid, (status::INTERRUPTED, 0), recorder);
    m.pend_timer(hart, true, recorder);
    m.still_runs(hart, recorder)
}

fn may_stop<R: Recorder>(m: &Machine, eid: u8, recorder: &mut R) -> Result<(), Stop> {
    let running = m.enclave(eid).is_some_and(|e| e.state == State::Running);
    recorder.require(&RUNNING, running, status::NOT_RUNNING)
}

/// One hart fewer inside, and the host goes on with `told`.
pub(super) fn leave<R: Recorder>(
    m: &mut Machine,
    hart: u8,
    eid: u8,
    (told, value): (Status, u64),
    recorder: &mut R,
) {
    if let Some(e) = m.monitor.enclaves.get_mut(&eid) {
        e.threads = e.threads.saturating_sub(1);
        if e.threads == 0 {
            m.set_state(eid, State::Stopped, recorder);
        }
    }
    m.switch_to_host(hart, eid, (told.code, value), recorder);
}
