//! Operations and their results as sentences.

use alloc::format;

use super::machine::Machine;
use super::op::Op;
use super::places::register;
use super::{sbi, status};
use crate::bytes::hex;
use crate::text;
use crate::text::Text;
use crate::trace::{Outcome, Rule};

impl Machine {
    /// An operation in plain words, with its main operands.
    pub(super) fn op_says(&self, op: &Op) -> Text {
        let at = |n: &u64| hex::addr(*n);
        match op {
            Op::Bootrom => text!(
                "keystone.says.bootrom",
                "measures the firmware, makes the monitor’s keys and signs them with the device’s"
            ),
            Op::Opensbi => text!(
                "keystone.says.opensbi",
                "counts the PMP entries and closes its own memory with them"
            ),
            Op::Monitor => text!(
                "keystone.says.monitor",
                "clears the PMP, takes entry 0 for itself and the last one for the operating system"
            ),
            Op::Image { image, .. } => text!(
                "keystone.says.image",
                "Linux copies {what} to {at}",
                what = image.words(),
                at = at(&image.base)
            ),
            Op::Create { args, .. } => text!(
                "keystone.says.create",
                "asks for an enclave in {size} from {at}",
                size = hex::size(args.epm_size),
                at = at(&args.epm_paddr)
            ),
            Op::Ecall { hart, id, args } => self.call_says(*hart, *id, args),
            Op::Load { hart, at: a, len } => text!(
                "keystone.says.load",
                "{who} loads {n} bytes from {at}",
                who = self.who(*hart),
                n = *len,
                at = at(a)
            ),
            Op::Store { hart, at: a, bytes } => text!(
                "keystone.says.store",
                "{who} stores {n} bytes at {at}",
                who = self.who(*hart),
                n = bytes.len(),
                at = at(a)
            ),
            Op::Csr {
                hart,
                number,
                value,
            } => text!(
                "keystone.says.csr",
                "{who} writes {value} to {register}",
                who = self.who(*hart),
                value = at(value),
                register = register(*number)
            ),
            Op::Timer { hart } => text!(
                "keystone.says.timer",
                "the timer strikes while {who} runs",
                who = self.who(*hart)
            ),
            Op::Ipi { hart } => text!(
                "keystone.says.ipi",
                "hart {hart} takes the interrupt and writes its own PMP",
                hart = u64::from(*hart)
            ),
            Op::DmaRead { at: a, len } => text!(
                "keystone.says.dma-read",
                "a device reads {n} bytes from {at}",
                n = *len,
                at = at(a)
            ),
            Op::DmaWrite { at: a, bytes } => text!(
                "keystone.says.dma-write",
                "a device writes {n} bytes at {at}",
                n = bytes.len(),
                at = at(a)
            ),
            Op::Host { call, .. } => call.says(),
            Op::Runtime { call, .. } => super::runtime::says(call),
            Op::Flip { at: a, bit } => text!(
                "keystone.says.flip",
                "bit {bit} of the byte at {at} flips",
                bit = u64::from(*bit),
                at = at(a)
            ),
        }
    }

    fn call_says(&self, hart: u8, id: u64, args: &[u64; 3]) -> Text {
        let who = self.who(hart);
        let [a0, a1, a2] = *args;
        match id {
            sbi::DESTROY => text!(
                "keystone.says.destroy",
                "{who} has enclave {eid} destroyed",
                who = who,
                eid = a0
            ),
            sbi::RUN => text!(
                "keystone.says.run",
                "{who} lets enclave {eid} run for the first time",
                who = who,
                eid = a0
            ),
            sbi::RESUME => text!(
                "keystone.says.resume",
                "{who} lets enclave {eid} go on",
                who = who,
                eid = a0
            ),
            sbi::RANDOM => text!(
                "keystone.says.random",
                "{who} asks for 64 random bits",
                who = who
            ),
            sbi::ATTEST => text!(
                "keystone.says.attest",
                "{who} asks for a report over {n} bytes, to {at}",
                who = who,
                n = a2,
                at = hex::addr(a0)
            ),
            sbi::SEALING_KEY => text!(
                "keystone.says.seal",
                "{who} asks for a sealing key for an identifier of {n} bytes, to {at}",
                who = who,
                n = a2,
                at = hex::addr(a0)
            ),
            sbi::STOP if a0 == sbi::stop_enclave::EDGE_CALL => {
                text!(
                    "keystone.says.edge",
                    "{who} leaves for an edge call",
                    who = who
                )
            }
            sbi::STOP => text!(
                "keystone.says.stop",
                "{who} leaves, request {n}",
                who = who,
                n = a0
            ),
            sbi::EXIT => text!(
                "keystone.says.exit",
                "{who} is done, with value {value}",
                who = who,
                value = hex::short(a0)
            ),
            _ => text!(
                "keystone.says.ecall",
                "{who} calls function {id} with {a0}, {a1}, {a2}",
                who = who,
                id = format!("{id}"),
                a0 = hex::short(a0),
                a1 = hex::short(a1),
                a2 = hex::short(a2)
            ),
        }
    }

    /// The result of an operation as a sentence.
    pub(super) fn op_tells(
        &self,
        op: &Op,
        outcome: Outcome,
        broken: Option<&'static Rule>,
    ) -> Text {
        let hart = match op {
            Op::Create { hart, .. } | Op::Ecall { hart, .. } | Op::Host { hart, .. } => Some(*hart),
            _ => None,
        };
        if hart.and_then(|n| self.hart(n)).is_some_and(|h| h.stuck) {
            return text!(
                "keystone.tells.stuck",
                "The hart is stuck: not even the handler of the fault can be fetched. Only a reset helps."
            );
        }
        if let Op::Runtime { call, .. } = op
            && let Some(told) = super::runtime::tells(self, call, outcome, broken)
        {
            return told;
        }
        if outcome != Outcome::Done {
            if let Op::Host { call, .. } = op
                && let Some(why) = call.refused(outcome)
            {
                return why;
            }
            return stopped(outcome, broken);
        }
        match op {
            Op::Bootrom => text!(
                "keystone.tells.bootrom",
                "Done. Whoever trusts the device’s key can now check which monitor runs."
            ),
            Op::Opensbi => text!(
                "keystone.tells.opensbi",
                "Done. From supervisor mode everything is open but the firmware and the timer’s registers."
            ),
            Op::Monitor => text!(
                "keystone.tells.monitor",
                "Done. The monitor’s memory is closed to everybody else; the rest is the operating system’s, through the entry of least priority."
            ),
            Op::Image { .. } => text!(
                "keystone.tells.image",
                "Done. So far this is ordinary memory: Linux could write anything there."
            ),
            Op::Host { call, .. } => call.tells(self),
            Op::Create { .. } => self.created(),
            Op::Ecall { id, hart, .. } => self.call_tells(*hart, *id),
            Op::Load { .. } => text!("keystone.tells.load", "Allowed by PMP. The bytes are read."),
            Op::Store { .. } => text!(
                "keystone.tells.store",
                "Allowed by PMP. The bytes are written."
            ),
            Op::DmaRead { .. } | Op::DmaWrite { .. } => text!(
                "keystone.tells.dma",
                "Done. PMP guards harts, not devices: nothing stood in the way."
            ),
            Op::Flip { .. } => text!(
                "keystone.tells.flip",
                "Done. Nothing notices: memory has no integrity check."
            ),
            Op::Timer { hart } => self.timer_tells(*hart),
            Op::Ipi { .. } => self.ipi_tells(),
            Op::Csr { .. } | Op::Runtime { .. } => text!("keystone.tells.done", "Done."),
        }
    }

    fn created(&self) -> Text {
        match self.monitor.waiting {
            Some(_) => text!(
                "keystone.tells.create-waits",
                "Not returned yet. This hart’s PMP is set; the others have been sent an interrupt and still see the old one."
            ),
            None => text!(
                "keystone.tells.create",
                "Done. The memory is closed to Linux and every other enclave, and measured as it was at that moment."
            ),
        }
    }

    fn call_tells(&self, hart: u8, id: u64) -> Text {
        match id {
            sbi::CREATE => self.created(),
            sbi::DESTROY if self.monitor.waiting.is_some() => text!(
                "keystone.tells.destroy-waits",
                "Not returned yet. The memory is zeroed and open here; the other harts still keep it closed."
            ),
            sbi::DESTROY => text!(
                "keystone.tells.destroy",
                "Done. The memory was zeroed first, then its entry cleared; it is Linux’s again."
            ),
            sbi::RUN | sbi::RESUME => text!(
                "keystone.tells.enter",
                "Done. On this hart the operating system’s memory is closed, the enclave’s open, and the last entry covers the shared buffer alone."
            ),
            sbi::STOP | sbi::EXIT => {
                let told = self.hart(hart).map_or(0, |h| h.context.a(0));
                let name = status::ALL
                    .iter()
                    .find(|s| s.code == told)
                    .map_or("SUCCESS", |s| s.name);
                text!(
                    "keystone.tells.leave",
                    "Done. The enclave’s entry is closed again, and Linux goes on with {name} in a0.",
                    name = name
                )
            }
            sbi::ATTEST => text!(
                "keystone.tells.attest",
                "Done. The report holds two signatures: the monitor’s over the enclave, the device’s over the monitor."
            ),
            sbi::SEALING_KEY => text!(
                "keystone.tells.seal",
                "Done. The same enclave on the same monitor gets the same key again, nobody else."
            ),
            sbi::RANDOM => text!(
                "keystone.tells.random",
                "Done. This platform has no source of randomness: whoever knows the cycle counter knows the number."
            ),
            _ => text!("keystone.tells.done", "Done."),
        }
    }

    fn timer_tells(&self, hart: u8) -> Text {
        let told = self.hart(hart).map_or(0, |h| h.context.a(0));
        match told == status::INTERRUPTED.code {
            true => text!(
                "keystone.tells.interrupted",
                "Done. The monitor took the interrupt, put the enclave away and gave Linux INTERRUPTED, with the timer pending."
            ),
            false => text!(
                "keystone.tells.timer",
                "Done. Linux has a timer interrupt pending."
            ),
        }
    }

    fn ipi_tells(&self) -> Text {
        match self.monitor.waiting {
            Some(_) => text!(
                "keystone.tells.ipi",
                "Done. This hart’s PMP is now like that of the hart that asked; others have still to answer."
            ),
            None => text!(
                "keystone.tells.ipi-last",
                "Done. Every hart’s PMP is now the same, and the call that waited has gone on and returned."
            ),
        }
    }
}

/// The main operand of an operation, short.
pub(super) fn brief(op: &Op) -> Text {
    let at = |n: u64| Text::from(hex::addr(n));
    match op {
        Op::Create { args, .. } => at(args.epm_paddr),
        Op::Image { image, .. } => at(image.base),
        Op::Ecall { id, args, .. } => match *id {
            sbi::DESTROY | sbi::RUN | sbi::RESUME => {
                text!("keystone.place.enclave", "enclave {eid}", eid = args[0])
            }
            sbi::EXIT => at(args[0]),
            _ => Text::none(),
        },
        Op::Load { at: a, .. }
        | Op::Store { at: a, .. }
        | Op::DmaRead { at: a, .. }
        | Op::DmaWrite { at: a, .. }
        | Op::Flip { at: a, .. } => at(*a),
        Op::Csr { number, .. } => register(*number).into(),
        Op::Host { call, .. } => call.brief(),
        Op::Runtime { call, .. } => super::runtime::brief(call),
        Op::Ipi { hart } => text!("keystone.brief.hart", "hart {n}", n = u64::from(*hart)),
        _ => Text::none(),
    }
}

/// Why it stopped: the code, then the rule that did not hold.
fn stopped(outcome: Outcome, broken: Option<&'static Rule>) -> Text {
    let name = outcome.name();
    let why = broken.map_or_else(Text::none, Rule::text);
    match outcome {
        Outcome::Refused(s) if s == status::WAITING || s == status::NOTHING => {
            text!(
                "keystone.tells.nothing",
                "Nothing happens. This did not hold: {why}.",
                why = why
            )
        }
        Outcome::Refused(_) => text!(
            "tells.refused",
            "Refused with {name}. This did not hold: {why}.",
            name = name,
            why = why
        ),
        _ => text!(
            "tells.faulted",
            "Faulted with {name}. This did not hold: {why}.",
            name = name,
            why = why
        ),
    }
}
