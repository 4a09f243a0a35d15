//! The life of an enclave as a state machine.

use alloc::vec;

use super::super::machine::Machine;
use crate::text;
use crate::text::Text;
use crate::view::{Node, States, Tone};

/// `threads`: whether the observer knows who is inside.
pub(super) fn life(m: &Machine, focus: u8, threads: bool) -> States {
    let state = m.enclave(focus).and_then(|h| m.secs.get(&h.secs));
    let current = match state {
        None => 0,
        Some(s) if s.is_init() && s.active > 0 && threads => 4,
        Some(s) if s.is_init() => 3,
        Some(s) if s.children > 0 => 2,
        Some(_) => 1,
    };
    let node = |title: Text, tone| Node { title, tone };
    States {
        id: "life",
        title: text!("life.title", "Life of the enclave"),
        note: text!("life.note", "what each leaf does to it"),
        nodes: vec![
            node(text!("life.none", "not there"), Tone::Free),
            node(text!("life.created", "created"), Tone::System),
            node(text!("life.loading", "loading"), super::tone(focus)),
            node(text!("life.ready", "initialised"), Tone::Good),
            node(text!("life.entered", "entered"), Tone::Good),
        ],
        edges: vec![
            (0, 1, "ECREATE".into()),
            (1, 2, "EADD".into()),
            (2, 2, "EADD, EEXTEND".into()),
            (2, 3, "EINIT".into()),
            (3, 4, "EENTER".into()),
            (4, 3, "EEXIT".into()),
            (3, 0, "EREMOVE".into()),
        ],
        current,
    }
}
