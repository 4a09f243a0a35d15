//! EDECCSSA: a thread inside steps back to the frame before the current one, after a notified exit.

use super::{Door, door};
use crate::rules;
use crate::sgx::encls::GP;
use crate::sgx::machine::Machine;
use crate::trace::{Recorder, Stop};

const ALL: &str = "Intel SDM vol. 3D, EDECCSSA, Operation";

rules! {
    AVAILABLE = "EDECCSSA.available": "The processor has AEX-Notify", "Intel SDM vol. 3D, CPUID leaf 12H and AEX-Notify";
    INSIDE = "EDECCSSA.inside": "The processor is in an enclave", ALL;
    TCS_NOT_IN_USE = "EDECCSSA.tcs-not-in-use": "No other logical processor is working on the TCS", ALL;
    FRAME_BEFORE = "EDECCSSA.frame-before": "There is a frame before the current one: CSSA is above 0", ALL;
    SSA_PAGES = "EDECCSSA.ssa-pages": "Every page of the frame before is this enclave's, regular, readable, writable, where it belongs, and neither blocked, pending nor modified", ALL;
}

/// Carries out EDECCSSA: CSSA goes down by one, and the frame before becomes the current one.
pub(super) fn edeccssa<R: Recorder>(
    m: &mut Machine,
    cpu: u8,
    recorder: &mut R,
) -> Result<(), Stop> {
    let mut own = m.cpu(cpu);
    recorder.require(&AVAILABLE, m.has_aex_notify(), GP)?;
    recorder.require(&INSIDE, own.inside.is_some(), GP)?;
    let mut inside = own.inside.clone().ok_or(GP)?;
    recorder.require(&TCS_NOT_IN_USE, !m.is_held(inside.tcs), GP)?;
    let mut tcs = m.tcs(inside.tcs);
    recorder.require(&FRAME_BEFORE, tcs.cssa > 0, GP)?;
    tcs.cssa = tcs.cssa.wrapping_sub(1);
    let fields = &m.secs.get(&inside.secs).ok_or(GP)?.fields;
    let door = Door {
        page: inside.tcs,
        secs: inside.secs,
        base: fields.baseaddr,
        frame_pages: u64::from(fields.ssaframesize),
        xfrm: fields.attributes.xfrm.bits(),
        notify: true,
        tcs,
    };
    let before = u64::from(door.tcs.cssa);
    inside.frame = door::frame(m, own.process, &door, before, &SSA_PAGES, recorder)?;
    let page = inside.tcs;
    own.inside = Some(inside);
    m.set_tcs(page, &door.tcs, recorder);
    m.set_cpu(cpu, own, recorder);
    Ok(())
}
