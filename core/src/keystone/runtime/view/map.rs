//! The enclave's virtual addresses and where its tables lead them.

use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use super::super::super::machine::Machine;
use super::super::tables::word;
use super::super::{LOAD_VA, Own, RUNTIME_VA, STACK_VA, UNTRUSTED_VA, USER_VA};
use super::rights;
use crate::arch::riscv::sv39::{self, Pte};
use crate::bytes::hex;
use crate::memory::Ram;
use crate::text;
use crate::text::Text;
use crate::trace::Place;
use crate::view::{AddressMap, Lane, Link, Range, Tone};

/// Tables looked at for one picture, at most: tables may lead in circles.
const TABLES: usize = 64;

/// Stretches drawn, at most.
const RUNS: usize = 64;

/// A stretch of virtual addresses that leads to one of physical ones with the same rights.
struct Run {
    va: u64,
    to: u64,
    size: u64,
    rights: u64,
}

/// Every stretch that the tables map, in the order of addresses.
fn runs(ram: &Ram, root: u64) -> Vec<Run> {
    let mut all: Vec<Run> = Vec::new();
    let mut left = TABLES;
    descend(ram, (root, 2, 0), &mut left, &mut all);
    all
}

fn descend(ram: &Ram, (table, level, from): (u64, u8, u64), left: &mut usize, all: &mut Vec<Run>) {
    if *left == 0 {
        return;
    }
    *left -= 1;
    for i in 0..512 {
        let pte = Pte::from_bits(word(ram, table + i * 8));
        if !pte.contains(Pte::V) {
            continue;
        }
        // Bits above 38 repeat it.
        let va = from + i * sv39::span(level);
        let va = if va >> 38 & 1 == 1 { va | !0 << 39 } else { va };
        let run = Run {
            va,
            to: pte.physical(),
            size: sv39::span(level),
            rights: pte.bits() & 0x1e,
        };
        match (pte.is_leaf(), level) {
            (true, _) => join(run, all),
            (false, 0) => {}
            (false, _) => descend(ram, (run.to, level - 1, va), left, all),
        }
    }
}

fn join(run: Run, all: &mut Vec<Run>) {
    if let Some(last) = all.last_mut()
        && last.va.wrapping_add(last.size) == run.va
        && last.to + last.size == run.to
        && last.rights == run.rights
    {
        last.size += run.size;
        return;
    }
    if all.len() < RUNS {
        all.push(run);
    }
}

pub(super) fn map(m: &Machine, own: &Own, root: u64) -> AddressMap {
    let runs = runs(&m.ram, root);
    let (mut user, mut high, mut links) = (Vec::new(), Vec::new(), Vec::new());
    let physical = physical(own);
    for run in &runs {
        let key = format!("va-{:x}", run.va);
        let end = run.to.saturating_add(run.size);
        let reached = physical.iter().filter(|r| r.start < end && run.to < r.end);
        links.extend(reached.map(|to| Link {
            from: key.clone(),
            to: to.key.clone(),
            tone: to.tone,
        }));
        let range = Range {
            key,
            start: run.va,
            end: run.va.saturating_add(run.size),
            depth: 0,
            label: name(run.va),
            sub: rights(run.rights),
            tone: if run.va < LOAD_VA {
                Tone::OwnerB
            } else {
                Tone::OwnerA
            },
            place: None,
        };
        if run.va < LOAD_VA {
            user.push(range);
        } else {
            high.push(range);
        }
    }
    let start = |ranges: &[Range], or| ranges.first().map_or(or, |r| r.start);
    let end = |ranges: &[Range], or| ranges.last().map_or(or, |r| r.end);
    let lane = |key, title, (from, to): (u64, u64), ranges: Vec<Range>| Lane {
        key,
        title,
        start: start(&ranges, from),
        end: end(&ranges, to),
        ranges,
    };
    AddressMap {
        id: "virtual",
        title: text!("eyrie.map", "The enclave’s own addresses"),
        note: text!(
            "eyrie.map.note",
            "page tables in private memory: Linux neither sees nor changes them"
        ),
        lanes: vec![
            lane(
                "virtual-0",
                text!("eyrie.map.user", "Application, virtual addresses"),
                (0, 1),
                user,
            ),
            lane(
                "virtual-1",
                text!("eyrie.map.runtime", "Runtime, virtual addresses"),
                (LOAD_VA, LOAD_VA + 1),
                high,
            ),
            lane(
                "private",
                text!("eyrie.map.private", "Private memory and shared buffer"),
                (0, 1),
                physical,
            ),
        ],
        links,
    }
}

/// What lies where in the private memory.
fn physical(own: &Own) -> Vec<Range> {
    let range = |key: &str, (start, end): (u64, u64), label: Text, tone| Range {
        key: key.into(),
        start,
        end,
        depth: 0,
        label,
        sub: hex::size(end.saturating_sub(start)).into(),
        tone,
        place: Some(Place::new("ram", start, end.saturating_sub(start))),
    };
    let end = own.epm_end();
    let mut all = vec![
        range(
            "loader",
            (own.epm.0, own.runtime),
            text!("eyrie.map.loader", "loader, tables"),
            Tone::System,
        ),
        range(
            "runtime",
            (own.runtime, own.user),
            text!("eyrie.map.eyrie", "runtime"),
            Tone::OwnerA,
        ),
        range(
            "application",
            (own.user, own.free),
            text!("eyrie.map.application", "application"),
            Tone::OwnerB,
        ),
        range(
            "free",
            (own.free, end),
            text!("eyrie.map.free", "tables, stack, free pages"),
            Tone::Plain,
        ),
        range(
            "buffer",
            (own.utm.0, own.utm.0.saturating_add(own.utm.1)),
            text!("eyrie.map.buffer", "shared buffer"),
            Tone::Warn,
        ),
    ];
    all.retain(|r| r.start < r.end);
    crate::order::sort_by_key(&mut all, |r| r.start);
    all
}

/// What a virtual address is for.
fn name(va: u64) -> Text {
    match va {
        RUNTIME_VA.. => text!("eyrie.map.eyrie", "runtime"),
        UNTRUSTED_VA.. => text!("eyrie.map.buffer", "shared buffer"),
        LOAD_VA.. => text!("eyrie.map.all", "all private memory"),
        USER_VA..0x1000_0000 => text!("eyrie.map.application", "application"),
        _ if va < STACK_VA => text!("eyrie.map.stack", "stack"),
        _ => Text::none(),
    }
}
