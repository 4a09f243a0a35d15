//! The machine as the engine runs it.

use alloc::vec::Vec;

use super::machine::Machine;
use super::op::Op;
use super::{host, op_forms, op_print, op_text, sbi};
use crate::text::Text;
use crate::trace::{
    self, BadOp, Observer, OpText, Outcome, Place, Recorder, Rule, Shown, Snippet, Stop, WhatIf,
};
use crate::view::{Access, Probe, View};

impl trace::Machine for Machine {
    type Op = Op;

    fn apply<R: Recorder>(&mut self, op: &Op, recorder: &mut R) -> Outcome {
        self.cycles = self.cycles.wrapping_add(1000);
        let result: Result<(), Stop> = match op {
            Op::Bootrom => self.bootrom(recorder),
            Op::Opensbi => self.opensbi(recorder),
            Op::Monitor => self.sm_init(recorder),
            Op::Image { hart, image } => self.image(*hart, image, recorder),
            Op::Create { hart, args } => self.create(*hart, args, recorder),
            Op::Ecall { hart, id, args } => self.ecall(*hart, *id, *args, recorder),
            Op::Load { hart, at, len } => self.load(*hart, *at, *len, recorder),
            Op::Store { hart, at, bytes } => self.store(*hart, *at, bytes, recorder),
            Op::Csr {
                hart,
                number,
                value,
            } => self.write_csr(*hart, *number, *value, recorder),
            Op::Timer { hart } => self.timer(*hart, recorder),
            Op::Ipi { hart } => self.take_ipi(*hart, recorder),
            Op::DmaRead { at, len } => self.read_physical(*at, *len, recorder),
            Op::DmaWrite { at, bytes } => self.write_physical(*at, bytes, recorder),
            Op::Host { hart, call } => self.host_call(*hart, call, recorder),
            Op::Runtime { hart, call } => self.runtime(*hart, call, recorder),
            Op::Flip { at, bit } => self.flip_bit(*at, *bit, recorder),
        };
        result.into()
    }

    fn name(op: &Op) -> Text {
        op_text::name(op)
    }

    fn brief(op: &Op) -> Text {
        super::tells::brief(op)
    }

    fn says(&self, op: &Op) -> Text {
        self.op_says(op)
    }

    fn rules(op: &Op) -> &'static [&'static Rule] {
        match op {
            Op::Create { .. } => sbi::rules_of(sbi::CREATE),
            Op::Ecall { id, .. } => sbi::rules_of(*id),
            Op::Host { call, .. } => call.rules(),
            Op::Runtime { call, .. } => super::runtime::rules_of(call),
            _ => &[],
        }
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
        (place.space == "ram").then(|| {
            OpText::new("FLIP")
                .with("at", crate::bytes::hex::short(place.at))
                .with("bit", bit)
        })
    }

    fn op_forms() -> Vec<(OpText, Text)> {
        op_forms::forms()
    }

    fn parse_op(op: &OpText) -> Result<Op, BadOp> {
        op_text::parse(op)
    }

    fn print_op(op: &Op) -> Option<OpText> {
        Some(op_print::print(op))
    }

    fn is_heavy(op: &Op) -> bool {
        matches!(
            op,
            Op::Bootrom
                | Op::Create { .. }
                | Op::Host {
                    call: host::Call::Finalize { .. },
                    ..
                }
                | Op::Ipi { .. }
                | Op::Ecall {
                    id: sbi::CREATE | sbi::ATTEST | sbi::SEALING_KEY,
                    ..
                }
        )
    }

    fn state_bytes(&self, sink: &mut dyn FnMut(&[u8])) {
        self.state(sink);
    }
}

impl Machine {
    /// The whole state in a fixed order: harts, the monitor's tables, memory.
    fn state(&self, sink: &mut dyn FnMut(&[u8])) {
        let mut numbers = |all: &[u64]| all.iter().for_each(|n| sink(&n.to_le_bytes()));
        for (n, h) in self.harts.iter() {
            let c = &h.context;
            let ipi = h.ipi.map_or(u64::MAX, |i| i.perm.map_or(1 << 8, u64::from));
            let inside = h.inside.map_or(u64::MAX, u64::from);
            numbers(&[
                u64::from(*n),
                inside,
                h.mode.code(),
                u64::from(h.stuck),
                ipi,
            ]);
            numbers(&[h.mideleg, h.mtvec, c.mepc, c.mstatus]);
            numbers(&c.x);
            numbers(&c.s);
            for entry in 0..h.pmp.count() {
                numbers(&[h.pmp.addr(entry), u64::from(h.pmp.cfg(entry).0)]);
            }
        }
        let monitor = &self.monitor;
        let waiting = monitor.waiting.map_or(u64::MAX, |w| u64::from(w.eid));
        numbers(&[monitor.stage as u64, waiting, monitor.created, monitor.weyl]);
        numbers(&[monitor.regions.used, self.cycles]);
        for (index, r) in monitor.regions.table.iter() {
            let index = u64::from(*index);
            numbers(&[
                index,
                r.base,
                r.size,
                u64::from(r.entry),
                u64::from(r.shared),
            ]);
        }
        for (eid, e) in monitor.enclaves.iter() {
            numbers(&[
                u64::from(*eid),
                e.serial,
                e.state as u64,
                e.threads,
                u64::from(e.exited),
            ]);
            numbers(&[u64::from(e.epm), e.utm.map_or(u64::MAX, u64::from)]);
            numbers(&[e.context.mepc, e.context.mstatus]);
            numbers(&e.context.x);
            numbers(&e.context.s);
            for bytes in [&e.args.encode()[..], &e.hash] {
                sink_all(bytes, &mut numbers);
            }
        }
        for (ueid, h) in self.driver.enclaves.iter() {
            let (utm, pages) = h.utm.unwrap_or_default();
            let eid = h.eid.map_or(u64::MAX, u64::from);
            let size = h.allocation.bytes();
            numbers(&[*ueid, h.epm, size, utm, pages, eid, u64::from(h.freed)]);
        }
        for (number, page) in self.ram.pages() {
            sink(&number.to_le_bytes());
            sink(&page.bytes());
        }
    }
}

/// Bytes, a multiple of eight, as numbers.
fn sink_all(bytes: &[u8], numbers: &mut dyn FnMut(&[u64])) {
    for word in bytes.as_chunks().0 {
        numbers(&[u64::from_le_bytes(*word)]);
    }
}
