//! `keystone/classic-measurement`: what the monitor measured, and refused, until December 2023.

use alloc::format;
use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;

use super::common::{boot, message, step, store};
use super::{Built, Turned};
use crate::arch::riscv::sv39::Pte;
use crate::keystone::host::Call;
use crate::keystone::image::Image;
use crate::keystone::machine::Machine;
use crate::keystone::measure::classic::Layout;
use crate::keystone::op::Op;
use crate::keystone::platform::Platform;
use crate::keystone::structs::CreateArgs;
use crate::text;
use crate::text::Text;
use crate::trace::{BadInput, Phase, Plan, Planned, ScenarioInfo, Segment};

pub(super) static CLASSIC: Built = Built { info, plan };

/// Where everything lies: seven page tables, three pages of runtime, two of application, free memory.
const LAYOUT: Layout = Layout {
    epm: (0x8100_0000, 1 << 20),
    utm: (0x9000_0000, 0x4000),
    root: 0x8100_0000,
    runtime: 0x8100_7000,
    user: 0x8100_a000,
    free: 0x8100_c000,
    params: [
        0xffff_ffff_c000_0000,
        0x1_0000,
        0xffff_ffff_8000_0000,
        0x4000,
    ],
};

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: "keystone/classic-measurement",
        title: text!("classic.title", "Measured by page tables"),
        question: text!(
            "classic.question",
            "What did the monitor measure before December 2023?"
        ),
        lesson: text!(
            "classic.lesson",
            "Linux built the enclave’s page tables, and the monitor walked them: each page was hashed with the address where the enclave would see it. So it had to refuse every trick that tables allow. Today a loader inside builds them after the measurement, and the monitor hashes three files."
        ),
        params: vec![message()],
        listed: true,
    }
}

fn plan(turned: &Turned<'_>) -> Result<(Machine, Plan<Op>), BadInput> {
    let mut segments = boot();
    segments.push(step(
        Phase::Load,
        "load.files",
        text!("classic.files", "Copy runtime and application"),
        text!(
            "classic.files.cap",
            "Three pages of runtime, two of application, behind seven pages for page tables. The loader of today did not exist."
        ),
        Op::Image {
            hart: 0,
            image: Image {
                base: LAYOUT.runtime,
                loader: Rc::from(turned.text("message").as_bytes()),
                runtime_pages: 2,
                user_pages: 2,
                tag: 0x11,
            },
        },
    ));
    segments.push(tables());
    segments.push(measure(
        "measure.good",
        text!("classic.good", "The monitor walks the tables"),
        text!(
            "classic.good.cap",
            "From the root in the order of addresses. Where a stretch of pages begins its address is hashed, then every page, those of the shared buffer too. Each page of the runtime, and of the application, must lie behind the one before: so no page is seen at two addresses."
        ),
    ));
    for trick in TRICKS {
        segments.extend(trick.steps());
    }
    segments.push(step(
        Phase::Initialise,
        "create.today",
        text!("classic.today", "Today’s monitor does not look"),
        text!(
            "classic.today.cap",
            "The tables are bytes like others to it. Three sizes and the pages up to free memory are hashed; how the enclave maps them is its own affair."
        ),
        Op::Create {
            hart: 0,
            args: CreateArgs {
                epm_paddr: LAYOUT.epm.0,
                epm_size: LAYOUT.epm.1,
                utm_paddr: LAYOUT.utm.0,
                utm_size: LAYOUT.utm.1,
                runtime_paddr: LAYOUT.runtime,
                user_paddr: LAYOUT.user,
                free_paddr: LAYOUT.free,
                free_requested: 0,
            },
        },
    ));
    Ok((Machine::new(Platform::generic()), Plan::new(segments)))
}

fn measure(label: &str, title: Text, caption: Text) -> Segment<Op> {
    let call = Call::MeasureClassic(LAYOUT);
    step(
        Phase::Initialise,
        label,
        title,
        caption,
        Op::Host { hart: 0, call },
    )
}

/// An entry that leads to a page, with these flags.
fn entry(to: u64, flags: Pte) -> u64 {
    Pte::to(to, flags | Pte::V).bits()
}

fn rwx() -> Pte {
    Pte::R | Pte::W | Pte::X
}

/// Where the page tables lie: the root, then two for each of runtime, application and shared buffer.
const fn table(n: u64) -> u64 {
    LAYOUT.root + 0x1000 * n
}

/// Every entry that is not empty: where it lies and what it holds.
fn entries() -> Vec<(u64, u64)> {
    let leads = |to| entry(to, Pte::from_bits(0));
    let mut all = vec![
        (table(0), leads(table(3))),
        (table(0) + 510 * 8, leads(table(5))),
        (table(0) + 511 * 8, leads(table(1))),
        (table(1), leads(table(2))),
        (table(3), leads(table(4))),
        (table(5), leads(table(6))),
    ];
    all.extend((0..3).map(|n| (table(2) + 8 * n, entry(LAYOUT.runtime + 0x1000 * n, rwx()))));
    let user = rwx() | Pte::U;
    all.extend((0..2).map(|n| (user_entry(n), entry(LAYOUT.user + 0x1000 * n, user))));
    let buffer = Pte::R | Pte::W;
    all.extend((0..4).map(|n| (table(6) + 8 * n, entry(LAYOUT.utm.0 + 0x1000 * n, buffer))));
    all
}

/// The entry of the n-th page of the application, at 0x1_0000.
const fn user_entry(n: u64) -> u64 {
    table(4) + 8 * (16 + n)
}

fn tables() -> Segment<Op> {
    let all: Rc<[(u64, u64)]> = entries().into();
    let count = all.len() as u64;
    Segment::many(
        Phase::Load,
        "load.tables",
        text!("classic.tables", "Linux builds the page tables"),
        text!(
            "classic.tables.cap",
            "Sv39: three levels of 512 entries of eight bytes. Runtime and shared buffer lie in the upper half of the addresses, the application at 0x1_0000 with the U bit."
        ),
        count,
        move |i| {
            let (at, value) = all.get(i as usize).copied().unwrap_or_default();
            Planned {
                op: store(at, &value.to_le_bytes()),
                label: format!("e{i}"),
                caption: Text::none(),
            }
        },
    )
}

/// A trick with page tables: an entry that is changed, and back.
struct Trick {
    label: &'static str,
    says: fn() -> (Text, Text),
    /// Where the entry lies, what is put there, and what was there.
    entry: fn() -> (u64, u64, u64),
}

const TRICKS: [Trick; 4] = [
    Trick {
        label: "twice",
        says: || {
            (
                text!("classic.twice", "One page at two addresses"),
                text!(
                    "classic.twice.cap",
                    "The application’s second address leads to its first page. What it writes at one address would change what it reads at the other."
                ),
            )
        },
        entry: || {
            (
                user_entry(1),
                entry(LAYOUT.user, rwx() | Pte::U),
                entry(LAYOUT.user + 0x1000, rwx() | Pte::U),
            )
        },
    },
    Trick {
        label: "kernel",
        says: || {
            (
                text!("classic.kernel", "A page of the application without U"),
                text!(
                    "classic.kernel.cap",
                    "The runtime would take it for its own."
                ),
            )
        },
        entry: || {
            (
                user_entry(0),
                entry(LAYOUT.user, rwx()),
                entry(LAYOUT.user, rwx() | Pte::U),
            )
        },
    },
    Trick {
        label: "outside",
        says: || {
            (
                text!("classic.outside", "A page in Linux’s memory"),
                text!(
                    "classic.outside.cap",
                    "The entry leads out of the enclave: Linux could change the page whenever it likes."
                ),
            )
        },
        entry: || (user_entry(2), entry(0x8030_0000, rwx() | Pte::U), 0),
    },
    Trick {
        label: "buffer",
        says: || {
            (
                text!("classic.buffer", "The shared buffer that is none"),
                text!(
                    "classic.buffer.cap",
                    "An address that the runtime takes for the shared buffer leads into private memory: the runtime would write what the host sends over its own code."
                ),
            )
        },
        entry: || {
            (
                table(6) + 24,
                entry(LAYOUT.runtime, Pte::R | Pte::W),
                entry(LAYOUT.utm.0 + 0x3000, Pte::R | Pte::W),
            )
        },
    },
];

impl Trick {
    fn steps(&self) -> [Segment<Op>; 3] {
        let (title, caption) = (self.says)();
        let (at, bad, good) = (self.entry)();
        let write = |what: &str, title, caption, value: u64| {
            let label = format!("{}.{what}", self.label);
            step(
                Phase::Load,
                &label,
                title,
                caption,
                store(at, &value.to_le_bytes()),
            )
        };
        [
            write("write", title, caption, bad),
            measure(
                &format!("{}.measure", self.label),
                text!("classic.refused", "The monitor refuses"),
                text!(
                    "classic.refused.cap",
                    "ILLEGAL_PTE, whatever the trick was. The rule that did not hold says which."
                ),
            ),
            write(
                "back",
                text!("classic.back", "Linux takes it back"),
                text!("classic.back.cap", "The entry is what it was before."),
                good,
            ),
        ]
    }
}
