//! ioctl 4, run: the driver has the monitor enter an enclave for the first time.

use crate::keystone::machine::Machine;
use crate::keystone::sbi;
use crate::trace::{Recorder, Stop};

/// Has the enclave run. The ioctl itself succeeds; the monitor's answer is handed on as it is.
pub(super) fn run_enclave<R: Recorder>(
    m: &mut Machine,
    hart: u8,
    ueid: u64,
    recorder: &mut R,
) -> Result<(), Stop> {
    m.can_ioctl(hart, recorder)?;
    let eid = m.eid_of(ueid, recorder)?;
    m.ecall(hart, sbi::RUN, [u64::from(eid), 0, 0], recorder)
}
