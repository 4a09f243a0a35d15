//! `keystone/figure-3`: the well-known figure of the monitor, two enclaves and the operating system, corrected.

use alloc::vec;
use alloc::vec::Vec;

use super::common::{self, Plot, load, step, stop};
use super::{Built, Turned};
use crate::keystone::machine::Machine;
use crate::keystone::op::Op;
use crate::keystone::platform::Platform;
use crate::text;
use crate::text::Text;
use crate::trace::param::{choice, number};
use crate::trace::{BadInput, Phase, Plan, ScenarioInfo, Segment};

pub(super) static FIGURE_3: Built = Built { info, plan };

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: "keystone/figure-3",
        title: text!(
            "keystone.figure3.title",
            "Two enclaves and the operating system"
        ),
        question: text!(
            "keystone.figure3.question",
            "How does PMP keep enclaves, Linux and the monitor apart?"
        ),
        lesson: text!(
            "keystone.figure3.lesson",
            "The secure world is made while the machine runs, one for each trusted program. The monitor’s entry decides first, the operating system’s last, enclaves stand between. Entering an enclave turns three entries over, and turns them back on the way out. When an enclave goes, its memory is zeroed before anybody gets it."
        ),
        params: vec![
            choice(
                "last-entry",
                text!("keystone.param.last", "Last entry while an enclave runs"),
                text!(
                    "keystone.param.last.help",
                    "The figure of 2020 lets it lose its permissions. In fact it is rewritten to cover the enclave’s shared buffer."
                ),
                &[
                    (
                        "real",
                        text!(
                            "keystone.param.last-real",
                            "covers the shared buffer, as the monitor does it"
                        ),
                    ),
                    (
                        "article",
                        text!(
                            "keystone.param.last-article",
                            "loses its permissions, as the figure draws it"
                        ),
                    ),
                ],
            ),
            number(
                "size",
                text!("keystone.param.size", "Size of enclave 1, in KiB"),
                text!(
                    "keystone.param.size.help",
                    "A power of two needs one PMP entry, any other size two."
                ),
                (64, 4096),
                2048,
            ),
            common::message(),
            common::monitor(),
        ],
        listed: true,
    }
}

fn plan(turned: &Turned<'_>) -> Result<(Machine, Plan<Op>), BadInput> {
    let first = Plot::nth(0, turned.seed, turned.text("message"));
    let mut second = Plot::nth(1, turned.seed, turned.text("message"));
    // Whole pages, room for its files.
    second.epm.1 = (turned.number("size") / 4).max(4) * 4096;
    second.utm.1 = 0x8000;
    let platform = Platform {
        no_buffer: turned.text("last-entry") == "article",
        ..turned.keystone_platform()
    };
    let mut segments = common::boot();
    segments.extend(first.build());
    segments.extend(second.build());
    segments.extend(middle(&first, &second));
    segments.extend(bottom(&first, &second));
    segments.extend(end(&first, &second));
    Ok((Machine::new(platform), Plan::new(segments)))
}

/// The middle of the figure: two enclaves are there, Linux runs.
fn middle(first: &Plot, second: &Plot) -> Vec<Segment<Op>> {
    let probe = |label: &str, title: Text, caption: Text, at| {
        step(Phase::Use, label, title, caption, load(at, 8))
    };
    vec![
        probe(
            "linux.enclave",
            text!("keystone.figure3.linux-enclave", "Linux reads enclave 0"),
            text!(
                "keystone.figure3.linux-enclave.cap",
                "Linux may map any physical address it likes. PMP looks at the address after the page tables: entry 1 covers it and grants nothing. A load access fault."
            ),
            first.epm.0,
        ),
        probe(
            "linux.monitor",
            text!("keystone.figure3.linux-monitor", "Linux reads the monitor"),
            text!(
                "keystone.figure3.linux-monitor.cap",
                "Entry 0 decides before any other."
            ),
            0x8000_0000,
        ),
        probe(
            "linux.buffer",
            text!(
                "keystone.figure3.linux-buffer",
                "Linux reads a shared buffer"
            ),
            text!(
                "keystone.figure3.linux-buffer.cap",
                "No entry but the last covers it: the shared buffer is Linux’s memory too, as long as no enclave runs."
            ),
            second.utm.0,
        ),
    ]
}

/// The bottom of the figure: control is in enclave 1.
fn bottom(first: &Plot, second: &Plot) -> Vec<Segment<Op>> {
    let probe = |label: &str, title: Text, caption: Text, at| {
        step(Phase::Use, label, title, caption, load(at, 8))
    };
    vec![
        step(
            Phase::Enter,
            "enter.run",
            text!("keystone.figure3.run", "Control goes to enclave 1"),
            text!(
                "keystone.figure3.run.cap",
                "Three entries are written: the last one loses its permissions, the enclave’s gains them, and the last one is turned to the shared buffer, read, write and execute. Then the enclave starts at its first byte, in supervisor mode, without page tables."
            ),
            second.run(),
        ),
        probe(
            "inside.own",
            text!("keystone.figure3.own", "It reads its own memory"),
            text!(
                "keystone.figure3.own.cap",
                "Its entry grants everything now."
            ),
            second.runtime(),
        ),
        probe(
            "inside.other",
            text!("keystone.figure3.other", "It reads the other enclave"),
            text!(
                "keystone.figure3.other.cap",
                "Enclaves are kept apart from each other as from Linux. The fault goes to the enclave’s own handler, not to Linux."
            ),
            first.epm.0,
        ),
        probe(
            "inside.linux",
            text!("keystone.figure3.inside-linux", "It reads Linux"),
            text!(
                "keystone.figure3.inside-linux.cap",
                "An enclave cannot reach the operating system’s memory either: no entry matches. What it shares with the host goes through the buffer."
            ),
            0x8030_0000,
        ),
        probe(
            "inside.buffer",
            text!(
                "keystone.figure3.inside-buffer",
                "It reads its shared buffer"
            ),
            text!(
                "keystone.figure3.inside-buffer.cap",
                "The last entry covers just this buffer. In the figure of 2020 it only loses its permissions; then this load would fault, and enclave and host could not talk."
            ),
            second.utm.0,
        ),
        step(
            Phase::Interrupt,
            "leave.stop",
            text!("keystone.figure3.stop", "Back to Linux"),
            text!(
                "keystone.figure3.stop.cap",
                "The same entries are turned back in the opposite order. Only this hart’s registers are written: other harts keep the enclave closed all the time."
            ),
            stop(),
        ),
    ]
}

/// An enclave goes: zeroed, then freed.
fn end(first: &Plot, second: &Plot) -> Vec<Segment<Op>> {
    vec![
        step(
            Phase::Destroy,
            "destroy.0",
            text!("keystone.figure3.destroy", "Destroy enclave 0"),
            text!(
                "keystone.figure3.destroy.cap",
                "The monitor zeroes the private memory while it is still closed, then clears the entry. Nobody ever sees what was inside."
            ),
            first.destroy(),
        ),
        step(
            Phase::Destroy,
            "destroy.look",
            text!("keystone.figure3.look", "Linux looks at what is left"),
            text!(
                "keystone.figure3.look.cap",
                "The same load as before, now allowed: zeros."
            ),
            load(first.epm.0, 8),
        ),
        step(
            Phase::Destroy,
            "destroy.1",
            text!("keystone.figure3.destroy-1", "Destroy enclave 1"),
            text!(
                "keystone.figure3.destroy-1.cap",
                "A stopped enclave may be destroyed at any time: Linux decides whether it ever runs again. Availability is not promised."
            ),
            second.destroy(),
        ),
    ]
}
