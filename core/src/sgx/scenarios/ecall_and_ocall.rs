//! `sgx/ecall-and-ocall`: a call into the enclave and one out of it, by SDK, driver and instructions.

use alloc::vec;
use alloc::vec::Vec;

use super::Turned;
use super::acts::{load, set, store};
use super::stage::{self, BASE, HEAP, Kind, SECRET, Stage};
use crate::sgx::code::INSTRUCTIONS;
use crate::sgx::machine::Machine;
use crate::sgx::op::Op;
use crate::text;
use crate::trace::{BadInput, Built, Guarded, Phase, Plan, ScenarioInfo};

pub(super) static CALLS: Guarded<Machine> = Guarded {
    built: Built { info, plan },
    secrecy: || stage::secrecy(stage::TWO, &[], Vec::new()),
};

/// A page of the process that both sides use for arguments, and where it lies.
const BUFFER: u64 = 0x5555_0001_0000;
const BUFFER_AT: u64 = 0x0300_0000;

/// What the SDK passes in RDI to say that an OCALL returns.
const ORET: u64 = -2_i64 as u64;

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: "sgx/ecall-and-ocall",
        title: text!("calls.title", "ECALL and OCALL"),
        question: text!(
            "calls.question",
            "What lies behind a function call into an enclave?"
        ),
        lesson: text!(
            "calls.lesson",
            "An ECALL is EENTER with a number in a register; an OCALL is EEXIT, a request in ordinary memory, and EENTER again. The driver has no part in it: it built the enclave and is done. System calls are illegal inside, so everything the enclave wants of the world goes through its host, who may lie."
        ),
        params: vec![stage::secret(u64::MAX, SECRET)],
        listed: true,
    }
}

fn plan(turned: &Turned<'_>) -> Result<(Machine, Plan<Op>), BadInput> {
    let mut stage = Stage::with(turned, &[Kind::default()])?;
    ecall(&mut stage, turned.number("secret"));
    ocall(&mut stage);
    Ok(stage.plan())
}

fn ecall(stage: &mut Stage, secret: u64) {
    stage.step(
        Phase::Enter,
        "ecall.buffer",
        text!("calls.buffer", "A buffer outside"),
        text!(
            "calls.buffer.cap",
            "The library in the process has a page for arguments. It is ordinary memory: both sides may use it, and so may everybody else."
        ),
        Op::Map {
            process: 0,
            at: BUFFER,
            to: Some((BUFFER_AT, true, false)),
        },
    );
    stage.step(
        Phase::Enter,
        "ecall.arguments",
        text!("calls.arguments", "The application calls"),
        text!(
            "calls.arguments.cap",
            "To the application it is a plain function. The generated stub packs the arguments into the buffer and calls the library, sgx_ecall, which loads RDI with the function’s number and RSI with the buffer’s address."
        ),
        set(0, &[("RDI", 1), ("RSI", BUFFER)]),
    );
    stage.step(
        Phase::Enter,
        "ecall.pack",
        text!("calls.pack", "Pack the arguments"),
        text!(
            "calls.pack.cap",
            "The stub writes the argument, here the number 1 in RDI, into the buffer."
        ),
        store(0, BUFFER, "RDI"),
    );
    stage.enter("ecall.eenter", 0, 0);
    stage.own_stack("ecall.stack", 0, BASE);
    stage.step(
        Phase::Use,
        "ecall.unpack",
        text!("calls.unpack", "Read the arguments"),
        text!(
            "calls.unpack.cap",
            "Code inside may read ordinary memory outside ELRANGE. It must check that the pointer really leads outside, and copy before it checks the contents: the host can change them at any moment."
        ),
        load(0, BUFFER, "R8"),
    );
    stage.obtain("ecall.obtain", 0, secret);
    stage.keep("ecall.keep", 0, BASE + HEAP);
}

fn ocall(stage: &mut Stage) {
    stage.step(
        Phase::Use,
        "ocall.save",
        text!("calls.save", "Before the call out"),
        text!(
            "calls.save.cap",
            "The function wants the time. It pushes what it needs afterwards onto its own stack, inside, where nobody changes it."
        ),
        store(0, BASE + stage::STACK, "R8"),
    );
    stage.step(
        Phase::Use,
        "ocall.request",
        text!("calls.request", "Write the request"),
        text!(
            "calls.request.cap",
            "The request goes into ordinary memory, so only what the host may know is written: here the number of the OCALL."
        ),
        store(0, BUFFER + 8, "R8"),
    );
    stage.wipe("ocall.wipe", 0);
    stage.exit("ocall.eexit", 0);
    let syscall = INSTRUCTIONS.iter().position(|(n, _)| *n == "SYSCALL");
    stage.step(
        Phase::Use,
        "ocall.syscall",
        text!("calls.syscall", "The host does it"),
        text!(
            "calls.syscall.cap",
            "Outside, the library looks up the function and makes the system call. Inside, SYSCALL would be an invalid opcode: the enclave cannot jump into the kernel with its secrets in the registers."
        ),
        Op::Execute {
            cpu: 0,
            instruction: syscall.unwrap_or(0) as u8,
        },
    );
    stage.step(
        Phase::Enter,
        "ocall.return",
        text!("calls.return", "The answer"),
        text!(
            "calls.return.cap",
            "RDI = -2 tells the enclave that an OCALL returns, and RAX of the call is in RSI. Whether the answer is true the enclave cannot know."
        ),
        set(0, &[("RDI", ORET), ("RSI", 0)]),
    );
    stage.enter("ocall.eenter", 0, 0);
    stage.own_stack("ocall.stack", 0, BASE);
    stage.step(
        Phase::Use,
        "ocall.restore",
        text!("calls.restore", "Go on"),
        text!(
            "calls.restore.cap",
            "The entry code sees that an OCALL returns, finds its frame on the inner stack, and goes on where the function left off."
        ),
        load(0, BASE + stage::STACK, "R8"),
    );
    stage.wipe("ecall.wipe", 0);
    stage.exit("ecall.eexit", 0);
}
