//! EEXTEND: 256 bytes of an enclave page, read from the EPC, are folded into the measurement.

use super::super::machine::Machine;
use super::super::measure;
use super::super::structs::PageType;
use super::{GP, Registers, aligned, resolve};
use crate::arch::x86;
use crate::rules;
use crate::trace::{Recorder, Stop};

const ALL: &str = "Intel SDM vol. 3D, EEXTEND, Operation";
const REVERSED: &str = "Intel SDM vol. 3D, EEXTEND, Operation (printed the other way round: “does resolve” for does not)";

rules! {
    SECS_ALIGNED = "EEXTEND.secs-aligned": "RBX, the address of the SECS, is a multiple of 4,096", ALL;
    CHUNK_ALIGNED = "EEXTEND.chunk-aligned": "RCX, the address of the chunk, is a multiple of 256", ALL;
    SECS_IN_EPC = "EEXTEND.secs-in-epc": "RBX resolves into the EPC", REVERSED;
    CHUNK_IN_EPC = "EEXTEND.chunk-in-epc": "RCX resolves into the EPC", ALL;
    PAGE_NOT_IN_USE = "EEXTEND.page-not-in-use": "No other logical processor is working on the EPC page", ALL;
    PAGE_VALID = "EEXTEND.page-valid": "The page is valid", ALL;
    PAGE_REG_OR_TCS = "EEXTEND.page-reg-or-tcs": "The page is of type PT_REG or PT_TCS", ALL;
    SECS_OWNS_PAGE = "EEXTEND.secs-owns-page": "RBX is the SECS that owns the page", ALL;
    SECS_NOT_IN_USE = "EEXTEND.secs-not-in-use": "No other logical processor is working on the SECS", ALL;
    NOT_INIT = "EEXTEND.not-initialised": "The enclave is not initialised yet", "Intel SDM vol. 3D, EEXTEND, exceptions";
}

/// Carries out EEXTEND with RBX = the SECS and RCX = the chunk, both in the EPC.
pub(in super::super) fn eextend<R: Recorder>(
    m: &mut Machine,
    registers: Registers,
    recorder: &mut R,
) -> Result<(), Stop> {
    let Registers { rbx, rcx, .. } = registers;
    recorder.require(&SECS_ALIGNED, aligned(rbx, 4096), GP)?;
    recorder.require(&CHUNK_ALIGNED, aligned(rcx, 256), GP)?;
    let secs = resolve(m, recorder, &SECS_IN_EPC, rbx)?;
    let page = resolve(m, recorder, &CHUNK_IN_EPC, rcx)?;
    recorder.require(&PAGE_NOT_IN_USE, !m.is_held(page), GP)?;
    let slot = m.epc.get(page.0);
    recorder.require(&PAGE_VALID, slot.is_some(), x86::pf(rcx))?;
    let Some(slot) = slot else {
        return Err(x86::pf(rcx).into());
    };
    let entry = slot.entry;
    let kind = entry.page_type == PageType::REG || entry.page_type == PageType::TCS;
    recorder.require(&PAGE_REG_OR_TCS, kind, x86::pf(rcx))?;
    recorder.require(&SECS_OWNS_PAGE, entry.secs == Some(secs), GP)?;
    recorder.require(&SECS_NOT_IN_USE, !m.is_held(secs), GP)?;
    let Some(state) = m.secs.get(&secs) else {
        return Err(GP.into());
    };
    recorder.require(&NOT_INIT, !state.is_init(), GP)?;
    let in_page = (rcx % 4096) as usize;
    let offset = entry.linaddr.0.wrapping_sub(state.fields.baseaddr) + in_page as u64;
    let record = measure::eextend_record(offset);
    slot.content
        .with_chunk(in_page, |data| m.measure(recorder, secs, &record, data));
    Ok(())
}
