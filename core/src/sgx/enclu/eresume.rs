//! ERESUME: an interrupted thread goes on where it was, with everything it had.

use alloc::vec;

use super::door;
use crate::arch::x86::{self, xsave_size};
use crate::rules;
use crate::sgx::encls::GP;
use crate::sgx::machine::Machine;
use crate::sgx::structs::GprSgx;
use crate::trace::{Recorder, Rule, Stop};

const ALL: &str = "Intel SDM vol. 3D, ERESUME, Operation";
const NOTIFY: &str = "Intel SDM vol. 3D, ERESUME (AEX-Notify)";

rules! {
    OUTSIDE = "ERESUME.outside": "The processor is not in an enclave already", ALL;
    TCS_ALIGNED = "ERESUME.tcs-aligned": "RBX, the address of the TCS, is a multiple of 4,096", ALL;
    TCS_IN_EPC = "ERESUME.tcs-in-epc": "RBX resolves into the EPC", ALL;
    AEP_CANONICAL = "ERESUME.aep-canonical": "RCX, the asynchronous exit pointer, is canonical", ALL;
    TCS_NOT_IN_USE = "ERESUME.tcs-not-in-use": "No other logical processor is working on the TCS", ALL;
    TCS_VALID = "ERESUME.tcs-valid": "The page at RBX is valid", ALL;
    TCS_NOT_BLOCKED = "ERESUME.tcs-not-blocked": "The page at RBX is not blocked", ALL;
    TCS_TYPE = "ERESUME.tcs-type-and-address": "The EPCM says that the page is of type PT_TCS and belongs at the address in RBX", ALL;
    TCS_SETTLED = "ERESUME.tcs-settled": "The page at RBX is neither pending nor modified", ALL;
    OFFSETS_ALIGNED = "ERESUME.offsets-aligned": "TCS.OSSA, OFSBASGX and OGSBASGX are multiples of 4,096", ALL;
    FLAGS_KNOWN = "ERESUME.flags-reserved-zero": "The reserved bits of TCS.FLAGS are zero", ALL;
    NOTIFY_ALLOWED = "ERESUME.aexnotify-allowed": "TCS.FLAGS.AEXNOTIFY is set only where ATTRIBUTES.AEXNOTIFY is, or in a thread that is debugged", NOTIFY;
    INITIALISED = "ERESUME.initialised": "The enclave is initialised", ALL;
    SAME_MODE = "ERESUME.same-mode": "The processor runs in 64-bit mode exactly if ATTRIBUTES.MODE64BIT says so", ALL;
    OSFXSR = "ERESUME.osfxsr": "CR4.OSFXSR is set: the operating system keeps SSE registers", ALL;
    XFRM_ENABLED = "ERESUME.xfrm-enabled": "XCR0 enables every component of ATTRIBUTES.XFRM; without CR4.OSXSAVE that is x87 and SSE", ALL;
    SOMETHING_SAVED = "ERESUME.something-saved": "A frame is filled: CSSA is above 0", ALL;
    SSA_PAGES = "ERESUME.ssa-pages": "Every page of the last filled frame is this enclave's, regular, readable, writable, where it belongs, and neither blocked, pending nor modified", ALL;
    NOTIFY_FRAME_LEFT = "ERESUME.notify-frame-left": "A thread that wants to be told has a frame left: CSSA is below NSSA", NOTIFY;
    NOTIFY_SSA_PAGES = "ERESUME.notify-ssa-pages": "Every page of the next frame is fit for a thread that wants to be told", NOTIFY;
    TARGET_CANONICAL = "ERESUME.target-canonical": "The address to go on at is canonical", ALL;
    TCS_IDLE = "ERESUME.tcs-idle": "No thread is inside by this TCS", ALL;
    XRSTOR_LEGAL = "ERESUME.xrstor-legal": "The saved image of the extended state is one that XRSTOR takes", ALL;
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

/// Carries out ERESUME with RBX = TCS and RCX = AEP, which an asynchronous exit has left there.
///
/// Where thread and frame ask for AEX-Notify nothing is restored: the thread begins at its entry point
/// and learns from RAX that it was interrupted.
pub(super) fn eresume<R: Recorder>(m: &mut Machine, cpu: u8, recorder: &mut R) -> Result<(), Stop> {
    let own = m.cpu(cpu);
    let mut door = door::open(m, &own, &DOOR, recorder)?;
    let cssa = door.tcs.cssa;
    recorder.require(&SOMETHING_SAVED, cssa > 0, GP)?;
    let last = u64::from(cssa.wrapping_sub(1));
    let mut frame = door::frame(m, own.process, &door, last, &SSA_PAGES, recorder)?;
    let saved = m.saved(&frame);
    let told = door.notify && saved.aexnotify & 1 == 1;
    let mut after = door::at_entry(&own, &door);
    if told {
        recorder.require(&NOTIFY_FRAME_LEFT, cssa < door.tcs.nssa, GP)?;
        let process = own.process;
        frame = door::frame(m, process, &door, cssa.into(), &NOTIFY_SSA_PAGES, recorder)?;
    } else {
        after.regs = GprSgx {
            ursp: 0,
            urbp: 0,
            exitinfo: super::super::structs::ExitInfo::NONE,
            aexnotify: 0,
            ..saved
        };
    }
    recorder.require(&TARGET_CANONICAL, x86::is_canonical(after.regs.rip), GP)?;
    recorder.require(&TCS_IDLE, door.tcs.state == 0, GP)?;
    if !told {
        let mut image = vec![0; xsave_size(door.xfrm) as usize];
        m.frame_read(&frame, 0, &mut image);
        let restored = own.xstate.restored(&image, door.xfrm);
        recorder.require(&XRSTOR_LEGAL, restored.is_some(), GP)?;
        after.xstate = restored.ok_or(GP)?;
        door.tcs.cssa = cssa.wrapping_sub(1);
    }
    door::enter(m, cpu, after, &door, frame, recorder);
    Ok(())
}
