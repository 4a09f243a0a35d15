//! exit_enclave: the enclave says that it is done. Its state becomes STOPPED, as for an edge call.

use super::super::machine::{Machine, State};
use super::super::status;
use super::After;
use crate::rules;
use crate::trace::{Recorder, Status, Stop};

rules! {
    RUNNING = "EXIT.running": "The enclave's state is RUNNING", "keystone sm/src/enclave.c, exit_enclave";
}

const SUCCESS: Status = Status {
    code: 0,
    name: "SUCCESS",
};

/// Carries out exit_enclave: the host gets 0 and `value`.
pub(super) fn exit_enclave<R: Recorder>(
    m: &mut Machine,
    (hart, eid): (u8, u8),
    value: u64,
    recorder: &mut R,
) -> Result<After, Stop> {
    let running = m.enclave(eid).is_some_and(|e| e.state == State::Running);
    recorder.require(&RUNNING, running, status::NOT_RUNNING)?;
    if let Some(e) = m.monitor.enclaves.get_mut(&eid) {
        e.exited = true;
    }
    // Whoever resumes it all the same lets it go on behind its last call.
    m.answer(hart, 0, 0, recorder);
    super::stop_enclave::leave(m, hart, eid, (SUCCESS, value), recorder);
    Ok(After::Switched)
}
