//! The EPCM: what the processor knows of each EPC page.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::super::machine::{EpcPage, EpcmEntry, Machine};
use super::super::structs::PageType;
use super::super::words;
use super::{letter, tone};
use crate::bytes::hex;
use crate::text;
use crate::text::Text;
use crate::trace::Place;
use crate::view::{Cell, Column, Row, Table, Tone};

/// Rows shown one by one; beyond, neighbours that differ only in their addresses are folded.
const SINGLE: usize = 64;

pub(super) fn table(m: &Machine, open: bool) -> Table {
    let column = |title: Text, mono| Column { title, mono };
    Table {
        id: "epcm",
        title: "EPCM".into(),
        note: match open {
            true => text!("epcm.note", "one entry per EPC page, kept by the processor"),
            false => text!(
                "epcm.hidden",
                "lies in the PRM: nobody but the processor reads it"
            ),
        },
        wide: false,
        columns: vec![
            column(text!("epcm.page", "EPC page"), true),
            column(text!("epcm.type", "type"), true),
            column("rwx".into(), true),
            column(text!("epcm.owner", "owner"), true),
            column(text!("epcm.linaddr", "linear address"), true),
            column(text!("epcm.flags", "state"), false),
        ],
        rows: if open { rows(m) } else { Vec::new() },
        empty: match open {
            true => text!("epcm.empty", "Every EPC page is free."),
            false => text!("epcm.unreadable", "This observer cannot read the EPCM."),
        },
    }
}

fn rows(m: &Machine) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut run: Option<(u64, u64, EpcmEntry)> = None;
    let fold = m.epc.size() > SINGLE;
    for (page, len, e) in m.epcm_runs() {
        if let Some((first, last, was)) = &mut run {
            if fold && *last + 1 == page.0 && was.onward(page.0 - *first) == e {
                *last = page.0 + len - 1;
                continue;
            }
            rows.push(row(m, *first, *last, was));
            run = None;
        }
        if fold {
            run = Some((page.0, page.0 + len - 1, e));
            continue;
        }
        rows.extend((0..len).map(|n| row(m, page.0 + n, page.0 + n, &e.onward(n))));
    }
    if let Some((first, last, e)) = run {
        rows.push(row(m, first, last, &e));
    }
    rows
}

fn row(m: &Machine, first: u64, last: u64, e: &EpcmEntry) -> Row {
    let owner = match e.page_type {
        PageType::SECS => m.enclave_of(EpcPage(first)),
        _ => e.secs.and_then(|s| m.enclave_of(s)),
    };
    let plain = |text: Text| Cell {
        text,
        tone: Tone::Plain,
    };
    let name = match last - first {
        0 => hex::short(first),
        _ => format!("{}–{}", hex::short(first), hex::short(last)),
    };
    let linaddr = match e.page_type {
        PageType::SECS | PageType::VA => String::from("–"),
        _ => e.linaddr.to_string(),
    };
    Row {
        key: format!("{first:x}"),
        cells: vec![
            plain(name.into()),
            plain(words::page_type(e.page_type).into()),
            plain(words::rwx(e.rwx).into()),
            Cell {
                text: owner.map_or_else(|| "–".into(), |n| Text::from(String::from(letter(n)))),
                tone: owner.map_or(Tone::Plain, tone),
            },
            plain(linaddr.into()),
            state(m, first, e),
        ],
        place: Some(Place::new("epcm", first, last - first + 1)),
    }
}

/// What else is to be said of an entry.
fn state(m: &Machine, page: u64, e: &EpcmEntry) -> Cell {
    let flags = [
        (e.blocked, "BLOCKED"),
        (e.pending, "PENDING"),
        (e.modified, "MODIFIED"),
        (e.pr, "PR"),
    ];
    let mut words: Vec<Text> = flags
        .iter()
        .filter(|(on, _)| *on)
        .map(|(_, n)| Text::from(*n))
        .collect();
    if m.is_held(EpcPage(page)) {
        words.push(text!("epcm.held", "in use by another core"));
    }
    let tone = if words.is_empty() {
        Tone::Plain
    } else {
        Tone::Warn
    };
    Cell {
        text: Text::join(&words, ", "),
        tone,
    }
}
