//! The monitor's tables: its enclaves and its regions.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::super::machine::{Machine, State};
use super::super::pmp_regions::Form;
use super::super::pmp_write::{OS_REGION, SM_REGION};
use crate::bytes::hex;
use crate::text;
use crate::text::Text;
use crate::view::{Cell, Column, Row, Table, Tone};

fn plain(text: impl Into<Text>) -> Cell {
    Cell {
        text: text.into(),
        tone: Tone::Plain,
    }
}

fn column(title: Text, mono: bool) -> Column {
    Column { title, mono }
}

pub(super) fn table(m: &Machine, open: bool) -> Table {
    let hidden = text!(
        "keystone.enclaves.hidden",
        "lies in the monitor’s memory, which this observer cannot read"
    );
    Table {
        id: "enclaves",
        title: text!("keystone.enclaves.title", "Enclaves"),
        note: match open {
            true => text!("keystone.enclaves.note", "the monitor’s table, 16 places"),
            false => hidden.clone(),
        },
        wide: false,
        columns: vec![
            column("eid".into(), true),
            column(text!("keystone.enclaves.state", "state"), true),
            column(text!("keystone.enclaves.epm", "private memory"), true),
            column(text!("keystone.enclaves.utm", "shared buffer"), true),
            column(text!("keystone.enclaves.entry", "entries"), true),
            column(text!("keystone.enclaves.hash", "measurement"), true),
        ],
        rows: if open { rows(m) } else { Vec::new() },
        empty: match open {
            true => text!("keystone.enclaves.empty", "There is no enclave."),
            false => hidden,
        },
    }
}

fn rows(m: &Machine) -> Vec<Row> {
    let all = m.monitor.enclaves.iter();
    all.map(|(eid, e)| {
        let stretch = |at: u64, size: u64| format!("{} {}", hex::addr(at), hex::size(size));
        let entries = m.region(e.epm).map_or_else(String::new, |r| match r.form {
            Form::Tor if r.entry > 0 => format!("{}, {}", r.entry - 1, r.entry),
            _ => format!("{}", r.entry),
        });
        let state = match (e.exited, e.state) {
            (true, State::Stopped) => {
                let name = e.state.name();
                text!("keystone.enclaves.exited", "{state}, exited", state = name)
            }
            _ => e.state.name().into(),
        };
        let hash = match e.hash == [0; 64] {
            true => String::from("–"),
            false => format!("{}…", hex::encode(&e.hash[..6])),
        };
        Row {
            key: format!("{}", e.serial),
            cells: vec![
                Cell {
                    text: format!("{eid}").into(),
                    tone: super::tone(*eid),
                },
                plain(state),
                plain(stretch(e.args.epm_paddr, e.args.epm_size)),
                plain(stretch(e.args.utm_paddr, e.args.utm_size)),
                plain(entries),
                plain(hash),
            ],
            place: Some(Machine::enclave_place(*eid)),
        }
    })
    .collect()
}

/// The table of regions and the entries that are marked as used.
pub(super) fn regions(m: &Machine) -> Table {
    let used = &m.monitor.regions;
    let entries = (0..m.platform.entries).map(|n| match used.is_used(n) {
        true => '1',
        false => '0',
    });
    let marks: String = entries.collect();
    Table {
        id: "regions",
        title: text!("keystone.regions.title", "Regions"),
        note: text!(
            "keystone.regions.note",
            "16 places; entries marked as used, from 0: {marks}",
            marks = marks
        ),
        wide: false,
        columns: vec![
            column("n".into(), true),
            column(text!("keystone.regions.form", "form"), true),
            column(text!("keystone.regions.range", "from, size"), true),
            column(text!("keystone.pmp.entry", "entry"), true),
            column(text!("keystone.pmp.for", "for"), false),
        ],
        rows: used
            .table
            .iter()
            .map(|(index, r)| region(m, *index, r))
            .collect(),
        empty: text!("keystone.regions.empty", "There is no region yet."),
    }
}

fn region(m: &Machine, index: u8, r: &super::super::pmp_regions::Region) -> Row {
    let size = match r.size {
        u64::MAX => text!("keystone.regions.all", "all of memory"),
        size => format!("{} {}", hex::addr(r.base), hex::size(size)).into(),
    };
    let owner = match index {
        SM_REGION => Cell {
            text: text!("keystone.map.monitor", "security monitor"),
            tone: Tone::System,
        },
        OS_REGION => Cell {
            text: text!("keystone.who.linux", "Linux"),
            tone: Tone::Free,
        },
        _ => match m.owner_of(r.base) {
            Some(eid) => Cell {
                text: text!("keystone.map.epm", "enclave {eid}", eid = u64::from(eid)),
                tone: super::tone(eid),
            },
            None => Cell::default(),
        },
    };
    Row {
        key: format!("{index}"),
        cells: vec![
            plain(format!("{index}")),
            plain(match r.form {
                Form::Napot => "NAPOT",
                Form::Tor => "TOR",
            }),
            plain(size),
            plain(format!("{}", r.entry)),
            owner,
        ],
        place: Some(Machine::region_place(index)),
    }
}
