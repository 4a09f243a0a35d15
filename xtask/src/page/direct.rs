//! Lets calls within a merged module go straight to their functions. Between modules the cutter calls through the
//! table, by a small function that does nothing else; where the table's entry came into the same module, that
//! function can call it by name, and the optimiser then removes it.
//!
//! The optimiser's own pass for this takes entries that are still to come for entries that never come.

use std::collections::BTreeMap;

use super::binary::{Bytes, CODE, ELEMENTS, END, put, sections};

/// Instructions by their first bytes.
const CALL: u8 = 0x10;
const CALL_INDIRECT: u8 = 0x11;
const LOCAL_GET: u8 = 0x20;
const REF_NULL: u8 = 0xd0;

/// The module with direct calls; `None` if it is not as the merger writes modules.
pub(super) fn direct(module: &[u8]) -> Option<Vec<u8>> {
    let mut table = BTreeMap::new();
    sections(module, |kind, section| {
        Some(match kind {
            ELEMENTS => {
                table = elements(section)?;
                None
            }
            CODE => Some(functions(section, &table)?),
            _ => None,
        })
    })
}

/// Which function is where in the table.
fn elements(section: &[u8]) -> Option<BTreeMap<u32, u32>> {
    let mut bytes = Bytes(section);
    let mut table = BTreeMap::new();
    for _ in 0..bytes.number()? {
        // 0: functions by number; 4: by expressions; with 2 the table is named.
        let kind = bytes.number()?;
        if kind & !6 != 0 || kind & 2 != 0 && bytes.number()? != 0 {
            return None;
        }
        let start = bytes.constant()?;
        bytes.is(END)?;
        if kind & 2 != 0 {
            bytes.byte()?;
        }
        for at in 0..bytes.number()? {
            let entry = start.checked_add(at)?;
            match kind & 4 != 0 && bytes.byte()? == REF_NULL {
                // What is still to come.
                true => drop(bytes.byte()?),
                false => drop(table.insert(entry, bytes.number()?)),
            }
            if kind & 4 != 0 {
                bytes.is(END)?;
            }
        }
    }
    Some(table)
}

/// The functions, with direct calls where the table's entry is here.
fn functions(section: &[u8], table: &BTreeMap<u32, u32>) -> Option<Vec<u8>> {
    let mut bytes = Bytes(section);
    let count = bytes.number()?;
    let mut out = Vec::with_capacity(section.len());
    put(&mut out, count);
    for _ in 0..count {
        let body = bytes.sized()?;
        let told = forwards(body).and_then(|(start, at)| {
            let mut told = body[..start].to_vec();
            told.push(CALL);
            put(&mut told, *table.get(&at)?);
            told.push(END);
            Some(told)
        });
        let body = told.as_deref().unwrap_or(body);
        put(&mut out, body.len() as u32);
        out.extend_from_slice(body);
    }
    bytes.0.is_empty().then_some(out)
}

/// If a function hands its arguments on to an entry of the table and does nothing else: where it names the entry,
/// and which it is.
fn forwards(body: &[u8]) -> Option<(usize, u32)> {
    let mut bytes = Bytes(body);
    // No variables of its own.
    bytes.is(0)?;
    let mut argument = 0;
    while bytes.0.first() == Some(&LOCAL_GET) {
        bytes.byte()?;
        if bytes.number()? != argument {
            return None;
        }
        argument += 1;
    }
    let start = body.len() - bytes.0.len();
    let entry = bytes.constant()?;
    bytes.is(CALL_INDIRECT)?;
    bytes.number()?;
    let table = bytes.number()?;
    bytes.is(END)?;
    (table == 0 && bytes.0.is_empty()).then_some((start, entry))
}

#[cfg(test)]
mod tests {
    use super::super::binary::{I32_CONST, MAGIC};
    use super::*;

    /// A module with two functions that forward to entries 200 and 201 of the table, of which only 200 came, and
    /// one that computes; function 7 is entry 200.
    fn module(first: &[u8]) -> Vec<u8> {
        let mut code = vec![3];
        for body in [
            first,
            &[
                0,
                LOCAL_GET,
                0,
                I32_CONST,
                0xc9,
                1,
                CALL_INDIRECT,
                5,
                0,
                END,
            ],
            &[0, LOCAL_GET, 0, I32_CONST, 0xc8, 1, 0x6a, END],
        ] {
            code.push(body.len() as u8);
            code.extend_from_slice(body);
        }
        let elements = [1, 0, I32_CONST, 0xc8, 1, END, 1, 7];
        let mut out = MAGIC.to_vec();
        out.extend([ELEMENTS, elements.len() as u8]);
        out.extend(elements);
        out.extend([CODE, code.len() as u8]);
        out.extend(code);
        out
    }

    #[test]
    fn only_what_came_is_called_by_name() {
        let before = module(&[
            0,
            LOCAL_GET,
            0,
            I32_CONST,
            0xc8,
            1,
            CALL_INDIRECT,
            5,
            0,
            END,
        ]);
        let after = module(&[0, LOCAL_GET, 0, CALL, 7, END]);
        assert_eq!(direct(&before), Some(after));
    }

    #[test]
    fn what_is_no_module_is_told() {
        assert_eq!(direct(b"\0asm"), None);
        let whole = module(&[0, END]);
        for len in (9..whole.len()).filter(|len| *len != 18) {
            assert_eq!(direct(&whole[..len]), None, "{len} bytes");
        }
    }
}
