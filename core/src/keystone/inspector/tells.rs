//! Operations and their results in sentences.

use alloc::format;
use alloc::string::String;

use super::op::{Op, Touch};
use super::op_text::verb;
use super::{Hart, view};
use crate::arch::riscv::{Privilege, csr};
use crate::bytes::hex;
use crate::text;
use crate::text::Text;
use crate::trace::{Outcome, Place, Rule};
use crate::view::Access;

/// The name of a register, its number where it has none here.
pub(super) fn register(number: u16) -> String {
    csr::name(number).unwrap_or_else(|| hex::short(u64::from(number)))
}

pub(super) fn name(op: &Op) -> Text {
    match op {
        Op::Csrw { register: n, .. } => format!("CSRW {}", register(*n)).into(),
        Op::Touch(t) => format!("{} ({})", verb(t.access), t.mode.letter()).into(),
        Op::Reset => "RESET".into(),
    }
}

pub(super) fn brief(op: &Op) -> Text {
    match op {
        Op::Csrw { value, .. } => hex::short(*value).into(),
        Op::Touch(t) => hex::addr(t.at).into(),
        Op::Reset => Text::none(),
    }
}

/// A mode in words.
pub(super) fn mode(mode: Privilege) -> Text {
    match mode {
        Privilege::Machine => text!("pmp.mode.machine", "Machine mode"),
        Privilege::Supervisor => text!("pmp.mode.supervisor", "Supervisor mode"),
        Privilege::User => text!("pmp.mode.user", "User mode"),
    }
}

impl Hart {
    pub(super) fn op_says(&self, op: &Op) -> Text {
        match op {
            Op::Csrw {
                register: n,
                value,
                mode: by,
            } => text!(
                "pmp.says.csrw",
                "{mode} writes {value} to {register}.",
                mode = mode(*by),
                value = hex::short(*value),
                register = register(*n)
            ),
            Op::Touch(t) => touches(t),
            Op::Reset => text!("pmp.says.reset", "The hart is reset."),
        }
    }

    pub(super) fn op_tells(
        &self,
        op: &Op,
        outcome: Outcome,
        broken: Option<&'static Rule>,
    ) -> Text {
        match op {
            Op::Reset => text!("pmp.tells.reset", "Every entry is off, no lock holds."),
            Op::Csrw { .. } if !outcome.is_done() => match broken {
                Some(rule) => text!(
                    "pmp.tells.illegal",
                    "Illegal instruction: this does not hold: {rule}.",
                    rule = rule.text()
                ),
                None => text!("pmp.tells.illegal-plain", "Illegal instruction."),
            },
            Op::Csrw {
                register: n, value, ..
            } => self.tells_csrw(*n, *value),
            Op::Touch(t) => self.tells_touch(*t),
        }
    }

    fn tells_csrw(&self, number: u16, value: u64) -> Text {
        let reads = csr::read_pmp(&self.pmp, number).unwrap_or(0);
        if reads != value {
            return text!(
                "pmp.tells.bent",
                "The hart does not take all of it, and says nothing: {register} reads {value}.",
                register = register(number),
                value = hex::short(reads)
            );
        }
        let entry = number.checked_sub(csr::PMPADDR0).filter(|n| *n < 64);
        match entry.and_then(|n| self.pmp.region(n as u8)) {
            Some(region) => text!(
                "pmp.tells.region",
                "The entry now matches {region}.",
                region = view::bounds(&region)
            ),
            None => text!(
                "pmp.tells.taken",
                "{register} reads what was written.",
                register = register(number)
            ),
        }
    }

    fn tells_touch(&self, t: Touch) -> Text {
        let d = self.pmp.check(t.mode, t.access, t.at, t.size);
        let cause = d.fault.map_or("", |f| f.name);
        let entry = d.entry.map_or(0, u64::from);
        match (d.allowed, d.entry) {
            (true, Some(_)) => text!(
                "pmp.tells.passes",
                "It passes, and entry {entry} decides: {rule}.",
                entry = entry,
                rule = d.rule.text()
            ),
            (true, None) => text!(
                "pmp.tells.unmatched",
                "It passes, and no entry decides: {rule}.",
                rule = d.rule.text()
            ),
            (false, Some(_)) => text!(
                "pmp.tells.refused",
                "{cause}: entry {entry} decides, and this does not hold: {rule}.",
                cause = cause,
                entry = entry,
                rule = d.rule.text()
            ),
            (false, None) => text!(
                "pmp.tells.refused-unmatched",
                "{cause}: no entry matches, and this does not hold: {rule}.",
                cause = cause,
                rule = d.rule.text()
            ),
        }
    }

    pub(super) fn name_of(&self, place: &Place) -> Text {
        match place.space {
            "mseccfg" => "mseccfg".into(),
            "pmpcfg" => format!("pmp{}cfg", place.at).into(),
            space => format!("{space}{}", place.at).into(),
        }
    }
}

/// An access in words.
pub(super) fn touches(t: &Touch) -> Text {
    let (who, size, at) = (mode(t.mode), t.size, hex::addr(t.at));
    match t.access {
        Access::Read => text!(
            "pmp.says.load",
            "{who} reads {size} bytes at {at}.",
            who = who,
            size = size,
            at = at
        ),
        Access::Write => text!(
            "pmp.says.store",
            "{who} writes {size} bytes at {at}.",
            who = who,
            size = size,
            at = at
        ),
        Access::Fetch => text!(
            "pmp.says.fetch",
            "{who} fetches {size} bytes of code at {at}.",
            who = who,
            size = size,
            at = at
        ),
    }
}
