//! `sgx/enter-and-exit`: a thread goes in, does something secret, and comes out.

use alloc::vec;
use alloc::vec::Vec;

use super::Turned;
use super::acts::{set, touch};
use super::stage::{self, BASE, HEAP, Kind, SECRET, Stage};
use crate::sgx::access::Who;
use crate::sgx::machine::Machine;
use crate::sgx::op::{Data, Op};
use crate::text;
use crate::trace::{BadInput, Built, Guarded, Phase, Plan, ScenarioInfo};
use crate::view::Access;

pub(super) static ENTER: Guarded<Machine> = Guarded {
    built: Built { info, plan },
    secrecy: || stage::secrecy(stage::TWO, &[], Vec::new()),
};

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: "sgx/enter-and-exit",
        title: text!("enter.title", "In and out"),
        question: text!(
            "enter.question",
            "How does a thread get into an enclave, and what does it take along?"
        ),
        lesson: text!(
            "enter.lesson",
            "There is one door per TCS, and it leads to one entry point. The processor carries almost nothing across: on the way in the enclave must not trust the registers, on the way out it must not leave secrets in them. In between its memory is closed to everybody, the kernel included."
        ),
        params: vec![stage::secret(u64::MAX, SECRET)],
        listed: true,
    }
}

fn plan(turned: &Turned<'_>) -> Result<(Machine, Plan<Op>), BadInput> {
    let mut stage = Stage::with(turned, &[Kind::default()])?;
    stage.step(
        Phase::Enter,
        "enter.arguments",
        text!("enter.arguments", "The host prepares"),
        text!(
            "enter.arguments.cap",
            "The host puts what it wants into registers: RDI names a function. It could put anything there. RBX will name the TCS and RCX the AEP."
        ),
        set(0, &[("RDI", 0)]),
    );
    stage.enter("enter.eenter", 0, 0);
    stage.own_stack("use.stack", 0, BASE);
    stage.obtain("use.obtain", 0, turned.number("secret"));
    stage.keep("use.keep", 0, BASE + HEAP);
    stage.step(
        Phase::Use,
        "use.host-reads",
        text!("enter.kernel", "The kernel looks while it runs"),
        text!(
            "enter.kernel.cap",
            "On another processor the kernel reads the page that now holds the secret, by its own address. The memory controller answers with ones."
        ),
        touch(Who::System, heap_in_kernel(), Access::Read, Data::Len(16)),
    );
    stage.wipe("use.wipe", 0);
    stage.exit("exit.eexit", 0);
    stage.step(
        Phase::Use,
        "exit.host-reads",
        text!("enter.after", "The process looks afterwards"),
        text!(
            "enter.after.cap",
            "The host’s own code reads the same address that the enclave has just written. It is mapped, the read succeeds, and gives ones: outside the enclave this page is the abort page."
        ),
        touch(Who::Code(0), BASE + HEAP, Access::Read, Data::Len(16)),
    );
    Ok(stage.plan())
}

/// The kernel's address of the first heap page: the SECS, code, TCS and two frames come before it.
fn heap_in_kernel() -> u64 {
    let machine = Machine::new(crate::sgx::Platform::client());
    machine.epc_linear(crate::sgx::EpcPage(5)).0
}
