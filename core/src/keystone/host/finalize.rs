//! ioctl 6, finalize: the driver tells the monitor where everything lies, and the enclave is created.

use super::driver::{CREATED, EINVAL};
use crate::keystone::machine::Machine;
use crate::keystone::structs::CreateArgs;
use crate::trace::{Recorder, Stop};

/// Has the monitor create the enclave. Where it refuses, the driver frees the memory and answers EINVAL.
pub(super) fn finalize<R: Recorder>(
    m: &mut Machine,
    hart: u8,
    ueid: u64,
    recorder: &mut R,
) -> Result<(), Stop> {
    m.can_ioctl(hart, recorder)?;
    let handle = m.handle(ueid, recorder)?;
    let (utm_paddr, utm_pages) = handle.utm.unwrap_or_default();
    let files = m.driver.files.clone();
    let laid = files.as_ref().map(|f| f.laid_out(handle.epm));
    let args = CreateArgs {
        epm_paddr: handle.epm,
        epm_size: handle.allocation.bytes(),
        utm_paddr,
        utm_size: utm_pages * 4096,
        runtime_paddr: laid.map_or(handle.epm, |l| l.runtime),
        user_paddr: laid.map_or(handle.epm, |l| l.user),
        free_paddr: laid.map_or(handle.epm, |l| l.free),
        free_requested: files.as_ref().map_or(0, |f| f.freemem),
    };
    let made = m.create(hart, &args, recorder);
    let eid = m.monitor.enclaves.iter().find(|(_, e)| e.args == args);
    let eid = eid.map(|(eid, _)| *eid).filter(|_| made.is_ok());
    if let Some(entry) = m.driver.enclaves.get_mut(&ueid) {
        entry.eid = eid;
        entry.freed = made.is_err();
    }
    match made {
        // A hart that does not come back answers nobody.
        Err(Stop::Faulted(fault)) => Err(fault.into()),
        made => recorder.require(&CREATED, made.is_ok(), EINVAL),
    }
}
