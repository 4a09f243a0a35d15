//! ioctl 5, resume: the driver has the monitor enter an enclave again, after an edge call or an interrupt.

use crate::keystone::machine::Machine;
use crate::keystone::sbi;
use crate::trace::{Recorder, Stop};

/// Has the enclave go on. The ioctl itself succeeds; the monitor's answer is handed on as it is.
pub(super) fn resume_enclave<R: Recorder>(
    m: &mut Machine,
    hart: u8,
    ueid: u64,
    recorder: &mut R,
) -> Result<(), Stop> {
    m.can_ioctl(hart, recorder)?;
    let eid = m.eid_of(ueid, recorder)?;
    m.ecall(hart, sbi::RESUME, [u64::from(eid), 0, 0], recorder)
}
