//! EPA: a free EPC page becomes a version array, which paging needs.

use super::super::machine::{EpcSlot, EpcmEntry, Machine};
use super::super::structs::{PageType, SecInfoFlags};
use super::{GP, Registers, aligned, resolve};
use crate::arch::x86;
use crate::memory::{Linear, Page};
use crate::rules;
use crate::text;
use crate::trace::{Recorder, Stop, Value};

const ALL: &str = "Intel SDM vol. 3D, EPA, Operation";

rules! {
    RBX_IS_PT_VA = "EPA.rbx-is-pt-va": "RBX holds PT_VA, which is 3", ALL;
    PAGE_ALIGNED = "EPA.page-aligned": "RCX, the address of the EPC page, is a multiple of 4,096", ALL;
    PAGE_IN_EPC = "EPA.page-in-epc": "RCX resolves into the EPC", ALL;
    PAGE_NOT_IN_USE = "EPA.page-not-in-use": "No other logical processor is working on the EPC page", ALL;
    PAGE_FREE = "EPA.page-free": "The EPC page is free: EPCM.VALID is 0", ALL;
}

/// Carries out EPA with RBX = PT_VA and RCX = the EPC page.
pub(in super::super) fn epa<R: Recorder>(
    m: &mut Machine,
    registers: Registers,
    recorder: &mut R,
) -> Result<(), Stop> {
    let is_va = registers.rbx == u64::from(PageType::VA.value());
    recorder.require(&RBX_IS_PT_VA, is_va, GP)?;
    recorder.require(&PAGE_ALIGNED, aligned(registers.rcx, 4096), GP)?;
    let page = resolve(m, recorder, &PAGE_IN_EPC, registers.rcx)?;
    recorder.require(&PAGE_NOT_IN_USE, !m.is_held(page), GP)?;
    recorder.require(&PAGE_FREE, m.epcm(page).is_none(), x86::pf(registers.rcx))?;
    recorder.write(m.epc_place(page, 0, 4096), || {
        (
            Value::None,
            Value::Words(text!("epa.zeroed", "512 empty version slots")),
        )
    });
    let entry = EpcmEntry::new(PageType::VA, SecInfoFlags::NONE, None, Linear(0));
    recorder.write(Machine::epcm_place(page), || {
        (Value::None, m.entry_words(&entry))
    });
    m.epc.insert_mut(
        page.0,
        EpcSlot {
            entry,
            content: Page::Zero,
        },
    );
    Ok(())
}
