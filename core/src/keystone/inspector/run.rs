//! The hart as the engine runs it.

use alloc::vec::Vec;

use super::op::Op;
use super::{Hart, access, op_text, tells, what_if};
use crate::arch::riscv::csr;
use crate::bytes::hex;
use crate::text::Text;
use crate::trace::{
    BadOp, Machine, Observer, OpText, Outcome, Place, Recorder, Rule, Shown, Snippet, WhatIf,
};
use crate::view::{Access, Probe, View};

impl Machine for Hart {
    type Op = Op;

    fn apply<R: Recorder>(&mut self, op: &Op, recorder: &mut R) -> Outcome {
        let result = match *op {
            Op::Csrw {
                register,
                value,
                mode,
            } => self.csrw(register, value, mode, recorder),
            Op::Touch(touch) => self.touch(touch, recorder),
            Op::Reset => {
                self.reset(recorder);
                Ok(())
            }
        };
        result.into()
    }

    fn name(op: &Op) -> Text {
        tells::name(op)
    }

    fn brief(op: &Op) -> Text {
        tells::brief(op)
    }

    fn says(&self, op: &Op) -> Text {
        self.op_says(op)
    }

    fn rules(op: &Op) -> &'static [&'static Rule] {
        match op {
            Op::Csrw { .. } => super::csrw::RULES,
            _ => &[],
        }
    }

    fn tells(&self, op: &Op, outcome: Outcome, broken: Option<&'static Rule>) -> Text {
        self.op_tells(op, outcome, broken)
    }

    fn view(&self, shown: Option<Shown<'_, Op>>, observer: Option<Observer>) -> View {
        self.panels(shown.map(|s| s.op), observer)
    }

    fn probe(&self, observer: Observer, address: u64, access: Access) -> Probe {
        self.probe_byte(observer, address, access)
    }

    fn observers() -> Vec<(Observer, Text)> {
        access::observers()
    }

    fn place_name(&self, place: &Place) -> Text {
        self.name_of(place)
    }

    fn what_ifs(&self, op: &Op, label: &str) -> Vec<WhatIf> {
        what_if::offers(self, op, label)
    }

    fn snippets(&self, _: Shown<'_, Op>) -> Vec<Snippet> {
        Vec::new()
    }

    fn flip(&self, place: &Place, bit: u8) -> Option<OpText> {
        let entry = u16::try_from(place.at).ok().filter(|n| *n < 64)?;
        let (register, bit) = match place.space {
            "pmpcfg" if bit < 8 => (csr::PMPCFG0 + entry / 8 * 2, entry % 8 * 8 + u16::from(bit)),
            "pmpaddr" if bit < 54 => (csr::PMPADDR0 + entry, u16::from(bit)),
            "mseccfg" if bit < 3 => (csr::MSECCFG, u16::from(bit)),
            _ => return None,
        };
        let value = csr::read_pmp(&self.pmp, register)? ^ (1 << bit);
        Some(
            OpText::new("CSRW")
                .with("csr", tells::register(register))
                .with("value", hex::short(value)),
        )
    }

    fn op_forms() -> Vec<(OpText, Text)> {
        op_text::forms()
    }

    fn parse_op(op: &OpText) -> Result<Op, BadOp> {
        op_text::parse(op)
    }

    fn print_op(op: &Op) -> Option<OpText> {
        Some(op_text::print(op))
    }

    fn is_heavy(_: &Op) -> bool {
        false
    }

    fn state_bytes(&self, sink: &mut dyn FnMut(&[u8])) {
        let pmp = &self.pmp;
        sink(&[pmp.count(), pmp.grain(), pmp.mseccfg().bits() as u8]);
        for entry in 0..pmp.count() {
            sink(&[pmp.cfg(entry).0]);
            sink(&pmp.addr(entry).to_le_bytes());
        }
    }
}
