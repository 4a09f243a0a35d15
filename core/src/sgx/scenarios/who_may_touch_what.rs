//! `sgx/who-may-touch-what`: one page, and everybody who would like to touch it.

use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;

use super::acts::touch;
use super::stage::{self, BASE, HEAP, Kind, SECRET, Stage};
use super::{Turned, params};
use crate::sgx::access::Who;
use crate::sgx::machine::{EpcPage, Machine};
use crate::sgx::op::{Data, Op};
use crate::sgx::platform::Platform;
use crate::text;
use crate::text::Text;
use crate::trace::{BadInput, Built, Guarded, Phase, Plan, Planned, ScenarioInfo, Segment};
use crate::view::Access;

pub(super) static WHO: Guarded<Machine> = Guarded {
    built: Built { info, plan },
    secrecy: || stage::secrecy(stage::TWO, &["page", "ssa"], Vec::new()),
};

/// Where the other enclave lies.
const OTHER: u64 = BASE + 0x10_0000;

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: "sgx/who-may-touch-what",
        title: text!("touch.title", "Who may touch what"),
        question: text!("touch.question", "Who can read the memory of an enclave?"),
        lesson: text!(
            "touch.lesson",
            "The enclave’s own thread, and nobody else. Privilege does not help: to this page process, kernel, hypervisor and firmware are alike, and a device or another enclave is no better off. They read ones and their writes are dropped; a probe on the memory bus reads ciphertext."
        ),
        params: vec![
            params::choice(
                "access",
                text!("param.access", "What everybody tries"),
                text!(
                    "param.access.help",
                    "Reading, writing, or running what lies there."
                ),
                &[
                    ("read", text!("param.access.read", "read")),
                    ("write", text!("param.access.write", "write")),
                    ("fetch", text!("param.access.fetch", "fetch as code")),
                ],
            ),
            stage::secret(u64::MAX, SECRET),
        ],
        listed: true,
    }
}

fn plan(turned: &Turned<'_>) -> Result<(Machine, Plan<Op>), BadInput> {
    let other = Kind {
        number: 1,
        prefix: "b.",
        base: OTHER,
        ..Kind::default()
    };
    let mut stage = Stage::with(turned, &[Kind::default(), other])?;
    stage.enter("enter.eenter", 0, 0);
    stage.obtain("use.obtain", 0, turned.number("secret"));
    stage.keep("use.keep", 0, BASE + HEAP);
    stage.enter("enter.other", 1, 1);
    let access = match turned.text("access") {
        "write" => Access::Write,
        "fetch" => Access::Fetch,
        _ => Access::Read,
    };
    stage.stretch(everybody(access));
    stage.step(
        Phase::Use,
        "use.still-there",
        text!("touch.still", "What is left of it"),
        text!(
            "touch.still.cap",
            "The thread reads its page. The secret is there, unchanged."
        ),
        touch(Who::Code(0), BASE + HEAP, Access::Read, Data::Len(16)),
    );
    stage.step(
        Phase::Use,
        "use.edge",
        text!("touch.edge", "Across the edge"),
        text!(
            "touch.edge.cap",
            "An access that begins in the last bytes before ELRANGE and ends inside is cut in two, and each part is judged by its own rules. Below the range nothing is mapped here: a page fault, and the thread is outside."
        ),
        touch(Who::Code(0), BASE - 4, Access::Read, Data::Len(8)),
    );
    Ok(stage.plan())
}

/// Who tries: label, by whom, whether by the kernel's address, and what is to be said.
type Try = (&'static str, Who, bool, fn() -> Text);

const ALL: [Try; 7] = [
    ("own-process", Who::Code(2), false, || {
        text!(
            "touch.process",
            "The process around the enclave, on another processor. Its page tables map the address, for they are the same; but it is not in enclave mode."
        )
    }),
    ("other-enclave", Who::Code(1), false, || {
        text!(
            "touch.other",
            "Another enclave in the same process. To it the address lies outside its own range, so it is an ordinary access, and ends at the abort page; code from there it may not run at all, which faults with #GP."
        )
    }),
    ("kernel", Who::System, true, || {
        text!(
            "touch.kernel",
            "The operating system, by the address at which it sees all physical memory. The page tables are its own, the page is not."
        )
    }),
    ("hypervisor", Who::Hypervisor, true, || {
        text!(
            "touch.hypervisor",
            "The hypervisor. Its second level of page tables decides what is mapped where; what may be read there it does not decide. It does not even get the ciphertext: on SEV without ciphertext hiding a hypervisor can read that, and equal ciphertexts gave keys away (Cipherleaks)."
        )
    }),
    ("smm", Who::Smm, true, || {
        text!(
            "touch.smm",
            "Firmware in system management mode, the most privileged software there is. The range registers are locked since boot, for it too."
        )
    }),
    ("device", Who::Device, true, || {
        text!(
            "touch.device",
            "A device by DMA. The memory controller turns it away before it comes to the EPC."
        )
    }),
    ("probe", Who::Bus, true, || {
        text!(
            "touch.probe",
            "A probe on the wires between processor and DRAM. It sees what lies there, which is encrypted; it cannot ask for plain bytes. Nor does a memory module taken out of the machine show more, for the key is gone with the power. (The cipher here is a model.)"
        )
    }),
];

fn everybody(access: Access) -> Segment<Op> {
    let machine = Machine::new(Platform::client());
    let physical = machine.epc_physical(EpcPage(5)).0;
    Segment::many(
        Phase::Use,
        "touch",
        text!("touch.everybody", "Everybody tries"),
        text!(
            "touch.everybody.cap",
            "One after the other touches the page that holds the secret."
        ),
        ALL.len() as u64,
        move |i| {
            let (label, who, by_physical, caption) = ALL[i as usize % ALL.len()];
            let at = if by_physical { physical } else { BASE + HEAP };
            let data = match access {
                Access::Write => Data::Bytes(Rc::from([0x41; 8])),
                _ => Data::Len(16),
            };
            Planned {
                op: touch(who, at, access, data),
                label: label.into(),
                caption: caption(),
            }
        },
    )
}
