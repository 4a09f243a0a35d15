//! Where the parts of a Gramine enclave lie and what they hold.
//!
//! From the end of the enclave downwards: the manifest with the zero that ends it, saved state, TCS, thread data,
//! then for each thread a stack, for each thread a stack for signals, and libpal. They are added in this order, each
//! from its first page up, all measured. What is below libpal is free memory: readable, writable, executable, not
//! measured, added last; with EDMM it is not added.

use alloc::rc::Rc;
use alloc::vec::Vec;

use super::Unfit;
use super::manifest::Chosen;
use super::release::Release;
use crate::bytes::{Malformed, hex};
use crate::formats::elf::{Elf, Segment, SegmentType};
use crate::memory::PAGE;
use crate::sgx::image::{Filling, Inputs, Laid, Origin, PAGES_MOST, Pool, Stretch, Word};
use crate::sgx::sdk::not_laid;
use crate::sgx::structs::{PageType, SecInfoFlags};
use crate::text;

const PAGE_BYTES: u64 = PAGE as u64;

/// `SSA_FRAME_SIZE`, in pages.
const FRAME_PAGES: u64 = 4;
/// `SSA_FRAME_NUM`.
const FRAMES: u64 = 2;
/// `ENCLAVE_STACK_SIZE`, in pages.
const STACK_PAGES: u64 = 64;
/// `ENCLAVE_SIG_STACK_SIZE`, in pages.
const SIGNAL_STACK_PAGES: u64 = 16;
/// Pages of one thread: saved state, TCS, thread data, both stacks.
const THREAD_PAGES: u64 = FRAME_PAGES * FRAMES + 1 + 1 + STACK_PAGES + SIGNAL_STACK_PAGES;
/// Size of `sgx_pal_gpr_t`: the registers at the end of a frame.
const GPR_BYTES: u64 = 184;
/// `STACK_PROTECTOR_CANARY_DEFAULT`, until the enclave draws its own.
const CANARY: u64 = 0xbadb_adba_dbad;
/// Where in the thread data what belongs to the SGX loader begins: behind two words and the library OS’s 256 bytes.
const OWN: usize = 8 + 8 + 256;

const RW: SecInfoFlags = SecInfoFlags::page(PageType::REG, SecInfoFlags::R.with(SecInfoFlags::W));

/// Offsets of the areas from the start of the enclave.
struct Areas {
    manifest: u64,
    ssa: u64,
    tcs: u64,
    data: u64,
    /// The first thread’s; those of others lie below.
    stack: u64,
    signal_stack: u64,
    libpal: u64,
}

pub(super) fn lay_out(
    manifest: &[u8],
    libpal: &[u8],
    chosen: &Chosen,
    release: &'static Release,
) -> Result<Laid, Unfit> {
    let elf = Elf::parse(libpal).map_err(Unfit::libpal)?;
    let libpal_pages = extent(&elf).map_err(Unfit::libpal)?;
    let areas = areas(manifest, libpal_pages, chosen, release)?;
    let file: Rc<[u8]> = [libpal, manifest].concat().into();
    let mut laid = Laid::new(release.format, file, chosen.size, FRAME_PAGES as u32);
    let mut all = Vec::from([Stretch {
        offset: areas.manifest,
        pages: manifest_pages(manifest),
        flags: SecInfoFlags::page(PageType::REG, SecInfoFlags::R),
        measured: true,
        origin: Origin::Manifest,
        filling: Filling::Program {
            start: areas.manifest,
            at: libpal.len() as u64,
            len: manifest.len() as u64,
        },
    }]);
    threads(&areas, &elf, manifest, chosen, release, &mut all);
    segments(&elf, areas.libpal, &mut all);
    if !chosen.edmm {
        let free = chosen.heap_min - chosen.base;
        all.push(Stretch {
            offset: free,
            pages: (areas.libpal - free) / PAGE_BYTES,
            flags: SecInfoFlags::page(PageType::REG, SecInfoFlags::RWX),
            measured: false,
            origin: Origin::Free,
            filling: Filling::Zero,
        });
    }
    for stretch in all {
        let why = |why| Unfit::manifest(not_laid(chosen.size_at, "sgx.enclave_size", why));
        laid.push(stretch).map_err(why)?;
    }
    laid.inputs = Inputs {
        ssaframesize: FRAME_PAGES as u32,
        stack: Some(Pool::of(STACK_PAGES * PAGE_BYTES)),
        threads: Some(Pool::of(chosen.threads)),
        ssa_pages: Some(FRAME_PAGES * FRAMES),
        ..Inputs::default()
    };
    let twice = |why| Unfit::libpal(not_laid(0, "libpal.so", why));
    laid.finish().map_err(twice)
}

/// Pages of the manifest and the zero behind it.
fn manifest_pages(manifest: &[u8]) -> u64 {
    (manifest.len() as u64 + 1).div_ceil(PAGE_BYTES)
}

/// Where everything lies.
fn areas(
    manifest: &[u8],
    libpal_pages: u64,
    chosen: &Chosen,
    release: &Release,
) -> Result<Areas, Unfit> {
    let threads = chosen.threads;
    let text = manifest_pages(manifest);
    let pages = threads
        .saturating_mul(THREAD_PAGES)
        .saturating_add(text + libpal_pages);
    if pages > PAGES_MOST {
        let why = text!(
            "gramine.too-many-threads",
            "is {n}: {each} pages for each thread are more than is taken here, which is {most} pages at most",
            n = threads,
            each = THREAD_PAGES,
            most = hex::number(PAGES_MOST)
        );
        let field = alloc::format!("sgx.{}", release.threads);
        return Err(Unfit::manifest(Malformed::says(
            chosen.threads_at,
            field,
            why,
        )));
    }
    let room = (chosen.base + chosen.size).saturating_sub(chosen.heap_min) / PAGE_BYTES;
    if pages > room {
        let why = text!(
            "gramine.too-small",
            "leaves {room} pages, but the manifest, {threads} threads and libpal take {pages}",
            room = room,
            threads = threads,
            pages = pages
        );
        let field = "sgx.enclave_size";
        return Err(Unfit::manifest(Malformed::says(chosen.size_at, field, why)));
    }
    let mut low = chosen.size;
    let mut below = |pages: u64| {
        low -= pages * PAGE_BYTES;
        low
    };
    let manifest = below(text);
    let ssa = below(threads * FRAME_PAGES * FRAMES);
    let tcs = below(threads);
    let data = below(threads);
    let stack = below(STACK_PAGES);
    below((threads - 1) * STACK_PAGES);
    let signal_stack = below(SIGNAL_STACK_PAGES);
    below((threads - 1) * SIGNAL_STACK_PAGES);
    Ok(Areas {
        manifest,
        ssa,
        tcs,
        data,
        stack,
        signal_stack,
        libpal: below(libpal_pages),
    })
}

/// What belongs to the threads, in the order in which it is added.
fn threads(
    areas: &Areas,
    elf: &Elf,
    manifest: &[u8],
    chosen: &Chosen,
    release: &Release,
    all: &mut Vec<Stretch>,
) {
    let tcs = tcs(areas, elf);
    let data = data(areas, manifest, chosen, release);
    let plain = |offset: u64, pages: u64, origin: Origin| Stretch {
        offset,
        pages,
        flags: RW,
        measured: true,
        origin,
        filling: Filling::Zero,
    };
    // Fewer pages than a u32 counts are laid out.
    let numbers = || 0..chosen.threads as u32;
    let ssa = |n: u32| areas.ssa + u64::from(n) * FRAME_PAGES * FRAMES * PAGE_BYTES;
    all.extend(numbers().map(|n| plain(ssa(n), FRAME_PAGES * FRAMES, Origin::Ssa(n))));
    all.extend(numbers().map(|n| Stretch {
        flags: SecInfoFlags::page(PageType::TCS, SecInfoFlags::NONE),
        filling: Filling::Words(tcs.clone(), u64::from(n)),
        ..plain(areas.tcs + u64::from(n) * PAGE_BYTES, 1, Origin::Tcs(n))
    }));
    all.extend(numbers().map(|n| Stretch {
        filling: Filling::Words(data.clone(), u64::from(n)),
        ..plain(
            areas.data + u64::from(n) * PAGE_BYTES,
            1,
            Origin::ThreadData(n),
        )
    }));
    let stack = |n: u32| areas.stack - u64::from(n) * STACK_PAGES * PAGE_BYTES;
    all.extend(numbers().map(|n| plain(stack(n), STACK_PAGES, Origin::Stack(n))));
    let signal = |n: u32| areas.signal_stack - u64::from(n) * SIGNAL_STACK_PAGES * PAGE_BYTES;
    all.extend(numbers().map(|n| plain(signal(n), SIGNAL_STACK_PAGES, Origin::SignalStack(n))));
}

/// What the TCS of each thread holds.
fn tcs(areas: &Areas, elf: &Elf) -> Rc<[Word]> {
    let word = |at, first, step| Word { at, first, step };
    Rc::from([
        word(16, areas.ssa, FRAME_PAGES * FRAMES * PAGE_BYTES),
        // CSSA is 0, NSSA follows it.
        word(24, FRAMES << 32, 0),
        word(32, areas.libpal.wrapping_add(elf.header.entry), 0),
        word(56, areas.data, PAGE_BYTES),
        word(64, 0xfff_0000_0fff, 0),
    ])
}

/// What the data of each thread holds (`pal_enclave_tcb`): addresses, not offsets.
fn data(areas: &Areas, manifest: &[u8], chosen: &Chosen, release: &Release) -> Rc<[Word]> {
    let base = chosen.base;
    let (stacks, signals) = (STACK_PAGES * PAGE_BYTES, SIGNAL_STACK_PAGES * PAGE_BYTES);
    let states = FRAME_PAGES * FRAMES * PAGE_BYTES;
    let ssa = base + areas.ssa;
    let mut words = Vec::from([
        (0, base + areas.data, PAGE_BYTES),
        (8, CANARY, 0),
        (OWN, chosen.size, 0),
    ]);
    let mut own = OWN + 8;
    if release.libpal_addr {
        words.push((own, base + areas.libpal, 0));
        own += 8;
    }
    words.extend([
        (own, areas.tcs, PAGE_BYTES),
        (own + 8, base + areas.stack + stacks, stacks.wrapping_neg()),
        // tmp_rip
        (own + 24, base + areas.signal_stack, signals.wrapping_neg()),
        (
            own + 32,
            base + areas.signal_stack + signals,
            signals.wrapping_neg(),
        ),
        // ecall_return_addr
        (own + 48, ssa, states),
        (own + 56, ssa + FRAME_PAGES * PAGE_BYTES - GPR_BYTES, states),
        // exit_target to ready_for_exceptions
        (own + 136, manifest.len() as u64 + 1, 0),
        (own + 144, chosen.heap_min, 0),
        (own + 152, base + areas.libpal, 0),
    ]);
    let word = |(at, first, step)| Word { at, first, step };
    words.into_iter().map(word).collect()
}

/// How many pages libpal spans. It must be a library from address 0 on.
fn extent(elf: &Elf) -> Result<u64, Malformed> {
    let mut span: Option<(u64, u64)> = None;
    for (at, segment) in loaded(elf) {
        let end = segment.vaddr.checked_add(segment.memsz);
        let end = end.filter(|end| *end <= PAGES_MOST * PAGE_BYTES);
        let Some(end) = end.filter(|_| segment.vaddr % PAGE_BYTES == segment.offset % PAGE_BYTES)
        else {
            let why = text!(
                "gramine.segment",
                "is {addr}; a segment of libpal should lie within the page as it does in the file, and in the first 4 GiB",
                addr = hex::addr(segment.vaddr)
            );
            return Err(Malformed::says(at + 16, "Elf64_Phdr.p_vaddr", why));
        };
        let first = segment.vaddr / PAGE_BYTES;
        let pages = end.div_ceil(PAGE_BYTES);
        span = Some(span.map_or((first, pages), |(f, p)| (f.min(first), p.max(pages))));
    }
    match span {
        Some((0, pages)) => Ok(pages),
        _ => {
            let why = text!(
                "gramine.libpal-base",
                "should be a library whose segments begin at address 0, as libpal.so of Gramine is"
            );
            Err(Malformed::says(0, "libpal.so", why))
        }
    }
}

/// The segments that are loaded, with where their headers stand.
fn loaded(elf: &Elf) -> impl Iterator<Item = (u64, &Segment)> {
    let at = |n: u64| elf.header.phoff.saturating_add(n * Segment::SIZE as u64);
    let all = (0_u64..).zip(&elf.segments);
    let all = all.filter(|(_, s)| s.segment_type == SegmentType::LOAD);
    all.map(move |(n, s)| (at(n), s))
}

/// The segments of libpal, in the order of its program headers.
fn segments(elf: &Elf, at: u64, all: &mut Vec<Stretch>) {
    for (n, segment) in (0_u16..).zip(&elf.segments) {
        if segment.segment_type != SegmentType::LOAD {
            continue;
        }
        let first = segment.vaddr / PAGE_BYTES;
        let pages = (segment.vaddr + segment.memsz).div_ceil(PAGE_BYTES) - first;
        let bit = |has: u32, flag: SecInfoFlags| match segment.flags & has {
            0 => SecInfoFlags::NONE,
            _ => flag,
        };
        let rwx = bit(4, SecInfoFlags::R)
            .with(bit(2, SecInfoFlags::W))
            .with(bit(1, SecInfoFlags::X));
        all.push(Stretch {
            offset: at + first * PAGE_BYTES,
            pages,
            flags: SecInfoFlags::page(PageType::REG, rwx),
            measured: true,
            origin: Origin::Segment {
                number: n,
                flags: segment.flags,
                relocated: false,
            },
            filling: Filling::Program {
                start: at + segment.vaddr,
                at: segment.offset,
                len: segment.filesz,
            },
        });
    }
}
