//! Who is at which privilege level, of Linux's side and of the enclave's, and who runs now.

use alloc::vec;

use super::super::machine::{Machine, Stage};
use super::super::op::Op;
use super::tone;
use crate::arch::riscv::Privilege as Mode;
use crate::text;
use crate::text::Text;
use crate::view::{Level, Occupant, Privilege, Tone};

/// The hart an operation is about; a device or a probe acts beside hart 0.
fn hart_of(op: Option<&Op>) -> u8 {
    match op {
        Some(
            Op::Image { hart, .. }
            | Op::Create { hart, .. }
            | Op::Ecall { hart, .. }
            | Op::Load { hart, .. }
            | Op::Store { hart, .. }
            | Op::Csr { hart, .. }
            | Op::Timer { hart }
            | Op::Ipi { hart }
            | Op::Host { hart, .. }
            | Op::Runtime { hart, .. },
        ) => *hart,
        Some(
            Op::Bootrom
            | Op::Opensbi
            | Op::Monitor
            | Op::DmaRead { .. }
            | Op::DmaWrite { .. }
            | Op::Flip { .. },
        )
        | None => 0,
    }
}

pub(super) fn levels(m: &Machine, op: Option<&Op>) -> Privilege {
    let hart = hart_of(op);
    // Before it takes over, the monitor is ordinary firmware.
    let monitor = || {
        let who = match m.monitor.stage {
            Stage::Ready => text!("keystone.level.monitor", "security monitor"),
            _ => text!("keystone.who.machine", "firmware"),
        };
        occupant(who, true, Tone::System)
    };
    let eid = m.protected().unwrap_or(0);
    let own = tone(eid);
    let level = |title: Text, ordinary, enclave| Level {
        title,
        cells: vec![ordinary, enclave],
    };
    Privilege {
        id: "privilege",
        title: text!("keystone.level.title", "Privilege levels"),
        note: text!(
            "keystone.level.note",
            "hart {n}, after this step",
            n = u64::from(hart)
        ),
        worlds: vec![
            text!("keystone.level.ordinary", "ordinary"),
            text!("keystone.level.enclave", "enclave"),
        ],
        levels: vec![
            level("M-mode".into(), monitor(), monitor()),
            level(
                "S-mode".into(),
                occupant(text!("keystone.who.linux", "Linux"), false, Tone::Free),
                occupant(
                    text!("keystone.level.runtime", "its own runtime"),
                    true,
                    own,
                ),
            ),
            level(
                "U-mode".into(),
                occupant(
                    text!("keystone.level.process", "host process"),
                    false,
                    Tone::Free,
                ),
                occupant(text!("keystone.level.eapp", "application"), true, own),
            ),
        ],
        now: now(m, hart),
    }
}

fn occupant(who: Text, trusted: bool, tone: Tone) -> Option<Occupant> {
    Some(Occupant { who, trusted, tone })
}

/// The level and the world of what runs on a hart; nobody on one that is stuck.
fn now(m: &Machine, hart: u8) -> Option<(usize, usize)> {
    let h = m.hart(hart).filter(|h| !h.stuck)?;
    let waits = m.monitor.waiting.is_some_and(|w| w.hart == hart);
    let level = match h.mode {
        _ if waits => 0,
        Mode::Machine => 0,
        Mode::Supervisor => 1,
        Mode::User => 2,
    };
    Some((level, usize::from(h.inside.is_some())))
}
