//! EREMOVE: an EPC page is given back.

use super::super::machine::Machine;
use super::super::status;
use super::super::structs::PageType;
use super::{GP, Registers, aligned, resolve};
use crate::rules;
use crate::trace::{Event, Recorder, Stop, Value};

const ALL: &str = "Intel SDM vol. 3D, EREMOVE, Operation";

rules! {
    PAGE_ALIGNED = "EREMOVE.page-aligned": "RCX, the address of the EPC page, is a multiple of 4,096", ALL;
    PAGE_IN_EPC = "EREMOVE.page-in-epc": "RCX resolves into the EPC", ALL;
    PAGE_NOT_IN_USE = "EREMOVE.page-not-in-use": "No other logical processor is working on the EPC page", ALL;
    NO_CHILDREN = "EREMOVE.no-children": "A SECS goes last: no page of its enclave is left in the EPC", ALL;
    NO_THREAD_INSIDE = "EREMOVE.no-thread-inside": "No thread is inside the enclave that owns the page, unless the page is trimmed and the enclave has accepted that", ALL;
}

/// Carries out EREMOVE with RCX = the EPC page. A page that is already free is a success.
///
/// The contents are not cleared by the manual's text; a free page can simply not be reached. Nor does
/// its path for regular pages print that VALID becomes 0, which it must.
pub(in super::super) fn eremove<R: Recorder>(
    m: &mut Machine,
    registers: Registers,
    recorder: &mut R,
) -> Result<(), Stop> {
    recorder.require(&PAGE_ALIGNED, aligned(registers.rcx, 4096), GP)?;
    let page = resolve(m, recorder, &PAGE_IN_EPC, registers.rcx)?;
    recorder.require(&PAGE_NOT_IN_USE, !m.is_held(page), GP)?;
    let Some(entry) = m.epcm(page) else {
        return Ok(());
    };
    match entry.page_type {
        PageType::VA => {}
        PageType::SECS => {
            let alone = m.secs.get(&page).is_none_or(|s| s.children == 0);
            recorder.require(&NO_CHILDREN, alone, status::CHILD_PRESENT)?;
            recorder.tell(|| Event::Transition {
                what: "enclave",
                from: "emptied",
                to: "none",
            });
        }
        _ => {
            let owner = entry.secs;
            // A trimmed page that its enclave has accepted is out of use already.
            let trimmed = entry.page_type == PageType::TRIM && !entry.modified;
            let quiet = owner
                .and_then(|s| m.secs.get(&s))
                .is_none_or(|s| s.active == 0);
            recorder.require(&NO_THREAD_INSIDE, trimmed || quiet, status::ENCLAVE_ACT)?;
            if let Some(state) = owner.and_then(|s| m.secs.get_mut(&s)) {
                state.children = state.children.saturating_sub(1);
            }
        }
    }
    recorder.write(Machine::epcm_place(page), || {
        (m.entry_words(&entry), Value::None)
    });
    let left = crate::memory::Page::from_bytes(&m.epc_bytes(page));
    m.dram.leave(page, left);
    m.secs.remove_mut(&page);
    m.epc.remove_mut(page.0);
    Ok(())
}
