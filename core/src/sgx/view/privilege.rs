//! Who may run where, and who runs now: rings and worlds.

use alloc::vec;
use alloc::vec::Vec;

use super::super::access::Who;
use super::super::machine::Machine;
use super::super::op::Op;
use super::processor_of;
use crate::text;
use crate::text::Text;
use crate::trace::{Outcome, Shown};
use crate::view::{Level, Occupant, Privilege, Tone};

/// The levels by their place in the panel.
const SMM: usize = 0;
const VMX_ROOT: usize = 1;
const RING_0: usize = 2;
const RING_3: usize = 4;

/// The panel; `shown` is what was done last.
pub(super) fn privilege(m: &Machine, shown: Option<Shown<'_, Op>>) -> Privilege {
    let ordinary = |title: Text, who: Text| Level {
        title,
        cells: vec![
            Some(Occupant {
                who,
                trusted: false,
                tone: Tone::System,
            }),
            None,
        ],
    };
    let nobody = Occupant {
        who: text!("sgx.privilege.nobody", "nobody"),
        trusted: false,
        tone: Tone::Free,
    };
    Privilege {
        id: "privilege",
        title: text!("sgx.privilege.title", "Who may run where"),
        note: text!(
            "sgx.privilege.note",
            "enclaves are in ring 3 and nowhere else; no level above may look in"
        ),
        worlds: vec![
            text!("sgx.privilege.ordinary", "ordinary"),
            text!("sgx.privilege.enclave", "enclave"),
        ],
        levels: vec![
            ordinary("SMM".into(), text!("sgx.privilege.firmware", "firmware")),
            ordinary(
                "VMX root".into(),
                text!("sgx.privilege.hypervisor", "hypervisor"),
            ),
            ordinary(
                text!("sgx.privilege.ring", "ring {n}", n = 0_u64),
                text!("sgx.privilege.system", "operating system, driver"),
            ),
            Level {
                title: text!("sgx.privilege.rings-between", "rings 1 and 2"),
                cells: vec![Some(nobody), None],
            },
            Level {
                title: text!("sgx.privilege.ring", "ring {n}", n = 3_u64),
                cells: ring_3(),
            },
        ],
        now: shown.and_then(|s| now(m, s.op, s.step.outcome)),
    }
}

fn ring_3() -> Vec<Option<Occupant>> {
    let process = Occupant {
        who: text!(
            "sgx.privilege.process",
            "processes, the enclave’s host among them"
        ),
        trusted: false,
        tone: Tone::Plain,
    };
    let enclave = Occupant {
        who: text!("sgx.privilege.inside", "the enclave’s code"),
        trusted: true,
        tone: Tone::Good,
    };
    vec![Some(process), Some(enclave)]
}

/// Where what runs afterwards runs, on the processor that did the operation; `None` if no code did it.
fn now(m: &Machine, op: &Op, outcome: Outcome) -> Option<(usize, usize)> {
    let code = |cpu: u8| (RING_3, usize::from(m.cpu(cpu).inside.is_some()));
    if matches!(outcome, Outcome::Faulted(_)) {
        // The handler.
        return Some((RING_0, 0));
    }
    Some(match op {
        Op::Boot => (SMM, 0),
        Op::Raise { .. } => (RING_0, 0),
        Op::Enclu(_) | Op::Set(_) | Op::Work(_) | Op::Execute { .. } => {
            code(processor_of(Some(op)))
        }
        Op::Access(touch) => match touch.who {
            Who::Code(cpu) => code(cpu),
            Who::System => (RING_0, 0),
            Who::Hypervisor => (VMX_ROOT, 0),
            Who::Smm => (SMM, 0),
            Who::Device | Who::Bus => return None,
        },
        Op::Event { .. } | Op::Hold { .. } | Op::Thread { .. } | Op::Bus(_) => return None,
        _ => (RING_0, 0),
    })
}
