//! `keystone/interrupt-and-resume`: the timer strikes while an enclave runs.

use alloc::vec;

use super::common::{self, Plot, exit, load, step, stop, store};
use super::{Built, Guarded, Turned};
use crate::keystone::machine::Machine;
use crate::keystone::op::Op;
use crate::text;
use crate::trace::param::{number, words};
use crate::trace::{BadInput, Phase, Plan, Planned, ScenarioInfo, Secrecy, Segment};

pub(super) static INTERRUPT: Guarded = Guarded {
    built: Built { info, plan },
    secrecy,
};

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: "keystone/interrupt-and-resume",
        title: text!("keystone.interrupt.title", "Interrupt and resume"),
        question: text!(
            "keystone.interrupt.question",
            "What does Linux see of an enclave that it interrupts?"
        ),
        lesson: text!(
            "keystone.interrupt.lesson",
            "The timer stops an enclave through the monitor, which exchanges every register with the host’s before Linux runs. Linux learns that there was an interrupt, and when. It decides whether and when the enclave goes on."
        ),
        params: vec![
            number(
                "interrupts",
                text!("keystone.param.interrupts", "Interrupts"),
                text!(
                    "keystone.param.interrupts.help",
                    "Each is one switch out and one back in."
                ),
                (1, 64),
                2,
            ),
            words(
                "secret",
                text!("keystone.param.secret", "The enclave’s secret"),
                text!(
                    "keystone.param.secret.help",
                    "It is made inside, after the enclave was created."
                ),
                "a secret",
            ),
            common::monitor(),
        ],
        listed: true,
    }
}

/// Linux learns when the enclave is interrupted, and nothing of what it holds.
fn secrecy() -> Secrecy {
    common::in_plain("secret", ["a secret", "another."])
}

fn plan(turned: &Turned<'_>) -> Result<(Machine, Plan<Op>), BadInput> {
    let plot = Plot::nth(0, turned.seed, "interrupt");
    let resume = plot.resume();
    let mut segments = common::boot();
    segments.extend(plot.build());
    segments.extend([
        step(
            Phase::Enter,
            "enter.run",
            text!("keystone.interrupt.run", "The enclave runs"),
            text!("keystone.interrupt.run.cap", "Linux has set a timer and lets the enclave run. Its registers are put away; mideleg becomes 0, so that every interrupt comes to the monitor first."),
            plot.run(),
        ),
        step(
            Phase::Use,
            "inside.store",
            text!("keystone.interrupt.store", "It works in its memory"),
            text!("keystone.interrupt.store.cap", "What it keeps here Linux cannot read, neither now nor while it is stopped."),
            store(plot.free(), turned.text("secret").as_bytes()),
        ),
    ]);
    segments.push(
        Segment::many(
            Phase::Interrupt,
            "interrupt",
            text!("keystone.interrupt.strike", "The timer strikes"),
            text!("keystone.interrupt.strike.cap", "A machine timer interrupt. The monitor writes the PMP back, exchanges the registers, and gives Linux INTERRUPTED with a timer interrupt of its own pending, so that Linux handles the tick as if nothing had been in between. Then Linux resumes the enclave."),
            2 * turned.number("interrupts"),
            move |i| Planned {
                op: match i % 2 {
                    0 => Op::Timer { hart: 0 },
                    _ => resume.clone(),
                },
                label: [if i % 2 == 0 { "timer" } else { "resume" }, &alloc::format!("{}", i / 2)].concat(),
                caption: crate::text::Text::none(),
            },
        )
        .grouped(2),
    );
    segments.extend([
        step(
            Phase::Use,
            "inside.load",
            text!("keystone.interrupt.load", "It goes on where it was"),
            text!("keystone.interrupt.load.cap", "Its memory and its registers are as they were."),
            load(plot.free(), 8),
        ),
        step(
            Phase::Interrupt,
            "edge.stop",
            text!("keystone.interrupt.edge", "It asks the host for something"),
            text!("keystone.interrupt.edge.cap", "An edge call: the request lies in the shared buffer, the enclave leaves by itself. To Linux it looks like an interrupt with another code."),
            stop(),
        ),
        step(
            Phase::Resume,
            "edge.resume",
            text!("keystone.interrupt.back", "The host has answered"),
            text!("keystone.interrupt.back.cap", "The answer lies in the shared buffer. Nothing in it is to be trusted."),
            plot.resume(),
        ),
        step(
            Phase::Use,
            "leave.exit",
            text!("keystone.interrupt.exit", "It is done"),
            text!("keystone.interrupt.exit.cap", "Exit gives Linux 0 and a value."),
            exit(0),
        ),
    ]);
    let machine = Machine::new(turned.keystone_platform());
    Ok((machine, Plan::new(segments)))
}
