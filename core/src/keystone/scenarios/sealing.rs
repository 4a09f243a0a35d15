//! `keystone/sealing`: keys that come again only to the same enclave on the same monitor.

use alloc::vec;
use alloc::vec::Vec;

use super::common::{self, Plot, exit, step, store};
use super::{Built, Turned};
use crate::keystone::machine::Machine;
use crate::keystone::op::Op;
use crate::keystone::sbi;
use crate::text;
use crate::text::Text;
use crate::trace::param::{flag, words};
use crate::trace::{BadInput, Phase, Plan, ScenarioInfo, Segment};

pub(super) static SEALING: Built = Built { info, plan };

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: "keystone/sealing",
        title: text!("keystone.sealing.title", "Sealing"),
        question: text!(
            "keystone.sealing.question",
            "How does an enclave find its own data again after it was destroyed?"
        ),
        lesson: text!(
            "keystone.sealing.lesson",
            "The monitor derives a key from its own secret, the enclave’s measurement and an identifier. Nothing is stored. The same enclave on the same monitor gets the same key, a changed one another, and so does every enclave when the monitor is updated."
        ),
        params: vec![
            words(
                "identifier",
                text!("keystone.param.identifier", "Identifier"),
                text!(
                    "keystone.param.identifier.help",
                    "One enclave can have many keys."
                ),
                "disk",
            ),
            flag(
                "change",
                text!(
                    "keystone.param.change",
                    "Change a byte before the second time"
                ),
                text!(
                    "keystone.param.change.help",
                    "Another measurement: another key."
                ),
                false,
            ),
            common::monitor(),
        ],
        listed: true,
    }
}

fn plan(turned: &Turned<'_>) -> Result<(Machine, Plan<Op>), BadInput> {
    let first = Plot::nth(0, turned.seed, "sealing");
    let mut second = first.clone();
    if turned.is("change") {
        second.tag += 1;
    }
    let identifier = turned.text("identifier").as_bytes();
    let mut segments = common::boot();
    segments.extend(life("a", &first, identifier));
    segments.extend(life("b", &second, identifier));
    let machine = Machine::new(turned.keystone_platform());
    Ok((machine, Plan::new(segments)))
}

/// The enclave is built, asks for its key and is destroyed.
fn life(name: &str, plot: &Plot, identifier: &[u8]) -> Vec<Segment<Op>> {
    let label = |rest: &str| [name, ".", rest].concat();
    let (at, key) = (plot.free(), plot.free() + 0x100);
    let seal = |len| Op::call(sbi::SEALING_KEY, [key, at, len]);
    let one = |phase, rest: &str, title: Text, caption: Text, op| {
        step(phase, &label(rest), title, caption, op)
    };
    let again = name != "a";
    vec![
        one(
            Phase::Load,
            "image",
            text!("keystone.sealing.image", "Fill the enclave’s memory"),
            text!(
                "keystone.sealing.image.cap",
                "The same files, at the same place or another: the measurement does not know addresses."
            ),
            plot.image(),
        ),
        one(
            Phase::Initialise,
            "create",
            text!("keystone.sealing.create", "Create the enclave"),
            text!(
                "keystone.sealing.create.cap",
                "Its measurement is what its keys will hang on."
            ),
            plot.create(),
        ),
        one(
            Phase::Enter,
            "run",
            text!("keystone.sealing.run", "Run it"),
            text!(
                "keystone.sealing.run.cap",
                "It wants to keep something for its next life."
            ),
            plot.run(),
        ),
        one(
            Phase::Store,
            "identifier",
            text!(
                "keystone.sealing.identifier",
                "It writes the identifier down"
            ),
            text!(
                "keystone.sealing.identifier.cap",
                "A name for this key, in the enclave’s private memory."
            ),
            store(at, identifier),
        ),
        one(
            Phase::Store,
            "key",
            match again {
                false => text!("keystone.sealing.key", "It asks for the key"),
                true => text!("keystone.sealing.key-again", "It asks for the key again"),
            },
            match again {
                false => text!(
                    "keystone.sealing.key.cap",
                    "HKDF with SHA3-512: the monitor’s secret key goes in, measurement and identifier bind the result. 128 bytes come out, signed by the monitor."
                ),
                true => text!(
                    "keystone.sealing.key-again.cap",
                    "Compare with the first life: byte for byte the same, unless a byte of the enclave was changed."
                ),
            },
            seal(identifier.len() as u64),
        ),
        one(
            Phase::Store,
            "other",
            text!(
                "keystone.sealing.other",
                "It asks with a shorter identifier"
            ),
            text!(
                "keystone.sealing.other.cap",
                "Another identifier, another key: even an empty one is one."
            ),
            seal(0),
        ),
        one(
            Phase::Use,
            "exit",
            text!("keystone.sealing.exit", "It is done"),
            text!(
                "keystone.sealing.exit.cap",
                "What it sealed lies with Linux, encrypted under this key."
            ),
            exit(0),
        ),
        one(
            Phase::Destroy,
            "destroy",
            text!("keystone.sealing.destroy", "Destroy it"),
            text!(
                "keystone.sealing.destroy.cap",
                "The key is gone with the memory. Nobody has kept it, not even the monitor."
            ),
            plot.destroy(),
        ),
    ]
}
