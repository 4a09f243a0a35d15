//! MRENCLAVE as it grows.

use alloc::string::String;
use alloc::vec::Vec;

use super::super::machine::Machine;
use super::super::op::Op;
use super::super::structs::SigStruct;
use crate::text;
use crate::text::Text;
use crate::trace::{Event, Shown, Value};
use crate::view::Digest;

pub(super) fn digest(m: &Machine, focus: u8, shown: Option<Shown<'_, Op>>) -> Option<Digest> {
    let handle = m.enclave(focus)?;
    let secs = m.secs.get(&handle.secs)?;
    let place = m.mrenclave_place(handle.secs);
    let absorb = shown.and_then(|s| {
        s.step.events.iter().find_map(|e| match e {
            Event::Absorb(a) if a.digest == place => Some(a),
            _ => None,
        })
    });
    let before = match absorb.map(|a| &a.before) {
        Some(Value::Bytes(b)) => b.to_vec(),
        _ => Vec::new(),
    };
    let is_final = secs.is_init();
    let bytes = absorb.map_or(0, |a| a.pieces.iter().map(|p| p.bytes.len()).sum::<usize>());
    Some(Digest {
        id: "mrenclave",
        title: match absorb {
            Some(_) => text!("digest.absorbing", "What MRENCLAVE absorbs now"),
            None => text!("digest.resting", "MRENCLAVE so far"),
        },
        note: match bytes / 64 {
            _ if secs.assumed.is_some() => {
                text!("digest.assumed", "assumed, not measured (model)")
            }
            0 => text!(
                "digest.enclave",
                "enclave {name}",
                name = String::from(super::letter(focus))
            ),
            1 => text!("digest.block", "one block of 64 bytes"),
            n => text!("digest.blocks", "{n} blocks of 64 bytes", n = n),
        },
        place,
        absorbed: absorb.map(|a| a.pieces.clone()).unwrap_or_default(),
        before,
        running: secs.measurement.midstate_be().to_vec(),
        blocks: secs.measurement.blocks(),
        block_size: 64,
        if_final: match is_final {
            true => secs.fields.mrenclave.to_vec(),
            false => secs.finished().to_vec(),
        },
        if_final_label: match is_final {
            true => "MRENCLAVE".into(),
            false => text!("digest.if-einit", "if EINIT now"),
        },
        is_final,
        expected: expected(shown),
    })
}

/// What the author signed, at EINIT.
fn expected(shown: Option<Shown<'_, Op>>) -> Option<(Text, Vec<u8>)> {
    let bytes = shown?.step.events.iter().find_map(|e| match e {
        Event::Message { bytes, .. } if bytes.len() == SigStruct::SIZE => Some(bytes),
        _ => None,
    })?;
    Some((
        "SIGSTRUCT.ENCLAVEHASH".into(),
        bytes.get(960..992)?.to_vec(),
    ))
}
