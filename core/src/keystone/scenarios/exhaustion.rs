//! `keystone/exhaustion`: PMP entries run out long before identifiers do.

use alloc::vec;

use super::common::{self, Plot, load, numbered, step};
use super::{Built, Turned};
use crate::keystone::machine::Machine;
use crate::keystone::op::Op;
use crate::text;
use crate::text::Text;
use crate::trace::param::number;
use crate::trace::{BadInput, Phase, Plan, Planned, ScenarioInfo, Segment};

pub(super) static EXHAUSTION: Built = Built { info, plan };

/// The same, fetched with the common program and not listed.
pub(super) static LIMIT: Built = Built {
    info: || ScenarioInfo {
        id: COMMON_LIMIT,
        listed: false,
        ..info()
    },
    plan,
};

/// The id under which machines are compared by it.
pub(super) const COMMON_LIMIT: &str = "keystone/common-limit";

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: "keystone/exhaustion",
        title: text!("keystone.exhaustion.title", "How many enclaves?"),
        question: text!(
            "keystone.exhaustion.question",
            "When is there no room for another enclave?"
        ),
        lesson: text!(
            "keystone.exhaustion.lesson",
            "Each enclave needs a PMP entry of its own, or two. With 8 entries, of which the monitor and Linux hold one each, the seventh enclave is refused although ten of 16 identifiers are free. With 16 entries the monitor’s table of 16 regions is the limit: two for itself and Linux, two for each enclave, so seven."
        ),
        params: vec![
            number(
                "count",
                text!("keystone.param.count", "Enclaves to be created"),
                text!("keystone.param.count.help", "1 MiB each, a power of two."),
                (1, 16),
                7,
            ),
            common::board(),
            common::monitor(),
        ],
        listed: true,
    }
}

fn plan(turned: &Turned<'_>) -> Result<(Machine, Plan<Op>), BadInput> {
    let (count, seed) = (turned.number("count"), turned.seed);
    let plot = move |n: u64| Plot::nth(n as u8, seed, "");
    let mut segments = common::boot();
    segments.push(Segment::many(
        Phase::Initialise,
        "create",
        text!("keystone.exhaustion.create", "One enclave after the other"),
        text!("keystone.exhaustion.create.cap", "The monitor takes the lowest free entry for the private memory; every shared buffer goes into the last entry, which they all share with Linux. Watch the entries fill up."),
        count,
        move |n| Planned {
            op: plot(n).create(),
            label: alloc::format!("{n}"),
            caption: Text::none(),
        },
    ));
    segments.extend([
        step(
            Phase::Destroy,
            "destroy.0",
            text!("keystone.exhaustion.destroy", "Destroy one"),
            text!("keystone.exhaustion.destroy.cap", "Its entry is free again, and so is its identifier."),
            plot(0).destroy(),
        ),
        step(
            Phase::Initialise,
            &numbered("create", 99),
            text!("keystone.exhaustion.again", "Create one more"),
            text!("keystone.exhaustion.again.cap", "It gets the lowest free entry and the lowest free identifier: identifiers come again."),
            plot(17).create(),
        ),
        step(
            Phase::Use,
            "linux.look",
            text!("keystone.exhaustion.look", "Linux reads it"),
            text!("keystone.exhaustion.look.cap", "Closed like the others."),
            load(plot(17).epm.0, 8),
        ),
    ]);
    let machine = Machine::new(turned.keystone_platform());
    Ok((machine, Plan::new(segments)))
}
