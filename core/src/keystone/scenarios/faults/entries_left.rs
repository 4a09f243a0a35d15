//! `keystone/entries-left`: what OpenSBI wrote into entries 1 and 2 stays there.

use alloc::vec;

use super::common::{self, Plot, step};
use super::{Built, Turned};
use crate::keystone::faults::Faults;
use crate::keystone::machine::Machine;
use crate::keystone::op::Op;
use crate::text;
use crate::trace::{BadInput, Phase, Plan, ScenarioInfo};

pub(in super::super) static ENTRIES_LEFT: Built = Built { info, plan };

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: "keystone/entries-left",
        title: text!(
            "keystone.entries-left.title",
            "Entries that were not cleared"
        ),
        question: text!(
            "keystone.entries-left.question",
            "What is pmp2 doing there, with all permissions?"
        ),
        lesson: text!(
            "keystone.entries-left.lesson",
            "The monitor clears the entries one by one and keeps the other seven bytes of the register each time. It gathers what it keeps in a variable that is never emptied, so what the first write kept comes back with every later one. Entries 1 and 2 keep OpenSBI’s configuration with address 0: eight bytes at the bottom of the address space. Harmless here, by luck: with an address it would be a hole above every enclave."
        ),
        params: vec![common::monitor()],
        listed: true,
    }
}

fn plan(turned: &Turned<'_>) -> Result<(Machine, Plan<Op>), BadInput> {
    let (first, second) = (Plot::nth(0, turned.seed, ""), Plot::nth(1, turned.seed, ""));
    let mut segments = common::boot();
    segments.extend([
        step(
            Phase::Initialise,
            "create.0",
            text!("keystone.entries-left.first", "The first enclave takes entry 1"),
            text!("keystone.entries-left.first.cap", "Its configuration is written over what was left there. Entry 2 still has 0x1f. This is the register as people dump it: 0x1f000000001f1818."),
            first.create(),
        ),
        step(
            Phase::Initialise,
            "create.1",
            text!("keystone.entries-left.second", "The second takes entry 2"),
            text!("keystone.entries-left.second.cap", "Now both remains are gone."),
            second.create(),
        ),
        step(
            Phase::Destroy,
            "destroy.0",
            text!("keystone.entries-left.destroy", "Destroy the first"),
            text!("keystone.entries-left.destroy.cap", "Clearing one entry works as it should: the mistake is in the loop of the boot alone."),
            first.destroy(),
        ),
    ]);
    let machine = Machine::new(turned.with_fault(Faults::PMP_INIT));
    Ok((machine, Plan::new(segments)))
}
