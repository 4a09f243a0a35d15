//! `keystone/boot`: from reset to the security monitor, with the firmware of one's choice.

use alloc::vec;
use core::cell::OnceCell;

use super::common::{self, load, step};
use super::{Built, Turned};
use crate::keystone::machine::Machine;
use crate::keystone::op::Op;
use crate::keystone::platform::{Firmware, Platform};
use crate::text;
use crate::trace::param::{choice, file};
use crate::trace::{BadInput, Phase, Plan, ScenarioInfo};

pub(super) static BOOT: Built = Built { info, plan };

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: "keystone/boot",
        title: text!("keystone.boot.title", "Boot"),
        question: text!(
            "keystone.boot.question",
            "How does a verifier come to trust the monitor?"
        ),
        lesson: text!(
            "keystone.boot.lesson",
            "The boot ROM measures the firmware before it runs and signs the measurement with the device’s key. The monitor’s own key depends on that measurement: another firmware cannot have it. Then the monitor closes its memory by the PMP entry that decides first."
        ),
        params: vec![
            choice(
                "firmware",
                text!("keystone.param.firmware", "Firmware"),
                text!(
                    "keystone.param.firmware.help",
                    "The reference build’s bytes are not shipped, only its measurement. The others are hashed here."
                ),
                &[
                    (
                        "reference",
                        text!("keystone.param.reference", "the reference build"),
                    ),
                    (
                        "demo",
                        text!("keystone.param.demo", "a stand-in of a few bytes"),
                    ),
                    (
                        "changed",
                        text!(
                            "keystone.param.changed",
                            "the stand-in with one bit flipped"
                        ),
                    ),
                ],
            ),
            file(
                "image",
                text!("keystone.param.image", "Your own firmware"),
                text!(
                    "keystone.param.image.help",
                    "What lies in memory from 0x8000_0000 when the boot ROM runs, such as fw_payload.bin."
                ),
                text!("keystone.param.image.what", "a firmware image"),
            ),
            common::board(),
            common::monitor(),
        ],
        listed: true,
    }
}

fn plan(turned: &Turned<'_>) -> Result<(Machine, Plan<Op>), BadInput> {
    let stand_in = |bit: u8| -> Firmware {
        let mut bytes = b"stand-in for OpenSBI and the security monitor".to_vec();
        bytes[0] ^= bit;
        Firmware::Bytes(bytes.into(), OnceCell::new())
    };
    let own = turned.file("image")?;
    let firmware = match (own, turned.text("firmware")) {
        (Some(own), _) => Firmware::Bytes(own.whole("image")?, OnceCell::new()),
        (None, "demo") => stand_in(0),
        (None, "changed") => stand_in(1),
        _ => Firmware::Reference,
    };
    let mut segments = common::boot();
    let probe =
        |label: &str, title, caption, at| step(Phase::Use, label, title, caption, load(at, 8));
    segments.extend([
        probe(
            "linux.monitor",
            text!("keystone.boot.linux-monitor", "Linux reads the keys"),
            text!("keystone.boot.linux-monitor.cap", "The monitor’s secret key lies in its memory. From now on only machine mode reads it there."),
            0x801f_f0e0,
        ),
        probe(
            "linux.own",
            text!("keystone.boot.linux-own", "Linux reads its own memory"),
            text!("keystone.boot.linux-own.cap", "Everything behind the monitor is Linux’s, by the last entry."),
            0x8030_0000,
        ),
    ]);
    let platform = Platform {
        firmware,
        ..turned.keystone_platform()
    };
    Ok((Machine::new(platform), Plan::new(segments)))
}
