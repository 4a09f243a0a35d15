//! Physical memory, and over it the PMP entries in the order in which they decide. Every lane is cut at
//! the same addresses, so that what belongs together stands one below the other.

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

pub(super) fn map(m: &Machine, focus: u8, observer: Option<Observer>) -> AddressMap {
    let kinds = kinds(m);
    let cuts = cuts(m, &kinds);
    let mut lanes = vec![physical(m, &cuts)];
    match observer {
        None => {
            for (i, (harts, pmp)) in kinds.iter().enumerate() {
                lanes.push(reach_of_harts(m, &cuts, i, harts, pmp));
                lanes.extend(entries(m, &cuts, i, harts, pmp));
            }
        }
        Some(who) => lanes.extend(reach_of(m, &cuts, who)),
    }
    lanes.extend(files(m, focus));
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

/// Where anything begins or ends, within DRAM.
fn cuts(m: &Machine, kinds: &[(Vec<u8>, Pmp)]) -> Vec<u64> {
    let (start, end) = (m.platform.dram.0, m.platform.dram_end());
    let mut all = vec![start, start + m.platform.sm_size, end];
    for (_, e) in m.monitor.enclaves.iter() {
        for (at, size) in stretches(e) {
            all.extend([at, at.saturating_add(size)]);
        }
    }
    for (_, pmp) in kinds {
        let regions = (0..pmp.count()).filter_map(|n| pmp.region(n));
        all.extend(regions.flat_map(|r| [r.start, r.end]));
    }
    all.retain(|at| (start..=end).contains(at));
    crate::order::sort_by_key(&mut all, |at| *at);
    all.dedup();
    all
}

/// Private memory and shared buffer: address and size.
fn stretches(e: &Enclave) -> [(u64, u64); 2] {
    let a = &e.args;
    [(a.epm_paddr, a.epm_size), (a.utm_paddr, a.utm_size)]
}

fn names(harts: &[u8]) -> String {
    let names: Vec<String> = harts.iter().map(|n| format!("{n}")).collect();
    names.join(", ")
}

/// A lane with a range between every two cuts: label, second line, tone and place.
fn lane(
    cuts: &[u64],
    key: &'static str,
    title: Text,
    what: &dyn Fn(u64, u64) -> (Text, Text, Tone, Option<Place>),
) -> Lane {
    let ranges = cuts.windows(2).filter_map(|pair| {
        let [start, end] = *pair else {
            return None;
        };
        let (label, sub, tone, place) = what(start, end);
        Some(Range {
            key: format!("{key}-{start:x}"),
            start,
            end,
            depth: 0,
            label,
            sub,
            tone,
            place,
        })
    });
    Lane {
        key,
        title,
        start: cuts.first().copied().unwrap_or(0),
        end: cuts.last().copied().unwrap_or(0),
        ranges: ranges.collect(),
    }
}

fn physical(m: &Machine, cuts: &[u64]) -> Lane {
    let title = text!("keystone.map.physical", "Physical memory");
    lane(cuts, "physical", title, &|start, end| {
        let size = Text::from(hex::size(end - start));
        let place = Place::new("ram", start, end - start);
        if start - m.platform.dram.0 < m.platform.sm_size {
            let who = text!("keystone.map.monitor", "security monitor");
            return (who, size, Tone::System, Some(place));
        }
        let mut all = m.monitor.enclaves.iter();
        let own = all.find_map(|(eid, e)| {
            let within = stretches(e).map(|(at, size)| start.wrapping_sub(at) < size);
            let n = u64::from(*eid);
            match within {
                [true, _] => Some((*eid, text!("keystone.map.epm", "enclave {eid}", eid = n))),
                [_, true] => {
                    let label = text!("keystone.map.utm", "shared buffer of {eid}", eid = n);
                    Some((*eid, label))
                }
                _ => None,
            }
        });
        match own {
            Some((eid, label)) => (label, size, tone(eid), Some(place)),
            None => (text!("keystone.who.linux", "Linux"), size, Tone::Free, None),
        }
    })
}

/// The files of an enclave within its private memory.
fn files(m: &Machine, eid: u8) -> Option<Lane> {
    let e = m.enclave(eid)?;
    let a = &e.args;
    let end = a.epm_paddr.checked_add(a.epm_size)?;
    let n = u64::from(eid);
    let parts = [
        (a.epm_paddr, text!("keystone.map.loader", "loader")),
        (a.runtime_paddr, text!("keystone.map.runtime", "runtime")),
        (a.user_paddr, text!("keystone.map.user", "application")),
        (a.free_paddr, text!("keystone.map.free", "free")),
    ];
    let mut cuts: Vec<u64> = parts.iter().map(|(at, _)| *at).collect();
    cuts.push(end);
    cuts.dedup();
    let title = text!(
        "keystone.map.files",
        "Private memory of enclave {eid}",
        eid = n
    );
    Some(lane(&cuts, "files", title, &|from, to| {
        // Of files that start at one place the last is the one that has any bytes.
        let label = parts.iter().rev().find(|(at, _)| *at == from);
        (
            label.map_or_else(Text::none, |(_, label)| label.clone()),
            hex::size(to - from).into(),
            tone(eid),
            Some(Place::new("ram", from, to - from)),
        )
    }))
}

/// The entries of some harts that are not off and lie in DRAM, each a lane, the one that decides first
/// on top.
fn entries(m: &Machine, cuts: &[u64], kind: usize, harts: &[u8], pmp: &Pmp) -> Vec<Lane> {
    let hart = harts.first().copied().unwrap_or(0);
    let keys = ENTRIES.get(kind).copied().unwrap_or_default();
    let (low, high) = (m.platform.dram.0, m.platform.dram_end());
    let mut lanes = Vec::new();
    for (entry, key) in (0..pmp.count()).zip(keys) {
        let Some(region) = pmp.region(entry) else {
            continue;
        };
        if region.end <= low || region.start >= high {
            continue;
        }
        let cfg = pmp.cfg(entry);
        let place = Machine::csr_place(hart, csr::PMPADDR0 + u16::from(entry));
        let title = format!("pmp{entry} {}", cfg.matching().name()).into();
        lanes.push(lane(cuts, key, title, &|start, _| {
            let first = pmp
                .check(Privilege::Supervisor, Access::Read, start, 1)
                .entry;
            match (region.contains(&start), first) {
                (false, _) => (Text::none(), Text::none(), Tone::Free, None),
                (true, Some(first)) if first != entry => {
                    let first = u64::from(first);
                    let label = text!("pmp.first", "{entry} first", entry = first);
                    (label, Text::none(), Tone::Hidden, Some(place))
                }
                _ => (rwx(cfg.0).into(), Text::none(), granted(cfg.0), Some(place)),
            }
        }));
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
fn reach_of_harts(m: &Machine, cuts: &[u64], kind: usize, harts: &[u8], pmp: &Pmp) -> Lane {
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
    reach(cuts, key, title, pmp, mode)
}

/// What an observer may touch.
fn reach_of(m: &Machine, cuts: &[u64], observer: Observer) -> Option<Lane> {
    let title = text!("keystone.map.reach-observer", "What it may touch");
    if matches!(observer, Observer::Device | Observer::Bus) {
        return Some(lane(cuts, "reach", title, &|_, _| {
            let all = text!("keystone.map.unasked", "PMP is not asked");
            (rwx(Cfg::R | Cfg::W).into(), all, Tone::Good, None)
        }));
    }
    let eyes = m.eyes(observer)?;
    Some(reach(cuts, "reach", title, &eyes.pmp, eyes.mode))
}

fn reach(cuts: &[u64], key: &'static str, title: Text, pmp: &Pmp, mode: Privilege) -> Lane {
    lane(cuts, key, title, &|start, _| {
        let decide = |access| pmp.check(mode, access, start, 1);
        let bits = [
            (Access::Read, Cfg::R),
            (Access::Write, Cfg::W),
            (Access::Fetch, Cfg::X),
        ];
        let bits = bits.iter().filter(|(access, _)| decide(*access).allowed);
        let bits: u8 = bits.map(|(_, bit)| bit).sum();
        let sub = match decide(Access::Read).entry {
            Some(n) => Text::from(format!("pmp{n}")),
            None => text!("keystone.map.no-entry", "no entry"),
        };
        (rwx(bits).into(), sub, granted(bits), None)
    })
}
