//! The life of an enclave as a state machine.

use alloc::vec;

use super::super::machine::{Machine, State};
use crate::text;
use crate::text::Text;
use crate::view::{Node, States, Tone};

pub(super) fn life(m: &Machine, focus: u8) -> States {
    let current = match m.enclave(focus).map(|e| e.state) {
        None => 0,
        Some(State::Allocated) => 1,
        Some(State::Fresh) => 2,
        Some(State::Running) => 3,
        Some(State::Stopped) => 4,
        Some(State::Destroying) => 5,
    };
    let node = |title: Text, tone| Node { title, tone };
    States {
        id: "life",
        title: text!(
            "keystone.life.title",
            "Life of enclave {eid}",
            eid = u64::from(focus)
        ),
        note: text!("keystone.life.note", "after exit its state is STOPPED too"),
        nodes: vec![
            node("INVALID".into(), Tone::Free),
            node("ALLOCATED".into(), Tone::System),
            node("FRESH".into(), super::tone(focus)),
            node("RUNNING".into(), Tone::Good),
            node("STOPPED".into(), super::tone(focus)),
            node("DESTROYING".into(), Tone::Warn),
        ],
        edges: vec![
            (0, 1, "create".into()),
            (1, 2, text!("keystone.life.measured", "measured")),
            (2, 3, "run".into()),
            (3, 4, "stop, exit".into()),
            (4, 3, "resume".into()),
            (4, 5, "destroy".into()),
            (2, 5, "destroy".into()),
            (5, 0, text!("keystone.life.freed", "freed")),
        ],
        current,
    }
}
