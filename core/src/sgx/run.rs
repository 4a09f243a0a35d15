//! The machine as the engine runs it.

use alloc::vec::Vec;

use super::encls;
use super::enclu;
use super::machine::Machine;
use super::op::{Op, SigSource};
use super::op_print;
use super::op_text;
use super::platform::MemoryEngine;
use crate::text::Text;
use crate::trace::Observer;
use crate::trace::{
    self, BadOp, OpText, Outcome, Place, Recorder, Rule, Shown, Snippet, Stop, WhatIf,
};
use crate::view::{Access, Probe, View};

impl trace::Machine for Machine {
    type Op = Op;

    fn apply<R: Recorder>(&mut self, op: &Op, recorder: &mut R) -> Outcome {
        if let Op::Bus(op) = op {
            return self.bus(op, recorder).into();
        }
        if let Err(stop) = super::dram::stopped(self, recorder) {
            return stop.into();
        }
        match self.platform.memory {
            MemoryEngine::Mktme => self.carry_out(op, recorder).into(),
            MemoryEngine::Mee => {
                let before = self.clone();
                let result = self.carry_out(op, recorder);
                self.write_back(&before);
                result.into()
            }
        }
    }

    fn name(op: &Op) -> Text {
        op_print::name(op)
    }

    fn brief(op: &Op) -> Text {
        super::tells::brief(op)
    }

    fn says(&self, op: &Op) -> Text {
        self.op_says(op)
    }

    fn rules(op: &Op) -> &'static [&'static Rule] {
        if let Op::Assume { .. } = op {
            return super::assume::RULES;
        }
        if let Op::Enclu(op) = op {
            return enclu::rules_of(op.leaf);
        }
        encls::rules_of(match op {
            Op::Ecreate(_) => 0,
            Op::Eadd(_) => 1,
            Op::Einit(_) => 2,
            Op::Eremove { .. } => 3,
            Op::Edbgrd { .. } => 4,
            Op::Edbgwr { .. } => 5,
            Op::Eextend { .. } => 6,
            Op::Epa { .. } => 10,
            Op::Encls { leaf, .. } => *leaf,
            _ => return &[],
        })
    }

    fn tells(&self, op: &Op, outcome: Outcome, broken: Option<&'static Rule>) -> Text {
        self.op_tells(op, outcome, broken)
    }

    fn view(&self, shown: Option<Shown<'_, Op>>, observer: Option<Observer>) -> View {
        self.panels(shown, observer)
    }

    fn probe(&self, observer: Observer, address: u64, access: Access) -> Probe {
        self.touch(observer, address, access)
    }

    fn observers() -> Vec<(Observer, Text)> {
        super::access::observers()
    }

    fn place_name(&self, place: &Place) -> Text {
        self.name_of(place)
    }

    fn what_ifs(&self, op: &Op, label: &str) -> Vec<WhatIf> {
        self.worth_trying(op, label)
    }

    fn snippets(&self, shown: Shown<'_, Op>) -> Vec<Snippet> {
        self.reproduce(shown)
    }

    fn flip(&self, place: &Place, bit: u8) -> Option<OpText> {
        let at = match place.space {
            "ram" | "epc" => place.at,
            _ => return None,
        };
        Some(
            OpText::new("FLIP")
                .with("at", crate::bytes::hex::short(at))
                .with("bit", bit),
        )
    }

    fn op_forms() -> Vec<(OpText, Text)> {
        super::op_forms::forms()
    }

    fn parse_op(op: &OpText) -> Result<Op, BadOp> {
        op_text::parse(op)
    }

    fn parse_at(op: &OpText, at: Option<&Op>) -> Result<Op, BadOp> {
        op_text::parse_at(op, at)
    }

    fn print_op(op: &Op) -> Option<OpText> {
        op_print::print(op)
    }

    fn foresee(&self, op: &Op) {
        if let Op::Einit(einit) = op
            && let SigSource::Made(made) = &einit.sigstruct
            && let Some(handle) = self.enclave(einit.enclave)
            && let Some(secs) = self.secs.get(&handle.secs)
        {
            made.foresee(|| secs.measurement.finish());
        }
    }

    fn prepare(op: &Op, steps: u64) -> bool {
        match op {
            Op::Einit(einit) => match &einit.sigstruct {
                SigSource::Made(made) => made.work(steps),
                SigSource::Bytes(_) | SigSource::Now => true,
            },
            _ => true,
        }
    }

    fn is_heavy(op: &Op) -> bool {
        matches!(op, Op::Einit(_) | Op::Encls { leaf: 2, .. })
    }

    fn state_bytes(&self, sink: &mut dyn FnMut(&[u8])) {
        let mut part = 0;
        while self.state_part(part, sink) {
            part += 1;
        }
    }

    fn state_part(&self, n: u64, sink: &mut dyn FnMut(&[u8])) -> bool {
        if n == 0 {
            self.registers(sink);
        }
        let first = n.saturating_mul(PART);
        self.epc_state(first..first.saturating_add(PART), sink);
        let more = first.saturating_add(PART) < self.platform.epc_pages;
        if !more {
            self.rest(sink);
        }
        more
    }
}

/// EPC pages in one part of the state.
const PART: u64 = 128;

impl Machine {
    /// Carries out an operation on a machine that runs.
    fn carry_out<R: Recorder>(&mut self, op: &Op, recorder: &mut R) -> Result<(), Stop> {
        match op {
            Op::Boot => {
                self.boot(recorder);
                Ok(())
            }
            Op::Wrmsr { msr, value } => self.wrmsr(*msr, *value, recorder),
            Op::Mmap(op) => {
                self.mmap(*op, recorder);
                Ok(())
            }
            Op::Ecreate(op) => self.create(op, recorder),
            Op::Assume { enclave, mrenclave } => self.assume(*enclave, *mrenclave, recorder),
            Op::Eadd(op) => self.add(op, recorder),
            Op::Eextend {
                enclave,
                offset,
                call,
            } => self.extend(*enclave, *offset, *call, recorder),
            Op::Einit(op) => self.init(op, recorder),
            Op::Eremove { page, call } => self.remove(*page, *call, recorder),
            Op::Epa { call } => self.version_array(*call, recorder),
            Op::Encls { leaf, registers } => encls::encls(self, *leaf, *registers, recorder),
            Op::Write { at, bytes } => self.os_write(*at, bytes, recorder),
            Op::Flip { at, bit } => self.os_flip(*at, *bit, recorder),
            Op::Event { pending } => {
                self.event(*pending, recorder);
                Ok(())
            }
            Op::Hold { page, held } => self.hold(*page, *held, recorder),
            Op::Thread { enclave, inside } => self.thread(*enclave, *inside, recorder),
            Op::Enclu(op) => self.enclu(op, recorder),
            Op::Edbgrd {
                enclave,
                offset,
                call,
            } => self.debug(4, *enclave, *offset, (0, *call), recorder),
            Op::Edbgwr {
                enclave,
                offset,
                value,
                call,
            } => self.debug(5, *enclave, *offset, (*value, *call), recorder),
            Op::Set(op) => {
                self.compute(op, recorder);
                Ok(())
            }
            Op::Access(op) => self.access(op, recorder),
            Op::Execute { cpu, instruction } => self.execute(*cpu, *instruction, recorder),
            Op::Work(op) => self.work(op, recorder),
            Op::Bus(op) => self.bus(op, recorder),
            Op::Raise { cpu, cause } => {
                self.deliver(*cpu, *cause, recorder);
                Ok(())
            }
            Op::Schedule(op) => self.schedule(op, recorder),
            Op::Map { process, at, to } => {
                self.remap(*process, *at, *to, recorder);
                Ok(())
            }
        }
    }

    /// What opens the state: what the processor counts, and its MSRs.
    fn registers(&self, sink: &mut dyn FnMut(&[u8])) {
        let mut number = |n: u64| sink(&n.to_le_bytes());
        for n in [
            self.next_eid,
            u64::from(self.pending_event),
            self.feature_control,
        ] {
            number(n);
        }
        sink(&self.launch_hash);
    }

    /// EPC pages with their EPCM entries.
    fn epc_state(&self, pages: core::ops::Range<u64>, sink: &mut dyn FnMut(&[u8])) {
        for (page, slot) in self.epc.range(pages) {
            let e = &slot.entry;
            let bits = [e.blocked, e.pending, e.modified, e.pr];
            let bits = bits.iter().fold(0, |n, b| n << 1 | u64::from(*b));
            let owner = e.secs.map_or(u64::MAX, |s| s.0);
            for n in [
                page,
                u64::from(e.page_type.value()),
                e.rwx.bits(),
                owner,
                e.linaddr.0,
                bits,
            ] {
                sink(&n.to_le_bytes());
            }
            sink(&slot.content.bytes());
        }
    }

    /// What comes after the EPC: SECS, page tables, memory, processors.
    fn rest(&self, sink: &mut dyn FnMut(&[u8])) {
        for (page, secs) in self.secs.iter() {
            sink(&page.0.to_le_bytes());
            sink(&secs.fields.encode());
            sink(&secs.measurement.midstate_be());
            for n in [
                secs.measurement.blocks(),
                secs.eid,
                secs.children,
                secs.active,
            ] {
                sink(&n.to_le_bytes());
            }
            sink(&secs.padding);
            secs.assumed.iter().for_each(|digest| sink(digest));
            if secs.ids != [[0; 16]; 2] {
                sink(secs.ids.as_flattened());
            }
        }
        for (process, at, pte) in self.tables.iter() {
            let rights = u64::from(pte.writable) << 1 | u64::from(pte.executable);
            for n in [u64::from(process), at.0, pte.frame.0, rights] {
                sink(&n.to_le_bytes());
            }
        }
        for (number, page) in self.ram.pages() {
            sink(&number.to_le_bytes());
            sink(&page.bytes());
        }
        for page in self.held.iter() {
            sink(&page.0.to_le_bytes());
        }
        if let Some(value) = self.debug_read {
            sink(&value.to_le_bytes());
        }
        if let Some(at) = self.dram.broken() {
            sink(&at.to_le_bytes());
        }
        self.processors(sink);
    }

    /// The logical processors that something happened on.
    fn processors(&self, sink: &mut dyn FnMut(&[u8])) {
        for (number, cpu) in self.cpus.iter() {
            sink(&[*number, cpu.process]);
            sink(&cpu.regs.encode());
            sink(cpu.xstate.image());
            sink(&cpu.xcr0.to_le_bytes());
            let flags = [cpu.osxsave, cpu.osfxsr, cpu.mode64, cpu.inside.is_some()];
            sink(&flags.map(u8::from));
            if let Some(inside) = &cpu.inside {
                for n in [
                    inside.secs.0,
                    inside.tcs.0,
                    inside.fsbase,
                    inside.gsbase,
                    inside.xcr0,
                    u64::from(inside.tf),
                ] {
                    sink(&n.to_le_bytes());
                }
                inside.frame.iter().for_each(|p| sink(&p.0.to_le_bytes()));
            }
            for (page, held) in cpu.tlb.iter() {
                sink(&page.to_le_bytes());
                sink(&held.page.0.to_le_bytes());
                sink(&[u8::from(held.writable), u8::from(held.executable)]);
            }
        }
    }
}
