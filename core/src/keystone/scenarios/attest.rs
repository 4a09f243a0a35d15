//! `keystone/attest`: an enclave asks the monitor for a report.

use alloc::vec;

use super::common::{self, Plot, load, step, stop, store};
use super::{Built, Turned};
use crate::keystone::machine::Machine;
use crate::keystone::op::Op;
use crate::keystone::sbi;
use crate::text;
use crate::text::Text;
use crate::trace::param::words;
use crate::trace::{BadInput, Phase, Plan, ScenarioInfo};

pub(super) static ATTEST: Built = Built { info, plan };

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: "keystone/attest",
        title: text!("keystone.attest.title", "Attestation"),
        question: text!(
            "keystone.attest.question",
            "How does an enclave prove what it is?"
        ),
        lesson: text!(
            "keystone.attest.lesson",
            "The report chains two signatures: the device vouches for the monitor, the monitor for the enclave and 1,024 bytes of its choice. The monitor reads and writes with the enclave’s own rights, so that an enclave cannot have it touch what it may not. The root is a key in a boot ROM; on QEMU everybody knows it."
        ),
        params: vec![
            words(
                "data",
                text!("keystone.param.data", "What the enclave wants attested"),
                text!(
                    "keystone.param.data.help",
                    "Usually a challenge from the verifier, and the enclave’s public key."
                ),
                "nonce 1",
            ),
            common::message(),
            common::monitor(),
        ],
        listed: true,
    }
}

fn plan(turned: &Turned<'_>) -> Result<(Machine, Plan<Op>), BadInput> {
    let plot = Plot::nth(0, turned.seed, turned.text("message"));
    let data = turned.text("data").as_bytes();
    let (at, report) = (plot.free(), plot.utm.0 + 0x1000);
    let attest = |to, from, len| Op::call(sbi::ATTEST, [to, from, len]);
    let inside = |label: &str, title: Text, caption: Text, op| {
        step(Phase::Attest, label, title, caption, op)
    };
    let mut segments = common::boot();
    segments.extend(plot.build());
    segments.extend([
        step(
            Phase::Enter,
            "enter.run",
            text!("keystone.attest.run", "The enclave runs"),
            text!("keystone.attest.run.cap", "A verifier far away wants to know with whom it talks."),
            plot.run(),
        ),
        inside(
            "data.store",
            text!("keystone.attest.store", "It puts the data together"),
            text!("keystone.attest.store.cap", "In its private memory: what is attested must not change between here and the signature."),
            store(at, data),
        ),
        inside(
            "random.draw",
            text!("keystone.attest.random", "It asks for a random number"),
            text!("keystone.attest.random.cap", "For a key that the report is to bind. But QEMU’s platform has no source of randomness: the monitor stirs its cycle counter, and whoever knows that knows the number."),
            Op::call(sbi::RANDOM, [0; 3]),
        ),
        inside(
            "try.foreign-data",
            text!("keystone.attest.foreign", "It names Linux’s memory as data"),
            text!("keystone.attest.foreign.cap", "The monitor copies with the enclave’s rights (MPRV), so PMP refuses. Otherwise an enclave could have Linux’s secrets signed, and read."),
            attest(report, 0x8030_0000, 8),
        ),
        inside(
            "try.foreign-report",
            text!("keystone.attest.into-linux", "It has the report written into Linux"),
            text!("keystone.attest.into-linux.cap", "The same on the way out: what the enclave cannot write, the monitor does not write for it."),
            attest(0x8030_0000, at, data.len() as u64),
        ),
        inside(
            "try.too-long",
            text!("keystone.attest.long", "It names 1,025 bytes"),
            text!("keystone.attest.long.cap", "The field holds 1,024."),
            attest(report, at, 1025),
        ),
        inside(
            "attest.report",
            text!("keystone.attest.make", "It asks for the report"),
            text!("keystone.attest.make.cap", "The monitor signs the measurement it took at creation, the length and the data; beside it goes what the device signed at boot. The report lies in the shared buffer, since it is not secret."),
            attest(report, at, data.len() as u64),
        ),
        step(
            Phase::Interrupt,
            "leave.stop",
            text!("keystone.attest.stop", "The enclave leaves"),
            text!("keystone.attest.stop.cap", "An edge call asks the host to send the report."),
            stop(),
        ),
        step(
            Phase::Attest,
            "linux.read",
            text!("keystone.attest.read", "Linux takes the report"),
            text!("keystone.attest.read.cap", "It may read it and even change it: a changed byte breaks a signature. The inspector takes such a report apart and verifies it."),
            load(report, 1352),
        ),
    ]);
    let machine = Machine::new(turned.keystone_platform());
    Ok((machine, Plan::new(segments)))
}
