//! `keystone/sm-key`: the monitor's key from one byte.

use alloc::vec;

use super::common::{self, Plot, step, stop, store};
use super::{Built, Turned};
use crate::keystone::faults::Faults;
use crate::keystone::machine::Machine;
use crate::keystone::op::Op;
use crate::keystone::sbi;
use crate::text;
use crate::trace::{BadInput, Phase, Plan, ScenarioInfo};

pub(in super::super) static SM_KEY: Built = Built { info, plan };

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: "keystone/sm-key",
        title: text!("keystone.sm-key.title", "A key of one byte"),
        question: text!(
            "keystone.sm-key.question",
            "How many keys can the monitor of a device have?"
        ),
        lesson: text!(
            "keystone.sm-key.lesson",
            "The boot ROM means to hash the device’s secret and the monitor’s measurement, 64 bytes each, into the seed of the monitor’s key. It passes sizeof(*array) for the lengths: one byte each. A device then has 256 keys for all monitors in the world, and whoever knows one byte of its secret makes every one of them. Reports prove nothing against such a person."
        ),
        params: vec![common::monitor()],
        listed: true,
    }
}

fn plan(turned: &Turned<'_>) -> Result<(Machine, Plan<Op>), BadInput> {
    let plot = Plot::nth(0, turned.seed, "sm key");
    let mut segments = common::boot();
    segments.push(step(
        Phase::Use,
        "read.block",
        text!("keystone.sm-key.probe", "A probe reads what the boot ROM left"),
        text!("keystone.sm-key.probe.cap", "Of the device’s secret key only the first byte was erased, by the same mistake: 63 of 64 bytes still lie in DRAM. PMP keeps Linux from them, and no device."),
        Op::DmaRead {
            at: 0x801f_f040,
            len: 64,
        },
    ));
    segments.extend(plot.build());
    segments.extend([
        step(
            Phase::Enter,
            "enter.run",
            text!("keystone.sm-key.run", "An enclave runs"),
            text!("keystone.sm-key.run.cap", "It will ask for a report."),
            plot.run(),
        ),
        step(
            Phase::Attest,
            "data.store",
            text!("keystone.sm-key.store", "It puts a challenge together"),
            text!("keystone.sm-key.store.cap", "Eight bytes of a verifier."),
            store(plot.free(), b"nonce 42"),
        ),
        step(
            Phase::Attest,
            "attest.report",
            text!("keystone.sm-key.attest", "It gets its report"),
            text!("keystone.sm-key.attest.cap", "The report shows the monitor’s measurement and public key. With one byte each in the seed, anybody can try every first byte that the device’s secret can have, 32 of them, and finds the monitor’s secret key: the snippet of this step does it."),
            Op::call(sbi::ATTEST, [plot.utm.0 + 0x1000, plot.free(), 8]),
        ),
        step(
            Phase::Interrupt,
            "leave.stop",
            text!("keystone.sm-key.stop", "It leaves"),
            text!("keystone.sm-key.stop.cap", "A verifier cannot tell this report from a forged one."),
            stop(),
        ),
    ]);
    let machine = Machine::new(turned.with_fault(Faults::SM_KEY));
    Ok((machine, Plan::new(segments)))
}
