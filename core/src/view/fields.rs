//! A structure's declaration and its bytes, as the fields of a panel.

use alloc::vec::Vec;

use super::panels::{Field, Tone};
use crate::bytes::{Layout, fields_of};
use crate::text::Text;

/// The fields of a structure with their values.
#[must_use]
pub fn fields(layout: &'static Layout, data: &[u8]) -> Vec<Field> {
    let all = fields_of(layout, data).into_iter();
    all.map(|f| Field {
        offset: f.offset,
        size: f.size,
        value: f.text,
        meaning: Text::said(f.key, f.meaning),
        reserved: f.reserved,
        tone: Tone::Plain,
        name: f.name.into(),
    })
    .collect()
}
