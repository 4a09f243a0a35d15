//! What the code on a logical processor does besides accesses and ENCLU: it computes, and it executes
//! instructions of which an enclave may not execute all.

use super::events::{Cause, named};
use super::machine::Machine;
use super::op::{Schedule, Set};
use super::processor::{Processor, registers, rflags};
use crate::arch::x86::{self, Pte};
use crate::memory::{Linear, Physical};
use crate::rules;
use crate::trace::{Place, Recorder, Status, Stop, Value};

rules! {
    INSTRUCTION_LEGAL = "INSIDE.instruction-legal": "The instruction may be executed inside an enclave", "Intel SDM vol. 3D, illegal instructions inside an enclave";
    SCHEDULE_OUTSIDE = "SCHEDULE.outside": "The processor is not in an enclave: the operating system interrupts it before it changes its registers", "Intel SDM vol. 3D, asynchronous enclave exit";
    SCHEDULE_XCR0 = "SCHEDULE.xcr0-legal": "XCR0 enables x87 and only what the processor has", "Intel SDM vol. 1, XSETBV";
}

/// What becomes of an instruction inside an enclave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inside {
    /// It is executed.
    Legal,
    /// `#UD`.
    Illegal,
    /// `#UD` on processors with SGX1 only.
    Sgx2,
}

/// Instructions worth trying, and what becomes of them inside (Intel SDM vol. 3D, illegal instructions).
pub const INSTRUCTIONS: &[(&str, Inside)] = &[
    ("CPUID", Inside::Illegal),
    ("GETSEC", Inside::Illegal),
    ("RDPMC", Inside::Illegal),
    ("SGDT", Inside::Illegal),
    ("SIDT", Inside::Illegal),
    ("SLDT", Inside::Illegal),
    ("STR", Inside::Illegal),
    ("SMSW", Inside::Illegal),
    ("VMCALL", Inside::Illegal),
    ("VMFUNC", Inside::Illegal),
    ("IN", Inside::Illegal),
    ("INS", Inside::Illegal),
    ("OUT", Inside::Illegal),
    ("OUTS", Inside::Illegal),
    ("CALL-FAR", Inside::Illegal),
    ("JMP-FAR", Inside::Illegal),
    ("RET-FAR", Inside::Illegal),
    ("INT", Inside::Illegal),
    ("INTO", Inside::Illegal),
    ("IRET", Inside::Illegal),
    ("LDS", Inside::Illegal),
    ("LES", Inside::Illegal),
    ("LFS", Inside::Illegal),
    ("LGS", Inside::Illegal),
    ("LSS", Inside::Illegal),
    ("MOV-SEG", Inside::Illegal),
    ("POP-SEG", Inside::Illegal),
    ("SYSCALL", Inside::Illegal),
    ("SYSENTER", Inside::Illegal),
    ("RDTSC", Inside::Sgx2),
    ("RDTSCP", Inside::Sgx2),
    ("RDRAND", Inside::Legal),
    ("RDSEED", Inside::Legal),
    ("ADD", Inside::Legal),
];

/// What the driver answers while the processor is in an enclave.
const EBUSY: Status = Status {
    code: 16,
    name: "EBUSY",
};

impl Machine {
    /// Sets a register by its offset in GPRSGX.
    pub(super) fn set_register<R: Recorder>(
        &mut self,
        cpu: u8,
        offset: usize,
        value: u64,
        recorder: &mut R,
    ) {
        let mut own = self.cpu(cpu);
        let before = own.register(offset);
        recorder.write(Self::register_place(cpu, offset, 8), || {
            (Value::from(before), Value::from(value))
        });
        own.set_register(offset, value);
        self.cpus.insert_mut(cpu, own);
    }

    /// The code on a processor computes.
    pub(super) fn compute<R: Recorder>(&mut self, op: &Set, recorder: &mut R) {
        for (_, offset) in registers() {
            // Of a register named twice the last value counts.
            if let Some((_, value)) = op.values.iter().rev().find(|(at, _)| *at == offset) {
                self.set_register(op.cpu, offset, *value, recorder);
            }
        }
        if let Some(value) = &op.xmm0 {
            let mut own = self.cpu(op.cpu);
            recorder.write(Place::new("xmm", u64::from(op.cpu), 1), || {
                (Value::from(own.xstate.xmm(0)), Value::from(&value[..]))
            });
            own.xstate.set_xmm(0, value);
            self.cpus.insert_mut(op.cpu, own);
        }
    }

    /// The code on a processor executes an instruction; inside an enclave not every one is allowed.
    pub(super) fn execute<R: Recorder>(
        &mut self,
        cpu: u8,
        instruction: u8,
        recorder: &mut R,
    ) -> Result<(), Stop> {
        let kind = INSTRUCTIONS.get(usize::from(instruction)).map(|i| i.1);
        let allowed = match kind {
            _ if self.cpu(cpu).inside.is_none() => true,
            Some(Inside::Legal) => true,
            Some(Inside::Sgx2) => self.platform.sgx2,
            _ => false,
        };
        recorder.check(&INSTRUCTION_LEGAL, allowed, || None);
        if allowed {
            return Ok(());
        }
        self.deliver(cpu, Cause::of(named("#UD")), recorder);
        Err(x86::ud().into())
    }

    /// The operating system lets a process run on a processor, or changes its control registers.
    pub(super) fn schedule<R: Recorder>(
        &mut self,
        op: &Schedule,
        recorder: &mut R,
    ) -> Result<(), Stop> {
        let own = self.cpu(op.cpu);
        recorder.require(&SCHEDULE_OUTSIDE, own.inside.is_none(), EBUSY)?;
        let mut after = match op.process {
            Some(process) if process != own.process => Processor {
                xcr0: own.xcr0,
                ..Processor::of_process(process)
            },
            _ => own,
        };
        if let Some(xcr0) = op.xcr0 {
            let legal = xcr0 & 1 == 1 && xcr0 & !x86::XFRM_SUPPORTED == 0;
            recorder.require(&SCHEDULE_XCR0, legal, x86::gp0())?;
            after.xcr0 = xcr0;
        }
        after.mode64 = op.mode64.unwrap_or(after.mode64);
        if let Some(tf) = op.tf {
            after.regs.rflags = after.regs.rflags & !rflags::TF | if tf { rflags::TF } else { 0 };
        }
        self.set_cpu(op.cpu, after, recorder);
        Ok(())
    }

    /// The operating system points a page-table entry somewhere, or takes it away.
    pub(super) fn remap<R: Recorder>(
        &mut self,
        process: u8,
        at: u64,
        to: Option<(u64, bool, bool)>,
        recorder: &mut R,
    ) {
        let at = Linear(at & !0xfff);
        let pte = to.map(|(frame, writable, executable)| Pte {
            frame: Physical(frame & !0xfff),
            writable,
            executable,
        });
        let before = self.tables.set(process, at, pte);
        let place = Place::new("pte", super::driver::pte_index(process, at), 1);
        recorder.write(place, || {
            (super::words::pte(before), super::words::pte(pte))
        });
    }
}
