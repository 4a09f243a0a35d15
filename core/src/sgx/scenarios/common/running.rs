//! The common program runs: it uses its secret, is interrupted, goes on, and calls out.

use alloc::rc::Rc;

use super::{BUFFER, BUFFER_AT, FRAME_PAGE, SECRET_PAGE};
use crate::sgx::access::Who;
use crate::sgx::code::INSTRUCTIONS;
use crate::sgx::machine::Machine;
use crate::sgx::op::{Data, Op};
use crate::sgx::platform::Platform;
use crate::sgx::scenarios::acts::{load, set, store, strike, touch};
use crate::sgx::scenarios::stage::{HEAP, Stage};
use crate::text;
use crate::trace::Phase;
use crate::view::Access;

/// Where RDX lies in a frame of one page: GPRSGX is its last 184 bytes, RDX the third register.
const SAVED_RDX: u64 = 4096 - 184 + 16;

pub(super) fn run(stage: &mut Stage, base: u64, secret: u64) {
    enter(stage);
    in_use(stage, base, secret);
    interrupted(stage);
    call_out(stage, base);
}

fn enter(stage: &mut Stage) {
    stage.step(
        Phase::Enter,
        "enter.buffer",
        text!("sgx.common.buffer", "A buffer outside"),
        text!(
            "sgx.common.buffer.cap",
            "The process has a page of ordinary memory through which it and the enclave will pass each other things. Everybody may read it."
        ),
        Op::Map {
            process: 0,
            at: BUFFER,
            to: Some((BUFFER_AT, true, false)),
        },
    );
    stage.enter("enter.eenter", 0, 0);
}

fn in_use(stage: &mut Stage, base: u64, secret: u64) {
    stage.own_stack("use.stack", 0, base);
    stage.obtain("use.obtain", 0, secret);
    stage.keep("use.keep", 0, base + HEAP);
    stage.step(
        Phase::Use,
        "use.load",
        text!("sgx.common.load", "Use it"),
        text!(
            "sgx.common.load.cap",
            "The code reads the secret back from its heap. It comes in plain: the encryption ends at the edge of the processor’s package."
        ),
        load(0, base + HEAP, "R8"),
    );
    stage.step(
        Phase::Use,
        "use.compute",
        text!("sgx.common.compute", "Compute with it"),
        text!(
            "sgx.common.compute.cap",
            "Some result comes of it, in a register."
        ),
        set(0, &[("R9", secret.rotate_left(7))]),
    );
    stage.step(
        Phase::Use,
        "use.result",
        text!("sgx.common.result", "Put the result in its place"),
        text!(
            "sgx.common.result.cap",
            "The result goes where the secret was. What lies in DRAM there is another block now."
        ),
        store(0, base + HEAP, "R9"),
    );
    stage.step(
        Phase::Use,
        "use.again",
        text!("sgx.common.again", "Store the secret again"),
        text!(
            "sgx.common.again.cap",
            "The same secret at the same place as before. A probe on DRAM that kept what it read then can compare: encrypted by address alone the block is the same again, with a counter it is not."
        ),
        store(0, base + HEAP, "RDX"),
    );
}

fn interrupted(stage: &mut Stage) {
    stage.step(
        Phase::Interrupt,
        "interrupt.intr",
        text!("sgx.common.intr", "An interrupt strikes"),
        text!(
            "sgx.common.intr.cap",
            "The timer. The secret is in RDX at this moment. The processor saves all registers in the save area, puts synthetic values in their place, and only then does the operating system’s handler run: it learns that there was an interrupt, and nothing else."
        ),
        strike(0, "INTR"),
    );
    let machine = Machine::new(Platform::client());
    stage.step(
        Phase::Interrupt,
        "interrupt.save-area",
        text!("sgx.common.look", "The handler looks into the save area"),
        text!(
            "sgx.common.look.cap",
            "The operating system gave the enclave this page and knows where RDX lies in it. It reads ones."
        ),
        touch(
            Who::System,
            machine.epc_physical(FRAME_PAGE).0 + SAVED_RDX,
            Access::Read,
            Data::Len(8),
        ),
    );
    stage.step(
        Phase::Interrupt,
        "interrupt.heap",
        text!("sgx.common.look-heap", "And where the secret is"),
        text!(
            "sgx.common.look-heap.cap",
            "While the enclave stands still, the operating system may try whatever it likes. It reads ones there too."
        ),
        touch(
            Who::System,
            machine.epc_physical(SECRET_PAGE).0,
            Access::Read,
            Data::Len(16),
        ),
    );
    stage.resume("resume.enclu", 0);
}

fn call_out(stage: &mut Stage, base: u64) {
    stage.step(
        Phase::Use,
        "ocall.request",
        text!("sgx.common.request", "Write a request"),
        text!(
            "sgx.common.request.cap",
            "The enclave wants something of the world: the time. System calls are illegal inside, so it asks its host. What it writes into the buffer everybody may read."
        ),
        touch(
            Who::Code(0),
            BUFFER,
            Access::Write,
            Data::Bytes(Rc::from(*b"time?\0\0\0")),
        ),
    );
    stage.wipe("ocall.wipe", 0);
    stage.exit("ocall.eexit", 0);
    let syscall = INSTRUCTIONS.iter().position(|(n, _)| *n == "SYSCALL");
    stage.step(
        Phase::Use,
        "ocall.syscall",
        text!("sgx.common.syscall", "The host asks the system"),
        text!(
            "sgx.common.syscall.cap",
            "Outside, the library makes the system call. What it answers to the enclave may be a lie."
        ),
        Op::Execute {
            cpu: 0,
            instruction: syscall.unwrap_or(0) as u8,
        },
    );
    stage.enter("ocall.eenter", 0, 0);
    stage.own_stack("ocall.stack", 0, base);
    stage.step(
        Phase::Use,
        "ocall.restore",
        text!("sgx.common.restore", "Go on with the secret"),
        text!(
            "sgx.common.restore.cap",
            "The secret is still where it was, in the heap: the enclave was left, not emptied."
        ),
        load(0, base + HEAP, "RDX"),
    );
}
