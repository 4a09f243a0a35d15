//! `keystone/page-tables`: the enclave's own page tables, and PMP beneath them.

use alloc::vec;
use alloc::vec::Vec;

use super::common::{self, Plot, step, store};
use super::{Built, Turned};
use crate::arch::riscv::Privilege;
use crate::arch::riscv::sv39::Pte;
use crate::keystone::machine::Machine;
use crate::keystone::op::Op;
use crate::keystone::runtime::{Call, LOAD_VA, RUNTIME_VA, STACK_VA, Touch, UNTRUSTED_VA, USER_VA};
use crate::keystone::structs::CreateArgs;
use crate::text;
use crate::text::Text;
use crate::trace::{BadInput, Phase, Plan, ScenarioInfo, Segment};
use crate::view::Access;

pub(super) static PAGE_TABLES: Built = Built { info, plan };

/// Where Linux's kernel lies.
const KERNEL: u64 = 0x8020_0000;

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: "keystone/page-tables",
        title: text!("keystone.tables.title", "Page tables inside"),
        question: text!(
            "keystone.tables.question",
            "Who makes an enclave’s page tables, and what if they lie?"
        ),
        lesson: text!(
            "keystone.tables.lesson",
            "An enclave manages its own virtual memory: the loader builds Sv39 tables in private memory, the runtime goes on from there. Linux has no say and sees no page fault. And the enclave may map what it likes: PMP checks every physical address, the tables’ own included."
        ),
        params: vec![common::monitor()],
        listed: true,
    }
}

/// The first enclave with room for the loader's tables: four pages of loader, two of runtime, two of
/// application, 1 MiB in all.
pub(super) fn enclave(seed: u64) -> Plot {
    let mut plot = Plot::nth(0, seed, "loader");
    plot.runtime_pages = 5;
    plot.user_pages = 2;
    plot
}

/// create_enclave for that enclave: of the pages behind the first, three are still the loader's.
fn create(plot: &Plot) -> Op {
    let args = CreateArgs {
        runtime_paddr: plot.epm.0 + 0x4000,
        ..plot.args()
    };
    Op::Create { hart: 0, args }
}

/// A step of code inside, or of the host's library, on hart 0.
pub(super) fn inside(call: Call) -> Op {
    Op::Runtime { hart: 0, call }
}

/// From files to a running application.
pub(super) fn start(plot: &Plot) -> Vec<Segment<Op>> {
    vec![
        step(
            Phase::Load,
            "load.image",
            text!("keystone.tables.image", "Copy the files"),
            text!(
                "keystone.tables.image.cap",
                "Loader, runtime and application, each from the start of a page. The rest of the private memory is free."
            ),
            plot.image(),
        ),
        step(
            Phase::Initialise,
            "create",
            text!("keystone.tables.create", "Create the enclave"),
            text!(
                "keystone.tables.create.cap",
                "Three of the eight words say where runtime, application and free memory begin. The monitor passes them on and measures by them; what they mean is between host and loader."
            ),
            create(plot),
        ),
        step(
            Phase::Enter,
            "run",
            text!("keystone.tables.run", "Enter it"),
            text!(
                "keystone.tables.run.cap",
                "The first instruction is the loader’s, at the start of the private memory, with physical addresses, and in a1 to a7 it finds where everything lies."
            ),
            plot.run(),
        ),
        step(
            Phase::Enter,
            "inside.loader",
            text!("keystone.tables.loader", "The loader builds page tables"),
            text!(
                "keystone.tables.loader.cap",
                "Three maps: the runtime where it expects to be, all private memory so that the runtime can reach every page, and the shared buffer. Missing tables come from the first free pages. Then satp is written."
            ),
            inside(Call::Loader),
        ),
        step(
            Phase::Enter,
            "inside.eyrie",
            text!("keystone.tables.eyrie", "Eyrie starts"),
            text!(
                "keystone.tables.eyrie.cap",
                "The runtime links the free pages into a list: each holds the address of the next. From it come 32 pages of stack, two buffers and the tables they need. Then it drops to user mode."
            ),
            inside(Call::Eyrie),
        ),
    ]
}

fn touch(va: u64, access: Access, mode: Privilege) -> Op {
    inside(Call::Touch(Touch { va, access, mode }))
}

fn plan(turned: &Turned<'_>) -> Result<(Machine, Plan<Op>), BadInput> {
    let plot = enclave(turned.seed);
    let mut segments = common::boot();
    segments.extend(start(&plot));
    segments.extend(walks());
    segments.extend(lie(&plot));
    Ok((
        Machine::new(turned.keystone_platform()),
        Plan::new(segments),
    ))
}

/// One walk into each map.
fn walks() -> Vec<Segment<Op>> {
    let one =
        |label: &str, title: Text, caption: Text, op| step(Phase::Use, label, title, caption, op);
    let (s, u) = (Privilege::Supervisor, Privilege::User);
    vec![
        one(
            "walk.runtime",
            text!(
                "keystone.tables.walk-runtime",
                "The runtime fetches its code"
            ),
            text!(
                "keystone.tables.walk-runtime.cap",
                "Nine bits of the address choose an entry on each of three levels. Every read of a table is an access like any other, and PMP checks it as supervisor mode’s."
            ),
            touch(RUNTIME_VA, Access::Fetch, s),
        ),
        one(
            "walk.memory",
            text!(
                "keystone.tables.walk-memory",
                "The same page by its other address"
            ),
            text!(
                "keystone.tables.walk-memory.cap",
                "All private memory is mapped a second time, page by page, so that the runtime can write any of it: its own tables, too."
            ),
            touch(LOAD_VA + 0x4000, Access::Read, s),
        ),
        one(
            "walk.buffer",
            text!("keystone.tables.walk-buffer", "The shared buffer"),
            text!(
                "keystone.tables.walk-buffer.cap",
                "The tables lie in private memory, the page does not. The last PMP entry, which covers nothing but this buffer now, lets it through."
            ),
            touch(UNTRUSTED_VA, Access::Write, s),
        ),
        one(
            "walk.application",
            text!(
                "keystone.tables.walk-application",
                "The application reads itself"
            ),
            text!(
                "keystone.tables.walk-application.cap",
                "Its pages carry the U bit, the runtime’s do not."
            ),
            touch(USER_VA, Access::Read, u),
        ),
        one(
            "walk.stack",
            text!("keystone.tables.walk-stack", "It writes its stack"),
            text!(
                "keystone.tables.walk-stack.cap",
                "The page came from the free list; which physical page it is, the application neither knows nor can find out."
            ),
            touch(STACK_VA - 8, Access::Write, u),
        ),
    ]
}

/// The runtime maps the operating system's memory.
fn lie(plot: &Plot) -> Vec<Segment<Op>> {
    // The third table maps all private memory; its last entry is turned elsewhere.
    let last = plot.epm.1 / 4096 - 1;
    let entry = plot.epm.0 + 0x3000 + last * 8;
    let flags = [Pte::V, Pte::R, Pte::W, Pte::A, Pte::D];
    let flags = flags.into_iter().fold(Pte::from_bits(0), |all, f| all | f);
    let pte = Pte::to(KERNEL, flags);
    vec![
        step(
            Phase::Use,
            "lie.map",
            text!("keystone.tables.map", "The runtime maps Linux’s kernel"),
            text!(
                "keystone.tables.map.cap",
                "Page tables are the enclave’s own business, so it may write anything into them. One entry now leads to the first page of Linux."
            ),
            store(entry, &pte.bits().to_le_bytes()),
        ),
        step(
            Phase::Use,
            "lie.touch",
            text!("keystone.tables.touch", "It reads through the entry"),
            text!(
                "keystone.tables.touch.cap",
                "Three reads of tables pass. The access itself does not: no PMP entry gives the enclave that page. Translation says where, PMP says whether."
            ),
            touch(LOAD_VA + last * 4096, Access::Read, Privilege::Supervisor),
        ),
    ]
}
