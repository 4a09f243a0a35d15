//! The signed fields as parameters: each is as in the file unless something is set.

use alloc::format;
use alloc::rc::Rc;
use alloc::vec::Vec;

use super::Turned;
use crate::bytes::hex;
use crate::sgx::structs::SigStruct;
use crate::text;
use crate::trace::param;
use crate::trace::{BadInput, Param};

/// A field: the parameter's key, the manual's name, where it lies, how many bytes, and whether it is
/// written as a number, most significant digit first.
struct Row(&'static str, &'static str, usize, usize, bool);

/// The fields that can be set, in the order of the structure.
const ROWS: [Row; 16] = [
    Row("sig-vendor", "VENDOR", 16, 4, true),
    Row("sig-date", "DATE", 20, 4, true),
    Row("sig-swdefined", "SWDEFINED", 40, 4, true),
    Row("sig-miscselect", "MISCSELECT", 900, 4, true),
    Row("sig-miscmask", "MISCMASK", 904, 4, true),
    Row("sig-isvfamilyid", "ISVFAMILYID", 912, 16, false),
    Row("sig-flags", "ATTRIBUTES.FLAGS", 928, 8, true),
    Row("sig-xfrm", "ATTRIBUTES.XFRM", 936, 8, true),
    Row("sig-flagsmask", "ATTRIBUTEMASK.FLAGS", 944, 8, true),
    Row("sig-xfrmmask", "ATTRIBUTEMASK.XFRM", 952, 8, true),
    Row("sig-enclavehash", "ENCLAVEHASH", 960, 32, false),
    Row("sig-isvextprodid", "ISVEXTPRODID", 1008, 16, false),
    Row("sig-isvprodid", "ISVPRODID", 1024, 2, true),
    Row("sig-isvsvn", "ISVSVN", 1026, 2, true),
    Row("sig-header", "HEADER", 0, 16, false),
    Row("sig-exponent", "EXPONENT", 512, 4, true),
];

/// The parameters.
pub(super) fn params() -> Vec<Param> {
    let one = |row: &Row| {
        let Row(key, name, _, size, number) = *row;
        let help = match number {
            true => text!(
                "workshop.number.help",
                "A number in hex, at most {size} bytes, as 0x01. Empty: as in the file. What is changed must be signed again.",
                size = size
            ),
            false => text!(
                "workshop.bytes.help",
                "Bytes in hex, {size} of them. Empty: as in the file. What is changed must be signed again.",
                size = size
            ),
        };
        param::hex(key, format!("SIGSTRUCT.{name}").into(), help, size)
    };
    ROWS.iter().map(one).collect()
}

/// The SIGSTRUCT with the fields that were set.
pub(super) fn edit(given: &Rc<[u8]>, turned: &Turned<'_>) -> Result<Rc<[u8]>, BadInput> {
    let mut bytes = given.to_vec();
    bytes.resize(SigStruct::SIZE, 0);
    for Row(key, _, at, size, number) in ROWS {
        let set = hex::decode(turned.text(key)).unwrap_or_default();
        if set.is_empty() {
            continue;
        }
        let place = &mut bytes[at..at + size];
        if number {
            place.fill(0);
            let least_first = set.iter().rev();
            place.iter_mut().zip(least_first).for_each(|(p, b)| *p = *b);
        } else if set.len() == size {
            place.copy_from_slice(&set);
        } else {
            return Err(length(key, size, set.len()));
        }
    }
    Ok(Rc::from(bytes))
}

/// Bytes that must be so many, or none.
pub(super) fn exact<const N: usize>(
    bytes: &[u8],
    key: &'static str,
) -> Result<Option<[u8; N]>, BadInput> {
    match bytes.len() {
        0 => Ok(None),
        len => match bytes.try_into() {
            Ok(exact) => Ok(Some(exact)),
            Err(_) => Err(length(key, N, len)),
        },
    }
}

fn length(key: &'static str, wants: usize, has: usize) -> BadInput {
    BadInput {
        key: key.into(),
        missing_file: false,
        why: text!(
            "workshop.length",
            "{key} takes {wants} bytes in hex, but there are {has}.",
            key = key,
            wants = wants,
            has = has
        ),
    }
}
