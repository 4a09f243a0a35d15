//! `keystone/shared-buffer`: what was in the shared buffer stays there.

use alloc::vec;

use super::common::{self, Plot, exit, load, step, store};
use super::{Built, Turned};
use crate::keystone::faults::Faults;
use crate::keystone::machine::Machine;
use crate::keystone::op::Op;
use crate::text;
use crate::trace::param::words;
use crate::trace::{BadInput, Phase, Plan, ScenarioInfo};

pub(in super::super) static SHARED_BUFFER: Built = Built { info, plan };

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: "keystone/shared-buffer",
        title: text!("keystone.buffer.title", "The shared buffer is not wiped"),
        question: text!(
            "keystone.buffer.question",
            "What is left of an enclave after it was destroyed?"
        ),
        lesson: text!(
            "keystone.buffer.lesson",
            "The private memory is zeroed before anybody gets it back. The shared buffer is zeroed when the next enclave is created over it, not when this one goes. Linux could read it all along, so no promise is broken; but whoever gets the page next, another process perhaps, finds what was there."
        ),
        params: vec![
            words(
                "message",
                text!("keystone.param.words", "What the enclave sends"),
                text!(
                    "keystone.param.words.help",
                    "It lies in the shared buffer, unencrypted."
                ),
                "for the host only",
            ),
            common::monitor(),
        ],
        listed: true,
    }
}

fn plan(turned: &Turned<'_>) -> Result<(Machine, Plan<Op>), BadInput> {
    let plot = Plot::nth(0, turned.seed, "buffer");
    let mut segments = common::boot();
    segments.extend(plot.build());
    segments.extend([
        step(
            Phase::Enter,
            "enter.run",
            text!("keystone.buffer.run", "The enclave runs"),
            text!("keystone.buffer.run.cap", "Its shared buffer was zeroed when it was created."),
            plot.run(),
        ),
        step(
            Phase::Use,
            "inside.store",
            text!("keystone.buffer.store", "It writes into both memories"),
            text!("keystone.buffer.store.cap", "A message for the host goes into the shared buffer."),
            store(plot.utm.0, turned.text("message").as_bytes()),
        ),
        step(
            Phase::Use,
            "inside.private",
            text!("keystone.buffer.private", "And a secret into its own"),
            text!("keystone.buffer.private.cap", "This one is not meant for anybody."),
            store(plot.free(), b"private"),
        ),
        step(
            Phase::Use,
            "leave.exit",
            text!("keystone.buffer.exit", "It is done"),
            text!("keystone.buffer.exit.cap", "The host could read the message now."),
            exit(0),
        ),
        step(
            Phase::Destroy,
            "destroy.0",
            text!("keystone.buffer.destroy", "Destroy it"),
            text!("keystone.buffer.destroy.cap", "One write of zeros over the private memory; as intended there would be a second one over the shared buffer."),
            plot.destroy(),
        ),
        step(
            Phase::Use,
            "linux.private",
            text!("keystone.buffer.look", "Whoever comes next reads the private memory"),
            text!("keystone.buffer.look.cap", "Zeros."),
            load(plot.free(), 8),
        ),
        step(
            Phase::Use,
            "linux.shared",
            text!("keystone.buffer.read", "And the shared buffer"),
            text!("keystone.buffer.read.cap", "Is the message still there?"),
            load(plot.utm.0, 32),
        ),
    ]);
    let machine = Machine::new(turned.with_fault(Faults::SHARED_BUFFER));
    Ok((machine, Plan::new(segments)))
}
