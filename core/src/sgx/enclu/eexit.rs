//! EEXIT: a thread leaves of its own accord, with whatever its registers hold.

use crate::arch::x86;
use crate::rules;
use crate::sgx::encls::GP;
use crate::sgx::machine::Machine;
use crate::trace::{Event, Recorder, Stop};

const ALL: &str = "Intel SDM vol. 3D, EEXIT, Operation";

rules! {
    INSIDE = "EEXIT.inside": "The processor is in an enclave", ALL;
    TARGET_CANONICAL = "EEXIT.target-canonical": "RBX, the address to go to, is canonical", ALL;
}

/// Carries out EEXIT with RBX = the address outside to go on at.
///
/// No register is cleared: what the enclave has not wiped, the host reads.
pub(super) fn eexit<R: Recorder>(m: &mut Machine, cpu: u8, recorder: &mut R) -> Result<(), Stop> {
    let own = m.cpu(cpu);
    recorder.require(&INSIDE, own.inside.is_some(), GP)?;
    let inside = own.inside.clone().ok_or(GP)?;
    let target = own.regs.rbx;
    recorder.require(&TARGET_CANONICAL, x86::is_canonical(target), GP)?;
    let tcs = m.tcs(inside.tcs);
    let mut after = own;
    after.regs.rip = target;
    after.regs.rcx = tcs.aep;
    m.leave(cpu, after, &inside, tcs, recorder);
    recorder.tell(|| Event::Transition {
        what: "thread",
        from: "inside",
        to: "outside",
    });
    Ok(())
}
