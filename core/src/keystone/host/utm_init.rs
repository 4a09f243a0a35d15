//! ioctl 7, utm-init: the driver takes memory for the shared buffer.

use super::driver::ENOMEM;
use super::memory::{Allocation, utm_pages};
use crate::keystone::machine::Machine;
use crate::rules;
use crate::text;
use crate::trace::{Recorder, Stop, Value};

rules! {
    MEMORY = "IOCTL-UTM.memory": "Linux has the buffer as one block of the buddy allocator, at most 4 MiB", "keystone linux-keystone-driver/keystone-page.c, utm_init";
}

/// Takes memory for a shared buffer of at least `size` bytes.
pub(super) fn utm_init<R: Recorder>(
    m: &mut Machine,
    hart: u8,
    (ueid, size): (u64, u64),
    recorder: &mut R,
) -> Result<(), Stop> {
    m.can_ioctl(hart, recorder)?;
    m.handle(ueid, recorder)?;
    let found = utm_pages(size).and_then(|pages| {
        let cma = false;
        Some((m.find_memory(Allocation { pages, cma })?, pages))
    });
    recorder.require(&MEMORY, found.is_some(), ENOMEM)?;
    recorder.write(Machine::driver_place(ueid), || {
        (
            Value::None,
            Value::Words(text!("host.utm-taken", "shared buffer taken")),
        )
    });
    if let Some(handle) = m.driver.enclaves.get_mut(&ueid) {
        handle.utm = found;
    }
    Ok(())
}
