//! The layout table as the signing tool makes it: heap, threads, reserved memory, the region for dynamic memory,
//! and guards; and the table for processors without dynamic memory, which it derives from the first.
//!
//! Documents: Intel SGX SDK for Linux, `manage_metadata.cpp` (`build_layout_table`, `update_layout_entries`,
//! `build_layout_entries`, `calculate_rts_bk_overhead`) and `sign_tool.cpp` (`generate_compatible_metadata`);
//! intel/sgx-emm, `ema_imp.h` and `bit_array_imp.h`, for the sizes of its bookkeeping.

use alloc::vec::Vec;

use super::params::Params;
use super::program::Program;
use super::releases::Release;
use crate::memory::PAGE;
use crate::sgx::sdk::structs::{LayoutEntry, LayoutGroup, LayoutId, PageAttributes};
use crate::sgx::structs::{PageType, SecInfoFlags};

const PAGE_BYTES: u64 = PAGE as u64;

/// Pages of a guard: 64 KiB.
const GUARD: u32 = 16;

/// State save area frames of a thread.
const FRAMES: u32 = 2;

/// Bytes of a TCS template.
pub(super) const TEMPLATE: u32 = 72;

/// The word that fills a stack.
const STACK: u32 = 0xcccc_cccc;

/// What the DYN identifiers are behind the others.
const DYN: u16 = LayoutId::HEAP_DYN_MIN.value() - LayoutId::HEAP_MIN.value();

const ADD: PageAttributes = PageAttributes::EADD;
const LATER: PageAttributes = PageAttributes::POST_ADD;

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Row {
    Entry(LayoutEntry),
    Group(LayoutGroup),
}

impl Row {
    pub(super) fn encode(&self) -> [u8; 32] {
        match self {
            Self::Entry(entry) => entry.encode(),
            Self::Group(group) => group.encode(),
        }
    }

    fn id(&self) -> LayoutId {
        match self {
            Self::Entry(entry) => entry.id,
            Self::Group(group) => group.id,
        }
    }
}

/// The table, and what it comes to.
#[derive(Debug)]
pub(super) struct Table {
    pub rows: Vec<Row>,
    /// Where the last row but the final guard ends.
    pub end: u64,
    /// Bytes of the image in memory, a power of two.
    pub size: u64,
    /// `edmm_bk_overhead`.
    pub bookkeeping: u64,
}

fn flags(rwx: &[SecInfoFlags]) -> SecInfoFlags {
    let none = SecInfoFlags::from_bits(0);
    SecInfoFlags::page(PageType::REG, rwx.iter().fold(none, |all, f| all.with(*f)))
}

fn rw() -> SecInfoFlags {
    flags(&[SecInfoFlags::R, SecInfoFlags::W])
}

fn entry(id: LayoutId, pages: u32, attributes: PageAttributes, flags: SecInfoFlags) -> LayoutEntry {
    LayoutEntry {
        id,
        attributes,
        page_count: pages,
        si_flags: flags,
        ..LayoutEntry::default()
    }
}

fn guard(pages: u32) -> LayoutEntry {
    let none = PageAttributes::from_bits(0);
    entry(LayoutId::GUARD, pages, none, SecInfoFlags::from_bits(0))
}

/// One thread’s rows: guard, stack, guard, TCS, state save area, guard, data.
fn thread(params: &Params, program: &Program, template: u32) -> Vec<LayoutEntry> {
    let measured = ADD.with(PageAttributes::EEXTEND);
    let (least, most) = params.stack;
    let tcs = SecInfoFlags::from_bits(u64::from(PageType::TCS.value()) << 8);
    let stack = |id, pages, attributes| LayoutEntry {
        content_size: STACK,
        ..entry(id, pages, attributes, rw())
    };
    let mut rows = Vec::from([guard(GUARD)]);
    if most > least {
        let grows = measured.with(PageAttributes::GROW_DOWN);
        rows.push(stack(LayoutId::STACK_MAX, most - least, grows));
    }
    rows.push(stack(LayoutId::STACK_MIN, least, measured));
    rows.push(guard(GUARD));
    rows.push(LayoutEntry {
        content_size: TEMPLATE,
        content_offset: template,
        ..entry(LayoutId::TCS, 1, measured, tcs)
    });
    rows.push(entry(LayoutId::SSA, params.frame * FRAMES, measured, rw()));
    rows.push(guard(GUARD));
    let data = 1 + program.tls.unwrap_or(0).div_ceil(PAGE_BYTES) as u32;
    rows.push(entry(LayoutId::TD, data, measured, rw()));
    rows
}

/// Rows of memory that may grow: always there, there at first, added later.
fn stages(
    rows: &mut Vec<Row>,
    ids: [LayoutId; 3],
    stages: super::params::Stages,
    own: SecInfoFlags,
) {
    let both = ADD.with(PageAttributes::POST_REMOVE).with(LATER);
    let mut push = |id, pages, attributes, flags| {
        rows.push(Row::Entry(entry(id, pages, attributes, flags)));
    };
    push(ids[0], stages.min, ADD, own);
    if stages.init > stages.min {
        push(ids[1], stages.init - stages.min, both, own);
    }
    if stages.max > stages.init {
        push(ids[2], stages.max - stages.init, LATER, rw());
    }
}

/// Rows of threads, and how often they are repeated.
fn group(rows: &mut Vec<Row>, id: LayoutId, count: usize, times: u32) {
    rows.push(Row::Group(LayoutGroup {
        id,
        entry_count: count as u16,
        load_times: times,
        ..LayoutGroup::default()
    }));
}

fn threads(rows: &mut Vec<Row>, params: &Params, one: &[LayoutEntry]) {
    let (number, most, ready) = params.threads;
    let changed = |change: &dyn Fn(&mut LayoutEntry)| {
        let mut all = one.to_vec();
        all.iter_mut()
            .filter(|e| e.id != LayoutId::GUARD)
            .for_each(change);
        all.into_iter().map(Row::Entry).collect::<Vec<_>>()
    };
    rows.extend(changed(&|e| {
        if e.id == LayoutId::STACK_MAX {
            let later = e.attributes.with(LATER);
            e.attributes = later.with(PageAttributes::POST_REMOVE);
        }
    }));
    let removed = number - 1 - ready;
    for (times, remove) in [(ready, false), (removed, true)] {
        if times > 0 {
            rows.extend(changed(&|e| {
                if remove {
                    e.attributes = e.attributes.with(PageAttributes::EREMOVE);
                }
            }));
        }
        if times > 1 {
            group(rows, LayoutId::THREAD_GROUP, one.len(), times - 1);
        }
    }
    if u64::from(most) > u64::from(ready) + 1 {
        rows.extend(changed(&|e| {
            let grows = e.id == LayoutId::STACK_MAX;
            let how = if grows {
                PageAttributes::GROW_DOWN
            } else {
                PageAttributes::DYN_THREAD
            };
            e.id = LayoutId::new(e.id.value() + DYN);
            e.attributes = LATER.with(how);
        }));
        group(
            rows,
            LayoutId::THREAD_GROUP_DYN,
            one.len(),
            most - ready - 1,
        );
    }
}

/// Makes the table; `None` where the image would not fit into addresses.
pub(super) fn table(
    params: &Params,
    program: &Program,
    release: &Release,
    template: u32,
) -> Option<Table> {
    let mut rows = Vec::new();
    let heap = [LayoutId::HEAP_MIN, LayoutId::HEAP_INIT, LayoutId::HEAP_MAX];
    stages(&mut rows, heap, params.heap, rw());
    threads(&mut rows, params, &thread(params, program, template));
    if params.reserved.max > 0 {
        let own = if params.reserved_executable {
            rw().with(SecInfoFlags::X)
        } else {
            rw()
        };
        let ids = [LayoutId::RSRV_MIN, LayoutId::RSRV_INIT, LayoutId::RSRV_MAX];
        stages(&mut rows, ids, params.reserved, own);
    }
    let mut bookkeeping = 0;
    if release.grown && params.kinds.1 {
        let (region, taken) = region(params, program);
        bookkeeping = taken;
        let pages = (region / PAGE_BYTES) as u32;
        rows.push(Row::Entry(entry(LayoutId::USER_REGION, pages, LATER, rw())));
    }
    let end = place(&mut rows, program.end)?;
    let size = end.checked_next_power_of_two()?;
    if size > end {
        let pages = u32::try_from((size - end) / PAGE_BYTES).ok()?;
        let last = LayoutEntry {
            rva: end,
            ..guard(pages)
        };
        rows.push(Row::Entry(last));
    }
    Some(Table {
        rows,
        end,
        size,
        bookkeeping,
    })
}

/// Gives every row its place, from an address on; gives where the last ends.
fn place(rows: &mut [Row], from: u64) -> Option<u64> {
    let mut at = from;
    for n in 0..rows.len() {
        let (before, here) = rows.split_at_mut(n);
        match here.first_mut()? {
            Row::Entry(entry) => {
                entry.rva = at;
                at = at.checked_add(u64::from(entry.page_count) * PAGE_BYTES)?;
            }
            Row::Group(group) => {
                let first = n.checked_sub(usize::from(group.entry_count))?;
                group.load_step = before[first..].iter().map(pages).sum::<u64>() * PAGE_BYTES;
                let all = group.load_step.checked_mul(u64::from(group.load_times))?;
                at = at.checked_add(all)?;
            }
        }
    }
    Some(at)
}

fn pages(row: &Row) -> u64 {
    match row {
        Row::Entry(entry) => u64::from(entry.page_count),
        Row::Group(_) => 0,
    }
}

/// Bytes of the region that the enclave manages, and of those what its bookkeeping takes.
fn region(params: &Params, program: &Program) -> (u64, u64) {
    let user = u64::from(params.user) * PAGE_BYTES;
    let mut taken = bookkeeping(params, program);
    if user > 0 {
        taken += (user >> 15).next_multiple_of(PAGE_BYTES).max(PAGE_BYTES);
    }
    let taken = (taken + 32).next_multiple_of(0x1_0000);
    (user + taken + 0x1_0000, taken)
}

/// What the nodes of the enclave’s memory manager take: `ema_t_` has 72 bytes, `bit_array_` 24, and every block
/// a header of 8.
fn bookkeeping(params: &Params, program: &Program) -> u64 {
    let block = |bytes: u64| (bytes + 8).next_multiple_of(8).max(16);
    let (node, bits) = (block(72), block(24));
    let tracked = |pages: u64| node + bits + block(pages.div_ceil(8));
    let staged = |s: super::params::Stages| {
        let more = |from: u32, to: u32| match to - from {
            0 => 0,
            pages => tracked(u64::from(pages)),
        };
        tracked(u64::from(s.min)) + more(s.min, s.init) + more(s.init, s.max)
    };
    let one = thread(params, program, 0);
    let own = |entry: &LayoutEntry| match entry.id {
        LayoutId::GUARD => node,
        _ => tracked(u64::from(entry.page_count)),
    };
    let kept: u64 = one.iter().map(own).sum();
    let removed = one.len() as u64 * node;
    let (number, most, ready) = params.threads;
    let (number, most, ready) = (u64::from(number), u64::from(most), u64::from(ready));
    let later = if most > ready + 1 { most - ready } else { 0 };
    let segments: u64 = program.segments.iter().map(|pages| tracked(*pages)).sum();
    // The tool counts one removed thread more than there are.
    staged(params.heap)
        + staged(params.reserved)
        + kept * (1 + ready + later)
        + removed * (number - ready)
        + segments
        + node
}

/// The table for processors without dynamic memory.
pub(super) fn plain(rows: &[Row], threads: u32) -> Vec<Row> {
    let mut rows = rows.to_vec();
    let at = |rows: &[Row], id: LayoutId| rows.iter().position(|r| r.id() == id);
    let reserved = [LayoutId::RSRV_MIN, LayoutId::RSRV_INIT, LayoutId::RSRV_MAX];
    let (Some(first), Some(last)) = (at(&rows, LayoutId::GUARD), at(&rows, LayoutId::TD)) else {
        return rows;
    };
    let after = last + 1;
    if after < rows.len() && at(&rows, LayoutId::RSRV_MIN) != Some(after) {
        let kept = rows.iter().copied().filter(|r| reserved.contains(&r.id()));
        let kept: Vec<Row> = kept.collect();
        rows.truncate(after);
        let step = rows[first..].iter().map(pages).sum::<u64>() * PAGE_BYTES;
        let count = rows.len() - first;
        group(&mut rows, LayoutId::THREAD_GROUP, count, threads - 1);
        if let Some(Row::Group(group)) = rows.last_mut() {
            group.load_step = step;
        }
        rows.extend(kept);
    }
    let mut seen = Vec::new();
    for row in &mut rows {
        let Row::Entry(entry) = row else { continue };
        let first = !seen.contains(&entry.id);
        seen.push(entry.id);
        match entry.id {
            LayoutId::HEAP_MAX | LayoutId::RSRV_MAX if first => {
                entry.si_flags = SecInfoFlags::from_bits(0);
            }
            LayoutId::HEAP_INIT | LayoutId::RSRV_INIT | LayoutId::STACK_MAX if first => {}
            _ => continue,
        }
        entry.attributes = entry.attributes.without(LATER);
    }
    rows
}
