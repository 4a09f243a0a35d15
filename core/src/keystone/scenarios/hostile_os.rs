//! `keystone/hostile-os`: Linux and others try to read and write everywhere.

use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;

use super::common::{self, Plot, answer, load, step, stop, store};
use super::{Built, Guarded, Turned};
use crate::keystone::machine::Machine;
use crate::keystone::op::Op;
use crate::keystone::platform::Platform;
use crate::keystone::sbi;
use crate::text;
use crate::text::Text;
use crate::trace::param::words;
use crate::trace::{BadInput, Phase, Plan, ScenarioInfo, Secrecy, Segment};

pub(super) static HOSTILE: Guarded = Guarded {
    built: Built { info, plan },
    secrecy,
};

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: "keystone/hostile-os",
        title: text!("keystone.hostile.title", "A hostile operating system"),
        question: text!(
            "keystone.hostile.question",
            "Who may touch which memory, at every moment?"
        ),
        lesson: text!(
            "keystone.hostile.lesson",
            "Against code on a hart PMP holds: Linux can neither read nor write an enclave, nor change the registers that say so. But PMP stands between a hart and its memory only. A device that writes memory by itself, and a probe on the DRAM bus, pass by: there is no IOPMP and no memory encryption. SGX has both for its protected memory."
        ),
        params: vec![
            words(
                "secret",
                text!("keystone.param.secret", "The enclave’s secret"),
                text!(
                    "keystone.param.secret.help",
                    "It is made inside, after the enclave was created."
                ),
                "attack at dawn",
            ),
            common::monitor(),
        ],
        listed: true,
    }
}

fn secrecy() -> Secrecy {
    common::in_plain("secret", ["attack at dawn", "retreat at six"])
}

fn plan(turned: &Turned<'_>) -> Result<(Machine, Plan<Op>), BadInput> {
    let plot = Plot::nth(0, turned.seed, "hostile");
    let secret = turned.text("secret").as_bytes();
    let mut segments = common::boot();
    segments.extend(plot.build());
    segments.push(answer("create.ipi", 1));
    segments.push(step(
        Phase::Enter,
        "enter.run",
        text!("keystone.hostile.run", "The enclave runs on hart 0"),
        text!(
            "keystone.hostile.run.cap",
            "Linux goes on on hart 1 at the same time."
        ),
        plot.run(),
    ));
    segments.push(step(
        Phase::Use,
        "inside.secret",
        text!("keystone.hostile.secret", "It makes a secret"),
        text!("keystone.hostile.secret.cap", "At the start of its free memory. Look at the map as each observer: who could read it now?"),
        store(plot.epm.0 + 0x8_0000, secret),
    ));
    segments.push(step(
        Phase::Use,
        "other-hart.load",
        text!("keystone.hostile.other", "Linux reads it from hart 1"),
        text!("keystone.hostile.other.cap", "Hart 1 has a PMP of its own, in which the enclave’s entry grants nothing. What was opened on hart 0 is open on hart 0 only."),
        Op::Load {
            hart: 1,
            at: plot.epm.0 + 0x8_0000,
            len: 16,
        },
    ));
    segments.push(step(
        Phase::Interrupt,
        "leave.stop",
        text!("keystone.hostile.stop", "The enclave leaves"),
        text!("keystone.hostile.stop.cap", "Back to Linux on hart 0."),
        stop(),
    ));
    segments.extend(attempts(&plot));
    segments.extend(beside(&plot, secret.len() as u64));
    let platform = Platform {
        harts: 2,
        ..turned.keystone_platform()
    };
    Ok((Machine::new(platform), Plan::new(segments)))
}

/// What Linux tries.
fn attempts(plot: &Plot) -> Vec<Segment<Op>> {
    let attempt =
        |label: &str, title: Text, caption: Text, op| step(Phase::Use, label, title, caption, op);
    let at = plot.epm.0 + 0x8_0000;
    vec![
        attempt(
            "linux.load",
            text!("keystone.hostile.load", "Linux reads the secret"),
            text!(
                "keystone.hostile.load.cap",
                "Its page tables may lead anywhere; PMP judges the physical address."
            ),
            load(at, 16),
        ),
        attempt(
            "linux.store",
            text!("keystone.hostile.store", "Linux writes into the enclave"),
            text!(
                "keystone.hostile.store.cap",
                "A store access fault. Nothing has changed."
            ),
            store(plot.runtime(), &[0x13, 0, 0, 0]),
        ),
        attempt(
            "linux.monitor",
            text!("keystone.hostile.monitor", "Linux writes into the monitor"),
            text!(
                "keystone.hostile.monitor.cap",
                "Whoever changed the monitor would own everything. Entry 0 decides first."
            ),
            store(0x8000_1000, &[0x13, 0, 0, 0]),
        ),
        attempt(
            "linux.csr",
            text!("keystone.hostile.csr", "Linux switches PMP off"),
            text!(
                "keystone.hostile.csr.cap",
                "pmpcfg belongs to machine mode. In supervisor mode the instruction does not exist."
            ),
            Op::Csr {
                hart: 0,
                number: 0x3a0,
                value: 0,
            },
        ),
        attempt(
            "linux.overlap",
            text!(
                "keystone.hostile.overlap",
                "Linux has an enclave created over the enclave"
            ),
            text!(
                "keystone.hostile.overlap.cap",
                "A new enclave whose memory overlaps the old one would give Linux’s own code access to it. The monitor’s first test is for overlap."
            ),
            Op::Create {
                hart: 0,
                args: crate::keystone::structs::CreateArgs {
                    epm_paddr: plot.epm.0 + 0x8_0000,
                    epm_size: 0x8_0000,
                    runtime_paddr: plot.epm.0 + 0x8_1000,
                    user_paddr: plot.epm.0 + 0x8_1000,
                    free_paddr: plot.epm.0 + 0x8_1000,
                    utm_paddr: plot.utm.0 + 0x10_0000,
                    ..plot.args()
                },
            },
        ),
        attempt(
            "linux.call",
            text!(
                "keystone.hostile.call",
                "Linux asks for the enclave’s sealing key"
            ),
            text!(
                "keystone.hostile.call.cap",
                "Functions from 3000 on are for enclaves. The monitor knows who runs on each hart."
            ),
            Op::call(sbi::SEALING_KEY, [0x8030_0000, 0x8030_0100, 4]),
        ),
    ]
}

/// What passes by PMP.
fn beside(plot: &Plot, len: u64) -> Vec<Segment<Op>> {
    let at = plot.epm.0 + 0x8_0000;
    vec![
        step(
            Phase::Use,
            "dma.read",
            text!("keystone.hostile.dma", "Linux has a device read it"),
            text!(
                "keystone.hostile.dma.cap",
                "A disk or network card that Linux programs copies the enclave’s memory to Linux’s. PMP belongs to the harts; the device never asks it. Here Keystone’s isolation ends, unless the board has an IOPMP."
            ),
            Op::DmaRead {
                at,
                len: len.max(1),
            },
        ),
        step(
            Phase::Use,
            "dma.write",
            text!(
                "keystone.hostile.dma-write",
                "The device writes into the runtime"
            ),
            text!(
                "keystone.hostile.dma-write.cap",
                "The enclave runs other code than the one that was measured, and its reports still show the old measurement."
            ),
            Op::DmaWrite {
                at: plot.runtime(),
                bytes: Rc::from([0x13, 0, 0, 0]),
            },
        ),
        step(
            Phase::Use,
            "bus.flip",
            text!("keystone.hostile.flip", "Somebody flips a bit in DRAM"),
            text!(
                "keystone.hostile.flip.cap",
                "Memory has neither encryption nor an integrity tree. Nothing notices."
            ),
            Op::Flip {
                at: plot.user(),
                bit: 0,
            },
        ),
    ]
}
