//! A frame of the state save area, as a debugger reads it: the processor's extended state, EXINFO, the registers.

use super::super::structs::{ExInfo, GprSgx, Xfrm};
use super::{Kind, fits, tells};
use crate::arch::x86::XsaveArea;
use crate::bytes::{Inspection, Part, Wire};
use crate::memory::PAGE;
use crate::text;

/// Frames of more pages are not looked for.
const PAGES_MOST: usize = 16;

pub(super) const KIND: Kind = Kind {
    what: |_| text!("artefact.frame", "frame of a state save area (SSA)"),
    file: "ssa-frame.bin",
    fits: |bytes| {
        let whole = bytes.len().is_multiple_of(PAGE) && bytes.len() / PAGE <= PAGES_MOST;
        let state = XsaveArea::decode(bytes.get(..XsaveArea::SIZE)?, 0).ok()?;
        let regs = bytes.len().checked_sub(GprSgx::SIZE)?;
        let regs = GprSgx::decode(&bytes[regs..], regs as u64).ok()?;
        let fits = whole
            && fits::may_run(&regs)
            && state.xcomp_bv == 0
            && Xfrm::from_bits(state.xstate_bv).unknown() == 0
            && state.mxcsr >> 18 == 0;
        fits.then(|| {
            text!(
                "artefact.is-frame",
                "it is whole pages, opens with what XSAVE writes in its standard form, and its last 184 bytes can be the registers of an interrupted enclave (GPRSGX)"
            )
        })
    },
    tell,
};

fn tell(bytes: &[u8], seen: &mut Inspection) {
    let regs = bytes.len() - GprSgx::SIZE;
    let misc = regs - ExInfo::SIZE;
    seen.parts = Part::of_layout(XsaveArea::LAYOUT, &bytes[..XsaveArea::SIZE], 0);
    let name = text!(
        "artefact.extended",
        "extended state (AVX and further components), unused bytes"
    );
    let extended = &bytes[XsaveArea::SIZE..misc];
    seen.parts
        .extend(Part::contents(name, extended, XsaveArea::SIZE));
    seen.parts
        .extend(Part::of_layout(ExInfo::LAYOUT, &bytes[misc..regs], misc));
    seen.parts
        .extend(Part::of_layout(GprSgx::LAYOUT, &bytes[regs..], regs));
    tells::exit(&GprSgx::read(&bytes[regs..]), seen);
    seen.notes.push(text!(
        "artefact.frame-exinfo",
        "The 16 bytes before the registers are EXINFO if the enclave’s MISCSELECT has that bit; otherwise they are unused."
    ));
}
