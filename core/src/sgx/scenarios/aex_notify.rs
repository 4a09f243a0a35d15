//! `sgx/aex-notify`: a thread that is told after every interruption.

use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;

use super::acts::{self, set, touch};
use super::stage::{self, BASE, HEAP, Kind, SECRET, SSA, Stage};
use super::{Turned, params};
use crate::sgx::access::Who;
use crate::sgx::machine::Machine;
use crate::sgx::op::{Data, Op};
use crate::sgx::structs::{AttributesFlags, GprSgx};
use crate::text;
use crate::trace::{BadInput, Built, Guarded, Phase, Plan, ScenarioInfo};
use crate::view::Access;

pub(super) static NOTIFY: Guarded<Machine> = Guarded {
    built: Built { info, plan },
    secrecy: || stage::secrecy(stage::TWO, &["ssa"], Vec::new()),
};

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: "sgx/aex-notify",
        title: text!("notify.title", "AEX-Notify"),
        question: text!(
            "notify.question",
            "Can an enclave notice that somebody interrupts it at every instruction?"
        ),
        lesson: text!(
            "notify.lesson",
            "Without help it cannot: ERESUME restores everything, and the thread never learns. With AEX-Notify, ERESUME leads to the entry point instead. A handler inside touches the pages that the code needs next, so that the next interrupt does not fall right after one instruction, steps back a frame with EDECCSSA, and goes on."
        ),
        params: vec![
            params::flag(
                "ask",
                text!("param.ask", "The thread asks to be told"),
                text!(
                    "param.ask.help",
                    "Bit 0 of the byte AEXNOTIFY in the frame. Without it ERESUME restores as ever."
                ),
                true,
            ),
            stage::secret(u64::MAX, SECRET),
        ],
        listed: true,
    }
}

fn plan(turned: &Turned<'_>) -> Result<(Machine, Plan<Op>), BadInput> {
    let kind = Kind {
        attributes: AttributesFlags::MODE64BIT.with(AttributesFlags::AEXNOTIFY),
        notify: true,
        ..Kind::default()
    };
    let mut stage = Stage::with(turned, &[kind])?;
    stage.enter("enter.eenter", 0, 0);
    stage.own_stack("use.stack", 0, BASE);
    let at = GprSgx::LAYOUT.field("AEXNOTIFY").map_or(0, |f| f.offset);
    let byte = BASE + SSA + 4096 - GprSgx::SIZE as u64 + at as u64;
    let ask = Rc::from([u8::from(turned.is("ask"))]);
    stage.step(
        Phase::Use,
        "use.ask",
        text!("notify.ask", "Ask to be told"),
        text!(
            "notify.ask.cap",
            "The author set AEXNOTIFY in ATTRIBUTES and in TCS.FLAGS. The thread itself turns it on and off by one bit in its frame: it does so before work that must not be watched step by step."
        ),
        touch(Who::Code(0), byte, Access::Write, Data::Bytes(ask)),
    );
    let secret = turned.number("secret");
    stage.step(
        Phase::Use,
        "use.work",
        text!("notify.work", "Work"),
        text!(
            "notify.work.cap",
            "The code is at some instruction with the secret in a register."
        ),
        set(0, &[("RDX", secret), ("RIP", BASE + 0x50)]),
    );
    stage.step(
        Phase::Interrupt,
        "interrupt.aex",
        text!("notify.interrupt", "A timer strikes"),
        text!("notify.interrupt.cap", "An asynchronous exit as always: the frame is filled, and the operating system sees the synthetic state."),
        acts::strike(0, "INTR"),
    );
    stage.resume("resume.enclu", 0);
    if turned.is("ask") {
        handler(&mut stage, secret);
    }
    stage.wipe("use.wipe", 0);
    stage.exit("exit.eexit", 0);
    Ok(stage.plan())
}

fn handler(stage: &mut Stage, secret: u64) {
    stage.step(
        Phase::Use,
        "handler.stack",
        text!("notify.stack", "At the entry point"),
        text!(
            "notify.stack.cap",
            "Nothing was restored. RIP is the entry point and RAX is 1, the CSSA: the entry code knows that it was interrupted, and takes its stack."
        ),
        set(0, &[("RSP", BASE + stage::STACK - 0x400)]),
    );
    stage.step(
        Phase::Use,
        "handler.warm-code",
        text!("notify.warm", "Warm up the code"),
        text!(
            "notify.warm.cap",
            "The handler fetches the page it will return to, so that its translation is held. An attacker who counts on the first instruction being slow loses that handle."
        ),
        touch(Who::Code(0), BASE, Access::Fetch, Data::Len(8)),
    );
    stage.step(
        Phase::Use,
        "handler.warm-data",
        text!("notify.warm-data", "Warm up the data"),
        text!(
            "notify.warm-data.cap",
            "The same for the page that the next instruction touches."
        ),
        touch(Who::Code(0), BASE + HEAP, Access::Read, Data::Len(8)),
    );
    stage.step(
        Phase::Use,
        "handler.edeccssa",
        text!("notify.back", "Step back a frame"),
        text!(
            "notify.back.cap",
            "EDECCSSA makes the filled frame the current one again, so that the next interruption fills it anew. It is executed inside, and nobody outside takes part."
        ),
        acts::step_back(0),
    );
    stage.step(
        Phase::Use,
        "handler.restore",
        text!("notify.restore", "Go on"),
        text!("notify.restore.cap", "The handler loads the registers from the frame in software and jumps to where the thread was interrupted."),
        set(0, &[("RDX", secret), ("RIP", BASE + 0x50), ("RSP", BASE + stage::STACK)]),
    );
}
