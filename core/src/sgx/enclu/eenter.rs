//! EENTER: a thread goes into an enclave, at the one place its TCS names.

use super::door;
use crate::arch::x86;
use crate::rules;
use crate::sgx::encls::GP;
use crate::sgx::machine::Machine;
use crate::trace::{Recorder, Rule, Stop};

const ALL: &str = "Intel SDM vol. 3D, EENTER, Operation";

rules! {
    OUTSIDE = "EENTER.outside": "The processor is not in an enclave already", ALL;
    TCS_ALIGNED = "EENTER.tcs-aligned": "RBX, the address of the TCS, is a multiple of 4,096", ALL;
    TCS_IN_EPC = "EENTER.tcs-in-epc": "RBX resolves into the EPC", ALL;
    AEP_CANONICAL = "EENTER.aep-canonical": "RCX, the asynchronous exit pointer, is canonical", ALL;
    TCS_NOT_IN_USE = "EENTER.tcs-not-in-use": "No other logical processor is working on the TCS", ALL;
    TCS_VALID = "EENTER.tcs-valid": "The page at RBX is valid", ALL;
    TCS_NOT_BLOCKED = "EENTER.tcs-not-blocked": "The page at RBX is not blocked", ALL;
    TCS_TYPE = "EENTER.tcs-type-and-address": "The EPCM says that the page is of type PT_TCS and belongs at the address in RBX", ALL;
    TCS_SETTLED = "EENTER.tcs-settled": "The page at RBX is neither pending nor modified", ALL;
    OFFSETS_ALIGNED = "EENTER.offsets-aligned": "TCS.OSSA, OFSBASGX and OGSBASGX are multiples of 4,096", ALL;
    FLAGS_KNOWN = "EENTER.flags-reserved-zero": "The reserved bits of TCS.FLAGS are zero", ALL;
    NOTIFY_ALLOWED = "EENTER.aexnotify-allowed": "TCS.FLAGS.AEXNOTIFY is set only where ATTRIBUTES.AEXNOTIFY is, or in a thread that is debugged", "Intel SDM vol. 3D, EENTER (AEX-Notify)";
    INITIALISED = "EENTER.initialised": "The enclave is initialised", ALL;
    SAME_MODE = "EENTER.same-mode": "The processor runs in 64-bit mode exactly if ATTRIBUTES.MODE64BIT says so", ALL;
    OSFXSR = "EENTER.osfxsr": "CR4.OSFXSR is set: the operating system keeps SSE registers", ALL;
    XFRM_ENABLED = "EENTER.xfrm-enabled": "XCR0 enables every component of ATTRIBUTES.XFRM; without CR4.OSXSAVE that is x87 and SSE", ALL;
    FRAME_LEFT = "EENTER.frame-left": "A frame of the state save area is left: CSSA is below NSSA", ALL;
    SSA_PAGES = "EENTER.ssa-pages": "Every page of the current frame is this enclave's, regular, readable, writable, where it belongs, and neither blocked, pending nor modified", ALL;
    ENTRY_CANONICAL = "EENTER.entry-canonical": "The entry point, BASEADDR + OENTRY, is canonical", ALL;
    TCS_IDLE = "EENTER.tcs-idle": "No thread is inside by this TCS", ALL;
}

/// The rules that [`door::open`] checks.
static DOOR: [&Rule; 16] = [
    &OUTSIDE,
    &TCS_ALIGNED,
    &TCS_IN_EPC,
    &AEP_CANONICAL,
    &TCS_NOT_IN_USE,
    &TCS_VALID,
    &TCS_NOT_BLOCKED,
    &TCS_TYPE,
    &TCS_SETTLED,
    &OFFSETS_ALIGNED,
    &FLAGS_KNOWN,
    &NOTIFY_ALLOWED,
    &INITIALISED,
    &SAME_MODE,
    &OSFXSR,
    &XFRM_ENABLED,
];

/// Carries out EENTER with RBX = TCS and RCX = AEP.
///
/// Of the registers only RIP, RAX, RCX, FS and GS change: the enclave finds what the host left in all
/// others, the stack pointer included, and must not trust it.
pub(super) fn eenter<R: Recorder>(m: &mut Machine, cpu: u8, recorder: &mut R) -> Result<(), Stop> {
    let own = m.cpu(cpu);
    let door = door::open(m, &own, &DOOR, recorder)?;
    let tcs = &door.tcs;
    recorder.require(&FRAME_LEFT, tcs.cssa < tcs.nssa, GP)?;
    let frame = door::frame(m, own.process, &door, tcs.cssa.into(), &SSA_PAGES, recorder)?;
    let after = door::at_entry(&own, &door);
    recorder.require(&ENTRY_CANONICAL, x86::is_canonical(after.regs.rip), GP)?;
    recorder.require(&TCS_IDLE, tcs.state == 0, GP)?;
    door::enter(m, cpu, after, &door, frame, recorder);
    Ok(())
}
