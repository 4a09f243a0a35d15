//! `keystone/other-hart`: what another hart may still do while an enclave is being created.

use alloc::rc::Rc;
use alloc::vec;

use super::common::{self, Plot, answer, step};
use super::{Built, Turned};
use crate::keystone::machine::Machine;
use crate::keystone::op::Op;
use crate::keystone::platform::Platform;
use crate::text;
use crate::trace::param::{flag, number};
use crate::trace::{BadInput, Phase, Plan, ScenarioInfo, Segment};

pub(super) static OTHER_HART: Built = Built { info, plan };

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: "keystone/other-hart",
        title: text!("keystone.other.title", "The other hart"),
        question: text!(
            "keystone.other.question",
            "What may another hart do before its PMP is updated?"
        ),
        lesson: text!(
            "keystone.other.lesson",
            "Every hart has its own PMP registers. While the first hart has closed the memory, the second may still write there for a moment. The monitor measures only after every hart has answered, so what was written in between is measured, and the enclave is then another one."
        ),
        params: vec![
            flag(
                "tamper",
                text!("keystone.param.tamper", "Hart 1 writes in between"),
                text!(
                    "keystone.param.tamper.help",
                    "Compare the measurement with and without."
                ),
                true,
            ),
            number(
                "harts",
                text!("keystone.param.harts", "Harts"),
                text!(
                    "keystone.param.harts.help",
                    "The call goes on when the last of them has answered."
                ),
                (2, 4),
                2,
            ),
            common::monitor(),
        ],
        listed: true,
    }
}

fn plan(turned: &Turned<'_>) -> Result<(Machine, Plan<Op>), BadInput> {
    let plot = Plot::nth(0, turned.seed, "other hart");
    let write = |label: &str, title, caption| -> Segment<Op> {
        step(
            Phase::Initialise,
            label,
            title,
            caption,
            Op::Store {
                hart: 1,
                at: plot.runtime(),
                bytes: Rc::from([0x13, 0, 0, 0]),
            },
        )
    };
    let mut segments = common::boot();
    segments.extend(plot.build());
    if turned.is("tamper") {
        segments.push(write(
            "window.store",
            text!("keystone.other.window", "Hart 1 writes into the enclave"),
            text!("keystone.other.window.cap", "Its PMP is still the old one: the interrupt has been sent and not yet been taken. The store passes. Look at the two groups of lanes: the enclave is closed on hart 0 and open on hart 1."),
        ));
    }
    segments.extend([
        step(
            Phase::Initialise,
            "window.call",
            text!("keystone.other.waits", "Hart 0 can do nothing meanwhile"),
            text!(
                "keystone.other.waits.cap",
                "It spins in the monitor until hart 1 has answered. The call has not returned."
            ),
            plot.run(),
        ),
        answer("create.ipi", 1),
    ]);
    let others = 2..turned.number("harts") as u8;
    segments.extend(
        others
            .clone()
            .map(|n| answer(&alloc::format!("create.ipi{n}"), n)),
    );
    segments.extend([
        write(
            "after.store",
            text!("keystone.other.after", "Hart 1 writes again"),
            text!("keystone.other.after.cap", "Now its own entry 1 says no."),
        ),
        step(
            Phase::Destroy,
            "destroy.0",
            text!("keystone.other.destroy", "Destroy it"),
            text!("keystone.other.destroy.cap", "The same the other way round: zeroed first, so that a hart which opens it early finds zeros."),
            plot.destroy(),
        ),
        answer("destroy.ipi", 1),
    ]);
    segments.extend(others.map(|n| answer(&alloc::format!("destroy.ipi{n}"), n)));
    let platform = Platform {
        harts: turned.number("harts") as u8,
        ..turned.keystone_platform()
    };
    Ok((Machine::new(platform), Plan::new(segments)))
}
