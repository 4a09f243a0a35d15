//! ioctl 0, create: the driver takes memory for an enclave and gives it a number. The monitor is not asked.

use super::driver::{ENOMEM, Handle};
use super::memory::epm_allocation;
use crate::keystone::machine::Machine;
use crate::rules;
use crate::text;
use crate::trace::{Recorder, Stop, Value};
use crate::view::Access;

rules! {
    MEMORY = "IOCTL-CREATE.memory": "Linux has the memory in one piece: a power of two of pages up to 4 MiB, else exactly as many from CMA", "keystone linux-keystone-driver/keystone-page.c, epm_init";
    WRITABLE = "IOCTL-CREATE.writable": "PMP lets Linux write what it has taken", "RISC-V Privileged Architecture, PMP";
}

/// Takes memory for at least so many pages and zeroes it.
pub(super) fn create_enclave<R: Recorder>(
    m: &mut Machine,
    hart: u8,
    pages: u64,
    recorder: &mut R,
) -> Result<(), Stop> {
    m.can_ioctl(hart, recorder)?;
    let allocation = epm_allocation(pages);
    let found = allocation.and_then(|a| Some((m.find_memory(a)?, a)));
    recorder.require(&MEMORY, found.is_some(), ENOMEM)?;
    let (epm, allocation) = found.ok_or(ENOMEM)?;
    let judged = m.judge(hart, Access::Write, epm, allocation.bytes());
    recorder.check(&WRITABLE, judged.is_ok(), || None);
    judged.map_err(|(_, fault)| fault)?;
    m.zero(epm, allocation.bytes(), recorder);
    let ueid = m.driver.free_number();
    recorder.write(Machine::driver_place(ueid), || {
        (
            Value::None,
            Value::Words(text!("host.taken", "memory taken")),
        )
    });
    let handle = Handle {
        epm,
        allocation,
        utm: None,
        eid: None,
        freed: false,
    };
    m.driver.enclaves.insert_mut(ueid, handle);
    Ok(())
}
