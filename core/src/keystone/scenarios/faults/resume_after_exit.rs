//! `keystone/resume-after-exit`: an enclave that has said it is done goes on.

use alloc::vec;

use super::common::{self, Plot, exit, load, step};
use super::{Built, Turned};
use crate::keystone::faults::Faults;
use crate::keystone::machine::Machine;
use crate::keystone::op::Op;
use crate::text;
use crate::trace::{BadInput, Phase, Plan, ScenarioInfo};

pub(in super::super) static RESUME_AFTER_EXIT: Built = Built { info, plan };

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: "keystone/resume-after-exit",
        title: text!("keystone.after-exit.title", "Life after exit"),
        question: text!(
            "keystone.after-exit.question",
            "What happens to code behind the last call?"
        ),
        lesson: text!(
            "keystone.after-exit.lesson",
            "exit_enclave leaves the state STOPPED, the same as an edge call, and resume takes it. The enclave’s program goes on behind its exit call, where its author has put nothing, or the next function. A state of its own, from which only destroy leads away, would close it."
        ),
        params: vec![common::monitor()],
        listed: true,
    }
}

fn plan(turned: &Turned<'_>) -> Result<(Machine, Plan<Op>), BadInput> {
    let plot = Plot::nth(0, turned.seed, "after exit");
    let mut segments = common::boot();
    segments.extend(plot.build());
    segments.extend([
        step(
            Phase::Enter,
            "enter.run",
            text!("keystone.after-exit.run", "The enclave runs"),
            text!("keystone.after-exit.run.cap", "It does its work."),
            plot.run(),
        ),
        step(
            Phase::Use,
            "leave.exit",
            text!("keystone.after-exit.exit", "It exits"),
            text!("keystone.after-exit.exit.cap", "Its author takes this for the end: no code follows that was written for anything."),
            exit(0x1234),
        ),
        step(
            Phase::Resume,
            "resume.after-exit",
            text!("keystone.after-exit.resume", "Linux resumes it all the same"),
            text!("keystone.after-exit.resume.cap", "The documented life cycle knows no way back from exit. Upstream’s resume asks only whether the state is STOPPED."),
            plot.resume(),
        ),
        step(
            Phase::Use,
            "inside.load",
            text!("keystone.after-exit.load", "Whoever runs now reads the enclave’s memory"),
            text!("keystone.after-exit.load.cap", "If the enclave goes on, it is inside again, at an instruction that nobody meant to be reached. Otherwise this is Linux, and PMP refuses."),
            load(plot.runtime(), 8),
        ),
    ]);
    let machine = Machine::new(turned.with_fault(Faults::RESUME_AFTER_EXIT));
    Ok((machine, Plan::new(segments)))
}
