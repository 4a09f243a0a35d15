//! What the signing tool writes into the program, over `g_global_data`, and the TCS template.
//!
//! Documents: Intel SGX SDK for Linux, `common/inc/internal/global_data.h` and `thread_data.h`,
//! `psw/urts/parser/update_global_data.hxx`, `manage_metadata.cpp` (`build_tcs_template`, `build_gd_template`).
//! The tool leaves every other byte zero, `sdk_version` among them.

use alloc::vec;
use alloc::vec::Vec;

use super::params::{GPR, Params};
use super::program::Program;
use super::releases::Release;
use super::rows::{Row, TEMPLATE, Table};
use crate::memory::PAGE;
use crate::sgx::sdk::structs::{LayoutEntry, LayoutId};
use crate::sgx::structs::{AttributesFlags, Tcs, TcsFlags};

const PAGE_BYTES: u64 = PAGE as u64;

/// Where things lie from the first thread’s TCS on; what lies before it wraps around.
struct Places {
    stack_top: u64,
    ssa: u64,
    data: u64,
    data_pages: u64,
}

impl Places {
    fn of(table: &Table) -> Option<Self> {
        let entry = |id: LayoutId| first(table, id);
        let (tcs, stack) = (entry(LayoutId::TCS)?, entry(LayoutId::STACK_MIN)?);
        let (ssa, data) = (entry(LayoutId::SSA)?, entry(LayoutId::TD)?);
        let top = stack.rva + u64::from(stack.page_count) * PAGE_BYTES;
        Some(Self {
            stack_top: top.wrapping_sub(tcs.rva),
            ssa: ssa.rva.wrapping_sub(tcs.rva),
            data: data.rva.wrapping_sub(tcs.rva),
            data_pages: u64::from(data.page_count),
        })
    }

    /// Where the thread’s own structure lies: in the last page of its data.
    fn own(&self) -> u64 {
        self.data + (self.data_pages - 1) * PAGE_BYTES
    }
}

/// The first entry of an identifier.
fn first(table: &Table, id: LayoutId) -> Option<&LayoutEntry> {
    table.rows.iter().find_map(|row| match row {
        Row::Entry(entry) if entry.id == id => Some(entry),
        _ => None,
    })
}

/// The TCS template.
pub(super) fn tcs(params: &Params, program: &Program, table: &Table) -> Option<Vec<u8>> {
    let places = Places::of(table)?;
    let shift = params.range.map_or(0, |(image, start, _)| image - start);
    let notify = params.attributes.flags.contains(AttributesFlags::AEXNOTIFY);
    let own = places.own().wrapping_add(shift);
    let tcs = Tcs {
        flags: if notify {
            TcsFlags::AEXNOTIFY
        } else {
            TcsFlags::default()
        },
        ossa: places.ssa.wrapping_add(shift),
        nssa: 2,
        oentry: program.entry.wrapping_add(shift),
        ofsbasgx: own,
        ogsbasgx: own,
        fslimit: u32::MAX,
        gslimit: u32::MAX,
        ..Tcs::default()
    };
    Some(tcs.encode()[..TEMPLATE as usize].to_vec())
}

/// The bytes that replace `g_global_data`.
pub(super) fn data(
    params: &Params,
    program: &Program,
    release: &Release,
    table: &Table,
    template: &[u8],
) -> Option<Vec<u8>> {
    let places = Places::of(table)?;
    let heap = first(table, LayoutId::HEAP_MIN)?;
    let reserved = first(table, LayoutId::RSRV_MIN);
    let (number, most, _) = params.threads;
    let bytes = |pages: u32| u64::from(pages) * PAGE_BYTES;
    let mut words = vec![0, table.size, heap.rva, bytes(params.heap.init)];
    words.extend(reserved.map_or([0; 3], |entry| {
        [
            entry.rva,
            bytes(params.reserved.init),
            u64::from(params.reserved_executable),
        ]
    }));
    words.extend([u64::from(params.policy), u64::from(most), u64::from(number)]);
    words.extend(thread(params, program, release, &places));
    let mut out: Vec<u8> = words.into_iter().flat_map(u64::to_le_bytes).collect();
    out.extend(template);
    out.extend((table.rows.len() as u32).to_le_bytes());
    out.extend([0; 4]);
    let entries = if release.grown { 43 } else { 42 };
    let start = out.len();
    out.extend(table.rows.iter().flat_map(Row::encode));
    if table.rows.len() > entries {
        return None;
    }
    out.resize(start + entries * 32, 0);
    let size = if release.range_is_size { table.size } else { 0 };
    let range = params.range.unwrap_or((0, 0, size));
    for word in [range.0, range.1, range.2] {
        out.extend(word.to_le_bytes());
    }
    if release.grown {
        out.extend(table.bookkeeping.to_le_bytes());
    }
    out.resize(program.data_size as usize, 0);
    Some(out)
}

/// The words of `td_template`.
fn thread(params: &Params, program: &Program, release: &Release, places: &Places) -> Vec<u64> {
    let own = places.own();
    let stack = u64::from(params.stack.1) * PAGE_BYTES;
    let frame = u64::from(params.frame) * PAGE_BYTES;
    let tls = program
        .tls
        .map_or(places.data, |size| own.wrapping_sub(size));
    let mut words = vec![
        own,
        places.stack_top,
        places.stack_top,
        places.stack_top.wrapping_sub(stack),
        places.ssa + frame - GPR,
        0,
        0,
        params.xsave,
        0,
    ];
    if release.grown {
        words.extend([0, 0, places.ssa]);
    }
    // m_next comes first, then tls_addr, which tls_array points to.
    let at = (words.len() as u64 + 1) * 8;
    words.extend([0, tls, own + at]);
    words.resize(if release.grown { 24 } else { 20 }, 0);
    words
}
