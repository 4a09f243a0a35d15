//! What runs: the registers of a processor, the translations it holds, what the operating system was told.

use alloc::format;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use super::super::machine::{EpcPage, Machine};
use super::super::processor::{Processor, registers};
use super::super::structs::{GprSgx, PageType, Tcs};
use crate::arch::x86::XState;
use crate::bytes::hex;
use crate::text;
use crate::text::Text;
use crate::trace::Observer;
use crate::view::{Cell, Column, Node, Row, States, Table, Tone};

/// A door of an enclave: its TCS, and the frame worth looking at.
pub(super) struct Doorway {
    /// The TCS page.
    pub(super) page: EpcPage,
    /// The TCS.
    pub(super) tcs: Tcs,
    /// The number of the frame: the last one filled, or the next to be filled while none is.
    pub(super) number: u32,
    /// The pages of that frame.
    pub(super) frame: Vec<EpcPage>,
}

impl Machine {
    /// The door of an enclave that matters now: the one a processor went in by, else one with a filled
    /// frame, else the first.
    ///
    /// `open`: whether the observer may know how many frames are filled; others are shown the first.
    pub(super) fn doorway(&self, enclave: u8, cpu: u8, open: bool) -> Option<Doorway> {
        let handle = self.enclave(enclave)?;
        let secs = &self.secs.get(&handle.secs)?.fields;
        let own = self.cpu(cpu).inside.filter(|i| i.secs == handle.secs);
        let threads = || {
            let all = self.enclave_runs(enclave);
            all.filter(|(.., entry)| entry.page_type == PageType::TCS)
        };
        let doors =
            || threads().flat_map(|(_, first, len, _)| (0..len).map(move |n| EpcPage(first.0 + n)));
        let page = own
            .filter(|_| open)
            .map(|i| i.tcs)
            .or_else(|| doors().find(|p| open && self.tcs(*p).cssa > 0))
            .or_else(|| doors().next())?;
        let tcs = self.tcs(page);
        let number = if open { tcs.cssa.saturating_sub(1) } else { 0 };
        let size = u64::from(secs.ssaframesize);
        let first = tcs
            .ossa
            .wrapping_add(u64::from(number).wrapping_mul(size * 4096));
        let offsets = (0..size).map(|i| first.wrapping_add(i * 4096));
        let frame = offsets
            .filter_map(|o| self.driver.pages.get(enclave, o))
            .collect();
        Some(Doorway {
            page,
            tcs,
            number,
            frame,
        })
    }
}

fn column(title: Text, mono: bool) -> Column {
    Column { title, mono }
}

fn plain(text: impl Into<Text>) -> Cell {
    Cell {
        text: text.into(),
        tone: Tone::Plain,
    }
}

fn hidden() -> Cell {
    Cell {
        text: text!("regs.hidden", "hidden"),
        tone: Tone::Hidden,
    }
}

/// The registers of a processor: as whoever is outside reads them, and as the enclave has them.
pub(super) fn table(m: &Machine, enclave: u8, cpu: u8, who: Option<Observer>) -> Table {
    let own = m.cpu(cpu);
    let reads_outside = matches!(who, None | Some(Observer::Privileged | Observer::Process));
    let reads_inside = matches!(who, None | Some(Observer::Inside));
    let outside = own.inside.is_none().then(|| values(&own.regs, &own.xstate));
    let inside = match own.inside {
        Some(_) => Some(values(&own.regs, &own.xstate)),
        None => saved(m, enclave, cpu, &own),
    };
    let names = registers()
        .map(|(name, _)| name)
        .chain(["XMM0", "MXCSR", "FCW", "FSW"]);
    let cell = |all: &Option<Vec<Text>>, i: usize, open: bool, none: fn() -> Cell| match all {
        _ if !open => hidden(),
        Some(values) => plain(values.get(i).cloned().unwrap_or_else(Text::none)),
        None => none(),
    };
    let rows = names.enumerate().map(|(i, name)| {
        let (out, within) = (
            cell(&outside, i, reads_outside, hidden),
            cell(&inside, i, reads_inside, || plain("–")),
        );
        Row {
            key: name.to_ascii_lowercase(),
            cells: vec![plain(name), out, within],
            place: registers()
                .find(|(n, _)| *n == name)
                .map(|(_, offset)| Machine::register_place(cpu, offset, 8)),
        }
    });
    Table {
        id: "registers",
        title: text!(
            "regs.title",
            "Registers of processor {n}",
            n = u64::from(cpu)
        ),
        note: match (&own.inside, inside.is_some()) {
            _ if !reads_outside && !reads_inside => {
                text!("regs.nothing", "this observer reads no registers")
            }
            (Some(_), _) => text!(
                "regs.inside",
                "the enclave’s thread runs; nobody outside reads them"
            ),
            (None, true) => text!(
                "regs.interrupted",
                "interrupted: outside the synthetic state, in the save area the real one"
            ),
            (None, false) => text!("regs.outside", "code outside the enclave runs"),
        },
        wide: false,
        columns: vec![
            column(text!("regs.name", "register"), true),
            column(text!("regs.out", "as the operating system reads it"), true),
            column(text!("regs.in", "as the enclave has it"), true),
        ],
        rows: rows.collect(),
        empty: Text::none(),
    }
}

/// The registers that the last filled frame keeps.
fn saved(m: &Machine, enclave: u8, cpu: u8, own: &Processor) -> Option<Vec<Text>> {
    let door = m.doorway(enclave, cpu, true).filter(|d| d.tcs.cssa > 0)?;
    let mut image = vec![0; 576];
    m.frame_read(&door.frame, 0, &mut image);
    let state = own.xstate.restored(&image, 3).unwrap_or_default();
    Some(values(&m.saved(&door.frame), &state))
}

/// Every register in words, in the order of the rows.
fn values(regs: &GprSgx, state: &XState) -> Vec<Text> {
    let bytes = regs.encode();
    let number = |offset: usize| {
        let word = bytes.get(offset..).and_then(|b| b.first_chunk());
        Text::from(hex::addr(word.map_or(0, |b| u64::from_le_bytes(*b))))
    };
    let mut all: Vec<Text> = registers().map(|(_, offset)| number(offset)).collect();
    let (fcw, fsw) = state.fcw_fsw();
    all.push(hex::encode(state.xmm(0)).into());
    all.push(hex::addr(u64::from(state.mxcsr())).into());
    all.push(hex::addr(u64::from(fcw)).into());
    all.push(hex::addr(u64::from(fsw)).into());
    all
}

/// What the operating system's handlers found: its own log.
pub(super) fn seen(m: &Machine) -> Table {
    let rows = m.seen.iter().map(|(number, seen)| {
        let hex = |n: u64| Text::from(hex::addr(n));
        let or_dash = |n: Option<u64>| n.map_or_else(|| "–".into(), hex);
        Row {
            key: number.to_string(),
            cells: vec![
                plain((number + 1).to_string()),
                plain(format!("CPU{}", seen.cpu)),
                plain(seen.event),
                plain(match seen.exit {
                    true => text!("seen.aex", "from an enclave"),
                    false => text!("seen.plain", "from ordinary code"),
                }),
                plain(hex(seen.rip)),
                plain(or_dash(seen.cr2)),
                plain(or_dash(seen.code.map(u64::from))),
            ],
            place: None,
        }
    });
    Table {
        id: "seen",
        title: text!("seen.title", "What the operating system was told"),
        note: text!(
            "seen.note",
            "exceptions and interrupts: {n}",
            n = m.seen.size()
        ),
        wide: false,
        columns: vec![
            column("#".into(), true),
            column(text!("seen.cpu", "processor"), true),
            column(text!("seen.event", "event"), true),
            column(text!("seen.from", "whence"), false),
            column("RIP".into(), true),
            column("CR2".into(), true),
            column(text!("seen.code", "error code"), true),
        ],
        rows: rows.collect(),
        empty: text!("seen.empty", "Nothing has interrupted anybody yet."),
    }
}

/// The translations that a processor holds, and whether the page tables still agree.
pub(super) fn tlb(m: &Machine, cpu: u8) -> Option<Table> {
    let own = m.cpu(cpu);
    if own.tlb.is_empty() {
        return None;
    }
    let rows = own.tlb.iter().map(|(page, held)| {
        let at = crate::memory::Linear(page << 12);
        let now = m.tables.get(own.process, at);
        let agrees = now.is_some_and(|pte| pte.frame == m.epc_physical(held.page));
        let right = |on, c| if on { c } else { '-' };
        Row {
            key: format!("{page:x}"),
            cells: vec![
                plain(at.to_string()),
                plain(hex::short(held.page.0)),
                plain(format!(
                    "r{}{}",
                    right(held.writable, 'w'),
                    right(held.executable, 'x')
                )),
                match agrees {
                    true => plain(text!("tlb.agrees", "as the page tables say")),
                    false => Cell {
                        text: text!("tlb.stale", "stale: the page tables say otherwise"),
                        tone: Tone::Warn,
                    },
                },
            ],
            place: None,
        }
    });
    Some(Table {
        id: "tlb",
        title: text!(
            "tlb.title",
            "Translations that processor {n} holds",
            n = u64::from(cpu)
        ),
        note: text!("tlb.note", "until the thread leaves the enclave"),
        wide: false,
        columns: vec![
            column(text!("tlb.linear", "linear page"), true),
            column(text!("epcm.page", "EPC page"), true),
            column("rwx".into(), true),
            column(text!("epcm.flags", "state"), false),
        ],
        rows: rows.collect(),
        empty: Text::none(),
    })
}

/// Where the thread is.
pub(super) fn thread(m: &Machine, enclave: u8, cpu: u8) -> Option<States> {
    let door = m.doorway(enclave, cpu, true)?;
    let inside = m.cpu(cpu).inside.is_some();
    let node = |title: Text, tone| Node { title, tone };
    Some(States {
        id: "thread",
        title: text!("thread.title", "The thread"),
        note: text!(
            "thread.note",
            "CSSA {cssa} of NSSA {nssa}",
            cssa = door.tcs.cssa,
            nssa = door.tcs.nssa
        ),
        nodes: vec![
            node(text!("thread.outside", "outside"), Tone::Plain),
            node(text!("thread.inside", "inside"), Tone::Good),
            node(text!("thread.interrupted", "interrupted"), Tone::Warn),
            node(
                text!("thread.handler", "inside again, above a filled frame"),
                Tone::Good,
            ),
        ],
        edges: vec![
            (0, 1, "EENTER".into()),
            (1, 0, "EEXIT".into()),
            (1, 2, "AEX".into()),
            (2, 1, "ERESUME".into()),
            (2, 3, "EENTER".into()),
            (3, 2, "EEXIT, AEX".into()),
            (3, 1, "EDECCSSA".into()),
        ],
        current: match (inside, door.tcs.cssa) {
            (false, 0) => 0,
            (true, 0) => 1,
            (false, _) => 2,
            (true, _) => 3,
        },
    })
}
