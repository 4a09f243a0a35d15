//! `keystone/last-entry`: the operating system's own entry is given away.

use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;

use super::common::{self, Plot, answer, step};
use super::{Built, Turned};
use crate::keystone::faults::Faults;
use crate::keystone::machine::Machine;
use crate::keystone::op::Op;
use crate::keystone::platform::Platform;
use crate::keystone::sbi;
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
            "Linux and every shared buffer use the last PMP entry together. When an enclave is destroyed, its shared buffer’s region is freed, and upstream marks the entry free with it. Once only one other is free beside it, an enclave that needs two gets the last one. Linux has no memory any more, not even its trap handler’s, and the hart never goes on."
        ),
        params: vec![
            choice(
                "harts",
                text!("keystone.param.form", "Harts"),
                text!(
                    "keystone.param.form.help",
                    "With one hart the machine stops; with two it is worse."
                ),
                &[
                    ("one", text!("keystone.param.form-tor", "one")),
                    (
                        "two",
                        text!(
                            "keystone.param.form-open",
                            "two, one of them inside an enclave (model)"
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
    if turned.text("harts") == "two" {
        let platform = Platform {
            harts: 2,
            ..turned.with_fault(Faults::LAST_ENTRY)
        };
        return Ok((Machine::new(platform), Plan::new(opened(&plot))));
    }
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
    let mut next = plot(6);
    (next.epm.1, next.runtime_pages, next.user_pages) = (0x3000, 1, 0);
    segments.push(step(
        Phase::Initialise,
        "clash.0",
        text!("keystone.last-entry.clash", "The next enclave takes the last entry"),
        text!("keystone.last-entry.clash.cap", "Three pages are no power of two and need two entries. The monitor finds 6 and 7 free and writes the enclave’s range into them. From this instruction on no entry gives Linux any memory. When the call returns, Linux’s next instruction cannot be fetched, nor the handler of that fault."),
        next.create(),
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

/// The same on two harts: hart 1 leaves an enclave after the last entry was given away, and writes Linux's
/// permissions over it.
fn opened(plot: &dyn Fn(u64) -> Plot) -> Vec<Segment<Op>> {
    let mut segments = common::boot();
    let plots: Rc<[Plot]> = (0..6).map(plot).collect();
    let fill = plots.clone();
    segments.push(
        Segment::many(
            Phase::Initialise,
            "create",
            text!("keystone.last-entry.fill", "Six enclaves"),
            text!("keystone.last-entry.fill.cap", "They fill entries 1 to 6. Entry 7 is the last: Linux’s, and the place of every shared buffer."),
            12,
            move |i| Planned {
                op: match (i % 2, fill.get((i / 2) as usize)) {
                    (0, Some(plot)) => plot.create(),
                    _ => Op::Ipi { hart: 1 },
                },
                label: alloc::format!("{}{}", if i % 2 == 0 { "" } else { "ipi" }, i / 2),
                caption: Text::none(),
            },
        )
        .grouped(2),
    );
    let mut next = plot(6);
    (next.epm.1, next.runtime_pages, next.user_pages) = (0x3000, 1, 0);
    let at = next.runtime();
    let gone = plots.last().map_or_else(|| next.destroy(), Plot::destroy);
    segments.extend([
        step(
            Phase::Destroy,
            "destroy.5",
            text!("keystone.last-entry.destroy", "Destroy one of them"),
            text!("keystone.last-entry.destroy.cap", "Entry 6 is cleared. Look at the table of regions: upstream’s note of used entries now has 0 for entry 7 as well, although the register still holds Linux’s permissions."),
            gone,
        ),
        answer("destroy.ipi", 1),
        step(
            Phase::Enter,
            "enter.run",
            text!("keystone.last-entry.run", "Hart 1 enters an enclave"),
            text!("keystone.last-entry.run.cap", "Its last entry covers that enclave’s shared buffer for now."),
            Op::Ecall {
                hart: 1,
                id: sbi::RUN,
                args: [0; 3],
            },
        ),
        step(
            Phase::Initialise,
            "clash.0",
            text!("keystone.last-entry.clash", "The next enclave takes the last entry"),
            text!("keystone.last-entry.clash-two.cap", "Hart 0 writes it and waits for hart 1."),
            next.create(),
        ),
        step(
            Phase::Initialise,
            "clash.ipi",
            text!("keystone.last-entry.answers", "Hart 1 answers and leaves its enclave"),
            text!("keystone.last-entry.answers.cap", "It closes the new enclave in its last entry, as it was asked. The interrupt also stops the enclave it was in, and leaving one ends with Linux’s permissions in the last entry: the new enclave’s only protection on this hart is gone. That the two happen in this order is a model; no hart is known to have run it."),
            Op::Ipi { hart: 1 },
        ),
        step(
            Phase::Use,
            "linux.inside",
            text!("keystone.last-entry.inside", "Linux on hart 1 writes into the new enclave"),
            text!("keystone.last-entry.inside.cap", "Hart 0 is stuck, hart 1 is not: Linux runs there, and nothing keeps it out. What it writes was measured otherwise."),
            Op::Store {
                hart: 1,
                at,
                bytes: Rc::from([0x13, 0, 0, 0]),
            },
        ),
    ]);
    segments
}
