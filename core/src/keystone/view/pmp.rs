//! The PMP registers of every hart, with the bits that the step changed.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::super::machine::Machine;
use super::super::op::Op;
use super::super::pmp_write::{OS_REGION, SM_REGION};
use super::rwx;
use crate::arch::riscv::pmp::{Cfg, Matching};
use crate::arch::riscv::{Pmp, csr};
use crate::bytes::hex;
use crate::text;
use crate::text::Text;
use crate::trace::{Event, Shown, Value};
use crate::view::{Cell, Column, Row, Table, Tone};

pub(super) fn table(m: &Machine, shown: Option<Shown<'_, Op>>, open: bool) -> Table {
    let column = |title: Text, mono| Column { title, mono };
    let mut rows = Vec::new();
    if open {
        for (hart, h) in m.harts.iter() {
            for entry in 0..m.platform.entries {
                rows.push(row(m, *hart, entry, &h.pmp, shown));
            }
        }
    }
    Table {
        id: "pmp",
        title: text!("keystone.pmp.title", "PMP registers"),
        note: match open {
            true => text!(
                "keystone.pmp.note",
                "written by machine mode only, and by each hart for itself"
            ),
            false => text!(
                "keystone.pmp.hidden",
                "lie in the hart: only machine mode reads them"
            ),
        },
        wide: true,
        columns: vec![
            column(text!("keystone.pmp.entry", "entry"), true),
            column("pmpaddr".into(), true),
            column("pmpcfg".into(), true),
            column("A".into(), true),
            column(text!("keystone.pmp.range", "addresses"), true),
            column("rwx".into(), true),
            column(text!("keystone.pmp.for", "for"), false),
            column(text!("keystone.pmp.changed", "changed bits"), true),
        ],
        rows,
        empty: text!(
            "keystone.pmp.unreadable",
            "This observer cannot read the registers."
        ),
    }
}

fn row(m: &Machine, hart: u8, entry: u8, pmp: &Pmp, shown: Option<Shown<'_, Op>>) -> Row {
    let cfg = pmp.cfg(entry);
    let plain = |text: Text| Cell {
        text,
        tone: Tone::Plain,
    };
    let name = match m.harts.size() {
        1 => format!("{entry}"),
        _ => format!("{hart}:{entry}"),
    };
    let region = pmp.region(entry);
    let range = match &region {
        None => String::from("–"),
        Some(r) if r.start == 0 && r.end > 1 << 56 => String::from("0 – 2^57"),
        Some(r) => format!("{} – {}", hex::addr(r.start), hex::addr(r.end - 1)),
    };
    let rights = match cfg.matching() {
        Matching::Off => plain("–".into()),
        _ => Cell {
            text: rwx(cfg.0).into(),
            tone: match cfg.0 & (Cfg::R | Cfg::W | Cfg::X) {
                0 => Tone::Bad,
                _ => Tone::Good,
            },
        },
    };
    Row {
        key: format!("{hart}-{entry}"),
        cells: vec![
            plain(name.into()),
            plain(hex::addr(pmp.addr(entry)).into()),
            plain(format!("{:#04x}", cfg.0).into()),
            plain(cfg.matching().name().into()),
            plain(range.into()),
            rights,
            owner(m, entry, &region),
            changed(hart, entry, pmp, shown),
        ],
        place: Some(Machine::csr_place(hart, csr::PMPADDR0 + u16::from(entry))),
    }
}

/// What the monitor has the entry for, by what it covers now.
fn owner(m: &Machine, entry: u8, region: &Option<core::ops::Range<u64>>) -> Cell {
    let cell = |text: Text, tone| Cell { text, tone };
    let Some(region) = region else {
        // The lower of two entries is off and only lends its address.
        let above =
            m.monitor.regions.table.iter().find(|(_, r)| {
                r.form == super::super::pmp_regions::Form::Tor && r.entry == entry + 1
            });
        return match above {
            Some(_) => cell(
                text!("keystone.pmp.lower", "lower end of the next"),
                Tone::Plain,
            ),
            None => cell(text!("keystone.pmp.unused", "unused"), Tone::Free),
        };
    };
    let found = m.monitor.regions.table.iter().find(|(_, r)| {
        r.entry == entry && r.base == region.start && (r.end() == region.end || r.size == u64::MAX)
    });
    let Some((index, _)) = found else {
        return cell(text!("keystone.pmp.left", "left by OpenSBI"), Tone::Warn);
    };
    let mut enclaves = m.monitor.enclaves.iter();
    match *index {
        SM_REGION => cell(
            text!("keystone.map.monitor", "security monitor"),
            Tone::System,
        ),
        OS_REGION => cell(text!("keystone.who.linux", "Linux"), Tone::Free),
        index => {
            let own = enclaves.find(|(_, e)| e.epm == index || e.utm == Some(index));
            match own {
                Some((eid, e)) if e.epm == index => {
                    let n = u64::from(*eid);
                    cell(
                        text!("keystone.map.epm", "enclave {eid}", eid = n),
                        super::tone(*eid),
                    )
                }
                Some((eid, _)) => {
                    let n = u64::from(*eid);
                    cell(
                        text!("keystone.map.utm", "shared buffer of {eid}", eid = n),
                        super::tone(*eid),
                    )
                }
                None => cell(text!("keystone.pmp.left", "left by OpenSBI"), Tone::Warn),
            }
        }
    }
}

/// Which bits of the configuration the step changed, old and new, and whether the address moved.
fn changed(hart: u8, entry: u8, pmp: &Pmp, shown: Option<Shown<'_, Op>>) -> Cell {
    let Some(shown) = shown else {
        return Cell::default();
    };
    let first = |place| {
        shown.step.events.iter().find_map(|e| match e {
            Event::Write {
                place: p,
                before: Value::Number(before),
                ..
            } if *p == place => Some(*before),
            _ => None,
        })
    };
    let addr = first(Machine::csr_place(hart, csr::PMPADDR0 + u16::from(entry)));
    let register = csr::PMPCFG0 + u16::from(entry / 8 * 2);
    let was = first(Machine::csr_place(hart, register));
    let was = was.map(|w| (w >> (8 * (u32::from(entry) % 8))) as u8);
    let now = pmp.cfg(entry).0;
    let mut parts = Vec::new();
    if addr.is_some_and(|a| a != pmp.addr(entry)) {
        parts.push(String::from("pmpaddr"));
    }
    if let Some(was) = was.filter(|was| *was != now) {
        parts.push(format!("{was:08b} → {now:08b}"));
    }
    let tone = match parts.is_empty() {
        true => Tone::Plain,
        false => Tone::Warn,
    };
    Cell {
        text: parts.join(", ").into(),
        tone,
    }
}
