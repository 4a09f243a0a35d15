//! Two SIGSTRUCTs field by field: what they say differs, and none of it is measured.

use alloc::string::ToString;
use alloc::vec::Vec;

use crate::bytes::{fields_of, hex};
use crate::sgx::structs::SigStruct;
use crate::text;
use crate::text::Text;
use crate::view::{Cell, Column, Row, Table, Tone};

/// Fields longer than this are told by how they begin.
const LONG: usize = 32;

/// A field that differs: its name and both values.
pub(super) struct Field {
    pub(super) name: Text,
    pub(super) values: [Text; 2],
}

/// The fields that differ, MRSIGNER first where it does.
pub(super) fn differing(a: &SigStruct, b: &SigStruct) -> Vec<Field> {
    let mut all = Vec::new();
    if a.modulus != b.modulus {
        all.push(Field {
            name: "MRSIGNER".into(),
            values: [a, b].map(|s| hex::encode(&s.mrsigner()).into()),
        });
    }
    let (x, y) = (a.encode(), b.encode());
    let [fx, fy] = [&x, &y].map(|bytes| fields_of(SigStruct::LAYOUT, bytes));
    for (p, q) in fx.into_iter().zip(fy) {
        let range = p.offset..p.offset + p.size;
        if x[range.clone()] == y[range.clone()] {
            continue;
        }
        let long = p.size > LONG;
        let values = match long {
            true => [&x, &y].map(|bytes| {
                let start = hex::encode(&bytes[range.clone()][..8]);
                text!(
                    "diff.long",
                    "{start}… ({n} bytes)",
                    start = start,
                    n = p.size
                )
            }),
            false => [p.text, q.text],
        };
        all.push(Field {
            name: p.name.into(),
            values,
        });
    }
    all
}

/// The fields as a table.
pub(super) fn table(fields: &[Field]) -> Table {
    let row = |(n, field): (usize, &Field)| {
        let cell = |text: &Text, tone| Cell {
            text: text.clone(),
            tone,
        };
        Row {
            key: n.to_string(),
            cells: [
                cell(&field.name, Tone::Plain),
                cell(&field.values[0], Tone::Warn),
                cell(&field.values[1], Tone::Warn),
            ]
            .to_vec(),
            place: None,
        }
    };
    Table {
        id: "diff-sigstruct",
        title: "SIGSTRUCT".into(),
        note: text!(
            "diff.sigstruct.note",
            "the fields that differ; none is measured"
        ),
        wide: true,
        columns: columns([text!("diff.col.field", "Field"), "A".into(), "B".into()]),
        rows: fields.iter().enumerate().map(row).collect(),
        empty: text!("diff.sigstruct.empty", "Every field is the same."),
    }
}

/// Columns of fixed width.
pub(super) fn columns<const N: usize>(titles: [Text; N]) -> Vec<Column> {
    let column = |title| Column { title, mono: true };
    titles.into_iter().map(column).collect()
}
