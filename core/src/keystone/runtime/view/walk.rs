//! The last walk: level by level from a virtual address to a physical one.

use alloc::format;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use super::super::super::machine::Machine;
use super::super::Touch;
use super::super::touch::SIZE;
use super::rights;
use crate::arch::riscv::sv39;
use crate::bytes::hex;
use crate::text;
use crate::text::Text;
use crate::trace::Place;
use crate::view::{Cell, Column, Row, Table, Tone};

/// Level by level from a virtual address to a physical one.
pub(super) fn walk(m: &Machine, hart: u8, touch: Touch) -> Option<Table> {
    let size = SIZE.min(4096 - touch.va % 4096);
    let walk = m.walk(hart, touch, size)?;
    let plain = |text: Text| Cell {
        text,
        tone: Tone::Plain,
    };
    let verdict = |allowed: bool, entry: Option<u8>| {
        let by = entry.map_or_else(|| "–".into(), |n| Text::from(format!("pmp{n}")));
        match allowed {
            true => Cell {
                text: text!("eyrie.walk.passes", "passes, {entry}", entry = by),
                tone: Tone::Good,
            },
            false => Cell {
                text: text!("eyrie.walk.refused", "refused, {entry}", entry = by),
                tone: Tone::Bad,
            },
        }
    };
    let mut rows: Vec<Row> = walk
        .reads
        .iter()
        .map(|r| {
            let pte = r.pte.unwrap_or_default();
            Row {
                key: r.level.to_string(),
                cells: vec![
                    plain(text!(
                        "eyrie.walk.level",
                        "level {n}",
                        n = u64::from(r.level)
                    )),
                    plain(format!("[{}]", sv39::index(touch.va, r.level)).into()),
                    plain(hex::addr(r.at).into()),
                    plain(hex::addr(pte.bits()).into()),
                    plain(rights(pte.bits())),
                    plain(hex::addr(pte.physical()).into()),
                    verdict(r.pmp.allowed, r.pmp.entry),
                ],
                place: Some(Place::new("ram", r.at, 8)),
            }
        })
        .collect();
    let (to, tone) = match walk.result {
        Ok(physical) => (hex::addr(physical).into(), Tone::Good),
        Err((fault, _)) => (Text::from(fault.name), Tone::Bad),
    };
    rows.push(Row {
        key: "end".into(),
        cells: vec![
            plain(text!("eyrie.walk.end", "the access")),
            Cell::default(),
            Cell::default(),
            Cell::default(),
            Cell::default(),
            Cell { text: to, tone },
            walk.target
                .map_or_else(Cell::default, |d| verdict(d.allowed, d.entry)),
        ],
        place: None,
    });
    let column = |title: Text, mono| Column { title, mono };
    Some(Table {
        id: "walk",
        title: text!(
            "eyrie.walk",
            "From {va} to physical memory",
            va = hex::addr(touch.va)
        ),
        note: text!(
            "eyrie.walk.note",
            "Sv39: nine bits of the address a level; PMP checks each read as supervisor mode’s"
        ),
        wide: false,
        columns: vec![
            column(text!("eyrie.walk.step", "step"), false),
            column(text!("eyrie.walk.index", "index"), true),
            column(text!("eyrie.walk.at", "entry at"), true),
            column("PTE".into(), true),
            column("rwxu".into(), true),
            column(text!("eyrie.walk.to", "leads to"), true),
            column("PMP".into(), false),
        ],
        rows,
        empty: Text::none(),
    })
}
