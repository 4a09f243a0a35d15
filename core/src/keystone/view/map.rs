//! Physical memory, and over it the PMP entries in the order in which they decide.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::super::machine::{Enclave, Machine};
use super::{rwx, tone};
use crate::arch::riscv::pmp::Cfg;
use crate::arch::riscv::{Pmp, Privilege, csr};
use crate::bytes::hex;
use crate::text;
use crate::text::Text;
use crate::trace::{Observer, Place};
use crate::view::{Access, AddressMap, Lane, Range, Tone};

/// Keys of the lanes of entries, of at most two kinds of harts.
const ENTRIES: [[&str; 16]; 2] = [
    [
        "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9", "a10", "a11", "a12", "a13",
        "a14", "a15",
    ],
    [
        "b0", "b1", "b2", "b3", "b4", "b5", "b6", "b7", "b8", "b9", "b10", "b11", "b12", "b13",
        "b14", "b15",
    ],
];

/// Keys of the lanes of what may be touched.
const REACH: [&str; 2] = ["reach-a", "reach-b"];

pub(super) fn map(m: &Machine, observer: Option<Observer>) -> AddressMap {
    let mut lanes = vec![physical(m)];
    match observer {
        None => {
            for (i, (harts, pmp)) in kinds(m).into_iter().enumerate() {
                lanes.push(reach_of_harts(m, i, &harts, &pmp));
                lanes.extend(entries(m, i, &harts, &pmp));
            }
        }
        Some(who) => lanes.extend(reach_of(m, who)),
    }
    AddressMap {
        id: "memory",
        title: text!("keystone.map.title", "Memory, and who may touch it"),
        note: match observer {
            None => text!(
                "keystone.map.note",
                "of two entries the lower number decides"
            ),
            Some(_) => text!(
                "keystone.map.note-observer",
                "as this observer may touch it"
            ),
        },
        lanes,
        links: Vec::new(),
    }
}

/// Harts whose PMP is the same; at most two kinds are shown.
fn kinds(m: &Machine) -> Vec<(Vec<u8>, Pmp)> {
    let mut all: Vec<(Vec<u8>, Pmp)> = Vec::new();
    for (n, h) in m.harts.iter() {
        match all.iter_mut().find(|(_, pmp)| *pmp == h.pmp) {
            Some((harts, _)) => harts.push(*n),
            None => all.push((vec![*n], h.pmp.clone())),
        }
    }
    all.truncate(ENTRIES.len());
    all
}

fn names(harts: &[u8]) -> String {
    let names: Vec<String> = harts.iter().map(|n| format!("{n}")).collect();
    names.join(", ")
}

fn lane(m: &Machine, key: &'static str, title: Text, ranges: Vec<Range>) -> Lane {
    Lane {
        key,
        title,
        start: m.platform.dram.0,
        end: m.platform.dram_end(),
        ranges,
    }
}

fn range(key: String, (start, end): (u64, u64), label: Text, sub: Text, tone: Tone) -> Range {
    Range {
        key,
        start,
        end,
        depth: 0,
        label,
        sub,
        tone,
        place: None,
    }
}

fn physical(m: &Machine) -> Lane {
    let (start, end) = (m.platform.dram.0, m.platform.dram_end());
    let monitor = start + m.platform.sm_size;
    let mut parts = vec![range(
        "monitor".into(),
        (start, monitor),
        text!("keystone.map.monitor", "security monitor"),
        hex::size(m.platform.sm_size).into(),
        Tone::System,
    )];
    for (eid, e) in m.monitor.enclaves.iter() {
        parts.extend(enclave(*eid, e, (start, end)));
    }
    crate::order::sort_by_key(&mut parts, |r| (r.start, r.depth));
    // What is left between them is the operating system's.
    let (mut ranges, mut at) = (Vec::new(), start);
    for part in parts {
        if part.depth == 0 && part.start > at {
            ranges.push(linux(at, part.start));
        }
        if part.depth == 0 {
            at = part.end;
        }
        ranges.push(part);
    }
    if at < end {
        ranges.push(linux(at, end));
    }
    lane(
        m,
        "physical",
        text!("keystone.map.physical", "Physical memory"),
        ranges,
    )
}

fn linux(start: u64, end: u64) -> Range {
    let size = hex::size(end - start).into();
    let who = text!("keystone.who.linux", "Linux");
    range(
        format!("linux-{start:x}"),
        (start, end),
        who,
        size,
        Tone::Free,
    )
}

/// An enclave's two stretches, and the files within the private one, as far as they lie in DRAM.
fn enclave(eid: u8, e: &Enclave, (low, high): (u64, u64)) -> Vec<Range> {
    let a = &e.args;
    let n = u64::from(eid);
    let within = |from: u64, to: u64| {
        let span = (from.max(low), to.min(high));
        (span.0 < span.1).then_some(span)
    };
    let part = |what: &str, from: u64, to: u64, depth: u8, label: Text| {
        let span = within(from, to)?;
        let place = Place::new("ram", span.0, span.1 - span.0);
        Some(Range {
            depth,
            place: Some(place),
            ..range(
                format!("{what}-{}", e.serial),
                span,
                label,
                hex::size(to - from).into(),
                tone(eid),
            )
        })
    };
    let end = a.epm_paddr.saturating_add(a.epm_size);
    let utm = a.utm_paddr.saturating_add(a.utm_size);
    let own = text!("keystone.map.epm", "enclave {eid}", eid = n);
    let shared = text!("keystone.map.utm", "shared buffer of {eid}", eid = n);
    [
        part("epm", a.epm_paddr, end, 0, own),
        part(
            "loader",
            a.epm_paddr,
            a.runtime_paddr,
            1,
            text!("keystone.map.loader", "loader"),
        ),
        part(
            "runtime",
            a.runtime_paddr,
            a.user_paddr,
            1,
            text!("keystone.map.runtime", "runtime"),
        ),
        part(
            "user",
            a.user_paddr,
            a.free_paddr,
            1,
            text!("keystone.map.user", "application"),
        ),
        part(
            "free",
            a.free_paddr,
            end,
            1,
            text!("keystone.map.free", "free"),
        ),
        part("utm", a.utm_paddr, utm, 0, shared),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The entries of some harts that are not off and lie in DRAM, each a lane, the one that decides first
/// on top.
fn entries(m: &Machine, kind: usize, harts: &[u8], pmp: &Pmp) -> Vec<Lane> {
    let hart = harts.first().copied().unwrap_or(0);
    let keys = ENTRIES.get(kind).copied().unwrap_or_default();
    let mut lanes = Vec::new();
    for (entry, key) in (0..pmp.count()).zip(keys) {
        let Some(region) = pmp.region(entry) else {
            continue;
        };
        let start = region.start.max(m.platform.dram.0);
        let end = region.end.min(m.platform.dram_end());
        if start >= end {
            continue;
        }
        let cfg = pmp.cfg(entry);
        let own = Range {
            place: Some(Machine::csr_place(hart, csr::PMPADDR0 + u16::from(entry))),
            ..range(
                format!("{key}-entry"),
                (start, end),
                rwx(cfg.0).into(),
                cfg.matching().name().into(),
                granted(cfg.0),
            )
        };
        lanes.push(lane(m, key, format!("pmp{entry}").into(), vec![own]));
    }
    lanes
}

fn granted(bits: u8) -> Tone {
    match bits & (Cfg::R | Cfg::W | Cfg::X) {
        0 => Tone::Bad,
        _ => Tone::Good,
    }
}

/// What may be touched on some harts by whatever runs there.
fn reach_of_harts(m: &Machine, kind: usize, harts: &[u8], pmp: &Pmp) -> Lane {
    let hart = harts.first().copied().unwrap_or(0);
    let who = m.who(hart);
    let title = match m.harts.size() {
        1 => text!("keystone.map.reach", "{who} may touch", who = who),
        _ => text!(
            "keystone.map.reach-harts",
            "{who} on hart {harts} may touch",
            who = who,
            harts = names(harts)
        ),
    };
    let mode = m.hart(hart).map_or(Privilege::Machine, |h| h.mode);
    let key = REACH.get(kind).copied().unwrap_or("reach");
    lane(m, key, title, reach(m, key, pmp, mode))
}

/// What an observer may touch.
fn reach_of(m: &Machine, observer: Observer) -> Option<Lane> {
    let title = text!("keystone.map.reach-observer", "What it may touch");
    let span = (m.platform.dram.0, m.platform.dram_end());
    let ranges = match observer {
        Observer::Device | Observer::Bus => {
            let all = text!("keystone.map.all", "everything");
            vec![range(
                "reach-all".into(),
                span,
                "rw-".into(),
                all,
                Tone::Good,
            )]
        }
        _ => {
            let eyes = m.eyes(observer)?;
            reach(m, "reach", &eyes.pmp, eyes.mode)
        }
    };
    Some(lane(m, "reach", title, ranges))
}

/// DRAM cut where the answer changes.
fn reach(m: &Machine, key: &str, pmp: &Pmp, mode: Privilege) -> Vec<Range> {
    let (start, end) = (m.platform.dram.0, m.platform.dram_end());
    let mut cuts = vec![start, end];
    for region in (0..pmp.count()).filter_map(|n| pmp.region(n)) {
        cuts.extend(
            [region.start, region.end]
                .into_iter()
                .filter(|c| (start..end).contains(c)),
        );
    }
    crate::order::sort_by_key(&mut cuts, |c| *c);
    cuts.dedup();
    let mut ranges: Vec<Range> = Vec::new();
    for pair in cuts.windows(2) {
        let [from, to] = *pair else { continue };
        let decide = |access| pmp.check(mode, access, from, 1);
        let bits = [(Access::Read, 1), (Access::Write, 2), (Access::Fetch, 4)];
        let bits = bits.iter().filter(|(a, _)| decide(*a).allowed);
        let bits: u8 = bits.map(|(_, bit)| bit).sum();
        let sub = match decide(Access::Read).entry {
            Some(n) => Text::from(format!("pmp{n}")),
            None => text!("keystone.map.no-entry", "no entry"),
        };
        let label = Text::from(rwx(bits));
        if let Some(last) = ranges.last_mut()
            && (&last.label, &last.sub) == (&label, &sub)
        {
            last.end = to;
            continue;
        }
        ranges.push(range(
            format!("{key}-{from:x}"),
            (from, to),
            label,
            sub,
            granted(bits),
        ));
    }
    ranges
}
