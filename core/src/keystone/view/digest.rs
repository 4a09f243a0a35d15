//! An enclave's measurement as it is taken.

use alloc::vec::Vec;

use super::super::machine::Machine;
use super::super::op::Op;
use crate::crypto::sha3::RATE;
use crate::text;
use crate::text::Text;
use crate::trace::{Absorb, Event, Shown, Value};
use crate::view::Digest;

pub(super) fn digest(m: &Machine, focus: u8, shown: Option<Shown<'_, Op>>) -> Option<Digest> {
    let enclave = m.enclave(focus)?;
    let place = Machine::hash_place(enclave.serial);
    let events = shown.map_or(&[][..], |s| &s.step.events);
    let absorbs: Vec<&Absorb> = events
        .iter()
        .filter_map(|e| match e {
            Event::Absorb(a) if a.digest == place => Some(a),
            _ => None,
        })
        .collect();
    let bytes = |value: Option<&Value>| match value {
        Some(Value::Bytes(b)) => b.to_vec(),
        _ => Vec::new(),
    };
    let measured = enclave.hash != [0; 64];
    let hash = match measured {
        true => enclave.hash.to_vec(),
        false => Vec::new(),
    };
    let last = absorbs.last();
    Some(Digest {
        id: "hash",
        title: match absorbs.is_empty() {
            false => text!("keystone.digest.now", "What the measurement takes in"),
            true => text!(
                "keystone.digest.title",
                "Measurement of enclave {eid}",
                eid = u64::from(focus)
            ),
        },
        note: text!(
            "keystone.digest.note",
            "SHA3-512, in one go while the enclave is created"
        ),
        place,
        absorbed: absorbs.iter().flat_map(|a| a.pieces.clone()).collect(),
        before: bytes(absorbs.first().map(|a| &a.before)),
        running: match last {
            Some(a) => bytes(Some(&a.after)),
            None => hash.clone(),
        },
        blocks: last.map_or(0, |a| a.blocks),
        block_size: RATE as u32,
        if_final: hash,
        if_final_label: match measured {
            true => text!("keystone.place.hash", "measurement"),
            false => Text::none(),
        },
        is_final: measured,
        expected: None,
    })
}
