//! `sgx/two-level-exceptions`: the enclave handles its own exception, above the frame that waits.

use alloc::vec;
use alloc::vec::Vec;

use super::acts::{self, load, set, store};
use super::stage::{self, BASE, Kind, SECRET, SSA, Stage};
use super::{Turned, params};
use crate::sgx::machine::Machine;
use crate::sgx::op::{Call, Enclu, Op};
use crate::sgx::structs::GprSgx;
use crate::text;
use crate::trace::{BadInput, Built, Guarded, Phase, Plan, ScenarioInfo};

pub(super) static TWO_LEVEL: Guarded<Machine> = Guarded {
    built: Built { info, plan },
    secrecy: || stage::secrecy(stage::TWO, &["ssa"], Vec::new()),
};

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: "sgx/two-level-exceptions",
        title: text!("levels.title", "An exception inside, handled inside"),
        question: text!(
            "levels.question",
            "How does an enclave handle an exception that the operating system must not understand?"
        ),
        lesson: text!(
            "levels.lesson",
            "The operating system sees only that something happened. It lets the host enter the enclave a second time, above the frame that waits. The handler inside reads from that frame what went wrong, mends it there, and leaves; ERESUME goes on with what was mended. So a thread needs two frames."
        ),
        params: vec![
            params::number(
                "nssa",
                text!("param.nssa", "Frames (NSSA)"),
                text!(
                    "param.nssa.help",
                    "With one frame there is no room for a second entry, and the exception cannot be handled."
                ),
                (1, 2),
                2,
            ),
            stage::secret(u64::MAX, SECRET),
        ],
        listed: true,
    }
}

/// The address of a field of GPRSGX in the first frame.
fn field(name: &str) -> u64 {
    let offset = GprSgx::LAYOUT.field(name).map_or(0, |f| f.offset);
    BASE + SSA + 4096 - GprSgx::SIZE as u64 + offset as u64
}

fn plan(turned: &Turned<'_>) -> Result<(Machine, Plan<Op>), BadInput> {
    let kind = Kind {
        nssa: turned.number("nssa") as u32,
        ..Kind::default()
    };
    let mut stage = Stage::with(turned, &[kind])?;
    stage.enter("enter.eenter", 0, 0);
    stage.own_stack("use.stack", 0, BASE);
    stage.obtain("use.obtain", 0, turned.number("secret"));
    stage.step(
        Phase::Interrupt,
        "interrupt.cpuid",
        text!("levels.cpuid", "A library asks for CPUID"),
        text!(
            "levels.cpuid.cap",
            "CPUID is illegal inside: a hypervisor could answer it as it likes. The processor raises #UD, which means an asynchronous exit. EXITINFO in the frame says so to the enclave; to the operating system it is one #UD at the AEP."
        ),
        Op::Execute {
            cpu: 0,
            instruction: 0,
        },
    );
    handler(&mut stage);
    stage.step(
        Phase::Resume,
        "resume.eresume",
        text!("levels.resume", "Resume the first level"),
        text!(
            "levels.resume.cap",
            "The host calls ERESUME for the same TCS. The processor loads what the handler has left in the frame: the thread goes on after CPUID, with an answer in RAX."
        ),
        Op::Enclu(Enclu {
            cpu: 0,
            leaf: 3,
            loads_leaf: true,
            door: Some((0, stage::TCS)),
            call: Call::default(),
        }),
    );
    stage.wipe("use.wipe", 0);
    stage.exit("exit.eexit", 0);
    Ok(stage.plan())
}

/// The second entry: what it reads, mends and leaves.
fn handler(stage: &mut Stage) {
    stage.step(
        Phase::Enter,
        "handler.eenter",
        text!("levels.again", "Enter again"),
        text!(
            "levels.again.cap",
            "The signal handler of the process enters by the same TCS. RAX holds CSSA, now 1: so the entry code knows that a frame waits, and calls the handler instead of a function."
        ),
        acts::enter(0, 0),
    );
    stage.step(
        Phase::Use,
        "handler.stack",
        text!("levels.stack", "Below the old stack"),
        text!(
            "levels.stack.cap",
            "The handler takes a stack inside, below what the interrupted code still needs."
        ),
        set(0, &[("RSP", BASE + stage::STACK - 0x400)]),
    );
    stage.step(
        Phase::Use,
        "handler.exitinfo",
        text!("levels.exitinfo", "What went wrong?"),
        text!(
            "levels.exitinfo.cap",
            "The handler reads EXITINFO: valid, a hardware exception, vector 6, invalid opcode."
        ),
        load(0, field("EXITINFO"), "R8"),
    );
    stage.step(
        Phase::Use,
        "handler.rip",
        text!("levels.rip", "Where?"),
        text!(
            "levels.rip.cap",
            "It reads RIP from the frame and finds CPUID there, an instruction of two bytes."
        ),
        load(0, field("RIP"), "R9"),
    );
    stage.step(
        Phase::Use,
        "handler.decide",
        text!("levels.decide", "Decide"),
        text!(
            "levels.decide.cap",
            "It computes the answer that CPUID shall have had, from a table that was measured, and the address after it."
        ),
        set(0, &[("R9", BASE + 2), ("R10", 0x16)]),
    );
    stage.step(
        Phase::Use,
        "handler.skip",
        text!("levels.skip", "Mend RIP"),
        text!(
            "levels.skip.cap",
            "The frame is an ordinary page of the enclave: code inside may write it."
        ),
        store(0, field("RIP"), "R9"),
    );
    stage.step(
        Phase::Use,
        "handler.answer",
        text!("levels.answer", "Put the answer there"),
        text!(
            "levels.answer.cap",
            "RAX in the frame becomes CPUID’s answer."
        ),
        store(0, field("RAX"), "R10"),
    );
    stage.wipe("handler.wipe", 0);
    stage.exit("handler.eexit", 0);
}
