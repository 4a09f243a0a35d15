//! `sgx/single-step`: a timer strikes after every instruction, and the attacker counts.

use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use super::acts::{leave, set, strike, trampoline};
use super::stage::{self, BASE, Kind, Stage};
use super::{Turned, params};
use crate::sgx::machine::Machine;
use crate::sgx::op::Op;
use crate::sgx::processor::HOST_CODE;
use crate::text;
use crate::text::Text;
use crate::trace::{
    BadInput, Built, Channel, Guarded, Observer, Phase, Plan, Planned, ScenarioInfo, Secrecy,
    Secret, Segment,
};

pub(super) static STEP: Guarded<Machine> = Guarded {
    built: Built { info, plan },
    secrecy,
};

fn secrecy() -> Secrecy {
    let when = |(observer, at)| Channel {
        observer,
        at,
        says: text!(
            "channel.count",
            "How many interrupts find the thread inside tells how many instructions it executed, which depends on the secret."
        ),
        cite: "Van Bulck, Piessens and Strackx, SGX-Step, 2017; Intel SDM vol. 3D, AEX: RIP is the AEP",
    };
    let others = [
        (Observer::Privileged, "seen"),
        (Observer::Privileged, "registers"),
        (Observer::Privileged, "thread"),
        (Observer::Privileged, "life"),
        (Observer::Privileged, "privilege"),
        (Observer::Process, "privilege"),
        (Observer::Process, "registers"),
        (Observer::Process, "thread"),
        (Observer::Process, "life"),
    ];
    let others = others.map(when);
    stage::secrecy(
        Secret::Param("secret", ["2", "5"]),
        &["ssa", "tcs"],
        others.into(),
    )
}

/// Interrupts in all: more than the longest loop needs.
const MOST: u64 = 8;

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: "sgx/single-step",
        title: text!("single.title", "Step by step from outside"),
        question: text!(
            "single.question",
            "Can an attacker count the instructions inside?"
        ),
        lesson: text!(
            "single.lesson",
            "The timer belongs to the operating system. Set short enough it strikes after every instruction, and every asynchronous exit is one more in the count. The registers stay hidden, but the number of instructions between two events is known: a loop that runs as often as the secret says has told it. AEX-Notify makes this much harder."
        ),
        params: vec![
            params::flag(
                "constant",
                text!("param.constant", "Constant number of turns"),
                text!(
                    "param.constant.help",
                    "Code that always runs the longest way tells nothing by its length."
                ),
                false,
            ),
            stage::secret(MOST - 2, 3),
        ],
        listed: true,
    }
}

fn plan(turned: &Turned<'_>) -> Result<(Machine, Plan<Op>), BadInput> {
    let mut stage = Stage::with(turned, &[Kind::default()])?;
    stage.enter("enter.eenter", 0, 0);
    stage.own_stack("use.stack", 0, BASE);
    let turns = match turned.is("constant") {
        true => MOST - 2,
        false => turned.number("secret"),
    };
    for n in 0..MOST {
        stage.stretch(tick(n, turns));
    }
    Ok(stage.plan())
}

/// One instruction and the interrupt after it: inside while the loop runs, then leaving, then outside.
fn tick(n: u64, turns: u64) -> Segment<Op> {
    let inside = text!(
        "single.inside",
        "One instruction of the loop. Nobody outside sees which."
    );
    let outside = text!(
        "single.outside",
        "The host’s own code: nothing is hidden here."
    );
    let strikes = text!(
        "single.strikes",
        "The timer strikes. Was it an asynchronous exit? RIP tells: the AEP, or the host’s own code. The attacker adds one to the count, or stops counting."
    );
    let (first, last): ((Op, Text), (Op, Text)) = match n {
        _ if n < turns => (
            (
                set(0, &[("RIP", BASE + 0x20 + 4 * n), ("R8", n + 1)]),
                inside,
            ),
            (
                trampoline(0),
                text!(
                    "single.resume",
                    "The thread goes on, for one more instruction."
                ),
            ),
        ),
        _ if n == turns => (
            (
                leave(0),
                text!("single.leave", "The loop is over, and the thread leaves."),
            ),
            (set(0, &[("RIP", HOST_CODE + 0x10)]), outside),
        ),
        _ => (
            (
                set(0, &[("RIP", HOST_CODE + 0x10 + 4 * n)]),
                outside.clone(),
            ),
            (set(0, &[("RIP", HOST_CODE + 0x12 + 4 * n)]), outside),
        ),
    };
    let steps: Vec<(&'static str, Op, Text)> = vec![
        ("run", first.0, first.1),
        ("timer", strike(0, "INTR"), strikes),
        ("on", last.0, last.1),
    ];
    Segment::many(
        Phase::Interrupt,
        &format!("tick{n}"),
        text!("single.tick", "Tick {n}", n = n + 1),
        text!("single.tick.cap", "An instruction, and the timer."),
        3,
        move |i| {
            let (label, op, caption) = &steps[i as usize % 3];
            Planned {
                op: op.clone(),
                label: (*label).into(),
                caption: caption.clone(),
            }
        },
    )
}
