//! The answer to the last question, and what the registers come to.

use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use super::super::op::Touch;
use super::super::{Hart, tells};
use super::bounds;
use crate::arch::riscv::pmp::Cfg;
use crate::arch::riscv::{Privilege, csr};
use crate::bytes::hex;
use crate::text;
use crate::text::Text;
use crate::trace::Place;
use crate::view::{Fact, Facts, Tone};

fn fact(key: &str, name: Text, value: Text, tone: Tone) -> Fact {
    Fact {
        key: key.into(),
        name,
        value,
        mono: false,
        tone,
        cite: Text::none(),
        model: false,
        place: None,
    }
}

/// May it, and which entry decides.
pub(super) fn answer(hart: &Hart, touch: Option<Touch>, open: bool) -> Facts {
    let mut facts = Vec::new();
    if let Some(t) = touch {
        let d = hart.pmp.check(t.mode, t.access, t.at, t.size);
        let (word, tone) = match d.allowed {
            true => (text!("pmp.answer.yes", "passes"), Tone::Good),
            false => (Text::from(d.fault.map_or("", |f| f.name)), Tone::Bad),
        };
        facts.push(fact(
            "asked",
            text!("pmp.answer.asked", "asked"),
            tells::touches(&t),
            Tone::Plain,
        ));
        facts.push(fact(
            "verdict",
            text!("pmp.answer.verdict", "verdict"),
            word,
            tone,
        ));
        if let Some(fault) = d.fault {
            let cause = fault.code.unwrap_or(0);
            let value = format!("mcause {cause}, mtval {}", hex::addr(t.at));
            facts.push(fact(
                "trap",
                text!("pmp.answer.trap", "trap"),
                value.into(),
                Tone::Plain,
            ));
        }
        if open {
            let by = match d.entry.map(|e| (e, hart.pmp.region(e))) {
                Some((entry, Some(region))) => text!(
                    "pmp.answer.entry",
                    "entry {entry}, {region}",
                    entry = u64::from(entry),
                    region = bounds(&region)
                ),
                _ => text!("pmp.answer.none", "no entry matches"),
            };
            facts.push(Fact {
                place: d.entry.map(Hart::cfg_place),
                ..fact("by", text!("pmp.answer.by", "decided by"), by, Tone::Plain)
            });
        }
        facts.push(Fact {
            cite: d.rule.cite.into(),
            ..fact(
                "rule",
                text!("pmp.answer.rule", "rule"),
                d.rule.text(),
                Tone::Plain,
            )
        });
    } else {
        let nothing = text!("pmp.answer.nothing", "Nothing is asked at this step.");
        facts.push(fact(
            "asked",
            text!("pmp.answer.asked", "asked"),
            nothing,
            Tone::Plain,
        ));
    }
    Facts {
        id: "answer",
        title: text!("pmp.answer", "May it?"),
        note: text!("pmp.answer.note", "and which entry says so"),
        facts,
    }
}

/// The packed registers, and what they come to.
pub(super) fn registers(hart: &Hart, open: bool) -> Facts {
    let pmp = &hart.pmp;
    let mono = |key: &str, name: Text, value: u64, place: Option<Place>| Fact {
        mono: true,
        place,
        ..fact(key, name, hex::fixed(value, 8).into(), Tone::Plain)
    };
    let mut facts = vec![fact(
        "count",
        text!("pmp.fact.count", "entries, grain"),
        text!(
            "pmp.fact.grain",
            "{count} entries, {grain} bytes",
            count = u64::from(pmp.count()),
            grain = 4_u64 << pmp.grain().min(54)
        ),
        Tone::Plain,
    )];
    if open {
        for n in (0..pmp.count().div_ceil(4)).step_by(2) {
            let name = tells::register(csr::PMPCFG0 + u16::from(n));
            let place = Place::new("pmpcfg", u64::from(n) * 4, 8);
            let value = pmp.cfg_register(n);
            facts.push(mono(&name, name.as_str().into(), value, Some(place)));
        }
        let bits = pmp.mseccfg().bits();
        facts.push(mono(
            "mseccfg",
            "mseccfg".into(),
            bits,
            Some(Place::new("mseccfg", 0, 1)),
        ));
        facts.push(machine(hart));
    }
    facts.push(lower(hart));
    Facts {
        id: "registers",
        title: text!("pmp.facts", "What the registers come to"),
        note: Text::none(),
        facts,
    }
}

/// Whether anything binds machine mode.
fn machine(hart: &Hart) -> Fact {
    let pmp = &hart.pmp;
    let locked = (0..pmp.count()).filter(|e| pmp.cfg(*e).has(Cfg::L)).count();
    let (value, tone) = match (pmp.mseccfg().mml() || pmp.mseccfg().mmwp(), locked) {
        (true, _) => (text!("pmp.machine.smepmp", "bound by Smepmp"), Tone::Good),
        (false, 0) => (
            text!("pmp.machine.free", "free: no entry is locked"),
            Tone::Warn,
        ),
        (false, n) => (
            text!("pmp.machine.locked", "bound by {n} locked entries", n = n),
            Tone::Good,
        ),
    };
    fact(
        "machine",
        text!("pmp.fact.machine", "machine mode"),
        value,
        tone,
    )
}

/// Whether PMP keeps anything from supervisor and user mode.
fn lower(hart: &Hart) -> Fact {
    const ALL: u8 = Cfg::R | Cfg::W | Cfg::X;
    let rights = |entry| hart.pmp.grants(entry, Privilege::Supervisor);
    let pieces = hart.pmp.pieces();
    let (value, tone) = match () {
        () if pieces.iter().all(|p| rights(p.entry) == ALL) => (
            text!(
                "pmp.lower.all",
                "may do everything everywhere: PMP keeps nothing from them"
            ),
            Tone::Bad,
        ),
        () if pieces.iter().all(|p| rights(p.entry) == 0) => (
            text!("pmp.lower.none", "may do nothing anywhere"),
            Tone::Bad,
        ),
        () => {
            let closed = pieces
                .iter()
                .filter(|p| rights(p.entry) == 0 && p.entry.is_some());
            let bytes = closed.fold(0_u64, |n, p| n.saturating_add(p.range.end - p.range.start));
            (
                text!(
                    "pmp.lower.some",
                    "kept out of {size} by entries without R, W and X",
                    size = hex::size(bytes)
                ),
                Tone::Good,
            )
        }
    };
    fact(
        "lower",
        text!("pmp.fact.lower", "supervisor and user mode"),
        value,
        tone,
    )
}
