//! Operations of a running enclave, as the scenarios spell them.

use super::stage::{AFTER_ENCLU, TCS};
use crate::sgx::access::Who;
use crate::sgx::events::{Cause, named};
use crate::sgx::op::{Call, Data, Enclu, Op, Set, Touch};
use crate::sgx::processor::registers;
use crate::view::Access;

/// EENTER by the first TCS.
pub(super) fn enter(cpu: u8, enclave: u8) -> Op {
    Op::Enclu(Enclu {
        cpu,
        leaf: 2,
        loads_leaf: true,
        door: Some((enclave, TCS)),
        call: Call::default(),
    })
}

/// ENCLU with the registers as they are.
pub(super) fn trampoline(cpu: u8) -> Op {
    Op::Enclu(Enclu {
        cpu,
        leaf: 3,
        loads_leaf: false,
        door: None,
        call: Call::default(),
    })
}

/// EEXIT to where the host called from.
pub(super) fn leave(cpu: u8) -> Op {
    Op::Enclu(Enclu {
        cpu,
        leaf: 4,
        loads_leaf: true,
        door: None,
        call: Call {
            rbx: Some(AFTER_ENCLU),
            ..Call::default()
        },
    })
}

/// EDECCSSA.
pub(super) fn step_back(cpu: u8) -> Op {
    Op::Enclu(Enclu {
        cpu,
        leaf: 9,
        loads_leaf: true,
        door: None,
        call: Call::default(),
    })
}

fn offset_of(name: &str) -> usize {
    let mut all = registers();
    all.find(|(n, _)| *n == name)
        .map_or(0, |(_, offset)| offset)
}

/// The code on a processor computes.
pub(super) fn set(cpu: u8, values: &[(&str, u64)]) -> Op {
    let values = values.iter().map(|(name, value)| (offset_of(name), *value));
    Op::Set(Set {
        cpu,
        values: values.collect(),
        xmm0: None,
    })
}

/// The code on a processor computes, XMM0 too.
pub(super) fn set_with_xmm0(cpu: u8, values: &[(&str, u64)], xmm0: u64) -> Op {
    let mut whole = [0; 16];
    whole[..8].copy_from_slice(&xmm0.to_le_bytes());
    match set(cpu, values) {
        Op::Set(set) => Op::Set(Set {
            xmm0: Some(whole),
            ..set
        }),
        other => other,
    }
}

/// Zero in every register that a secret may be in.
pub(super) fn wiped(cpu: u8) -> Op {
    let names = ["RAX", "RDX", "RSI", "R8", "R9", "R10", "R11", "R12"];
    set_with_xmm0(cpu, &names.map(|name| (name, 0)), 0)
}

/// An access of somebody.
pub(super) fn touch(who: Who, at: u64, access: Access, data: Data) -> Op {
    Op::Access(Touch {
        who,
        at,
        access,
        data,
    })
}

/// The code on a processor stores a register.
pub(super) fn store(cpu: u8, at: u64, register: &str) -> Op {
    let data = Data::Register(offset_of(register));
    touch(Who::Code(cpu), at, Access::Write, data)
}

/// The code on a processor loads a register.
pub(super) fn load(cpu: u8, at: u64, register: &str) -> Op {
    let data = Data::Register(offset_of(register));
    touch(Who::Code(cpu), at, Access::Read, data)
}

/// An event.
pub(super) fn strike(cpu: u8, name: &str) -> Op {
    Op::Raise {
        cpu,
        cause: Cause::of(named(name)),
    }
}
