//! EDBGWR: a debugger writes eight bytes of a debug enclave.

use super::super::machine::Machine;
use super::Registers;
use super::edbgrd::debuggable;
use crate::rules;
use crate::trace::{Recorder, Rule, Stop};

const ALL: &str = "Intel SDM vol. 3D, EDBGWR, Operation";

rules! {
    ALIGNED = "EDBGWR.address-aligned": "RCX, the address to write, is a multiple of 8", ALL;
    IN_EPC = "EDBGWR.address-in-epc": "RCX resolves into the EPC", ALL;
    NOT_IN_USE = "EDBGWR.page-not-in-use": "No other logical processor is working on the EPC page", ALL;
    VALID = "EDBGWR.page-valid": "The page is valid", ALL;
    PAGE_TYPE = "EDBGWR.page-type": "The page is of type PT_REG or PT_TCS", ALL;
    TCS_FLAGS_ONLY = "EDBGWR.tcs-flags-only": "In a TCS only FLAGS is written", ALL;
    SETTLED = "EDBGWR.page-settled": "The page is neither pending nor modified", ALL;
    DEBUG_ENCLAVE = "EDBGWR.debug-enclave": "The page belongs to a debug enclave: ATTRIBUTES.DEBUG is set", ALL;
}

/// Carries out EDBGWR with RBX = the eight bytes and RCX = the address. The EPCM's permissions do not
/// matter: this is how a debugger sets a breakpoint in code that nobody may write.
pub(in super::super) fn edbgwr<R: Recorder>(
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
        &TCS_FLAGS_ONLY,
        &SETTLED,
        &DEBUG_ENCLAVE,
    ];
    let (page, offset) = debuggable(m, registers, all, false, recorder)?;
    m.epc_write(
        page,
        offset as usize,
        &registers.rbx.to_le_bytes(),
        recorder,
    );
    Ok(())
}
