//! The enclave's side as panels: virtual addresses, the last walk, the call in the shared buffer, the
//! runtime's variables.

use alloc::format;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use super::super::hart::Context;
use super::super::machine::{Enclave, Machine};
use super::super::op::Op;
use super::structs::EdgeCall;
use super::tables::word;
use super::touch::SIZE;
use super::user::SATP;
use super::{Call, LOAD_VA, Own, RUNTIME_VA, STACK_VA, Touch, UNTRUSTED_VA, USER_VA};
use crate::arch::riscv::sv39::{self, Pte};
use crate::bytes::hex;
use crate::memory::Ram;
use crate::text;
use crate::text::Text;
use crate::trace::{Observer, Place};
use crate::view::{
    AddressMap, Bytes, Cell, Column, Fact, Facts, Lane, Link, Panel, Range, Row, Table, Tone,
    fields,
};

/// Tables looked at for one picture, at most: tables may lead in circles.
const TABLES: usize = 64;

/// Stretches drawn, at most.
const RUNS: usize = 64;

/// The panels of the enclave that runs, or of the one a step is about; none before its loader has run.
pub(in super::super) fn panels(
    m: &Machine,
    op: Option<&Op>,
    observer: Option<Observer>,
) -> Vec<Panel> {
    let Some((hart, eid, e)) = focus(m, op) else {
        return Vec::new();
    };
    let own = Own::new(hart, e);
    let inside = m.hart(hart).filter(|h| h.inside == Some(eid));
    let context = inside.map_or(&e.context, |h| &h.context);
    let Some(root) = sv39::root(context.csr(SATP)) else {
        return Vec::new();
    };
    // Page tables and variables lie in private memory: PMP keeps them from everybody else.
    let open = matches!(
        observer,
        None | Some(Observer::Inside | Observer::Device | Observer::Bus)
    );
    let mut all = Vec::new();
    if open {
        all.push(Panel::AddressMap(map(m, &own, root)));
    }
    if let (true, Some(touch)) = (open, touched(op)) {
        all.extend(walk(m, hart, touch).map(Panel::Table));
    }
    all.push(Panel::Bytes(call(m, &own)));
    if open {
        all.push(Panel::Facts(variables(m, &own, context)));
    }
    all
}

/// The hart and the enclave a view is about.
fn focus<'a>(m: &'a Machine, op: Option<&Op>) -> Option<(u8, u8, &'a Enclave)> {
    let running = m.harts.iter().find_map(|(n, h)| Some((*n, h.inside?)));
    let named = match op {
        Some(Op::Runtime {
            hart,
            call: Call::Dispatch { eid, .. },
        }) => Some((*hart, *eid)),
        _ => None,
    };
    let first = m.monitor.enclaves.first().map(|(eid, _)| (0, *eid));
    let (hart, eid) = running.or(named).or(first)?;
    Some((hart, eid, m.enclave(eid)?))
}

fn touched(op: Option<&Op>) -> Option<Touch> {
    match op {
        Some(Op::Runtime {
            call: Call::Touch(touch),
            ..
        }) => Some(*touch),
        _ => None,
    }
}

// ---- Virtual addresses -------------------------------------------------------------------------

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

fn map(m: &Machine, own: &Own, root: u64) -> AddressMap {
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

/// R, W, X and U of an entry.
fn rights(bits: u64) -> Text {
    let letter = |flag: Pte, is: char| if bits & flag.bits() != 0 { is } else { '-' };
    let all = [(Pte::R, 'r'), (Pte::W, 'w'), (Pte::X, 'x'), (Pte::U, 'u')];
    let all = all.map(|(flag, is)| letter(flag, is));
    all.iter().collect::<alloc::string::String>().into()
}

// ---- The last walk -----------------------------------------------------------------------------

/// Level by level from a virtual address to a physical one.
fn walk(m: &Machine, hart: u8, touch: Touch) -> Option<Table> {
    let size = SIZE.min(4096 - touch.va % 4096);
    let walk = m.walk(hart, touch, size)?;
    let plain = |text: Text| Cell {
        text,
        tone: Tone::Plain,
    };
    let verdict = |allowed: bool, entry: Option<u8>| {
        let by = entry.map_or_else(|| "–".into(), |n| Text::from(format!("pmp{n}")));
        match allowed {
            true => Cell {
                text: text!("eyrie.walk.passes", "passes, {entry}", entry = by),
                tone: Tone::Good,
            },
            false => Cell {
                text: text!("eyrie.walk.refused", "refused, {entry}", entry = by),
                tone: Tone::Bad,
            },
        }
    };
    let mut rows: Vec<Row> = walk
        .reads
        .iter()
        .map(|r| {
            let pte = r.pte.unwrap_or_default();
            Row {
                key: r.level.to_string(),
                cells: vec![
                    plain(text!(
                        "eyrie.walk.level",
                        "level {n}",
                        n = u64::from(r.level)
                    )),
                    plain(format!("[{}]", sv39::index(touch.va, r.level)).into()),
                    plain(hex::addr(r.at).into()),
                    plain(hex::addr(pte.bits()).into()),
                    plain(rights(pte.bits())),
                    plain(hex::addr(pte.physical()).into()),
                    verdict(r.pmp.allowed, r.pmp.entry),
                ],
                place: Some(Place::new("ram", r.at, 8)),
            }
        })
        .collect();
    let (to, tone) = match walk.result {
        Ok(physical) => (hex::addr(physical).into(), Tone::Good),
        Err((fault, _)) => (Text::from(fault.name), Tone::Bad),
    };
    rows.push(Row {
        key: "end".into(),
        cells: vec![
            plain(text!("eyrie.walk.end", "the access")),
            Cell::default(),
            Cell::default(),
            Cell::default(),
            Cell::default(),
            Cell { text: to, tone },
            walk.target
                .map_or_else(Cell::default, |d| verdict(d.allowed, d.entry)),
        ],
        place: None,
    });
    let column = |title: Text, mono| Column { title, mono };
    Some(Table {
        id: "walk",
        title: text!(
            "eyrie.walk",
            "From {va} to physical memory",
            va = hex::addr(touch.va)
        ),
        note: text!(
            "eyrie.walk.note",
            "Sv39: nine bits of the address a level; PMP checks each read as supervisor mode’s"
        ),
        wide: false,
        columns: vec![
            column(text!("eyrie.walk.step", "step"), false),
            column(text!("eyrie.walk.index", "index"), true),
            column(text!("eyrie.walk.at", "entry at"), true),
            column("PTE".into(), true),
            column("rwxu".into(), true),
            column(text!("eyrie.walk.to", "leads to"), true),
            column("PMP".into(), false),
        ],
        rows,
        empty: Text::none(),
    })
}

// ---- The call and the variables ----------------------------------------------------------------

/// The call at the start of the shared buffer.
fn call(m: &Machine, own: &Own) -> Bytes {
    let data = m.edge_call(own.utm.0).encode();
    Bytes {
        id: "edge-call",
        title: "edge_call".into(),
        note: text!(
            "eyrie.call.note",
            "start of the shared buffer: enclave and host both write it"
        ),
        place: Place::new("ram", own.utm.0, EdgeCall::SIZE as u64),
        fields: fields(EdgeCall::LAYOUT, &data),
        data: data.to_vec().into(),
    }
}

fn variables(m: &Machine, own: &Own, context: &Context) -> Facts {
    let v = m.variables(own);
    let started = context.csr(super::loader::STVEC) == super::eyrie_boot::HANDLER;
    let fact = |key: &str, name: Text, value: Text, mono, offset: u64| Fact {
        key: key.into(),
        name,
        value,
        mono,
        tone: Tone::Plain,
        cite: Text::none(),
        model: false,
        place: Some(Place::new("ram", own.variables() + offset, 8)),
    };
    let mut facts = vec![Fact {
        place: None,
        ..fact(
            "satp",
            "satp".into(),
            hex::fixed(context.csr(SATP), 8).into(),
            true,
            0,
        )
    }];
    if started {
        let call = match v.calling {
            1 => text!("eyrie.fact.under-way", "under way"),
            _ => text!("eyrie.fact.none", "none"),
        };
        facts.extend([
            fact(
                "head",
                text!("eyrie.fact.head", "first free page"),
                hex::addr(v.free_head).into(),
                true,
                0,
            ),
            fact(
                "tail",
                text!("eyrie.fact.tail", "last free page"),
                hex::addr(v.free_tail).into(),
                true,
                8,
            ),
            fact(
                "count",
                text!("eyrie.fact.count", "free pages"),
                Text::from(v.free_count),
                false,
                16,
            ),
            fact(
                "call",
                text!("eyrie.fact.call", "call to the host"),
                call,
                false,
                56,
            ),
        ]);
    }
    Facts {
        id: "eyrie",
        title: text!("eyrie.facts", "The runtime"),
        note: text!(
            "eyrie.facts.note",
            "Eyrie, in supervisor mode inside the enclave"
        ),
        facts,
    }
}
