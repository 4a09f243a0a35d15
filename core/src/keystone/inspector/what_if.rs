//! Changes worth trying at a step.

use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use super::Hart;
use super::op::{Op, Touch};
use super::op_text::print;
use crate::arch::riscv::pmp::Cfg;
use crate::arch::riscv::{Privilege, csr};
use crate::text;
use crate::text::Text;
use crate::trace::{Edit, EditAction, WhatIf};
use crate::view::Access;

/// What is worth trying at an operation whose step is labelled `label`.
pub(super) fn offers(hart: &Hart, op: &Op, label: &str) -> Vec<WhatIf> {
    let with = |says: Text, action: EditAction| WhatIf {
        says,
        edits: vec![Edit {
            step: label.to_string(),
            action,
        }],
        set: Vec::new(),
    };
    let instead = |says: Text, op: Op| with(says, EditAction::Replace(print(&op)));
    match *op {
        Op::Csrw {
            register,
            value,
            mode,
        } => {
            let mut all = Vec::new();
            if (csr::PMPCFG0..csr::PMPADDR0).contains(&register) {
                let locked = value | locks(value);
                if locked != value {
                    let value = locked;
                    let op = Op::Csrw {
                        register,
                        value,
                        mode,
                    };
                    all.push(instead(text!("pmp.if.lock", "Lock every entry"), op));
                }
            }
            if mode == Privilege::Machine {
                let mode = Privilege::Supervisor;
                let op = Op::Csrw {
                    register,
                    value,
                    mode,
                };
                all.push(instead(
                    text!("pmp.if.supervisor-writes", "Let supervisor mode try it"),
                    op,
                ));
            }
            all.push(with(
                text!("pmp.if.leave-out", "Leave this write out"),
                EditAction::Remove,
            ));
            all
        }
        Op::Touch(t) => {
            let mut all = Vec::new();
            let mode = match t.mode {
                Privilege::Machine => Privilege::Supervisor,
                _ => Privilege::Machine,
            };
            let says = match mode {
                Privilege::Machine => text!("pmp.if.machine", "As machine mode"),
                _ => text!("pmp.if.supervisor", "As supervisor mode"),
            };
            all.push(instead(says, Op::Touch(Touch { mode, ..t })));
            let access = match t.access {
                Access::Read => Access::Write,
                _ => Access::Read,
            };
            let says = match access {
                Access::Write => text!("pmp.if.store", "Write instead"),
                _ => text!("pmp.if.load", "Read instead"),
            };
            all.push(instead(says, Op::Touch(Touch { access, ..t })));
            // One byte back, the access straddles the region's edge.
            let d = hart.pmp.check(t.mode, t.access, t.at, t.size);
            let region = d.entry.and_then(|e| hart.pmp.region(e));
            if let Some(start) = region
                .map(|r| r.start)
                .filter(|s| *s > 0 && t.size > 1 && t.at == *s)
            {
                let says = text!(
                    "pmp.if.straddle",
                    "Begin one byte earlier, across the region’s edge"
                );
                all.push(instead(says, Op::Touch(Touch { at: start - 1, ..t })));
            }
            all
        }
        Op::Reset => Vec::new(),
    }
}

/// The L bits of the entries that a configuration value switches on.
fn locks(value: u64) -> u64 {
    let bytes = value.to_le_bytes();
    let bytes = bytes.map(|b| if b & Cfg::A != 0 { Cfg::L } else { 0 });
    u64::from_le_bytes(bytes)
}
