//! Where enclaves live: linear addresses of the processes above, physical memory below.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::super::driver::pte_index;
use super::super::machine::{Machine, Target};
use super::super::structs::PageType;
use super::super::words;
use super::{letter, tone};
use crate::bytes::hex;
use crate::memory::{Linear, PAGE};
use crate::text;
use crate::text::Text;
use crate::trace::Place;
use crate::view::{AddressMap, Lane, Link, Range, Tone};

const P: u64 = PAGE as u64;

/// Pages drawn one by one; beyond, neighbours of one kind are drawn as one.
const SINGLE: u64 = 64;

/// `tables`: whether the observer knows the page tables, which belong to the operating system.
pub(super) fn map(m: &Machine, tables: bool) -> AddressMap {
    let runs = runs(m);
    let mut links = Vec::new();
    let mut lanes: Vec<Lane> = Vec::new();
    for number in processes(m) {
        lanes.extend(process(m, number, &runs, &mut links));
    }
    lanes.push(physical(m, &runs));
    if !tables {
        links.clear();
    }
    AddressMap {
        id: "map",
        title: text!("map.title", "Where the enclave lives"),
        note: text!(
            "map.note",
            "{used} of {all} EPC pages in use",
            used = m.epc.size(),
            all = m.platform.epc_pages
        ),
        lanes,
        links,
    }
}

fn processes(m: &Machine) -> Vec<u8> {
    let mut all: Vec<u8> = m.driver.enclaves.iter().map(|(_, h)| h.process).collect();
    crate::order::sort_by_key(&mut all, |p| *p);
    all.dedup();
    all
}

/// Pages of an enclave that look the same and follow one another.
struct Stretch {
    start: u64,
    end: u64,
    label: String,
    sub: String,
    key: String,
    place: Place,
    /// The EPC page behind the first.
    epc: u64,
}

/// One process's enclaves: each its range, and in it the pages that are there.
fn process(m: &Machine, process: u8, runs: &[Run], links: &mut Vec<Link>) -> Option<Lane> {
    let own = || {
        m.driver
            .enclaves
            .iter()
            .filter(|(_, h)| h.process == process)
    };
    let start = own().map(|(_, h)| h.base.0).min()?;
    let end = own().map(|(_, h)| h.base.0.saturating_add(h.size)).max()?;
    let mut ranges = Vec::new();
    for (number, handle) in own() {
        ranges.push(Range {
            key: format!("elrange-{number}"),
            start: handle.base.0,
            end: handle.base.0.saturating_add(handle.size),
            depth: 0,
            label: text!(
                "map.elrange",
                "ELRANGE of enclave {name}",
                name = letter(*number).to_string()
            ),
            sub: hex::size(handle.size).into(),
            tone: Tone::Free,
            place: None,
        });
        for s in stretches(m, *number) {
            links.extend(tie(m, process, &s, runs, tone(*number)));
            ranges.push(Range {
                key: s.key,
                start: s.start,
                end: s.end,
                depth: 1,
                label: s.label.into(),
                sub: s.sub.into(),
                tone: tone(*number),
                place: Some(s.place),
            });
        }
    }
    const KEYS: [&str; 4] = ["linear-0", "linear-1", "linear-2", "linear-3"];
    Some(Lane {
        key: KEYS[usize::from(process) % KEYS.len()],
        title: text!(
            "map.process",
            "Process {n}, linear addresses",
            n = u64::from(process) + 1
        ),
        start,
        end,
        ranges,
    })
}

/// Where the page tables lead from a stretch's first page; elsewhere than it belongs is a bad tie.
fn tie(m: &Machine, process: u8, s: &Stretch, runs: &[Run], own: Tone) -> Option<Link> {
    let pte = m.tables.get(process, Linear(s.start))?;
    let (to, tone) = match m.physical_target(pte.frame) {
        Target::Epc(page) if page.0 == s.epc => (epc_key(runs, s.epc), own),
        Target::Epc(page) => match epc_key(runs, page.0) {
            free if free.is_empty() => ("epc".into(), Tone::Bad),
            key => (key, Tone::Bad),
        },
        Target::Prm => ("prm".into(), Tone::Bad),
        Target::Ram(at) if at.0 < m.platform.prm_base.0 => ("low".into(), Tone::Bad),
        Target::Ram(_) => ("high".into(), Tone::Bad),
        Target::Unmapped => return None,
    };
    Some(Link {
        from: s.key.clone(),
        to,
        tone,
    })
}

/// The pages of an enclave in address order, neighbours of one kind joined when there are many.
fn stretches(m: &Machine, enclave: u8) -> Vec<Stretch> {
    let Some(handle) = m.enclave(enclave) else {
        return Vec::new();
    };
    let pages: u64 = m.enclave_runs(enclave).map(|(_, _, len, _)| len).sum();
    let join = pages > SINGLE;
    let mut all: Vec<Stretch> = Vec::new();
    for (offset, page, len, entry) in m.enclave_runs(enclave) {
        let label = words::page_type(entry.page_type);
        let sub = words::rwx(entry.rwx);
        let (parts, len) = if join { (1, len) } else { (len, 1) };
        for n in 0..parts {
            let offset = offset + n * P;
            let start = handle.base.0.wrapping_add(offset);
            if join
                && let Some(last) = all.last_mut()
                && last.end == start
                && (&last.label, &last.sub) == (&label, &sub)
            {
                last.end = start.wrapping_add(len * P);
                last.place.len += len;
                continue;
            }
            all.push(Stretch {
                start,
                end: start.wrapping_add(len * P),
                label: label.clone(),
                sub: sub.clone(),
                key: format!("page-{enclave}-{offset:x}"),
                place: Place::new("pte", pte_index(handle.process, Linear(start)), len),
                epc: page.0 + n,
            });
        }
    }
    all
}

/// The key of the physical range that holds an EPC page.
fn epc_key(runs: &[Run], page: u64) -> String {
    let run = runs.iter().find(|r| (r.first..=r.last).contains(&page));
    run.map_or_else(String::new, |r| format!("epc-{:x}", r.first))
}

/// EPC pages that are drawn as one.
struct Run {
    first: u64,
    last: u64,
    owner: Option<u8>,
    kind: PageType,
    rwx: String,
}

/// The valid EPC pages, joined where neighbours look the same and there are many.
fn runs(m: &Machine) -> Vec<Run> {
    let join = m.epc.size() as u64 > SINGLE;
    let mut all: Vec<Run> = Vec::new();
    for (page, len, e) in m.epcm_runs() {
        let owner = match e.page_type {
            PageType::SECS => m.enclave_of(page),
            _ => e.secs.and_then(|s| m.enclave_of(s)),
        };
        let rwx = words::rwx(e.rwx);
        if join
            && let Some(last) = all.last_mut()
            && last.last + 1 == page.0
            && (last.owner, last.kind) == (owner, e.page_type)
            && last.rwx == rwx
        {
            last.last = page.0 + len - 1;
            continue;
        }
        let (parts, len) = if join { (1, len) } else { (len, 1) };
        all.extend((0..parts).map(|n| Run {
            first: page.0 + n,
            last: page.0 + n + len - 1,
            owner,
            kind: e.page_type,
            rwx: rwx.clone(),
        }));
    }
    all
}

fn plain(
    key: &str,
    (start, end): (u64, u64),
    depth: u8,
    label: Text,
    sub: Text,
    tone: Tone,
) -> Range {
    Range {
        key: key.into(),
        start,
        end,
        depth,
        label,
        sub,
        tone,
        place: None,
    }
}

fn physical(m: &Machine, runs: &[Run]) -> Lane {
    let p = &m.platform;
    let prm = (p.prm_base.0, p.prm_base.0 + p.prm_size);
    let epc = (p.epc_base.0, p.epc_base.0 + p.epc_pages * P);
    let size = |bytes: u64| Text::from(hex::size(bytes));
    let ordinary = || text!("map.ordinary", "ordinary memory");
    let metadata = text!("map.metadata", "EPCM and integrity tree (model)");
    let mut ranges = vec![
        plain("low", (0, prm.0), 0, ordinary(), Text::none(), Tone::Free),
        plain("prm", prm, 0, "PRM".into(), size(p.prm_size), Tone::System),
        plain(
            "metadata",
            (prm.0, epc.0),
            1,
            metadata,
            Text::none(),
            Tone::System,
        ),
        plain(
            "epc",
            epc,
            1,
            "EPC".into(),
            size(p.epc_pages * P),
            Tone::Plain,
        ),
    ];
    ranges.extend(runs.iter().map(|run| epc_range(epc.0, run)));
    ranges.push(plain(
        "high",
        (prm.1, p.memory_end.0),
        0,
        ordinary(),
        Text::none(),
        Tone::Free,
    ));
    Lane {
        key: "physical",
        title: text!("map.physical", "Physical memory"),
        start: 0,
        end: p.memory_end.0,
        ranges,
    }
}

fn epc_range(base: u64, run: &Run) -> Range {
    let kind = words::page_type(run.kind);
    let label = match run.owner {
        Some(n) => format!("{} {kind}", letter(n)),
        None => kind,
    };
    let count = run.last - run.first + 1;
    Range {
        key: format!("epc-{:x}", run.first),
        start: base + run.first * P,
        end: base + (run.last + 1) * P,
        depth: 2,
        label: label.into(),
        sub: match count {
            1 => Text::from(hex::short(run.first)),
            n => text!("map.pages", "{n} pages", n = n),
        },
        tone: run.owner.map_or(Tone::System, tone),
        place: Some(Place::new("epcm", run.first, count)),
    }
}
