//! `keystone/from-files`: three files, yours or made here, become an enclave the way the SDK does it.

use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;

use super::common::{boot, exit, monitor, step};
use super::{Built, Turned};
use crate::keystone::host::{Call, EnclaveFiles, FIRST, Part, demo};
use crate::keystone::machine::Machine;
use crate::keystone::op::Op;
use crate::keystone::recognise::FILES;
use crate::keystone::sbi;
use crate::text;
use crate::text::Text;
use crate::trace::{
    BadInput, Machine as _, Param, Phase, Plan, Planned, ScenarioInfo, Segment, Sink, param,
};

pub(super) static FROM_FILES: Built = Built { info, plan };

fn info() -> ScenarioInfo {
    ScenarioInfo {
        id: FILES,
        title: text!("host.title", "From three files"),
        question: text!(
            "host.question",
            "What becomes of loader, runtime and application?"
        ),
        lesson: text!(
            "host.lesson",
            "Linux’s driver takes memory, the SDK copies three files into it page by page, and one call has the monitor close and measure it all. The SDK can tell the measurement beforehand from the files alone. Drop your own: they stay on this machine."
        ),
        params: params(),
        listed: true,
    }
}

fn params() -> Vec<Param> {
    let file = |key, title, what| {
        let help = text!("host.param.file.help", "Empty: one is made here.");
        param::file(key, title, help, what)
    };
    vec![
        file(
            "loader",
            text!("host.loader", "Loader"),
            text!("host.param.loader.what", "loader.bin, a flat binary"),
        ),
        file(
            "runtime",
            text!("host.runtime", "Runtime"),
            text!(
                "host.param.runtime.what",
                "the runtime, an ELF file such as eyrie-rt"
            ),
        ),
        file(
            "eapp",
            text!("host.eapp", "Application"),
            text!("host.param.eapp.what", "the application, an ELF file"),
        ),
        param::number(
            "freemem",
            text!("host.param.freemem", "Free memory, bytes"),
            text!(
                "host.param.freemem.help",
                "For the runtime’s page tables, stacks and heap. It is not measured; with much of it the memory comes from CMA."
            ),
            (0, 64 << 20),
            EnclaveFiles::FREEMEM,
        ),
        param::number(
            "utm",
            text!("host.param.utm", "Shared buffer, bytes"),
            text!(
                "host.param.utm.help",
                "Rounded up to a power of two of pages."
            ),
            (0, 8 << 20),
            EnclaveFiles::UTM,
        ),
        monitor(),
    ]
}

fn plan(turned: &Turned<'_>) -> Result<(Machine, Plan<Op>), BadInput> {
    let mut files = demo(turned.seed);
    for part in Part::ALL {
        if let Some(own) = turned.file(part.id())? {
            files.bytes[part as usize] = own.whole(part.id())?;
        }
    }
    files.freemem = turned.number("freemem");
    files.utm = turned.number("utm");
    let mut machine = Machine::new(turned.keystone_platform());
    let (pages, utm) = (files.asked_pages(), files.utm);
    let files = Rc::new(files);
    machine.driver.files = Some(files.clone());
    let take = [
        Call::Create { pages },
        Call::UtmInit {
            ueid: FIRST,
            size: utm,
        },
    ]
    .map(host);
    let mut segments = boot();
    segments.extend(allocate(take.clone()));
    let parts = Part::ALL.into_iter();
    segments.extend(parts.filter_map(|part| load(&files, part)));
    segments.extend(life(buffer(&machine, &take)));
    Ok((machine, Plan::new(segments)))
}

fn host(call: Call) -> Op {
    Op::Host { hart: 0, call }
}

/// Where the shared buffer will be: the driver's answer on a machine of its own.
fn buffer(machine: &Machine, take: &[Op]) -> u64 {
    let mut tried = machine.clone();
    let start = [Op::Bootrom, Op::Opensbi, Op::Monitor];
    for op in start.iter().chain(take) {
        tried.apply(op, &mut Sink::Nothing);
    }
    let handle = tried.driver.enclaves.get(&FIRST);
    handle.and_then(|h| h.utm).map_or(0, |(at, _)| at)
}

fn allocate([create, utm]: [Op; 2]) -> [Segment<Op>; 2] {
    [
        step(
            Phase::Allocate,
            "take.memory",
            text!("host.seg.create", "The driver takes memory"),
            text!(
                "host.cap.create",
                "The SDK counts pages: the whole pages of each file, 16 for page tables, and the free memory. The driver takes a power of two of pages from Linux’s buddy allocator, so that one PMP entry can cover them. The monitor has not been asked."
            ),
            create,
        ),
        step(
            Phase::Allocate,
            "take.buffer",
            text!("host.seg.utm", "And a shared buffer"),
            text!(
                "host.cap.utm",
                "Through it the enclave and its host will exchange everything. It stays open to both."
            ),
            utm,
        ),
    ]
}

/// A file, page by page; `None` if it is empty.
fn load(files: &EnclaveFiles, part: Part) -> Option<Segment<Op>> {
    let pages = files.pages(part);
    let (label, title, caption) = match part {
        Part::Loader => (
            "load.loader",
            text!("host.seg.loader", "Copy the loader"),
            text!(
                "host.cap.loader",
                "The loader is what will run first: at the start of the memory, in supervisor mode, without page tables. It will map the two other files."
            ),
        ),
        Part::Runtime => (
            "load.runtime",
            text!("host.seg.runtime", "Copy the runtime"),
            text!(
                "host.cap.runtime",
                "The file is copied as it is, headers and all. What the loader makes of it happens inside, after the measurement."
            ),
        ),
        Part::Eapp => (
            "load.eapp",
            text!("host.seg.eapp", "Copy the application"),
            text!(
                "host.cap.eapp",
                "The last page of a file is filled up with zeros. Where this file ends, free memory begins; nothing from there on is measured."
            ),
        ),
    };
    let copy = move |page| Planned {
        op: host(Call::Copy {
            ueid: FIRST,
            part,
            page,
        }),
        label: alloc::format!("p{page}"),
        caption: Text::none(),
    };
    (pages > 0).then(|| Segment::many(Phase::Load, label, title, caption, pages, copy))
}

/// From the creation to the end.
fn life(utm: u64) -> [Segment<Op>; 5] {
    let ueid = FIRST;
    [
        step(
            Phase::Initialise,
            "create",
            text!("host.seg.finalize", "The monitor closes and measures it"),
            text!(
                "host.cap.finalize",
                "Now the driver calls the monitor: here lies the memory, here the buffer, here the files start. The monitor takes a PMP entry, closes the memory to everybody and hashes three sizes and the files with SHA3-512. Compare with what the SDK expected."
            ),
            host(Call::Finalize { ueid }),
        ),
        step(
            Phase::Enter,
            "run",
            text!("host.seg.run", "It runs"),
            text!(
                "host.cap.run",
                "The process waits in its ioctl while the hart is inside. Your files are not executed here: what the enclave does next is up to the script."
            ),
            host(Call::Run { ueid }),
        ),
        step(
            Phase::Attest,
            "attest",
            text!("host.seg.attest", "It asks for a report"),
            text!(
                "host.cap.attest",
                "The report carries the measurement that was taken at creation. A verifier compares it with what it has computed from the files."
            ),
            Op::call(sbi::ATTEST, [utm, utm, 0]),
        ),
        step(
            Phase::Destroy,
            "exit",
            text!("host.seg.exit", "It is done"),
            text!(
                "host.cap.exit",
                "The enclave exits, and the process’s ioctl returns."
            ),
            exit(0),
        ),
        step(
            Phase::Destroy,
            "destroy",
            text!("host.seg.destroy", "The memory goes back"),
            text!(
                "host.cap.destroy",
                "The monitor wipes the private memory before it opens it again; the driver gives it to Linux."
            ),
            host(Call::Destroy { ueid }),
        ),
    ]
}
