//! Changes worth trying at a step of the enclave's side.

use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;

use super::{Call, LOAD_VA, Touch, edge_dispatch, syscall};
use crate::arch::riscv::Privilege;
use crate::text;
use crate::text::Text;
use crate::view::Access;

/// Other steps to try instead.
pub(in super::super) fn what_ifs(call: &Call) -> Vec<(Text, Call)> {
    match call {
        Call::Syscall { number, args } => at_syscall(*number, *args),
        Call::Dispatch { eid, .. } => vec![(
            text!("eyrie.what-if.nothing", "give back nothing"),
            Call::Dispatch {
                eid: *eid,
                reply: Rc::from([]),
            },
        )],
        Call::Touch(t) => at_touch(*t),
        Call::Loader | Call::Eyrie | Call::GoOn => Vec::new(),
    }
}

fn at_syscall(number: u64, args: [u64; 5]) -> Vec<(Text, Call)> {
    let [a0, a1, a2, a3, a4] = args;
    let with = |says: Text, args| (says, Call::Syscall { number, args });
    match number {
        syscall::OCALL => vec![
            with(
                text!(
                    "eyrie.what-if.past-table",
                    "call function 10, one past the host’s table"
                ),
                [edge_dispatch::MAX_EDGE_CALL, a1, a2, a3, a4],
            ),
            with(
                text!(
                    "eyrie.what-if.own-memory",
                    "pass the runtime’s own page as arguments"
                ),
                [a0, LOAD_VA + 0x4000, 64, a3, a4],
            ),
            with(
                text!("eyrie.what-if.too-long", "pass more than the buffer holds"),
                [a0, a1, u64::MAX, a3, a4],
            ),
        ],
        syscall::SHARED_COPY => vec![with(
            text!("eyrie.what-if.beyond", "ask for bytes behind the buffer"),
            [a0, u64::MAX, a2, a3, a4],
        )],
        _ => Vec::new(),
    }
}

fn at_touch(t: Touch) -> Vec<(Text, Call)> {
    let (says, mode) = match t.mode {
        Privilege::User => (
            text!("eyrie.what-if.runtime", "let the runtime do it"),
            Privilege::Supervisor,
        ),
        _ => (
            text!("eyrie.what-if.application", "let the application do it"),
            Privilege::User,
        ),
    };
    let (other, access) = match t.access {
        Access::Write => (text!("eyrie.what-if.read", "read instead"), Access::Read),
        _ => (text!("eyrie.what-if.write", "write instead"), Access::Write),
    };
    vec![
        (says, Call::Touch(Touch { mode, ..t })),
        (other, Call::Touch(Touch { access, ..t })),
    ]
}
