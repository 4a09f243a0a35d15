//! `keystone/tor-enclave`: an enclave whose size is no power of two.

use alloc::vec;

use super::common::{self, Plot, load, step, stop};
use super::{Built, Turned};
use crate::keystone::machine::Machine;
use crate::keystone::op::Op;
use crate::text;
use crate::trace::param::number;
use crate::trace::{BadInput, Phase, Plan, ScenarioInfo};

pub(super) static TOR: Built = Built { info, plan };

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: "keystone/tor-enclave",
        title: text!("keystone.tor.title", "An enclave of any size"),
        question: text!(
            "keystone.tor.question",
            "What does an enclave cost that is no power of two in size, or not aligned to it?"
        ),
        lesson: text!(
            "keystone.tor.lesson",
            "One NAPOT entry describes a power of two at a multiple of itself. Anything else needs a range from one entry’s address to the next one’s: TOR, two neighbouring entries. The driver therefore rounds its pages up to a power of two where it can, and only large enclaves, from CMA, have any size."
        ),
        params: vec![
            number(
                "pages",
                text!("keystone.param.pages", "Size in pages"),
                text!(
                    "keystone.param.pages.help",
                    "256 pages are 1 MiB and fit one entry; 259 do not."
                ),
                (4, 1024),
                259,
            ),
            number(
                "shift",
                text!("keystone.param.shift", "Moved by so many pages"),
                text!(
                    "keystone.param.shift.help",
                    "A power of two that is not aligned to itself needs two entries too."
                ),
                (0, 256),
                0,
            ),
            common::board(),
        ],
        listed: true,
    }
}

fn plan(turned: &Turned<'_>) -> Result<(Machine, Plan<Op>), BadInput> {
    let mut plot = Plot::nth(0, turned.seed, "any size");
    plot.epm.0 += turned.number("shift") * 4096;
    plot.epm.1 = turned.number("pages") * 4096;
    let small = Plot::nth(2, turned.seed, "one entry");
    let end = plot.epm.0 + plot.epm.1;
    let mut segments = common::boot();
    segments.extend(plot.build());
    segments.extend([
        step(
            Phase::Use,
            "linux.below",
            text!("keystone.tor.below", "Linux reads just below it"),
            text!("keystone.tor.below.cap", "The lower of the two entries is OFF and matches nothing. It only lends its address to the entry above."),
            load(plot.epm.0 - 8, 8),
        ),
        step(
            Phase::Use,
            "linux.last",
            text!("keystone.tor.last", "Linux reads its last bytes"),
            text!("keystone.tor.last.cap", "The upper entry’s address is the first byte that is not covered."),
            load(end - 8, 8),
        ),
        step(
            Phase::Use,
            "linux.above",
            text!("keystone.tor.above", "Linux reads just above it"),
            text!("keystone.tor.above.cap", "Not covered: Linux’s."),
            load(end, 8),
        ),
        step(
            Phase::Enter,
            "enter.run",
            text!("keystone.tor.run", "Run it"),
            text!("keystone.tor.run.cap", "Both entries are written each time, the upper first. Four writes more than with one entry, on the way in and out."),
            plot.run(),
        ),
        step(
            Phase::Interrupt,
            "leave.stop",
            text!("keystone.tor.stop", "It leaves"),
            text!("keystone.tor.stop.cap", "The same writes back."),
            stop(),
        ),
        step(
            Phase::Initialise,
            "create.2",
            text!("keystone.tor.small", "A second enclave, of 1 MiB"),
            text!("keystone.tor.small.cap", "It takes the next entry."),
            small.create(),
        ),
        step(
            Phase::Destroy,
            "destroy.0",
            text!("keystone.tor.destroy", "Destroy the first"),
            text!("keystone.tor.destroy.cap", "Both entries are cleared."),
            plot.destroy(),
        ),
    ]);
    let machine = Machine::new(turned.keystone_platform());
    Ok((machine, Plan::new(segments)))
}
