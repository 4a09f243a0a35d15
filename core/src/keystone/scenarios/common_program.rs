//! `keystone/common`: the program that every machine runs, so that machines can be compared.

use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;

use super::common::{self, Plot, answer, step};
use super::{Built, Guarded, Turned, common_steps, exhaustion};
use crate::keystone::host::{Call, EnclaveFiles, FIRST, Part, demo};
use crate::keystone::machine::Machine;
use crate::keystone::op::Op;
use crate::keystone::platform::Platform;
use crate::text;
use crate::trace::param::{choice, flag, words};
use crate::trace::{
    BadInput, Common, Limit, Params, Phase, Plan, Planned, ScenarioInfo, Secrecy, Segment, Variant,
};

pub(super) static COMMON: Guarded = Guarded {
    built: Built { info, plan },
    secrecy,
};

/// Where the driver finds memory for the enclave: its first block, and what it finds when somebody else has
/// taken the first 4 MiB.
const EPM: [u64; 2] = [0x8400_0000, 0x8440_0000];

/// Where the shared buffer lies, from the start of the private memory: right behind it.
const BUFFER: u64 = 0x4_0000;

/// Pages of the buddy allocator’s largest block, 4 MiB.
const LARGEST: u64 = 1 << 10;

/// Where the secret lies in the enclave’s private memory: behind its files.
const SECRET: u64 = 0x1_0000;

/// How Keystone is compared.
pub(super) fn common() -> Common {
    let variant = |id, title| Variant {
        id,
        title,
        set: vec![("monitor", id)],
    };
    let limit = |title, platform| Limit {
        title,
        scenario: exhaustion::COMMON_LIMIT,
        set: vec![("count", "16"), ("platform", platform)],
        counts: "create_enclave",
        bytes_each: 0,
    };
    Common {
        scenario: "keystone/common",
        variants: vec![
            variant("upstream", text!("kcommon.upstream", "as upstream has it")),
            variant("intended", text!("kcommon.intended", "as it was meant")),
        ],
        secret_at: |params, _| epm(params) + SECRET,
        elsewhere: vec![("place", "elsewhere")],
        altered: vec![("altered", "yes")],
        limits: vec![
            limit(
                text!("kcommon.limit", "enclaves at a time, with 8 PMP entries"),
                "generic",
            ),
            limit(
                text!(
                    "kcommon.limit-mpfs",
                    "enclaves at a time, with 16 PMP entries"
                ),
                "mpfs",
            ),
        ],
    }
}

/// Where the enclave’s private memory lies.
fn epm(params: &Params) -> u64 {
    let elsewhere = params.get("place").is_some_and(|p| p == "elsewhere");
    EPM[usize::from(elsewhere)]
}

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: "keystone/common",
        title: text!("kcommon.title", "A secret’s day"),
        question: text!(
            "kcommon.question",
            "How does a program with a secret fare here, from the boot to its end?"
        ),
        lesson: text!(
            "kcommon.lesson",
            "The same program is run on every machine: it is loaded and measured, gets a secret, is interrupted while it uses it, calls out, proves what it is, stores something and ends. Keystone keeps Linux out with PMP at every one of these steps, asks it for memory, time and every service, and leaves devices and the memory bus alone."
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
            choice(
                "place",
                text!("kcommon.place", "Where it lives"),
                text!(
                    "kcommon.place.help",
                    "Linux decides: the driver takes what its allocator has."
                ),
                &[
                    (
                        "usual",
                        text!("kcommon.place.usual", "the first free block"),
                    ),
                    (
                        "elsewhere",
                        text!("kcommon.place.elsewhere", "somewhere else"),
                    ),
                ],
            ),
            flag(
                "altered",
                text!("kcommon.altered", "Linux changes a byte of the program"),
                text!(
                    "kcommon.altered.help",
                    "After it is loaded, before it is measured."
                ),
                false,
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
    let files = Rc::new(EnclaveFiles {
        freemem: 0x2_0000,
        ..demo(turned.seed)
    });
    let mut machine = Machine::new(Platform {
        harts: 2,
        ..turned.keystone_platform()
    });
    machine.driver.files = Some(files.clone());
    let epm = epm(&turned.params);
    let mut segments = common::boot();
    segments.extend(allocate(turned, &files));
    let ueid = ueid(turned);
    segments.extend(Part::ALL.map(|part| load(&files, part, ueid)));
    if turned.is("altered") {
        segments.push(alter(&files, epm));
    }
    segments.push(step(
        Phase::Initialise,
        "create",
        text!("kcommon.create", "The monitor takes it over"),
        text!(
            "kcommon.create.cap",
            "One call: here is the memory, here the shared buffer, here the files start. The monitor takes a PMP entry, closes the memory on this hart and asks the other harts to do the same."
        ),
        host(Call::Finalize { ueid }),
    ));
    segments.push(answer("create.ipi", 1));
    segments.extend(neighbour(turned.seed));
    let secret = turned.text("secret").as_bytes();
    segments.extend(common_steps::life(&common_steps::Life {
        ueid,
        buffer: epm + BUFFER,
        free: files.laid_out(epm).free,
        secret_at: epm + SECRET,
        secret,
    }));
    Ok((machine, Plan::new(segments)))
}

/// The driver’s number of the enclave: the first, unless somebody else had memory taken before.
fn ueid(turned: &Turned<'_>) -> u64 {
    FIRST + u64::from(turned.text("place") == "elsewhere")
}

pub(super) fn host(call: Call) -> Op {
    Op::Host { hart: 0, call }
}

/// The driver takes memory, after somebody else where the enclave is to live elsewhere.
fn allocate(turned: &Turned<'_>, files: &EnclaveFiles) -> Vec<Segment<Op>> {
    let ueid = ueid(turned);
    let mut all = Vec::new();
    if ueid > FIRST {
        all.push(step(
            Phase::Allocate,
            "take.other",
            text!(
                "kcommon.other",
                "Linux gives the first block to somebody else"
            ),
            text!(
                "kcommon.other.cap",
                "Whoever asks first gets it; Linux alone decides. The enclave will lie behind."
            ),
            host(Call::Create { pages: LARGEST }),
        ));
    }
    all.push(step(
        Phase::Allocate,
        "take.memory",
        text!("kcommon.memory", "The driver takes memory"),
        text!(
            "kcommon.memory.cap",
            "Ordinary memory of Linux: a power of two of pages, so that one PMP entry can cover them. The monitor is not asked, and does not know of it yet."
        ),
        host(Call::Create {
            pages: files.asked_pages(),
        }),
    ));
    all.push(step(
        Phase::Allocate,
        "take.buffer",
        text!("kcommon.buffer", "And a shared buffer"),
        text!(
            "kcommon.buffer.cap",
            "Through it the enclave and Linux will exchange everything. It stays open to both."
        ),
        host(Call::UtmInit {
            ueid,
            size: files.utm,
        }),
    ));
    all
}

/// A file, page by page.
fn load(files: &EnclaveFiles, part: Part, ueid: u64) -> Segment<Op> {
    let (label, title) = match part {
        Part::Loader => ("load.loader", text!("kcommon.loader", "Copy the loader")),
        Part::Runtime => ("load.runtime", text!("kcommon.runtime", "Copy the runtime")),
        Part::Eapp => ("load.eapp", text!("kcommon.eapp", "Copy the application")),
    };
    let caption = text!(
        "kcommon.load.cap",
        "The process copies the file through the driver’s mapping. Linux can read and change all of it: nothing in it is secret."
    );
    let copy = move |page| Planned {
        op: host(Call::Copy { ueid, part, page }),
        label: alloc::format!("p{page}"),
        caption: crate::text::Text::none(),
    };
    Segment::many(Phase::Load, label, title, caption, files.pages(part), copy)
}

/// Linux changes a byte of the application.
fn alter(files: &EnclaveFiles, epm: u64) -> Segment<Op> {
    const BYTE: usize = 0x800;
    let own = files.bytes[Part::Eapp as usize].get(BYTE).copied();
    let at = files.laid_out(epm).user + BYTE as u64;
    step(
        Phase::Load,
        "load.altered",
        text!("kcommon.alter", "Linux changes a byte of the application"),
        text!(
            "kcommon.alter.cap",
            "The memory is still Linux’s. Nobody refuses: the monitor measures what it finds, and the report will tell."
        ),
        common::store(at, &[own.unwrap_or(0) ^ 0xff]),
    )
}

/// Another enclave, which never runs here; it stands for an attacker’s.
fn neighbour(seed: u64) -> [Segment<Op>; 3] {
    let plot = Plot::nth(1, seed, "neighbour");
    [
        step(
            Phase::Initialise,
            "neighbour.image",
            text!(
                "kcommon.neighbour",
                "Linux fills memory for another enclave"
            ),
            text!(
                "kcommon.neighbour.cap",
                "Anybody may have enclaves, an attacker too. Look at the map through the eyes of “Another enclave”."
            ),
            plot.image(),
        ),
        step(
            Phase::Initialise,
            "neighbour.create",
            text!("kcommon.neighbour-create", "And has it created"),
            text!(
                "kcommon.neighbour-create.cap",
                "It gets a PMP entry of its own."
            ),
            plot.create(),
        ),
        answer("neighbour.ipi", 1),
    ]
}
