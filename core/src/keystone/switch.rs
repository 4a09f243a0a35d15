//! The switch between the host and an enclave on one hart (keystone sm/src/enclave.c, context_switch_to_enclave and context_switch_to_host).

use super::hart::{Context, ENCLAVE_VECTOR, HOST_MIDELEG, HOST_VECTOR};
use super::machine::Machine;
use super::pmp_write::{ALL_PERM, NO_PERM};
use crate::arch::riscv::Interrupt;
use crate::text;
use crate::trace::{Event, Recorder, Value};

/// CSR numbers that the switch writes besides those of the context.
const MEPC: u16 = 0x341;
const MSTATUS: u16 = 0x300;
const MIDELEG: u16 = 0x303;
const MTVEC: u16 = 0x305;
const SIP: u16 = 0x144;

impl Machine {
    /// Puts an enclave into a hart: its registers, then the PMP.
    pub(super) fn switch_to_enclave<R: Recorder>(&mut self, hart: u8, eid: u8, recorder: &mut R) {
        self.exchange(hart, eid, recorder);
        self.write_machine_csrs(hart, 0, ENCLAVE_VECTOR, recorder);
        self.enter_pmp(hart, eid, recorder);
        if let Some(h) = self.harts.get_mut(&hart) {
            h.inside = Some(eid);
        }
        recorder.tell(|| Event::Transition {
            what: "hart",
            from: "host",
            to: "enclave",
        });
    }

    /// Takes an enclave out of a hart and gives the host `error` in a0 and `value` in a1.
    pub(super) fn switch_to_host<R: Recorder>(
        &mut self,
        hart: u8,
        eid: u8,
        (error, value): (u64, u64),
        recorder: &mut R,
    ) {
        self.leave_pmp(hart, eid, recorder);
        self.exchange(hart, eid, recorder);
        self.write_machine_csrs(hart, HOST_MIDELEG, HOST_VECTOR, recorder);
        if let Some(h) = self.harts.get_mut(&hart) {
            h.inside = None;
        }
        recorder.tell(|| Event::Transition {
            what: "hart",
            from: "enclave",
            to: "host",
        });
        self.answer(hart, error, value, recorder);
    }

    /// The PMP writes of entering: the operating system's entry loses its rights, the enclave's
    /// private memory gains them, and the last entry is turned to the shared buffer.
    pub(super) fn enter_pmp<R: Recorder>(&mut self, hart: u8, eid: u8, recorder: &mut R) {
        self.os_set(hart, NO_PERM, recorder);
        self.own_regions(hart, eid, ALL_PERM, recorder);
    }

    /// The PMP writes of leaving, which end with the operating system's entry as it was.
    pub(super) fn leave_pmp<R: Recorder>(&mut self, hart: u8, eid: u8, recorder: &mut R) {
        self.own_regions(hart, eid, NO_PERM, recorder);
        self.os_set(hart, ALL_PERM, recorder);
    }

    fn own_regions<R: Recorder>(&mut self, hart: u8, eid: u8, perm: u8, recorder: &mut R) {
        let Some(enclave) = self.enclave(eid) else {
            return;
        };
        let buffer = enclave.utm.filter(|_| !self.platform.no_buffer);
        let regions = [Some(enclave.epm), buffer];
        for region in regions.into_iter().flatten() {
            if let Some(region) = self.region(region) {
                self.pmp_set(hart, &region, perm, recorder);
            }
        }
    }

    /// Exchanges the context in the hart with the one the enclave keeps.
    fn exchange<R: Recorder>(&mut self, hart: u8, eid: u8, recorder: &mut R) {
        let (Some(h), Some(e)) = (
            self.harts.get_mut(&hart),
            self.monitor.enclaves.get_mut(&eid),
        ) else {
            return;
        };
        core::mem::swap(&mut h.context, &mut e.context);
        let (now, was) = (h.context, e.context);
        recorder.write(
            crate::trace::Place::new("x", u64::from(hart) << 8 | 1, 31),
            || {
                let words = |c: &Context| {
                    let a0 = crate::bytes::hex::short(c.a(0));
                    Value::Words(text!(
                        "keystone.words.registers",
                        "31 registers, a0 = {a0}",
                        a0 = a0
                    ))
                };
                (words(&was), words(&now))
            },
        );
        let exchanged = [
            (MEPC, was.mepc, now.mepc),
            (MSTATUS, was.mstatus, now.mstatus),
        ];
        let s = Context::S_CSRS
            .into_iter()
            .zip(was.s.into_iter().zip(now.s));
        for (number, before, after) in exchanged
            .into_iter()
            .chain(s.map(|(n, (before, after))| (n, before, after)))
        {
            recorder.write(Self::csr_place(hart, number), || {
                (before.into(), after.into())
            });
        }
    }

    /// Which interrupts the context takes itself, and where the monitor's own traps go.
    fn write_machine_csrs<R: Recorder>(
        &mut self,
        hart: u8,
        mideleg: u64,
        mtvec: u64,
        recorder: &mut R,
    ) {
        let Some(h) = self.harts.get_mut(&hart) else {
            return;
        };
        for (number, place, value) in [
            (MIDELEG, &mut h.mideleg, mideleg),
            (MTVEC, &mut h.mtvec, mtvec),
        ] {
            let before = core::mem::replace(place, value);
            recorder.write(Self::csr_place(hart, number), || {
                (before.into(), value.into())
            });
        }
    }

    /// What a call gives its caller: a0 and a1 of the context in the hart, which goes on after it.
    pub(super) fn answer<R: Recorder>(
        &mut self,
        hart: u8,
        error: u64,
        value: u64,
        recorder: &mut R,
    ) {
        let Some(h) = self.harts.get_mut(&hart) else {
            return;
        };
        for (n, value) in [(0, error), (1, value)] {
            let before = h.context.a(n);
            h.context.set_a(n, value);
            recorder.write(Self::x_place(hart, 10 + n as u8), || {
                (before.into(), value.into())
            });
        }
        h.context.mepc = h.context.mepc.wrapping_add(4);
    }

    /// Makes the supervisor timer interrupt pending for the host, or no longer, once the host has set
    /// its timer anew.
    pub(super) fn pend_timer<R: Recorder>(&mut self, hart: u8, pending: bool, recorder: &mut R) {
        let Some(h) = self.harts.get_mut(&hart) else {
            return;
        };
        let (before, bit) = (h.context.csr(SIP), Interrupt::STI.bit());
        let after = if pending { before | bit } else { before & !bit };
        if before != after {
            h.context.set_csr(SIP, after);
            recorder.write(Self::csr_place(hart, SIP), || (before.into(), after.into()));
        }
    }
}
