//! `keystone/sealing-anywhere`: the monitor writes a key wherever an enclave says.

use alloc::vec;

use super::common::{self, Plot, load, step, stop, store};
use super::{Built, Turned};
use crate::keystone::faults::Faults;
use crate::keystone::machine::Machine;
use crate::keystone::op::Op;
use crate::keystone::sbi;
use crate::text;
use crate::trace::param::choice;
use crate::trace::{BadInput, Phase, Plan, ScenarioInfo};

pub(in super::super) static SEALING_ANYWHERE: Built = Built { info, plan };

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: "keystone/sealing-anywhere",
        title: text!("keystone.anywhere.title", "A key written anywhere"),
        question: text!(
            "keystone.anywhere.question",
            "Can an enclave attack the operating system, or the monitor?"
        ),
        lesson: text!(
            "keystone.anywhere.lesson",
            "get_sealing_key takes two physical addresses and uses them as machine mode does: PMP lets it pass everywhere. A malicious enclave has 192 bytes written into Linux, another enclave or the monitor itself, and identifiers read from anywhere. attest_enclave, next to it, copies with the enclave’s own rights."
        ),
        params: vec![
            choice(
                "target",
                text!("keystone.param.target", "Where the key goes"),
                text!(
                    "keystone.param.target.help",
                    "Each of these is closed to the enclave."
                ),
                &[
                    ("linux", text!("keystone.who.linux", "Linux")),
                    (
                        "enclave",
                        text!("keystone.param.target-enclave", "another enclave"),
                    ),
                    ("monitor", text!("keystone.map.monitor", "security monitor")),
                ],
            ),
            common::monitor(),
        ],
        listed: true,
    }
}

fn plan(turned: &Turned<'_>) -> Result<(Machine, Plan<Op>), BadInput> {
    let plot = Plot::nth(0, turned.seed, "malicious");
    let victim = Plot::nth(1, turned.seed, "victim");
    let target = match turned.text("target") {
        "enclave" => victim.runtime(),
        "monitor" => 0x8001_0000,
        _ => 0x8030_0000,
    };
    let mut segments = common::boot();
    segments.extend(plot.build());
    segments.extend(victim.build());
    segments.extend([
        step(
            Phase::Enter,
            "enter.run",
            text!("keystone.anywhere.run", "The malicious enclave runs"),
            text!("keystone.anywhere.run.cap", "Somebody has talked the host into running it. PMP keeps it inside its own memory."),
            plot.run(),
        ),
        step(
            Phase::Use,
            "try.store",
            text!("keystone.anywhere.store", "It stores there by itself"),
            text!("keystone.anywhere.store.cap", "As it should be: a store access fault."),
            store(target, &[0; 8]),
        ),
        step(
            Phase::Store,
            "seal.anywhere",
            text!("keystone.anywhere.seal", "It has the monitor store there"),
            text!("keystone.anywhere.seal.cap", "The monitor runs in machine mode, which unlocked PMP entries do not bind. As intended it would first ask what the enclave itself may write."),
            Op::call(sbi::SEALING_KEY, [target, plot.free(), 4]),
        ),
        step(
            Phase::Interrupt,
            "leave.stop",
            text!("keystone.anywhere.stop", "It leaves"),
            text!("keystone.anywhere.stop.cap", "The damage is done."),
            stop(),
        ),
        step(
            Phase::Use,
            "linux.look",
            text!("keystone.anywhere.look", "Linux looks at the place"),
            text!("keystone.anywhere.look.cap", "In its own memory Linux finds 192 bytes it never wrote. In another enclave or the monitor it cannot even look."),
            load(target, 64),
        ),
    ]);
    let machine = Machine::new(turned.with_fault(Faults::SEALING_POINTER));
    Ok((machine, Plan::new(segments)))
}
