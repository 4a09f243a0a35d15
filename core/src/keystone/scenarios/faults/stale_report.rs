//! `keystone/stale-report`: a report carries what lay on the monitor's stack.

use alloc::vec;

use super::common::{self, Plot, load, step, stop, store};
use super::{Built, Turned};
use crate::keystone::faults::Faults;
use crate::keystone::machine::Machine;
use crate::keystone::op::Op;
use crate::keystone::sbi;
use crate::text;
use crate::trace::param::number;
use crate::trace::{BadInput, Phase, Plan, ScenarioInfo};

pub(in super::super) static STALE_REPORT: Built = Built { info, plan };

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: "keystone/stale-report",
        title: text!("keystone.stale.title", "What else is in a report"),
        question: text!(
            "keystone.stale.question",
            "What are the bytes behind the data?"
        ),
        lesson: text!(
            "keystone.stale.lesson",
            "The report is put together on the monitor’s stack, and only as many of its 1,024 data bytes are written as the enclave gave. The rest is whatever lay there: 404 bytes that are not zero in the run of the real monitor. No signature covers them, so nobody misses them, and everybody who sees the report sees them."
        ),
        params: vec![
            number(
                "len",
                text!("keystone.param.len", "Bytes of data"),
                text!(
                    "keystone.param.len.help",
                    "1,024 leave no room for anything else."
                ),
                (0, 1024),
                5,
            ),
            common::monitor(),
        ],
        listed: true,
    }
}

fn plan(turned: &Turned<'_>) -> Result<(Machine, Plan<Op>), BadInput> {
    let plot = Plot::nth(0, turned.seed, "stale");
    let report = plot.utm.0 + 0x1000;
    let mut segments = common::boot();
    segments.extend(plot.build());
    segments.extend([
        step(
            Phase::Enter,
            "enter.run",
            text!("keystone.stale.run", "An enclave runs"),
            text!("keystone.stale.run.cap", "It wants a report over a few bytes."),
            plot.run(),
        ),
        step(
            Phase::Attest,
            "data.store",
            text!("keystone.stale.store", "It writes its data"),
            text!("keystone.stale.store.cap", "Five bytes are enough to show it."),
            store(plot.free(), b"hello"),
        ),
        step(
            Phase::Attest,
            "attest.report",
            text!("keystone.stale.attest", "It gets its report"),
            text!("keystone.stale.attest.cap", "Look behind the data: with upstream’s monitor there are bytes from its stack, where it also keeps keys and intermediate values of signatures while it works. Which bytes they are is a model here; that they are there was seen."),
            Op::call(sbi::ATTEST, [report, plot.free(), turned.number("len")]),
        ),
        step(
            Phase::Interrupt,
            "leave.stop",
            text!("keystone.stale.stop", "It leaves"),
            text!("keystone.stale.stop.cap", "The report lies in the shared buffer."),
            stop(),
        ),
        step(
            Phase::Attest,
            "linux.read",
            text!("keystone.stale.read", "Linux reads the monitor’s stack"),
            text!("keystone.stale.read.cap", "The one memory that no enclave and no Linux should ever see, in the middle of a public document."),
            load(report + 72 + 248, 64),
        ),
    ]);
    let machine = Machine::new(turned.with_fault(Faults::STALE_REPORT));
    Ok((machine, Plan::new(segments)))
}
