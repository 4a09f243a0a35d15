//! Who may do what where: a lane for each entry in the order of priority, and what comes of them all.

use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use super::super::Hart;
use super::rwx;
use crate::arch::riscv::pmp::Cfg;
use crate::arch::riscv::{END, Piece, Privilege};
use crate::text;
use crate::text::Text;
use crate::view::{AddressMap, Lane, Range, Tone};

/// Lanes of entries that are drawn; the registers below show all.
const LANES: usize = 11;

/// A key for the lane of each entry.
const KEYS: [&str; 64] = [
    "entry0", "entry1", "entry2", "entry3", "entry4", "entry5", "entry6", "entry7", "entry8",
    "entry9", "entry10", "entry11", "entry12", "entry13", "entry14", "entry15", "entry16",
    "entry17", "entry18", "entry19", "entry20", "entry21", "entry22", "entry23", "entry24",
    "entry25", "entry26", "entry27", "entry28", "entry29", "entry30", "entry31", "entry32",
    "entry33", "entry34", "entry35", "entry36", "entry37", "entry38", "entry39", "entry40",
    "entry41", "entry42", "entry43", "entry44", "entry45", "entry46", "entry47", "entry48",
    "entry49", "entry50", "entry51", "entry52", "entry53", "entry54", "entry55", "entry56",
    "entry57", "entry58", "entry59", "entry60", "entry61", "entry62", "entry63",
];

/// The map; `open` shows the entries, `mode` narrows what comes of them to one mode.
pub(super) fn map(hart: &Hart, open: bool, mode: Option<Option<Privilege>>) -> AddressMap {
    let pieces = hart.pmp.pieces();
    let active = || (0..hart.pmp.count()).filter(|e| hart.pmp.region(*e).is_some());
    let mut lanes = vec![effective(hart, &pieces, mode)];
    if open {
        lanes.extend(active().take(LANES).map(|e| entry(hart, &pieces, e)));
    }
    let count = active().count();
    AddressMap {
        id: "map",
        title: text!("pmp.map", "Who may do what where"),
        note: match (open, count > LANES) {
            (false, _) => text!("pmp.map.closed", "as far as this observer can find out"),
            (true, true) => text!(
                "pmp.map.many",
                "the first {shown} of {count} active entries; the lowest that touches an access decides",
                shown = LANES,
                count = count
            ),
            (true, false) => text!(
                "pmp.map.note",
                "{count} active entries; the lowest that touches an access decides",
                count = count
            ),
        },
        lanes,
        links: Vec::new(),
    }
}

/// What each mode may do, all entries together.
fn effective(hart: &Hart, pieces: &[Piece], mode: Option<Option<Privilege>>) -> Lane {
    let mut ranges: Vec<Range> = Vec::new();
    for piece in pieces {
        let grants = |mode| hart.pmp.grants(piece.entry, mode);
        let (machine, lower) = (grants(Privilege::Machine), grants(Privilege::Supervisor));
        let (label, seen) = match mode {
            // A device: PMP is not asked.
            Some(None) => (rwx(7), 7),
            Some(Some(mode)) => (rwx(grants(mode)), grants(mode)),
            None => (
                text!("pmp.lower", "S, U: {rights}", rights = rwx(lower)),
                lower,
            ),
        };
        ranges.push(Range {
            key: format!("all-{:x}", piece.range.start),
            start: piece.range.start,
            end: piece.range.end,
            depth: 0,
            label,
            sub: match mode {
                None => text!("pmp.machine", "M: {rights}", rights = rwx(machine)),
                Some(_) => Text::none(),
            },
            tone: tone(seen),
            place: piece.entry.filter(|_| mode.is_none()).map(Hart::cfg_place),
        });
    }
    Lane {
        key: "effective",
        title: text!("pmp.effective", "All entries together"),
        start: 0,
        end: END,
        ranges,
    }
}

fn tone(rights: u8) -> Tone {
    const ALL: u8 = Cfg::R | Cfg::W | Cfg::X;
    match rights {
        0 => Tone::Bad,
        ALL => Tone::Good,
        _ => Tone::Warn,
    }
}

/// One entry: where it matches, and where another comes first.
fn entry(hart: &Hart, pieces: &[Piece], entry: u8) -> Lane {
    let region = hart.pmp.region(entry).unwrap_or(0..0);
    let cfg = hart.pmp.cfg(entry);
    let range = |piece: &Piece| {
        let matched = region.contains(&piece.range.start);
        let decides = piece.entry == Some(entry);
        let (label, tone) = match (matched, decides) {
            (false, _) => (Text::none(), Tone::Free),
            (true, true) => (rwx(cfg.0), Tone::OwnerA),
            (true, false) => {
                let first = u64::from(piece.entry.unwrap_or(0));
                (
                    text!("pmp.first", "{entry} first", entry = first),
                    Tone::Hidden,
                )
            }
        };
        Range {
            key: format!("{entry}-{:x}", piece.range.start),
            start: piece.range.start,
            end: piece.range.end,
            depth: 0,
            label,
            sub: Text::none(),
            tone,
            place: matched.then(|| Hart::cfg_place(entry)),
        }
    };
    Lane {
        key: KEYS[usize::from(entry) % KEYS.len()],
        title: text!(
            "pmp.entry",
            "Entry {n}: {how}",
            n = u64::from(entry),
            how = cfg.matching().name()
        ),
        start: 0,
        end: END,
        ranges: pieces.iter().map(range).collect(),
    }
}
