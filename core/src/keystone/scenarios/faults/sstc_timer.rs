//! `keystone/sstc-timer`: with Sstc the host's timer does not reach an enclave.

use alloc::vec;

use super::common::{self, Plot, step};
use super::{Built, Turned};
use crate::keystone::faults::Faults;
use crate::keystone::machine::Machine;
use crate::keystone::op::Op;
use crate::keystone::platform::Platform;
use crate::text;
use crate::trace::param::flag;
use crate::trace::{BadInput, Phase, Plan, ScenarioInfo};

pub(in super::super) static SSTC_TIMER: Built = Built { info, plan };

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: "keystone/sstc-timer",
        title: text!("keystone.sstc.title", "The enclave that never stops"),
        question: text!(
            "keystone.sstc.question",
            "Can Linux always get its hart back?"
        ),
        lesson: text!(
            "keystone.sstc.lesson",
            "Without the Sstc extension Linux asks the firmware for its timer, and the machine timer interrupt stops an enclave. With it, QEMU’s default, Linux sets stimecmp itself, and a supervisor timer interrupt becomes pending. Inside an enclave sie is the enclave’s own: if it leaves it clear, nothing happens, and the hart is the enclave’s for as long as it likes."
        ),
        params: vec![
            flag(
                "sstc",
                text!("keystone.param.sstc", "The hart has Sstc"),
                text!(
                    "keystone.param.sstc.help",
                    "The traces of the real monitor are from a machine without."
                ),
                true,
            ),
            flag(
                "sie",
                text!("keystone.param.sie", "The enclave enables the timer in sie"),
                text!("keystone.param.sie.help", "A friendly runtime would."),
                false,
            ),
            common::monitor(),
        ],
        listed: true,
    }
}

fn plan(turned: &Turned<'_>) -> Result<(Machine, Plan<Op>), BadInput> {
    let plot = Plot::nth(0, turned.seed, "sstc");
    let mut segments = common::boot();
    segments.extend(plot.build());
    segments.push(step(
        Phase::Enter,
        "enter.run",
        text!("keystone.sstc.run", "The enclave runs and never leaves by itself"),
        text!("keystone.sstc.run.cap", "Linux has set its timer before. sie is exchanged with the other registers, and is 0 at the first entry."),
        plot.run(),
    ));
    if turned.is("sie") {
        segments.push(step(
            Phase::Use,
            "inside.sie",
            text!("keystone.sstc.enable", "It enables the timer interrupt"),
            text!(
                "keystone.sstc.enable.cap",
                "With mideleg 0 an enabled supervisor interrupt goes to the monitor."
            ),
            Op::Csr {
                hart: 0,
                number: 0x104,
                value: 1 << 5,
            },
        ));
    }
    segments.extend([
        step(
            Phase::Interrupt,
            "timer.first",
            text!("keystone.sstc.strike", "The timer strikes"),
            text!("keystone.sstc.strike.cap", "Does it stop the enclave?"),
            Op::Timer { hart: 0 },
        ),
        step(
            Phase::Resume,
            "linux.resume",
            text!("keystone.sstc.resume", "Linux goes on"),
            text!("keystone.sstc.resume.cap", "If Linux has its hart back it resumes the enclave. If not, this call comes from the enclave, which may not make it."),
            plot.resume(),
        ),
    ]);
    let platform = Platform {
        sstc: turned.is("sstc"),
        ..turned.with_fault(Faults::SSTC_TIMER)
    };
    Ok((Machine::new(platform), Plan::new(segments)))
}
