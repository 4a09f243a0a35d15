//! Who runs now, hart by hart, and what the monitor has set there.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::super::hart::Hart;
use super::super::machine::{Machine, Stage};
use crate::arch::riscv::{Interrupt, Privilege};
use crate::bytes::hex;
use crate::text;
use crate::text::Text;
use crate::trace::{Observer, Place};
use crate::view::{Fact, Facts, Tone};

fn fact(key: String, name: Text, value: Text, tone: Tone, place: Option<Place>) -> Fact {
    Fact {
        key,
        name,
        value,
        mono: false,
        tone,
        cite: Text::none(),
        model: false,
        place,
    }
}

pub(super) fn harts(m: &Machine, observer: Option<Observer>) -> Facts {
    let mut facts = Vec::new();
    for (n, h) in m.harts.iter() {
        facts.push(runs(m, *n, h));
        let shown = |level: u16| reads(m, observer, *n, h, level);
        facts.extend(
            registers(*n, h)
                .into_iter()
                .filter_map(|(level, fact)| shown(level).then_some(fact)),
        );
        facts.extend(pending(m, *n, h));
    }
    Facts {
        id: "harts",
        title: text!("keystone.harts.title", "Who runs now"),
        note: match m.platform.harts {
            1 => text!("keystone.harts.one", "one hart"),
            n => text!(
                "keystone.harts.many",
                "{n} harts, each with a PMP of its own",
                n = u64::from(n)
            ),
        },
        facts,
    }
}

fn runs(m: &Machine, n: u8, h: &Hart) -> Fact {
    let who = m.who(n);
    let (value, tone) = match () {
        () if h.stuck => (
            text!("keystone.harts.stuck", "nothing: the hart is stuck"),
            Tone::Bad,
        ),
        () if m.monitor.waiting.is_some_and(|w| w.hart == n) => (
            text!(
                "keystone.harts.waits",
                "the monitor, waiting for the other harts"
            ),
            Tone::Warn,
        ),
        () if m.monitor.stage < Stage::Ready => (
            text!("keystone.harts.boot", "firmware, in machine mode"),
            Tone::System,
        ),
        () => (
            text!(
                "keystone.harts.runs",
                "{who}, in mode {mode}",
                who = who,
                mode = h.mode.letter()
            ),
            h.inside.map_or(Tone::Free, super::tone),
        ),
    };
    let name = text!("keystone.brief.hart", "hart {n}", n = u64::from(n));
    fact(format!("hart-{n}"), name, value, tone, None)
}

/// Whether an observer can read registers of a privilege level of a hart now: whoever runs there, those of its
/// own level and below. Machine mode’s are the monitor’s; who looks at the machine as it is sees all.
fn reads(m: &Machine, observer: Option<Observer>, n: u8, h: &Hart, level: u16) -> bool {
    let runs = match observer {
        None => return true,
        Some(Observer::Privileged) => h.inside.is_none() && h.mode == Privilege::Supervisor,
        Some(Observer::OtherCore) => {
            let last = m.harts.iter().map(|(n, _)| *n).last();
            last == Some(n) && h.inside.is_none() && h.mode == Privilege::Supervisor
        }
        Some(Observer::Inside) => h.inside.is_some() && h.inside == m.protected(),
        Some(_) => false,
    };
    runs && level <= 1
}

/// What the switch has written, each with the privilege level that may read it.
fn registers(n: u8, h: &Hart) -> Vec<(u16, Fact)> {
    let all = [
        ("mepc", 0x341, h.context.mepc),
        ("satp", 0x180, h.context.csr(0x180)),
        ("sie", 0x104, h.context.csr(0x104)),
        ("sip", 0x144, h.context.csr(0x144)),
        ("mideleg", 0x303, h.mideleg),
        ("a0", 10, h.context.a(0)),
        ("a1", 11, h.context.a(1)),
    ];
    all.into_iter()
        .map(|(name, number, value)| {
            let place = match number {
                10 | 11 => Machine::x_place(n, number as u8),
                _ => Machine::csr_place(n, number),
            };
            // Bits 9 and 8 of a control register’s number are the lowest level that may touch it.
            let level = if number < 32 { 0 } else { number >> 8 & 3 };
            let fact = Fact {
                mono: true,
                ..fact(
                    format!("{name}-{n}"),
                    name.into(),
                    hex::addr(value).into(),
                    Tone::Plain,
                    Some(place),
                )
            };
            (level, fact)
        })
        .collect()
}

/// What waits for the hart.
fn pending(m: &Machine, n: u8, h: &Hart) -> Vec<Fact> {
    let mut all = Vec::new();
    if h.context.csr(0x144) & Interrupt::STI.bit() != 0 {
        let name = text!("keystone.harts.pending", "pending");
        let value = text!("keystone.harts.timer", "timer interrupt (STIP)");
        all.push(fact(format!("stip-{n}"), name, value, Tone::Warn, None));
    }
    if m.pending_ipi(n).is_some() {
        let name = text!("keystone.harts.pending", "pending");
        let value = text!(
            "keystone.harts.ipi",
            "interrupt of another hart: its PMP is still the old one"
        );
        all.push(fact(format!("ipi-{n}"), name, value, Tone::Bad, None));
    }
    all
}
