//! `sgx/careless-exit`: an enclave that leaves its secret in the registers.

use alloc::vec;

use super::acts::{self, load, set_with_xmm0};
use super::stage::{self, BASE, HEAP, Kind, SECRET, Stage};
use super::{Turned, params};
use crate::sgx::machine::Machine;
use crate::sgx::op::Op;
use crate::text;
use crate::trace::{
    BadInput, Built, Channel, Guarded, Observer, Phase, Plan, ScenarioInfo, Secrecy,
};

pub(super) static CARELESS: Guarded<Machine> = Guarded {
    built: Built { info, plan },
    secrecy,
};

fn secrecy() -> Secrecy {
    let registers = |observer| Channel {
        observer,
        at: "registers",
        says: text!(
            "channel.registers",
            "The registers that the enclave did not wipe before EEXIT hold the secret itself."
        ),
        cite: "Intel SDM vol. 3D, EEXIT: the registers are the enclave's to clear",
    };
    let others = [Observer::Process, Observer::Privileged].map(registers);
    stage::secrecy(stage::TWO, &["ssa"], others.into())
}

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: "sgx/careless-exit",
        title: text!("careless.title", "A careless exit"),
        question: text!(
            "careless.question",
            "Does the processor wipe the registers when a thread leaves?"
        ),
        lesson: text!(
            "careless.lesson",
            "On an interrupt it does; on EEXIT it does not. An enclave that leaves with a key in a register has handed it over. This is a leak by the author, not by the processor, and every SDK wipes registers in its exit path for this reason."
        ),
        params: vec![
            params::flag(
                "wipe",
                text!("param.wipe", "Wipe before leaving"),
                text!(
                    "param.wipe.help",
                    "One instruction per register, and the leak is gone."
                ),
                false,
            ),
            stage::secret(u64::MAX, SECRET),
        ],
        listed: true,
    }
}

fn plan(turned: &Turned<'_>) -> Result<(Machine, Plan<Op>), BadInput> {
    let mut stage = Stage::with(turned, &[Kind::default()])?;
    let secret = turned.number("secret");
    stage.enter("enter.eenter", 0, 0);
    stage.own_stack("use.stack", 0, BASE);
    stage.obtain("use.obtain", 0, secret);
    stage.keep("use.keep", 0, BASE + HEAP);
    stage.step(
        Phase::Use,
        "use.vector",
        text!("careless.vector", "Compute with it"),
        text!(
            "careless.vector.cap",
            "A cipher keeps the key in vector registers, where compilers put it without being asked."
        ),
        set_with_xmm0(0, &[("R11", secret.rotate_left(8))], secret),
    );
    stage.step(
        Phase::Interrupt,
        "interrupt.aex",
        text!("careless.interrupt", "An interrupt in between"),
        text!(
            "careless.interrupt.cap",
            "Now the processor takes care: the operating system finds the synthetic state, and the secret is in the save area."
        ),
        acts::strike(0, "INTR"),
    );
    stage.resume("resume.enclu", 0);
    stage.step(
        Phase::Use,
        "use.load",
        text!("careless.load", "One last look"),
        text!(
            "careless.load.cap",
            "The function loads the key once more and is done."
        ),
        load(0, BASE + HEAP, "RSI"),
    );
    if turned.is("wipe") {
        stage.wipe("use.wipe", 0);
    }
    stage.step(
        Phase::Use,
        "exit.eexit",
        text!("careless.exit", "Leave"),
        text!(
            "careless.exit.cap",
            "EEXIT changes RIP, RCX, FS, GS and XCR0. RDX, RSI, R11 and XMM0 go out as they are. Look through the eyes of the process: there is the secret, in a register."
        ),
        acts::leave(0),
    );
    Ok(stage.plan())
}
