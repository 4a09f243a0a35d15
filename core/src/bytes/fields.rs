//! A structure's bytes as rows a person can read, for panels and dumps.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use super::layout::{Field, Kind, Layout, Show};
use super::{BcdDate, Wire, hex};
use crate::text;
use crate::text::Text;

/// One field of some bytes, read and explained. Nested structures are taken apart, so that
/// the rows of [`fields_of`] cover every byte exactly once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldValue {
    /// The document's name, with the nested structures it lies in, as in `ATTRIBUTES.XFRM`.
    pub name: String,
    /// Offset in bytes from the start of the outermost structure.
    pub offset: usize,
    /// Size in bytes.
    pub size: usize,
    /// The value as text: numbers in grouped hex, flags by name, dates as yyyy-mm-dd.
    pub text: Text,
    /// Names `meaning` for translation: the declaring structure's and the field's name, as in
    /// `SECS.SIZE`; `layout.reserved` for all reserved rows.
    pub key: &'static str,
    /// What the field is for, in one sentence.
    pub meaning: &'static str,
    /// The extension that brought the field.
    pub since: Option<&'static str>,
    /// Whether the bytes must be zero.
    pub reserved: bool,
}

/// Reads `bytes` as `layout` says; where they end early, the text of the rows that are cut
/// says so.
#[must_use]
pub fn fields_of(layout: &Layout, bytes: &[u8]) -> Vec<FieldValue> {
    let mut rows = Vec::with_capacity(layout.fields.len());
    collect(layout, bytes, "", 0, &mut rows);
    rows
}

fn collect(layout: &Layout, bytes: &[u8], prefix: &str, base: usize, rows: &mut Vec<FieldValue>) {
    for field in layout.fields {
        let held = bytes.get(field.offset..).unwrap_or_default();
        let held = held.get(..field.size).unwrap_or(held);
        let name = format!("{prefix}{}", field.name);
        if let Kind::Nested(inner) = field.kind {
            collect(inner, held, &(name + "."), base + field.offset, rows);
            continue;
        }
        rows.push(FieldValue {
            name,
            offset: base + field.offset,
            size: field.size,
            text: text(field, held),
            key: field.key,
            meaning: field.meaning,
            since: field.since,
            reserved: matches!(field.kind, Kind::Reserved),
        });
    }
}

/// The value of one field as text; `held` are the bytes of it that exist.
fn text(field: &Field, held: &[u8]) -> Text {
    if held.len() < field.size {
        return text!(
            "field.cut-off",
            "cut off: {held} of {size} bytes",
            held = held.len(),
            size = field.size
        );
    }
    match field.kind {
        Kind::Reserved if held.iter().all(|byte| *byte == 0) => text!("field.zero", "zero"),
        Kind::Reserved => text!(
            "field.not-zero",
            "not zero: {bytes}",
            bytes = bytes_text(held)
        ),
        Kind::Bytes if field.show == Show::Integer => integer_text(held),
        Kind::Bytes => bytes_text(held),
        Kind::Date => BcdDate::read(held).to_string().into(),
        Kind::Uint => number_text(unsigned(held.iter().rev()), field.show),
        Kind::UintBe => number_text(unsigned(held.iter()), field.show),
        Kind::Bits(bits) => match unsigned(held.iter().rev()) {
            0 => text!("field.no-flag", "none (0x0)"),
            word => bits.text(word).into(),
        },
        Kind::Value(values) => values.text(unsigned(held.iter().rev())).into(),
        // A nested structure has rows of its own and is not asked for as a value.
        Kind::Nested(layout) => layout.name.into(),
    }
}

/// The number whose bytes come most significant first.
fn unsigned<'a>(bytes: impl Iterator<Item = &'a u8>) -> u64 {
    bytes.fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn number_text(number: u64, show: Show) -> Text {
    match show {
        Show::Address => hex::addr(number).into(),
        Show::Size if number != 0 => {
            format!("{} ({})", hex::short(number), hex::size(number)).into()
        }
        Show::Pages if number == 1 => text!("field.page", "1 page"),
        Show::Pages => text!("field.pages", "{n} pages", n = number.to_string()),
        _ => hex::number(number).into(),
    }
}

/// Up to 64 bytes in full; of more, the first and last eight.
fn bytes_text(bytes: &[u8]) -> Text {
    match bytes {
        [head @ .., _, _, _, _, _, _, _, _] if bytes.len() > 64 => text!(
            "field.bytes",
            "{head}…{tail} ({n} bytes)",
            head = hex::encode(&head[..8]),
            tail = hex::encode(&bytes[head.len()..]),
            n = bytes.len().to_string()
        ),
        _ => hex::encode(bytes).into(),
    }
}

/// A large little-endian integer by its leading digits and its length in bits.
fn integer_text(bytes: &[u8]) -> Text {
    let used = bytes
        .iter()
        .rposition(|byte| *byte != 0)
        .map_or(0, |last| last + 1);
    let Some((top, _)) = bytes[..used].split_last() else {
        return "0".into();
    };
    let lead: Vec<u8> = bytes[..used].iter().rev().take(8).copied().collect();
    let more = if used > 8 { "…" } else { "" };
    let bits = used * 8 - top.leading_zeros() as usize;
    text!(
        "field.bits",
        "0x{lead} ({n} bits)",
        lead = hex::encode(&lead) + more,
        n = bits.to_string()
    )
}

/// `Debug` of every structure: its fields by name, reserved rows left out while zero.
#[doc(hidden)]
pub fn debug(layout: &Layout, bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut debug = f.debug_struct(layout.name);
    for row in fields_of(layout, bytes).iter().filter(|row| !row.reserved) {
        debug.field(&row.name, &format_args!("{}", row.text.en()));
    }
    debug.finish()
}
