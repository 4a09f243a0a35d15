//! Interrupts that the monitor takes: the timer, and what another hart sends.

use super::faults::Faults;
use super::machine::{Machine, Waiting};
use super::sbi::{create_enclave, destroy_enclave, stop_enclave};
use super::status::NOTHING;
use crate::arch::riscv::Interrupt;
use crate::rules;
use crate::trace::{Recorder, Stop};

const TRAP: &str = "keystone sm/src/trap.c and sm/src/thread.c";

rules! {
    HART = "HART.there": "There is a hart of that number, and it is not stuck", "RISC-V Privileged Architecture, trap handling";
    ANSWERS_FIRST = "HART.answers-first": "The hart has no interrupt of the monitor to take before anything else", "RISC-V Privileged Architecture, interrupts: machine mode comes first";
    WAITS = "HART.not-waiting": "The hart does not wait inside the monitor for the other harts to answer", "keystone sm/src/ipi.c, send_and_sync_pmp_ipi";
    IPI_PENDING = "IPI.pending": "Another hart has sent this one an interrupt", "keystone sm/src/ipi.c";
    TIMER_STOPS = "TIMER.reaches-monitor": "The timer interrupt reaches the monitor: it is a machine interrupt, or the enclave has left it enabled in sie", TRAP;
}

/// sie.
const SIE: u16 = 0x104;

impl Machine {
    /// What must hold before a hart can do anything. It goes without saying, so it is told only where
    /// it does not hold.
    pub(super) fn can_act<R: Recorder>(&self, hart: u8, recorder: &mut R) -> Result<(), Stop> {
        if self.hart(hart).is_none_or(|h| h.stuck) {
            recorder.require(&HART, false, NOTHING)?;
        }
        if self.monitor.waiting.is_some_and(|w| w.hart == hart) {
            recorder.require(&WAITS, false, super::status::WAITING)?;
        }
        Ok(())
    }

    /// Like [`can_act`](Self::can_act), for what a pending interrupt comes before.
    pub(super) fn can_call<R: Recorder>(&self, hart: u8, recorder: &mut R) -> Result<(), Stop> {
        self.can_act(hart, recorder)?;
        if self.pending_ipi(hart).is_some() {
            recorder.require(&ANSWERS_FIRST, false, super::status::WAITING)?;
        }
        Ok(())
    }

    /// The timer that the host has set fires.
    pub(super) fn timer<R: Recorder>(&mut self, hart: u8, recorder: &mut R) -> Result<(), Stop> {
        self.can_call(hart, recorder)?;
        let Some(h) = self.hart(hart) else {
            return Err(NOTHING.into());
        };
        let Some(eid) = h.inside else {
            self.pend_timer(hart, true, recorder);
            return Ok(());
        };
        let enabled = h.context.csr(SIE) & Interrupt::STI.bit() != 0;
        let deaf = self.platform.sstc && self.platform.has(Faults::SSTC_TIMER);
        recorder.require(&TIMER_STOPS, !deaf || enabled, NOTHING)?;
        stop_enclave::interrupted(self, hart, eid, recorder)
    }

    /// A hart takes the interrupt that another sent and writes its PMP. An enclave in it is stopped.
    pub(super) fn take_ipi<R: Recorder>(&mut self, hart: u8, recorder: &mut R) -> Result<(), Stop> {
        self.can_act(hart, recorder)?;
        let ipi = self.pending_ipi(hart);
        recorder.require(&IPI_PENDING, ipi.is_some(), NOTHING)?;
        let Some(ipi) = ipi else {
            return Err(NOTHING.into());
        };
        self.pmp_answer(hart, &ipi, recorder);
        if let Some(h) = self.harts.get_mut(&hart) {
            h.ipi = None;
        }
        recorder.write(Self::csr_place(hart, 0x344), || {
            (
                crate::trace::Value::Words("MSIP".into()),
                crate::trace::Value::None,
            )
        });
        if let Some(eid) = self.hart(hart).and_then(|h| h.inside) {
            stop_enclave::interrupted(self, hart, eid, recorder)?;
        }
        self.go_on(recorder)
    }

    /// Lets the waiting call go on once every hart has answered.
    fn go_on<R: Recorder>(&mut self, recorder: &mut R) -> Result<(), Stop> {
        let answered = self.harts.iter().all(|(_, h)| h.ipi.is_none());
        let Some(Waiting { hart, eid, creates }) = self.monitor.waiting.filter(|_| answered) else {
            return Ok(());
        };
        self.monitor.waiting = None;
        let value = match creates {
            true => create_enclave::finish(self, eid, recorder),
            false => Ok(destroy_enclave::finish(self, eid, recorder)),
        };
        let value = match value {
            Ok(value) => value,
            Err(stop) => {
                self.strand(hart);
                return Err(stop);
            }
        };
        self.answer(hart, 0, value, recorder);
        self.still_runs(hart, recorder)
    }
}
