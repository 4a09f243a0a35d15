//! Runs of pages as a map with a lane for each enclave, and as a table.

use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use super::pages::{Run, Seen, What};
use super::said::places;
use super::sigs::columns;
use crate::bytes::hex;
use crate::memory::PAGE;
use crate::sgx::image::Inputs;
use crate::sgx::words;
use crate::text;
use crate::text::Text;
use crate::view::{AddressMap, Cell, Lane, Link, Range, Row, Table, Tone};

/// As many ranges a lane has at most: neighbours are drawn together beyond that.
const RANGES_MOST: usize = 240;

/// As many rows the table has at most.
const ROWS_MOST: usize = 500;

/// In what pages differ, in a few words.
pub(super) fn what(what: What) -> Text {
    let all = [
        (what.only_a, text!("diff.what.only-a", "only in A")),
        (what.only_b, text!("diff.what.only-b", "only in B")),
        (what.page_type, text!("diff.what.type", "type")),
        (what.rwx, text!("diff.what.rwx", "permissions")),
        (
            what.measured,
            text!("diff.what.measured", "measured or not"),
        ),
        (what.content, text!("diff.what.content", "contents")),
        (what.nssa, "NSSA".into()),
        (what.moved, text!("diff.what.moved", "moved")),
        (what.shifted, text!("diff.what.shifted", "TCS follows")),
        (
            what.unmeasured,
            text!("diff.what.unmeasured", "unmeasured bytes"),
        ),
        (what.cleared, text!("diff.what.cleared", "cleared by EADD")),
    ];
    let said: Vec<Text> = all
        .into_iter()
        .filter(|(is, _)| *is)
        .map(|(_, t)| t)
        .collect();
    Text::join(&said, ", ")
}

fn tone(what: What) -> Tone {
    let elsewhere = What {
        moved: what.moved,
        shifted: what.shifted,
        ..What::default()
    };
    match what {
        w if w.is_nothing() => Tone::Plain,
        w if !w.counts() || w == elsewhere => Tone::Warn,
        _ => Tone::Bad,
    }
}

/// Both enclaves as lanes; pages that moved are tied.
pub(super) fn map(runs: &[Run], sizes: [u64; 2]) -> AddressMap {
    let groups = runs.len().div_ceil(RANGES_MOST).max(1);
    let mut links = Vec::new();
    let mut ranges = [Vec::new(), Vec::new()];
    for (n, group) in runs.chunks(groups).enumerate() {
        let mut keys = [None, None];
        for side in [0, 1] {
            if let Some(range) = range(group, side, n) {
                keys[side] = Some(range.key.clone());
                ranges[side].push(range);
            }
        }
        if let [Some(from), Some(to)] = keys
            && group.iter().any(|r| r.what.moved)
        {
            links.push(Link {
                from,
                to,
                tone: Tone::Warn,
            });
        }
    }
    let [mut a, mut b] = ranges;
    // Lanes are in the order of addresses, which runs are in except where pages moved past others.
    a.sort_by_key(|r| r.start);
    b.sort_by_key(|r| r.start);
    let lane = |key, side: &'static str, size, ranges| Lane {
        key,
        title: text!("diff.lane", "Enclave {side}", side = side),
        start: 0,
        end: size,
        ranges,
    };
    AddressMap {
        id: "diff-map",
        title: text!("diff.map", "Both enclaves"),
        note: text!("diff.map.note", "by offset in the enclave"),
        lanes: [
            lane("enclave-a", "A", sizes[0], a),
            lane("enclave-b", "B", sizes[1], b),
        ]
        .into(),
        links,
    }
}

/// Runs drawn as one range on a side.
fn range(group: &[Run], side: usize, n: usize) -> Option<Range> {
    let mine = || {
        group
            .iter()
            .filter_map(|r| r.first[side].map(|seen| (r, seen)))
    };
    let start = mine().map(|(_, s)| s.offset).min()?;
    let end = mine()
        .map(|(r, s)| s.offset + r.count * PAGE as u64)
        .max()?;
    let pages: u64 = mine().map(|(r, _)| r.count).sum();
    let (worst, seen) = mine().max_by_key(|(r, _)| (tone(r.what) as u8, r.what.counts()))?;
    let label = match worst.what.is_nothing() {
        true => text!("diff.what.same", "the same"),
        false => what(worst.what),
    };
    let kind = format!(
        "{} {}",
        words::page_type(seen.flags.page_type()),
        words::rwx(seen.flags)
    );
    let sub = match seen.origin.words() {
        Some(origin) => text!(
            "diff.range.of",
            "{n} × {kind}, {origin}",
            n = pages,
            kind = kind,
            origin = origin
        ),
        None => text!("diff.range", "{n} × {kind}", n = pages, kind = kind),
    };
    Some(Range {
        key: format!("{}{n}", ["a", "b"][side]),
        start,
        end,
        depth: 0,
        label,
        sub,
        tone: tone(worst.what),
        place: None,
    })
}

/// The runs that differ, as a table.
pub(super) fn table(runs: &[Run], lost: u64) -> Table {
    let differ = || runs.iter().filter(|r| !r.what.is_nothing());
    let pages: u64 = differ().map(|r| r.count).sum();
    let mut rows: Vec<Row> = differ().take(ROWS_MOST).enumerate().map(row).collect();
    let note = if lost > 0 || differ().nth(ROWS_MOST).is_some() {
        text!(
            "diff.table.cut",
            "differing pages: {n} in at least {runs} places, more than are listed",
            n = pages + lost,
            runs = differ().count()
        )
    } else {
        text!("diff.table.note", "differing pages: {n}", n = pages)
    };
    let mut columns = columns([
        text!("diff.col.place", "Offset"),
        text!("diff.col.pages", "Pages"),
        text!("diff.col.what", "What differs"),
        "A".into(),
        "B".into(),
        text!("diff.col.origin", "What for"),
        text!("diff.col.bytes", "Bytes"),
    ]);
    for n in (0..columns.len()).rev() {
        if rows.iter().all(|r| r.cells[n].text.is_empty()) {
            columns.remove(n);
            rows.iter_mut().for_each(|r| _ = r.cells.remove(n));
        }
    }
    Table {
        id: "diff-pages",
        title: text!("diff.table", "Every differing page"),
        note,
        wide: true,
        columns,
        rows,
        empty: text!("diff.table.empty", "No page differs."),
    }
}

fn row((n, run): (usize, &Run)) -> Row {
    let cell = |text: Text| Cell {
        text,
        tone: Tone::Plain,
    };
    let page = |seen: Option<Seen>| match seen {
        None => Text::from("–"),
        Some(s) => {
            let kind = words::page_type(s.flags.page_type());
            let measured = s.measured.count_ones();
            format!("{kind} {} {measured}/16", words::rwx(s.flags)).into()
        }
    };
    let origin = run.first.iter().flatten().find_map(|s| s.origin.words());
    let bytes = match (run.bytes + run.loose, run.byte) {
        (0, _) => Text::none(),
        (n, Some(b)) => text!(
            "diff.row.bytes",
            "{n}, first at {at}: {a} → {b}",
            n = n,
            at = format!("{:#x}", b.page * PAGE as u64 + b.at as u64),
            a = format!("{:02x}", b.values[0]),
            b = format!("{:02x}", b.values[1])
        ),
        (n, None) => n.into(),
    };
    Row {
        key: n.to_string(),
        cells: [
            cell(places(run).into()),
            cell(run.count.into()),
            Cell {
                text: what(run.what),
                tone: tone(run.what),
            },
            cell(page(run.first[0])),
            cell(page(run.first[1])),
            cell(origin.unwrap_or_else(Text::none)),
            cell(bytes),
        ]
        .into(),
        place: None,
    }
}

/// What both authors chose, as far as the formats tell it.
pub(super) fn inputs(inputs: [Inputs; 2], sizes: [u64; 2]) -> Table {
    let mut names: Vec<(Text, [alloc::string::String; 2])> = Vec::new();
    names.push(("SIZE".into(), sizes.map(hex::size)));
    for side in [0, 1] {
        for (name, value) in inputs[side].rows() {
            match names.iter_mut().find(|(n, _)| *n == name) {
                Some((_, values)) => values[side] = value,
                None => {
                    let mut values = [alloc::string::String::new(), alloc::string::String::new()];
                    values[side] = value;
                    names.push((name, values));
                }
            }
        }
    }
    let row = |(n, (name, values)): (usize, (Text, [alloc::string::String; 2]))| {
        let tone = if values[0] == values[1] {
            Tone::Plain
        } else {
            Tone::Bad
        };
        let [a, b] = values.map(|v| match v.is_empty() {
            true => Text::from("–"),
            false => v.into(),
        });
        let cell = |text, tone| Cell { text, tone };
        Row {
            key: n.to_string(),
            cells: [cell(name, Tone::Plain), cell(a, tone), cell(b, tone)].into(),
            place: None,
        }
    };
    Table {
        id: "diff-inputs",
        title: text!("diff.inputs", "What the authors chose"),
        note: text!("diff.inputs.note", "as far as the files tell it"),
        wide: false,
        columns: columns([text!("diff.col.input", "Setting"), "A".into(), "B".into()]),
        rows: names.into_iter().enumerate().map(row).collect(),
        empty: Text::none(),
    }
}
