//! ioctl 1, destroy: the monitor gives the memory back, then the driver gives it to Linux.

use super::driver::EINVAL;
use crate::keystone::machine::Machine;
use crate::keystone::sbi;
use crate::rules;
use crate::text;
use crate::trace::{Recorder, Stop, Value};

rules! {
    DESTROYED = "IOCTL-DESTROY.destroyed": "The security monitor has destroyed the enclave, where there was one", "keystone linux-keystone-driver/keystone-ioctl.c, __keystone_destroy_enclave";
}

/// Has the enclave destroyed and strikes it out of the books.
pub(super) fn destroy_enclave<R: Recorder>(
    m: &mut Machine,
    hart: u8,
    ueid: u64,
    recorder: &mut R,
) -> Result<(), Stop> {
    m.can_ioctl(hart, recorder)?;
    let handle = m.handle(ueid, recorder)?;
    if let Some(eid) = handle.eid {
        match m.ecall(hart, sbi::DESTROY, [u64::from(eid), 0, 0], recorder) {
            Err(Stop::Faulted(fault)) => return Err(fault.into()),
            done => recorder.require(&DESTROYED, done.is_ok(), EINVAL)?,
        }
    }
    recorder.write(Machine::driver_place(ueid), || {
        (
            Value::Words(text!("host.taken", "memory taken")),
            Value::None,
        )
    });
    m.driver.enclaves.remove_mut(&ueid);
    Ok(())
}
