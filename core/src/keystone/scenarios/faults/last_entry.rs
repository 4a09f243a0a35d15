//! `keystone/last-entry`: the operating system's own entry is given away.

use alloc::vec;

use super::common::{self, Plot, step};
use super::{Built, Turned};
use crate::keystone::faults::Faults;
use crate::keystone::machine::Machine;
use crate::keystone::op::Op;
use crate::text;
use crate::text::Text;
use crate::trace::param::choice;
use crate::trace::{BadInput, Phase, Plan, Planned, ScenarioInfo, Segment};

pub(in super::super) static LAST_ENTRY: Built = Built { info, plan };

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: "keystone/last-entry",
        title: text!(
            "keystone.last-entry.title",
            "The entry that is free and is not"
        ),
        question: text!(
            "keystone.last-entry.question",
            "How can creating an enclave stop the whole machine?"
        ),
        lesson: text!(
            "keystone.last-entry.lesson",
            "Linux and every shared buffer use the last PMP entry together. When an enclave is destroyed, its shared buffer’s region is freed, and upstream marks the entry free with it. Once all other entries are taken, the next enclave gets the last one. Linux has no memory any more, not even its trap handler’s, and the hart never goes on."
        ),
        params: vec![
            choice(
                "form",
                text!("keystone.param.form", "The last enclave"),
                text!(
                    "keystone.param.form.help",
                    "One of any size takes two entries, the last with its neighbour."
                ),
                &[
                    (
                        "tor",
                        text!("keystone.param.form-tor", "3 pages: two entries"),
                    ),
                    (
                        "napot",
                        text!(
                            "keystone.param.form-napot",
                            "two more of 1 MiB: one entry each"
                        ),
                    ),
                ],
            ),
            common::monitor(),
        ],
        listed: true,
    }
}

fn plan(turned: &Turned<'_>) -> Result<(Machine, Plan<Op>), BadInput> {
    let seed = turned.seed;
    let plot = move |n: u64| Plot::nth(n as u8, seed, "");
    let mut segments = common::boot();
    segments.push(Segment::many(
        Phase::Initialise,
        "create",
        text!("keystone.last-entry.fill", "Six enclaves"),
        text!("keystone.last-entry.fill.cap", "They fill entries 1 to 6. Entry 7 is the last: Linux’s, and the place of every shared buffer."),
        6,
        move |n| Planned {
            op: plot(n).create(),
            label: alloc::format!("{n}"),
            caption: Text::none(),
        },
    ));
    segments.push(step(
        Phase::Destroy,
        "destroy.5",
        text!("keystone.last-entry.destroy", "Destroy one of them"),
        text!("keystone.last-entry.destroy.cap", "Entry 6 is cleared. Look at the table of regions: upstream’s note of used entries now has 0 for entry 7 as well, although the register still holds Linux’s permissions."),
        plot(5).destroy(),
    ));
    let tor = turned.text("form") != "napot";
    let count = if tor { 1 } else { 2 };
    segments.push(Segment::many(
        Phase::Initialise,
        "clash",
        text!("keystone.last-entry.clash", "The next enclave takes the last entry"),
        text!("keystone.last-entry.clash.cap", "The monitor finds the last entry free and writes the enclave’s range into it. From this instruction on no entry gives Linux any memory. When the call returns, Linux’s next instruction cannot be fetched, nor the handler of that fault."),
        count,
        move |n| {
            let mut next = plot(6 + n);
            if tor {
                (next.epm.1, next.runtime_pages, next.user_pages) = (0x3000, 1, 0);
            }
            Planned {
                op: next.create(),
                label: alloc::format!("{n}"),
                caption: Text::none(),
            }
        },
    ));
    segments.push(step(
        Phase::Use,
        "linux.after",
        text!("keystone.last-entry.after", "Does Linux still run?"),
        text!("keystone.last-entry.after.cap", "A load of its own memory."),
        common::load(0x8030_0000, 8),
    ));
    let machine = Machine::new(turned.with_fault(Faults::LAST_ENTRY));
    Ok((machine, Plan::new(segments)))
}
