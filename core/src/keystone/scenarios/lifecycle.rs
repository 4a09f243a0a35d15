//! `keystone/lifecycle`: every state of an enclave, and which call is refused in which.

use alloc::vec;

use super::common::{self, Plot, answer, exit, step};
use super::{Built, Turned};
use crate::keystone::machine::Machine;
use crate::keystone::op::Op;
use crate::keystone::platform::Platform;
use crate::keystone::sbi;
use crate::text;
use crate::trace::{BadInput, Phase, Plan, ScenarioInfo};

pub(super) static LIFECYCLE: Built = Built { info, plan };

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: "keystone/lifecycle",
        title: text!("keystone.life.scenario", "The life of an enclave"),
        question: text!(
            "keystone.life.question",
            "Which calls does the monitor allow when?"
        ),
        lesson: text!(
            "keystone.life.lesson",
            "An enclave is FRESH once, RUNNING while a hart is inside, STOPPED in between. Run works only on a fresh one, resume only on one that has run, destroy only while nobody is inside. The operating system owns the schedule; the monitor only keeps the order."
        ),
        params: vec![common::message(), common::monitor()],
        listed: true,
    }
}

fn plan(turned: &Turned<'_>) -> Result<(Machine, Plan<Op>), BadInput> {
    let plot = Plot::nth(0, turned.seed, turned.text("message"));
    let on = |hart, id, a0| Op::Ecall {
        hart,
        id,
        args: [a0, 0, 0],
    };
    let mut segments = common::boot();
    segments.extend(plot.build());
    segments.push(answer("create.ipi", 1));
    segments.extend([
        step(
            Phase::Use,
            "try.resume",
            text!("keystone.life.early", "Resume it too early"),
            text!("keystone.life.early.cap", "It has never run, so there is nothing to go on with."),
            plot.resume(),
        ),
        step(
            Phase::Enter,
            "enter.run",
            text!("keystone.life.run", "Run it on hart 1"),
            text!("keystone.life.run.cap", "Any hart may take it in. Hart 1’s last entry is turned to the shared buffer; hart 0’s stays with Linux, and there the enclave is as closed as before."),
            on(1, sbi::RUN, 0),
        ),
        step(
            Phase::Destroy,
            "try.destroy",
            text!("keystone.life.destroy-running", "Destroy it while it runs"),
            text!("keystone.life.destroy-running.cap", "Hart 0 asks. A hart is inside, so the memory must not be wiped under its feet."),
            plot.destroy(),
        ),
        step(
            Phase::Enter,
            "try.second",
            text!("keystone.life.second", "Enter it from hart 0 as well"),
            text!("keystone.life.second.cap", "The monitor keeps one context for each enclave, so only one hart may be inside."),
            plot.resume(),
        ),
        step(
            Phase::Interrupt,
            "leave.stop",
            text!("keystone.life.stop", "It stops for an edge call"),
            text!("keystone.life.stop.cap", "The enclave asks the host for something and leaves. Its registers stay with the monitor; Linux sees EDGE_CALL_HOST in a0 and nothing else."),
            on(1, sbi::STOP, 1),
        ),
        step(
            Phase::Enter,
            "try.run",
            text!("keystone.life.again", "Run it again"),
            text!("keystone.life.again.cap", "A first entry would start it from the beginning with its memory as it is now. The monitor allows it once."),
            plot.run(),
        ),
        step(
            Phase::Resume,
            "resume.0",
            text!("keystone.life.resume", "Resume it on hart 0"),
            text!("keystone.life.resume.cap", "It goes on behind its call, on another hart than before, with 0 in a0."),
            plot.resume(),
        ),
        step(
            Phase::Use,
            "leave.exit",
            text!("keystone.life.exit", "It exits"),
            text!("keystone.life.exit.cap", "Linux gets 0 and the enclave’s value. The state becomes STOPPED, as after an edge call."),
            exit(0x1234),
        ),
        step(
            Phase::Destroy,
            "destroy.0",
            text!("keystone.life.destroy", "Destroy it"),
            text!("keystone.life.destroy.cap", "Zeroed first, then opened: on this hart at once, on the others when they answer."),
            plot.destroy(),
        ),
        answer("destroy.ipi", 1),
        step(
            Phase::Destroy,
            "try.gone",
            text!("keystone.life.gone", "Destroy it once more"),
            text!("keystone.life.gone.cap", "The identifier is free and means nobody."),
            plot.destroy(),
        ),
    ]);
    let platform = Platform {
        harts: 2,
        ..turned.keystone_platform()
    };
    Ok((Machine::new(platform), Plan::new(segments)))
}
