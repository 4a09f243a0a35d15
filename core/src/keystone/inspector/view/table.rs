//! The registers, decoded, entry by entry.

use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use super::super::Hart;
use super::{bounds, rwx};
use crate::arch::riscv::Pmp;
use crate::arch::riscv::pmp::{Cfg, Matching};
use crate::bytes::hex;
use crate::text;
use crate::text::Text;
use crate::view::{Cell, Column, Row, Table, Tone};

pub(super) fn table(hart: &Hart, open: bool) -> Table {
    let column = |title: Text, mono| Column { title, mono };
    let pmp = &hart.pmp;
    let used = |e: &u8| *e < 16 || pmp.cfg(*e).0 != 0 || pmp.addr(*e) != 0;
    let rows = (0..pmp.count()).filter(used).map(|e| row(pmp, e));
    Table {
        id: "entries",
        title: text!("pmp.table", "PMP registers"),
        note: match open {
            true => text!(
                "pmp.table.note",
                "lowest entry first; eight configuration bytes make a pmpcfg register"
            ),
            false => text!("pmp.table.closed", "machine mode’s: nobody else reads them"),
        },
        wide: true,
        columns: vec![
            column("n".into(), true),
            column("pmpaddr".into(), true),
            column("cfg".into(), true),
            column("L".into(), true),
            column("A".into(), true),
            column("RWX".into(), true),
            column(text!("pmp.column.region", "matches"), true),
            column(text!("pmp.column.notes", "notes"), false),
        ],
        rows: if open { rows.collect() } else { Vec::new() },
        empty: match open {
            true => text!(
                "pmp.table.empty",
                "This hart has no PMP entry: everybody may do everything."
            ),
            false => text!(
                "pmp.table.unreadable",
                "This observer cannot read the registers."
            ),
        },
    }
}

fn row(pmp: &Pmp, entry: u8) -> Row {
    let cfg = pmp.cfg(entry);
    let plain = |text: Text| Cell {
        text,
        tone: Tone::Plain,
    };
    let region = match pmp.region(entry) {
        Some(region) => {
            let size = region.end - region.start;
            let size = hex::size(size);
            Text::join(&[bounds(&region), size.into()], ", ")
        }
        None => "–".into(),
    };
    let locked = cfg.has(Cfg::L);
    Row {
        key: entry.to_string(),
        cells: vec![
            plain(entry.to_string().into()),
            plain(hex::short(pmp.addr(entry)).into()),
            plain(hex::fixed(u64::from(cfg.0), 1).into()),
            Cell {
                text: if locked { "L" } else { "–" }.into(),
                tone: if locked { Tone::Warn } else { Tone::Plain },
            },
            plain(cfg.matching().name().into()),
            plain(rwx(cfg.0)),
            plain(region),
            notes(pmp, entry),
        ],
        place: Some(Hart::cfg_place(entry)),
    }
}

/// What a reader of the registers would overlook.
fn notes(pmp: &Pmp, entry: u8) -> Cell {
    let cfg = pmp.cfg(entry);
    let (mut notes, mut tone) = (Vec::new(), Tone::Plain);
    let (before, nothing) = pmp.shadow(entry);
    let listed = before
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ");
    if nothing {
        notes.push(text!(
            "pmp.note.never",
            "never decides: covered by {entries}",
            entries = listed
        ));
        tone = Tone::Warn;
    } else if !before.is_empty() {
        notes.push(text!(
            "pmp.note.first",
            "overlaps; first come {entries}",
            entries = listed
        ));
    }
    if cfg.matching() == Matching::Tor && pmp.region(entry).is_none() {
        notes.push(text!(
            "pmp.note.empty",
            "empty: its end is not above its start"
        ));
        tone = Tone::Warn;
    }
    let above = entry.saturating_add(1);
    if pmp.cfg(above).matching() == Matching::Tor {
        notes.push(text!(
            "pmp.note.lower",
            "lower end of entry {entry}",
            entry = u64::from(above)
        ));
    }
    if cfg.is_write_only() && !pmp.mseccfg().mml() {
        notes.push(text!("pmp.note.reserved", "W without R is reserved"));
        tone = Tone::Warn;
    }
    Cell {
        text: Text::join(&notes, "; "),
        tone,
    }
}
