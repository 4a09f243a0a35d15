//! `sgx/page-fault-channel`: the operating system reads a secret from the trace of page faults.

use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use super::acts::{strike, touch, trampoline};
use super::enclave::{code_page, flags};
use super::stage::{self, BASE, Kind, Stage};
use super::{Turned, params};
use crate::sgx::access::Who;
use crate::sgx::machine::{EpcPage, Machine};
use crate::sgx::op::{Data, Op};
use crate::sgx::platform::Platform;
use crate::text;
use crate::text::Text;
use crate::trace::{
    ANY_ACCESS, BadInput, Built, Channel, Guarded, Observer, Phase, Plan, Planned, ScenarioInfo,
    Secrecy, Secret, Segment,
};
use crate::view::Access;

pub(super) static PAGES: Guarded<Machine> = Guarded {
    built: Built { info, plan },
    secrecy,
};

const CITE: &str = "Xu, Cui and Peinado, Controlled-Channel Attacks, 2015; Intel SDM vol. 3D, AEX: CR2 keeps the page";

fn secrecy() -> Secrecy {
    let seen = Channel {
        observer: Observer::Privileged,
        at: "seen",
        says: text!(
            "channel.pages",
            "The page of every fault is told to the operating system, and which page the code needs next depends on the secret."
        ),
        cite: CITE,
    };
    let mapped = |(observer, at)| Channel {
        observer,
        at,
        says: text!(
            "channel.mapped",
            "Which of the two pages the operating system has put back can be seen from outside: in the page tables, or by touching the page."
        ),
        cite: CITE,
    };
    let mut others = vec![seen];
    others.extend(
        [
            (Observer::Privileged, "map"),
            (Observer::Privileged, ANY_ACCESS),
            (Observer::Process, ANY_ACCESS),
            (Observer::Neighbour, ANY_ACCESS),
        ]
        .map(mapped),
    );
    stage::secrecy(Secret::Param("secret", ["5", "10"]), &["ssa"], others)
}

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: "sgx/page-fault-channel",
        title: text!("pages.title", "The page-fault channel"),
        question: text!(
            "pages.question",
            "What does the operating system learn from page faults?"
        ),
        lesson: text!(
            "pages.lesson",
            "It cannot read a single byte, but it decides which pages are mapped, and it is told the page of every fault. Code that runs one page for a 0 and another for a 1 writes its secret into that trace, bit by bit and without noise. SGX does not protect against this; code must not let addresses depend on secrets."
        ),
        params: vec![
            params::number(
                "bits",
                text!("param.bits", "Bits of the secret"),
                text!("param.bits.help", "How many bits the loop goes through."),
                (1, 16),
                4,
            ),
            stage::secret(0xffff, 5),
        ],
        listed: true,
    }
}

/// The pages of the two functions, by offset and EPC page: they follow the heap.
const FUNCTIONS: [(u64, u64); 2] = [(0x6000, 7), (0x7000, 8)];

fn plan(turned: &Turned<'_>) -> Result<(Machine, Plan<Op>), BadInput> {
    let (secret, bits) = (turned.number("secret"), turned.number("bits"));
    let mut stage = Stage::with_pages(turned, Kind::default(), |enclave, seed| {
        for (i, label) in ["square", "multiply"].into_iter().enumerate() {
            let code = code_page(seed.wrapping_add(1 + i as u64), label);
            enclave.push(
                label,
                text!("pages.function", "the function “{name}”", name = label),
                text!(
                    "pages.load",
                    "The loop calls one of two functions for every bit of the secret. Each lies in a page of its own."
                ),
                (1, flags::CODE, code, false),
            );
        }
    })?;
    stage.enter("enter.eenter", 0, 0);
    stage.own_stack("use.stack", 0, BASE);
    stage.obtain("use.obtain", 0, secret);
    for (i, label) in ["square", "multiply"].into_iter().enumerate() {
        stage.step(
            Phase::Use,
            &format!("attack.unmap-{label}"),
            text!("pages.unmap", "Take the page away"),
            text!(
                "pages.unmap.cap",
                "The operating system takes the pages of both functions out of the page tables. That is its right: it could have wanted to use the memory otherwise."
            ),
            unmap(FUNCTIONS[i].0),
        );
    }
    for bit in 0..bits {
        stage.stretch(round(bit, (secret >> (bits - 1 - bit)) & 1 == 1));
    }
    stage.wipe("use.wipe", 0);
    stage.exit("exit.eexit", 0);
    Ok(stage.plan())
}

fn unmap(offset: u64) -> Op {
    Op::Map {
        process: 0,
        at: BASE + offset,
        to: None,
    }
}

/// One bit: the fault that tells it, and what the operating system does to catch the next one.
fn round(bit: u64, one: bool) -> Segment<Op> {
    let machine = Machine::new(Platform::client());
    let (offset, page) = FUNCTIONS[usize::from(one)];
    let frame = machine.epc_physical(EpcPage(page)).0;
    let call = move || {
        let data = Data::Len(8);
        touch(Who::Code(0), BASE + offset, Access::Fetch, data)
    };
    let steps: Vec<(&'static str, Op, Text)> = vec![
        (
            "call",
            call(),
            text!(
                "pages.call",
                "The loop looks at a bit and calls the function for it. The page is not mapped: a page fault, an asynchronous exit. CR2 holds the page’s address, its low twelve bits cleared. That is the bit."
            ),
        ),
        (
            "map",
            Op::Map {
                process: 0,
                at: BASE + offset,
                to: Some((frame, false, true)),
            },
            text!(
                "pages.map",
                "The handler notes the page and maps it again, as any kernel would."
            ),
        ),
        (
            "resume",
            trampoline(0),
            text!("pages.resume", "The thread goes on and knows of nothing."),
        ),
        (
            "again",
            call(),
            text!("pages.again", "Now the call succeeds."),
        ),
        (
            "interrupt",
            strike(0, "INTR"),
            text!(
                "pages.interrupt",
                "A timer interrupt soon after takes the thread out, which flushes the translation."
            ),
        ),
        (
            "unmap",
            unmap(offset),
            text!(
                "pages.again-unmap",
                "The page is taken away again, ready for the next bit."
            ),
        ),
        (
            "back",
            trampoline(0),
            text!("pages.back", "Back into the loop, for the next bit."),
        ),
    ];
    Segment::many(
        Phase::Interrupt,
        &format!("bit{bit}"),
        text!("pages.round", "Bit {n}", n = bit + 1),
        text!("pages.round.cap", "One turn of the loop."),
        steps.len() as u64,
        move |i| {
            let (label, op, caption) = &steps[i as usize % steps.len()];
            Planned {
                op: op.clone(),
                label: (*label).into(),
                caption: caption.clone(),
            }
        },
    )
}
