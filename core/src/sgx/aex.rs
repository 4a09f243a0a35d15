//! The asynchronous exit: the enclave's state goes into its save area, a synthetic one takes its place.

use alloc::rc::Rc;

use super::events::{Cause, Reported};
use super::machine::{EpcPage, Machine};
use super::processor::{Inside, Processor, rflags};
use super::structs::{ExInfo, ExitInfo, GprSgx, Miscselect};
use crate::trace::{Event, Recorder, Value};

/// The leaf number of ERESUME, which RAX holds after an exit.
const ERESUME: u64 = 3;

/// MXCSR and the x87 words as the handler finds them (Intel SDM vol. 3D, synthetic state).
mod synthetic {
    pub(super) const MXCSR: u32 = 0x1fb0;
    pub(super) const MXCSR_XM: u32 = 0x1f01;
    pub(super) const FCW: u16 = 0x037f;
    pub(super) const FCW_MF: u16 = 0x037e;
    pub(super) const FSW_MF: u16 = 0x8081;
}

impl Machine {
    /// Leaves the enclave because of an event (Intel SDM vol. 3D, asynchronous enclave exit).
    pub(super) fn aex<R: Recorder>(&mut self, cpu: u8, cause: Cause, recorder: &mut R) {
        let own = self.cpu(cpu);
        let Some(inside) = own.inside.clone() else {
            return;
        };
        let saved = self.saved(&inside.frame);
        self.save(&own, &inside, cause, recorder);
        let mut after = synthetic_state(&own, &saved, cause);
        let mut tcs = self.tcs(inside.tcs);
        after.regs.rbx = self.epcm(inside.tcs).map_or(0, |e| e.linaddr.0);
        after.regs.rcx = tcs.aep;
        after.regs.rip = tcs.aep;
        tcs.cssa = tcs.cssa.wrapping_add(1);
        self.leave(cpu, after, &inside, tcs, recorder);
        recorder.tell(|| Event::Transition {
            what: "thread",
            from: "inside",
            to: "interrupted",
        });
    }

    /// Fills the current frame: registers, extended state, and why.
    fn save<R: Recorder>(
        &mut self,
        own: &Processor,
        inside: &Inside,
        cause: Cause,
        recorder: &mut R,
    ) {
        let Some(fields) = self.secs.get(&inside.secs).map(|s| s.fields.clone()) else {
            return;
        };
        let exinfo = fields.miscselect.contains(Miscselect::EXINFO);
        let vector = cause.event.vector;
        let info = match cause.event.reported {
            Reported::Always(kind) => ExitInfo::exception(vector, kind),
            Reported::WithExinfo if exinfo => {
                ExitInfo::exception(vector, super::structs::ExitType::HARDWARE)
            }
            _ => ExitInfo::NONE,
        };
        let mut rflags = own.regs.rflags & !rflags::TF;
        if cause.event.fault {
            rflags |= rflags::RF;
        }
        let before = self.saved(&inside.frame);
        let saved = GprSgx {
            rflags,
            // INT3 is a trap: its successor is what runs next.
            rip: own
                .regs
                .rip
                .wrapping_add(u64::from(cause.event.name == "#BP")),
            ursp: before.ursp,
            urbp: before.urbp,
            aexnotify: before.aexnotify,
            exitinfo: info,
            ..own.regs
        };
        let end = inside.frame.len() * 4096;
        let image = own.xstate.save(fields.attributes.xfrm.bits());
        self.frame_write(&inside.frame, 0, &image, recorder);
        if cause.event.reported == Reported::WithExinfo && exinfo {
            let info = ExInfo {
                maddr: cause.address.unwrap_or(0),
                errcd: cause.code.unwrap_or(0),
            };
            let at = end - GprSgx::SIZE - ExInfo::SIZE;
            self.frame_write(&inside.frame, at, &info.encode(), recorder);
        }
        self.frame_write(&inside.frame, end - GprSgx::SIZE, &saved.encode(), recorder);
    }

    /// GPRSGX at the end of a frame.
    pub(super) fn saved(&self, frame: &[EpcPage]) -> GprSgx {
        let mut bytes = [0; GprSgx::SIZE];
        let end = frame.len() * 4096;
        self.frame_read(frame, end.saturating_sub(GprSgx::SIZE), &mut bytes);
        GprSgx::from_bytes(&bytes)
    }

    /// Copies bytes out of a frame; they may span pages.
    pub(super) fn frame_read(&self, frame: &[EpcPage], at: usize, out: &mut [u8]) {
        for (i, byte_page) in out.chunks_mut(8).enumerate() {
            let here = at + 8 * i;
            if let Some(slot) = frame.get(here / 4096).and_then(|p| self.epc.get(p.0)) {
                slot.content.read(here % 4096, byte_page);
            }
        }
    }

    /// Writes bytes into a frame, page by page.
    pub(super) fn frame_write<R: Recorder>(
        &mut self,
        frame: &[EpcPage],
        at: usize,
        bytes: &[u8],
        recorder: &mut R,
    ) {
        let mut done = 0;
        while done < bytes.len() {
            let (page, offset) = ((at + done) / 4096, (at + done) % 4096);
            let len = (4096 - offset).min(bytes.len() - done);
            if let Some(page) = frame.get(page) {
                self.epc_write(*page, offset, &bytes[done..done + len], recorder);
            }
            done += len;
        }
    }

    /// The thread is outside: its TCS is idle, its translations are gone, the processor's state is given.
    pub(super) fn leave<R: Recorder>(
        &mut self,
        cpu: u8,
        mut after: Processor,
        inside: &Inside,
        mut tcs: super::structs::Tcs,
        recorder: &mut R,
    ) {
        tcs.state = 0;
        self.set_tcs(inside.tcs, &tcs, recorder);
        if let Some(secs) = self.secs.get_mut(&inside.secs) {
            let before = secs.active;
            secs.active = before.saturating_sub(1);
            let now = secs.active;
            let place = crate::trace::Place::new("threads", inside.secs.0, 1);
            recorder.write(place, || (Value::from(before), Value::from(now)));
        }
        after.inside = None;
        after.tlb = crate::memory::Few::default();
        after.regs.fsbase = inside.fsbase;
        after.regs.gsbase = inside.gsbase;
        after.xcr0 = inside.xcr0;
        after.regs.rflags =
            after.regs.rflags & !rflags::TF | if inside.tf { rflags::TF } else { 0 };
        self.set_cpu(cpu, after, recorder);
    }

    /// Puts a processor into a state and tells which registers changed.
    pub(super) fn set_cpu<R: Recorder>(&mut self, cpu: u8, after: Processor, recorder: &mut R) {
        let before = self.cpu(cpu);
        recorder.write(Self::register_place(cpu, 0, GprSgx::SIZE as u64), || {
            let bytes = |p: &Processor| Value::Bytes(Rc::from(&p.regs.encode()[..]));
            (bytes(&before), bytes(&after))
        });
        self.cpus.insert_mut(cpu, after);
    }
}

/// What the handler finds in the registers: nothing of the enclave.
fn synthetic_state(own: &Processor, saved: &GprSgx, cause: Cause) -> Processor {
    let mut after = own.clone();
    after.regs = GprSgx {
        rax: ERESUME,
        rsp: saved.ursp,
        rbp: saved.urbp,
        rflags: own.regs.rflags & !(rflags::STATUS | rflags::RF),
        ..GprSgx::default()
    };
    // The enclave's components are those that its XFRM, now in XCR0, enables.
    after.xstate.init(own.xcr0);
    let is = |name| cause.event.name == name;
    let (fcw, fsw) = match is("#MF") {
        true => (synthetic::FCW_MF, synthetic::FSW_MF),
        false => (synthetic::FCW, 0),
    };
    after.xstate.set_fcw_fsw(fcw, fsw);
    after.xstate.set_mxcsr(match is("#XM") {
        true => synthetic::MXCSR_XM,
        false => synthetic::MXCSR,
    });
    after
}
