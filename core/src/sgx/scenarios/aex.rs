//! `sgx/aex`: an interrupt strikes inside, and the operating system finds nothing in the registers.

use alloc::vec;
use alloc::vec::Vec;

use super::acts::set_with_xmm0;
use super::stage::{self, BASE, HEAP, Kind, SECRET, Stage};
use super::{Turned, params};
use crate::sgx::events::{Cause, HAPPENINGS, named};
use crate::sgx::machine::Machine;
use crate::sgx::op::Op;
use crate::sgx::structs::{Miscselect, Pfec};
use crate::text;
use crate::trace::{BadInput, Built, Guarded, Param, Phase, Plan, ScenarioInfo};

pub(super) static AEX: Guarded<Machine> = Guarded {
    built: Built { info, plan },
    secrecy: || stage::secrecy(stage::TWO, &["ssa"], Vec::new()),
};

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: "sgx/aex",
        title: text!("aex.title", "The asynchronous exit"),
        question: text!(
            "aex.question",
            "An interrupt strikes inside. What does the operating system see?"
        ),
        lesson: text!(
            "aex.lesson",
            "Nothing of the enclave. The processor saves every register into the enclave’s own memory and puts a synthetic state in their place. The operating system learns that something happened and, of a page fault, the page but not the place within it. One ENCLU brings everything back."
        ),
        params: vec![
            event(),
            params::flag(
                "exinfo",
                text!("param.exinfo", "MISCSELECT.EXINFO"),
                text!(
                    "param.exinfo.help",
                    "Then the save area also tells the enclave of page faults and general protection faults, with the full address."
                ),
                true,
            ),
            stage::secret(u64::MAX, SECRET),
        ],
        listed: true,
    }
}

/// The event as a parameter, by the manual's names.
fn event() -> Param {
    let choice = |name: &'static str| (name.trim_start_matches('#'), name.into());
    let names = core::iter::once("INTR").chain(
        HAPPENINGS
            .iter()
            .map(|h| h.name)
            .filter(|name| *name != "INTR"),
    );
    let choices: Vec<_> = names.map(choice).collect();
    params::choice(
        "event",
        text!("param.event", "What strikes"),
        text!(
            "param.event.help",
            "Exceptions of the code’s own leave a note in EXITINFO; interrupts do not."
        ),
        &choices,
    )
}

fn plan(turned: &Turned<'_>) -> Result<(Machine, Plan<Op>), BadInput> {
    let miscselect = Miscselect::NONE.set(Miscselect::EXINFO, turned.is("exinfo"));
    let kind = Kind {
        miscselect,
        ..Kind::default()
    };
    let mut stage = Stage::with(turned, &[kind])?;
    let secret = turned.number("secret");
    stage.enter("enter.eenter", 0, 0);
    stage.own_stack("use.stack", 0, BASE);
    stage.step(
        Phase::Use,
        "use.busy",
        text!("aex.busy", "Work with the secret"),
        text!(
            "aex.busy.cap",
            "The secret is everywhere: in general registers, in a vector register, and the next instruction’s address tells what the code is about to do."
        ),
        set_with_xmm0(
            0,
            &[("RDX", secret), ("R12", secret ^ u64::MAX), ("RIP", BASE + 0x40), ("RFLAGS", 0x246)],
            secret,
        ),
    );
    let name = turned.text("event");
    let found = HAPPENINGS
        .iter()
        .find(|h| h.name.trim_start_matches('#') == name);
    let mut cause = Cause::of(found.unwrap_or(named("INTR")));
    if cause.event.name == "#PF" {
        cause.address = Some(BASE + HEAP + 0x128);
        cause.code = Some(Pfec::US.with(Pfec::WR).bits());
    }
    stage.step(
        Phase::Interrupt,
        "interrupt.aex",
        text!("aex.strike", "Something strikes"),
        text!(
            "aex.strike.cap",
            "Before the handler runs, the processor leaves the enclave: it fills the current frame of the save area, counts CSSA up, and loads the synthetic state. Compare the two columns of the registers. RAX, RBX and RCX hold what the way back needs; all else is empty."
        ),
        Op::Raise { cpu: 0, cause },
    );
    stage.resume("resume.enclu", 0);
    stage.wipe("use.wipe", 0);
    stage.exit("exit.eexit", 0);
    Ok(stage.plan())
}
