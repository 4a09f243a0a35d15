//! The program in the enclaves of the reference run: a mailbox that does one thing and stops.

use alloc::rc::Rc;
use alloc::vec::Vec;

use super::super::hart::Context;
use super::super::machine::Machine;
use super::super::op::Op;

/// Where in the shared buffer it writes down what it found at its first entry.
const FOUND_AT: u64 = 0x400;

/// What the program does at its first entry: it stores a1 to a7, a0, sstatus, satp, sie and sscratch.
pub(super) fn first_entry(machine: &Machine, eid: u8) -> Option<Op> {
    let hart = machine.hart_inside(eid)?;
    let context: &Context = &machine.hart(hart)?.context;
    let registers = (1..8).chain([0]).map(|n| context.a(n));
    let csrs = [0x100, 0x180, 0x104, 0x140].map(|n| context.csr(n));
    let words: Vec<u8> = registers.chain(csrs).flat_map(u64::to_le_bytes).collect();
    Some(Op::Store {
        hart,
        at: context.a(6).wrapping_add(FOUND_AT),
        bytes: Rc::from(words),
    })
}
