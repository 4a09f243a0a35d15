//! The SDK copies a file into the enclave's memory, page by page, through the driver's mapping.

use super::driver::EINVAL;
use super::files::Part;
use crate::keystone::machine::Machine;
use crate::memory::{PAGE, Physical};
use crate::rules;
use crate::text;
use crate::trace::{Place, Recorder, Stop, Value};
use crate::view::Access;

rules! {
    FILE = "SDK-COPY.file": "The process has that file, and the file has that page", "keystone sdk/src/host/Enclave.cpp";
    ROOM = "SDK-COPY.room": "The page lies in the memory that the driver has taken", "keystone sdk/src/host/Memory.cpp; linux-keystone-driver/keystone.c, keystone_mmap";
    MAY_WRITE = "SDK-COPY.may-write": "PMP still lets the host write there: the enclave is not created yet", "RISC-V Privileged Architecture, PMP";
}

/// Copies a page of a file to its place; of the last one the rest is zeros.
pub(super) fn copy_page<R: Recorder>(
    m: &mut Machine,
    hart: u8,
    (ueid, part, number): (u64, Part, u64),
    recorder: &mut R,
) -> Result<(), Stop> {
    m.can_ioctl(hart, recorder)?;
    let handle = m.handle(ueid, recorder)?;
    let files = m.driver.files.clone();
    let files = files.filter(|f| number < f.pages(part));
    recorder.require(&FILE, files.is_some(), EINVAL)?;
    let files = files.ok_or(EINVAL)?;
    let laid = files.laid_out(handle.epm);
    let start = match part {
        Part::Loader => laid.epm,
        Part::Runtime => laid.runtime,
        Part::Eapp => laid.user,
    };
    let at = start.saturating_add(number.saturating_mul(PAGE as u64));
    let room = at - handle.epm < handle.allocation.bytes();
    recorder.require(&ROOM, room, EINVAL)?;
    let judged = m.judge(hart, Access::Write, at, PAGE as u64);
    recorder.check(&MAY_WRITE, judged.is_ok(), || None);
    judged.map_err(|(_, fault)| fault)?;
    recorder.write(Place::new("ram", at, PAGE as u64), || {
        let what = text!(
            "host.page",
            "{file}, page {n}",
            file = part.id(),
            n = number
        );
        (Value::None, Value::Words(what))
    });
    m.ram.put(Physical(at), files.page(part, number));
    Ok(())
}
