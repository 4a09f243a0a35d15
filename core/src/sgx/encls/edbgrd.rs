//! EDBGRD: a debugger reads eight bytes of a debug enclave.

use super::super::machine::{EpcPage, Machine};
use super::super::status;
use super::super::structs::PageType;
use super::{GP, Registers, aligned, resolve};
use crate::arch::x86;
use crate::rules;
use crate::trace::{Place, Recorder, Rule, Stop, Value};

const ALL: &str = "Intel SDM vol. 3D, EDBGRD, Operation";

rules! {
    ALIGNED = "EDBGRD.address-aligned": "RCX, the address to read, is a multiple of 8", ALL;
    IN_EPC = "EDBGRD.address-in-epc": "RCX resolves into the EPC", ALL;
    NOT_IN_USE = "EDBGRD.page-not-in-use": "No other logical processor is working on the EPC page", ALL;
    VALID = "EDBGRD.page-valid": "The page is valid", ALL;
    PAGE_TYPE = "EDBGRD.page-type": "The page is of type PT_REG, PT_TCS or PT_VA", ALL;
    TCS_LIMIT = "EDBGRD.tcs-limit": "In a TCS only the fields before the reserved bytes are read", ALL;
    SETTLED = "EDBGRD.page-settled": "The page is neither pending nor modified", ALL;
    DEBUG_ENCLAVE = "EDBGRD.debug-enclave": "The page belongs to a debug enclave: ATTRIBUTES.DEBUG is set", ALL;
}

/// First reserved byte of a TCS without CET.
pub(super) const TCS_END: u64 = 72;

/// The checks that reading and writing share, each by the leaf's rule, in the manual's order; gives
/// the page and the offset in it.
pub(super) fn debuggable<R: Recorder>(
    m: &Machine,
    registers: Registers,
    rules: &[&'static Rule; 8],
    reads: bool,
    recorder: &mut R,
) -> Result<(EpcPage, u64), Stop> {
    let [
        is_aligned,
        in_epc,
        not_in_use,
        valid,
        kind,
        limit,
        settled,
        debug,
    ] = *rules;
    let rcx = registers.rcx;
    recorder.require(is_aligned, aligned(rcx, 8), GP)?;
    let page = resolve(m, recorder, in_epc, rcx)?;
    recorder.require(not_in_use, !m.is_held(page), GP)?;
    let entry = m.epcm(page);
    recorder.require(valid, entry.is_some(), x86::pf(rcx))?;
    let entry = entry.ok_or_else(|| x86::pf(rcx))?;
    let version_array = reads && entry.page_type == PageType::VA;
    let is_tcs = entry.page_type == PageType::TCS;
    let fits = is_tcs || version_array || entry.page_type == PageType::REG;
    recorder.require(kind, fits, x86::pf(rcx))?;
    let offset = rcx & 0xfff;
    let within = if reads { offset < TCS_END } else { offset == 8 };
    recorder.require(limit, !is_tcs || within, GP)?;
    let quiet = !entry.pending && !entry.modified;
    recorder.require(settled, quiet, status::PAGE_NOT_DEBUGGABLE)?;
    let owner = entry.secs.and_then(|s| m.secs.get(&s));
    let open = version_array || owner.is_some_and(|s| s.fields.attributes.is_debug());
    recorder.require(debug, open, GP)?;
    Ok((page, offset))
}

/// Carries out EDBGRD with RCX = the address; RBX receives the eight bytes. The EPCM's permissions do
/// not matter. Of a version array one learns only whether a slot is occupied.
pub(in super::super) fn edbgrd<R: Recorder>(
    m: &mut Machine,
    registers: Registers,
    recorder: &mut R,
) -> Result<(), Stop> {
    let all: &[&'static Rule; 8] = &[
        &ALIGNED,
        &IN_EPC,
        &NOT_IN_USE,
        &VALID,
        &PAGE_TYPE,
        &TCS_LIMIT,
        &SETTLED,
        &DEBUG_ENCLAVE,
    ];
    let (page, offset) = debuggable(m, registers, all, true, recorder)?;
    let mut bytes = [0; 8];
    if let Some(slot) = m.epc.get(page.0) {
        slot.content.read(offset as usize, &mut bytes);
    }
    let mut value = u64::from_le_bytes(bytes);
    if m.epcm(page).is_some_and(|e| e.page_type == PageType::VA) {
        value = if value == 0 { 0 } else { u64::MAX };
    }
    let before = m.debug_read;
    recorder.write(Place::new("debug", 0, 8), || {
        (before.map_or(Value::None, Value::from), Value::from(value))
    });
    m.debug_read = Some(value);
    Ok(())
}
