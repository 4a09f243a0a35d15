//! `sgx/hostile-remap`: the operating system points the enclave's page somewhere else.

use alloc::vec;
use alloc::vec::Vec;

use super::acts::{load, set, store, strike};
use super::stage::{self, BASE, HEAP, Kind, SECRET, Stage};
use super::{Turned, params};
use crate::sgx::machine::{EpcPage, Machine};
use crate::sgx::op::Op;
use crate::sgx::platform::Platform;
use crate::text;
use crate::trace::{BadInput, Built, Guarded, Phase, Plan, ScenarioInfo};

pub(super) static REMAP: Guarded<Machine> = Guarded {
    built: Built { info, plan },
    secrecy: || stage::secrecy(stage::TWO, &["ssa"], Vec::new()),
};

/// Ordinary memory in which the operating system has prepared a page of its own.
const PREPARED: u64 = 0x0300_0000;

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: "sgx/hostile-remap",
        title: text!("remap.title", "A hostile page table"),
        question: text!(
            "remap.question",
            "The page tables belong to the operating system. Can it swap the enclave’s pages?"
        ),
        lesson: text!(
            "remap.lesson",
            "It can point an entry anywhere, but not make the enclave believe it. The EPCM remembers at which linear address each page belongs, and whose it is: anything else is a page fault with the SGX bit. What the operating system can always do is to refuse service."
        ),
        params: vec![
            params::choice(
                "target",
                text!("param.target", "Where the entry points"),
                text!(
                    "param.target.help",
                    "Each is refused by the same rule: owner, address and type must be as the EPCM says."
                ),
                &[
                    (
                        "ordinary",
                        text!(
                            "param.target.ordinary",
                            "ordinary memory with prepared contents"
                        ),
                    ),
                    (
                        "own",
                        text!("param.target.own", "another page of the same enclave"),
                    ),
                    ("tcs", text!("param.target.tcs", "the enclave’s TCS")),
                    ("secs", text!("param.target.secs", "the enclave’s SECS")),
                ],
            ),
            stage::secret(u64::MAX, SECRET),
        ],
        listed: true,
    }
}

fn plan(turned: &Turned<'_>) -> Result<(Machine, Plan<Op>), BadInput> {
    let machine = Machine::new(Platform::client());
    let epc = |page| machine.epc_physical(EpcPage(page)).0;
    // The SECS is EPC page 0; code, TCS, two frames and two heap pages follow.
    let (own, to) = (
        epc(5),
        match turned.text("target") {
            "own" => epc(6),
            "tcs" => epc(2),
            "secs" => epc(0),
            _ => PREPARED,
        },
    );
    let mut stage = Stage::with(turned, &[Kind::default()])?;
    stage.enter("enter.eenter", 0, 0);
    stage.own_stack("use.stack", 0, BASE);
    stage.obtain("use.obtain", 0, turned.number("secret"));
    stage.keep("use.keep", 0, BASE + HEAP);
    stage.step(
        Phase::Use,
        "use.second",
        text!("remap.second", "A second page"),
        text!(
            "remap.second.cap",
            "The neighbouring heap page holds something else."
        ),
        store(0, BASE + HEAP + 0x1000, "RSP"),
    );
    attack(&mut stage, to, own);
    stage.wipe("use.wipe", 0);
    stage.exit("exit.eexit", 0);
    Ok(stage.plan())
}

fn map(to: u64) -> Op {
    Op::Map {
        process: 0,
        at: BASE + HEAP,
        to: Some((to, true, false)),
    }
}

fn attack(stage: &mut Stage, to: u64, own: u64) {
    stage.step(
        Phase::Use,
        "attack.map",
        text!("remap.map", "Point the entry elsewhere"),
        text!(
            "remap.map.cap",
            "While the thread runs, the operating system changes the page-table entry of its first heap page. On the map the tie now leads to the wrong place."
        ),
        map(to),
    );
    stage.step(
        Phase::Use,
        "attack.stale",
        text!("remap.stale", "The thread does not notice"),
        text!(
            "remap.stale.cap",
            "The processor still holds the translation from before, and uses it: the thread reads its own page. That is harmless, for the translation was checked when it was made. This is why a page may only be taken away when no processor holds it any more."
        ),
        load(0, BASE + HEAP, "R8"),
    );
    stage.step(
        Phase::Interrupt,
        "attack.interrupt",
        text!("remap.interrupt", "Interrupt"),
        text!("remap.interrupt.cap", "The operating system interrupts the processor. Leaving the enclave flushes every translation."),
        strike(0, "INTR"),
    );
    stage.resume("attack.resume", 0);
    stage.step(
        Phase::Use,
        "attack.read",
        text!("remap.read", "Now the thread reads"),
        text!(
            "remap.read.cap",
            "The page tables are walked anew and lead to the wrong page. Its EPCM entry does not say “this enclave’s, at this address, regular”, so the access faults, with the SGX bit in the error code. Nothing was read, nothing was believed."
        ),
        load(0, BASE + HEAP, "R8"),
    );
    stage.step(
        Phase::Interrupt,
        "attack.restore",
        text!("remap.restore", "Put it back"),
        text!("remap.restore.cap", "All that is left to the operating system is to restore the entry, or never to let the thread go on."),
        map(own),
    );
    stage.resume("resume.enclu", 0);
    stage.step(
        Phase::Use,
        "use.read",
        text!("remap.again", "The same access again"),
        text!(
            "remap.again.cap",
            "It succeeds, and the secret is what it was."
        ),
        load(0, BASE + HEAP, "R8"),
    );
    stage.step(
        Phase::Use,
        "use.done",
        text!("remap.done", "Done with it"),
        text!("remap.done.cap", "The thread goes on with its work."),
        set(0, &[("R9", 0)]),
    );
}
