//! The structures and the memory a step is about, byte for byte.

use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;

use super::super::machine::Machine;
use super::super::op::Op;
use super::super::os::ARGS;
use super::super::sbi;
use super::super::structs::{BootBlock, CreateArgs, Report, SealingKey};
use crate::bytes::{Layout, hex};
use crate::memory::Physical;
use crate::text;
use crate::text::Text;
use crate::trace::{Observer, Place, Shown};
use crate::view::{Bytes, Field, Tone, fields};

/// Bytes shown of memory without a structure.
const PEEK: u64 = 64;

pub(super) fn structures(
    m: &Machine,
    shown: Option<Shown<'_, Op>>,
    observer: Option<Observer>,
) -> Vec<Bytes> {
    let Some(shown) = shown else {
        return Vec::new();
    };
    let done = shown.step.outcome.is_done();
    let one = match shown.op {
        Op::Bootrom if done => Some(structure(m, BootBlock::LAYOUT, BootBlock::AT)),
        Op::Create { .. } => Some(structure(m, CreateArgs::LAYOUT, ARGS)),
        Op::Ecall {
            id: sbi::ATTEST,
            args,
            ..
        } if done => Some(structure(m, Report::LAYOUT, args[0])),
        Op::Ecall {
            id: sbi::SEALING_KEY,
            args,
            ..
        } if done => Some(structure(m, SealingKey::LAYOUT, args[0])),
        Op::Image { image, .. } => peek(m, image.base),
        Op::Load { at, .. }
        | Op::Store { at, .. }
        | Op::DmaRead { at, .. }
        | Op::DmaWrite { at, .. }
        | Op::Flip { at, .. } => peek(m, *at),
        _ => None,
    };
    let seen = one.map(|bytes| {
        let at = bytes.place;
        match m.sees(observer, at.at, at.len) {
            true => bytes,
            false => hidden(bytes),
        }
    });
    seen.into_iter().collect()
}

fn structure(m: &Machine, layout: &'static Layout, at: u64) -> Bytes {
    let data = m.ram.bytes(Physical(at), layout.size);
    Bytes {
        id: "structure",
        title: layout.name.into(),
        note: text!("keystone.bytes.at", "at {at}", at = hex::addr(at)),
        place: Place::new("ram", at, layout.size as u64),
        fields: fields(layout, &data),
        data: Rc::from(data),
    }
}

/// The memory around an address, a row of sixteen bytes before it.
fn peek(m: &Machine, at: u64) -> Option<Bytes> {
    let start = (at & !15).saturating_sub(16).max(m.platform.dram.0);
    if !m.platform.is_memory(start, PEEK) {
        return None;
    }
    let data = m.ram.bytes(Physical(start), PEEK as usize);
    let row = |i: usize| Field {
        name: hex::addr(start + 16 * i as u64).into(),
        offset: 16 * i,
        size: 16,
        value: Text::none(),
        meaning: m.name_of(&Place::new("ram", start + 16 * i as u64, 16)),
        reserved: false,
        tone: match start + 16 * i as u64 == at & !15 {
            true => Tone::Warn,
            false => Tone::Plain,
        },
    };
    Some(Bytes {
        id: "structure",
        title: text!("keystone.bytes.memory", "Memory"),
        note: text!("keystone.bytes.around", "around {at}", at = hex::addr(at)),
        place: Place::new("ram", start, PEEK),
        fields: (0..PEEK as usize / 16).map(row).collect(),
        data: Rc::from(data),
    })
}

/// The same as somebody who may not read it sees it: nothing.
fn hidden(mut bytes: Bytes) -> Bytes {
    bytes.data = Rc::from(vec![0; bytes.data.len()]);
    bytes.fields = vec![Field {
        name: text!("keystone.bytes.hidden", "hidden"),
        offset: 0,
        size: bytes.data.len(),
        value: Text::none(),
        meaning: text!(
            "keystone.bytes.hidden-meaning",
            "PMP keeps this observer from reading it: every load ends in an access fault."
        ),
        reserved: false,
        tone: Tone::Hidden,
    }];
    bytes
}
