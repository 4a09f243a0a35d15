//! What EENTER and ERESUME check alike: the TCS, the enclave behind it, and a frame to save into.

use alloc::rc::Rc;
use alloc::vec::Vec;

use super::{Door, GPRSGX, fault_at};
use crate::arch::x86;
use crate::memory::{Few, Linear};
use crate::sgx::encls::{GP, aligned};
use crate::sgx::machine::{EpcPage, Machine, Target};
use crate::sgx::processor::{Inside, Processor, rflags};
use crate::sgx::structs::{AttributesFlags, PageType, SecInfoFlags, TcsFlags};
use crate::trace::{Event, Recorder, Rule, Stop, Value};

/// The checks up to XFRM, each by the rule of the leaf that asks, in the manual's order.
pub(super) fn open<R: Recorder>(
    m: &Machine,
    own: &Processor,
    rules: &[&'static Rule; 16],
    recorder: &mut R,
) -> Result<Door, Stop> {
    let [
        outside,
        tcs_aligned,
        in_epc,
        aep,
        not_in_use,
        valid,
        not_blocked,
        is_tcs,
        settled,
        offsets,
        flags,
        notify,
        init,
        mode,
        osfxsr,
        xfrm,
    ] = *rules;
    let (rbx, rcx) = (own.regs.rbx, own.regs.rcx);
    recorder.require(outside, own.inside.is_none(), GP)?;
    recorder.require(tcs_aligned, aligned(rbx, 4096), GP)?;
    let page = m.epc_of(own.process, rbx);
    recorder.require(in_epc, page.is_some(), fault_at(rbx))?;
    let page = page.ok_or_else(|| fault_at(rbx))?;
    recorder.require(aep, x86::is_canonical(rcx), GP)?;
    recorder.require(not_in_use, !m.is_held(page), GP)?;
    let entry = m.epcm(page);
    recorder.require(valid, entry.is_some(), x86::pf(rbx))?;
    let entry = entry.ok_or_else(|| x86::pf(rbx))?;
    recorder.require(not_blocked, !entry.blocked, x86::pf(rbx))?;
    let fits = entry.linaddr.0 == rbx && entry.page_type == PageType::TCS;
    recorder.require(is_tcs, fits, x86::pf(rbx))?;
    recorder.require(settled, !entry.pending && !entry.modified, x86::pf(rbx))?;
    let tcs = m.tcs(page);
    let whole = aligned(tcs.ossa | tcs.ofsbasgx | tcs.ogsbasgx, 4096);
    recorder.require(offsets, whole, GP)?;
    let known = TcsFlags::DBGOPTIN.with(TcsFlags::AEXNOTIFY);
    let known = if m.has_aex_notify() {
        known
    } else {
        TcsFlags::DBGOPTIN
    };
    recorder.require(flags, tcs.flags.without(known).is_empty(), GP)?;
    let secs = entry.secs.unwrap_or(page);
    let state = m.secs.get(&secs).ok_or_else(|| x86::pf(rbx))?;
    let attributes = state.fields.attributes;
    let debug = tcs.flags.contains(TcsFlags::DBGOPTIN);
    let asks = tcs.flags.contains(TcsFlags::AEXNOTIFY);
    let may = !asks || debug || attributes.flags.contains(AttributesFlags::AEXNOTIFY);
    recorder.require(notify, may, GP)?;
    recorder.require(init, state.is_init(), GP)?;
    let same_mode = attributes.flags.contains(AttributesFlags::MODE64BIT) == own.mode64;
    recorder.require(mode, same_mode, GP)?;
    recorder.require(osfxsr, own.osfxsr, GP)?;
    let components = attributes.xfrm.bits();
    recorder.require(xfrm, components & !own.enabled() == 0, GP)?;
    Ok(Door {
        page,
        secs,
        base: state.fields.baseaddr,
        frame_pages: u64::from(state.fields.ssaframesize),
        xfrm: components,
        notify: asks,
        tcs,
    })
}

/// The EPC pages of the n-th frame: each the enclave's own, regular, readable, writable and settled.
pub(super) fn frame<R: Recorder>(
    m: &Machine,
    process: u8,
    door: &Door,
    n: u64,
    rule: &'static Rule,
    recorder: &mut R,
) -> Result<Rc<[EpcPage]>, Stop> {
    let (first, mut pages) = (door.frame_at(n), Vec::new());
    for i in 0..door.frame_pages {
        let at = first.wrapping_add(i * 4096);
        let found = m.epc_of(process, at).filter(|page| {
            let rw = SecInfoFlags::R.with(SecInfoFlags::W);
            m.epcm(*page).is_some_and(|e| {
                e.secs == Some(door.secs)
                    && e.linaddr.0 == at
                    && e.page_type == PageType::REG
                    && e.rwx.contains(rw)
                    && !(e.blocked || e.pending || e.modified)
            })
        });
        let Some(page) = found else {
            recorder.check(rule, false, || None);
            return Err(fault_at(at).into());
        };
        pages.push(page);
    }
    recorder.check(rule, true, || None);
    Ok(Rc::from(pages))
}

/// The thread is inside: what is outside is kept, the frame is taken, the translations are flushed.
pub(super) fn enter<R: Recorder>(
    m: &mut Machine,
    cpu: u8,
    mut after: Processor,
    door: &Door,
    frame: Rc<[EpcPage]>,
    recorder: &mut R,
) {
    let own = m.cpu(cpu);
    let mut saved = m.saved(&frame);
    (saved.ursp, saved.urbp) = (own.regs.rsp, own.regs.rbp);
    m.frame_write(
        &frame,
        frame.len() * 4096 - GPRSGX,
        &saved.encode(),
        recorder,
    );
    let mut tcs = door.tcs.clone();
    (tcs.state, tcs.aep) = (1, own.regs.rcx);
    m.set_tcs(door.page, &tcs, recorder);
    if let Some(secs) = m.secs.get_mut(&door.secs) {
        secs.active += 1;
        let now = secs.active;
        let place = crate::trace::Place::new("threads", door.secs.0, 1);
        recorder.write(place, || (Value::from(now - 1), Value::from(now)));
    }
    if !door.tcs.flags.contains(TcsFlags::DBGOPTIN) {
        after.regs.rflags &= !rflags::TF;
    }
    after.inside = Some(Inside {
        secs: door.secs,
        tcs: door.page,
        frame,
        fsbase: own.regs.fsbase,
        gsbase: own.regs.gsbase,
        xcr0: own.xcr0,
        tf: own.regs.rflags & rflags::TF != 0,
    });
    after.xcr0 = door.xfrm;
    after.tlb = Few::default();
    m.set_cpu(cpu, after, recorder);
    recorder.tell(|| Event::Transition {
        what: "thread",
        from: "outside",
        to: "inside",
    });
}

/// The registers of a thread that begins at the enclave's entry point.
pub(super) fn at_entry(own: &Processor, door: &Door) -> Processor {
    let mut after = own.clone();
    after.regs.rip = door.base.wrapping_add(door.tcs.oentry);
    after.regs.rax = u64::from(door.tcs.cssa);
    after.regs.rcx = own
        .regs
        .rip
        .wrapping_add(crate::sgx::processor::ENCLU_BYTES);
    after.regs.fsbase = door.base.wrapping_add(door.tcs.ofsbasgx);
    after.regs.gsbase = door.base.wrapping_add(door.tcs.ogsbasgx);
    after
}

impl Machine {
    /// The EPC page a linear address of a process resolves into.
    pub(in crate::sgx) fn epc_of(&self, process: u8, at: u64) -> Option<EpcPage> {
        match self.physical_target(self.tables.walk(process, Linear(at))?) {
            Target::Epc(page) => Some(page),
            _ => None,
        }
    }
}
