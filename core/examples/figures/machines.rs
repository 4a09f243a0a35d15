//! Sample machines: an SGX machine with one or two enclaves, a RISC-V machine with three lanes.

use teescope_core::text::Text;
use teescope_core::view::{AddressMap, Lane, Link, Range, Tone};

use crate::words::said;

pub(crate) const PAGE: u64 = 0x1000;
const ELRANGE: u64 = 0x7f00_0000_0000;
const ELRANGE_B: u64 = 0x7f00_4000_0000;
const PRM: u64 = 0x8000_0000;
const EPC: u64 = 0x8200_0000;
const AFTER: u64 = 0x8800_0000;

pub(crate) const SMALL: [(&str, &str); 8] = [
    ("code", "r-x"),
    ("code", "r-x"),
    ("TCS", "---"),
    ("SSA", "rw-"),
    ("SSA", "rw-"),
    ("heap", "rw-"),
    ("heap", "rw-"),
    ("guard", "---"),
];

pub(crate) fn many(code: usize, heap: usize) -> Vec<(&'static str, &'static str)> {
    let mut pages = vec![("code", "r-x"); code];
    pages.extend([("TCS", "---"), ("SSA", "rw-"), ("SSA", "rw-")]);
    pages.extend(vec![("heap", "rw-"); heap]);
    pages
}

fn range(key: &str, at: u64, size: u64, depth: u8, label: &str, sub: &str, tone: Tone) -> Range {
    Range {
        key: key.into(),
        start: at,
        end: at + size,
        depth,
        label: said(label),
        sub: sub.into(),
        tone,
        place: None,
    }
}

fn lane(key: &'static str, title: &str, end: u64, mut ranges: Vec<Range>) -> Lane {
    ranges.sort_by_key(|r| (r.start, r.depth));
    Lane {
        key,
        title: said(title),
        start: 0,
        end,
        ranges,
    }
}

fn link(from: &str, to: &str, tone: Tone) -> Link {
    Link {
        from: from.into(),
        to: to.into(),
        tone,
    }
}

fn map(title: &str, lanes: Vec<Lane>, links: Vec<Link>) -> AddressMap {
    AddressMap {
        id: "map",
        title: title.into(),
        note: Text::none(),
        lanes,
        links,
    }
}

/// What a process holds besides the enclave's pages.
fn around(size: u64) -> Vec<Range> {
    let plain = Tone::Plain;
    let kib = format!("{} KiB", size >> 10);
    vec![
        range("app", 0x40_0000, 0x20_0000, 0, "app, libraries", "", plain),
        range("elrange", ELRANGE, size, 0, "ELRANGE", &kib, plain),
        range("stack", 0x7fff_f000_0000, 0x10_0000, 0, "stack", "", plain),
    ]
}

/// What physical memory holds besides them; the EPC ends at `end`.
fn memory(end: u64) -> Vec<Range> {
    let plain = Tone::Plain;
    let epc = format!("{} pages", (end - EPC) / PAGE);
    vec![
        range("low", 0, PRM, 0, "ordinary memory", "", plain),
        range("prm", PRM, AFTER - PRM, 0, "PRM", "128 MiB", Tone::System),
        range(
            "meta",
            PRM,
            EPC - PRM,
            1,
            "EPCM and metadata",
            "",
            Tone::System,
        ),
        range("epc", EPC, end - EPC, 1, "EPC", &epc, Tone::Free),
        range("high", AFTER, 0x7800_0000, 0, "ordinary memory", "", plain),
    ]
}

/// An SGX machine. `pages` is what the first enclave holds so far; `second` adds another enclave,
/// `each` gives the free EPC pages one by one.
pub(crate) fn sgx(
    pages: &[(&str, &str)],
    size: u64,
    epc_pages: u64,
    second: bool,
    each: bool,
) -> AddressMap {
    let (a, b) = (Tone::OwnerA, Tone::OwnerB);
    let end = EPC + epc_pages * PAGE;
    let (mut process, mut physical) = (around(size), memory(end));
    let mut links = Vec::new();
    let mut next = EPC + 4 * PAGE;
    let mut own = |label: &str, sub: &str, tone| {
        let key = format!("epc{:x}", (next - EPC) / PAGE);
        physical.push(range(&key, next, PAGE, 2, label, sub, tone));
        next += PAGE;
        key
    };
    if second {
        own("SECS", "B", b);
        links.push(link("b0", &own("code", "r-x", b), b));
        process.push(range(
            "elrangeb",
            ELRANGE_B,
            0x8000,
            0,
            "ELRANGE of B",
            "32 KiB",
            Tone::Plain,
        ));
        process.push(range("b0", ELRANGE_B, PAGE, 1, "code", "r-x", b));
    }
    own("SECS", "A", a);
    for (i, (label, sub)) in pages.iter().enumerate() {
        let key = format!("lin{i}");
        links.push(link(&key, &own(label, sub, a), a));
        process.push(range(
            &key,
            ELRANGE + i as u64 * PAGE,
            PAGE,
            1,
            label,
            sub,
            a,
        ));
    }
    if each {
        for page in (next..end).step_by(PAGE as usize) {
            let key = format!("epc{:x}", (page - EPC) / PAGE);
            physical.push(range(&key, page, PAGE, 2, "free", "", Tone::Free));
        }
    } else {
        physical.push(range(
            "free",
            next,
            end - next,
            2,
            "free EPC pages",
            "",
            Tone::Free,
        ));
    }
    let lanes = vec![
        lane("process", "Process", 1 << 47, process),
        lane("physical", "Physical memory", 1 << 32, physical),
    ];
    map("Where the enclave lives", lanes, links)
}

/// What two harts of a RISC-V machine may touch: a lane of PMP entries each, memory between them.
pub(crate) fn harts() -> AddressMap {
    const MIB: u64 = 1 << 20;
    let (base, os, free) = (0x8000_0000, 0x8020_0000, 0xc000_0000);
    let (good, bad) = (Tone::Good, Tone::Bad);
    let memory = vec![
        range("dev", 0, 0x2000_0000, 0, "devices", "", Tone::System),
        range("sm", base, 2 * MIB, 0, "security monitor", "", Tone::System),
        range("os", os, free - os, 0, "Linux", "", Tone::Plain),
        range("e1", free, MIB, 0, "enclave 1", "", Tone::OwnerA),
        range("e2", free + MIB, MIB, 0, "enclave 2", "", Tone::OwnerB),
        range(
            "utm",
            free + 2 * MIB,
            MIB,
            0,
            "shared buffer",
            "",
            Tone::Warn,
        ),
    ];
    let one = vec![
        range("a0", base, 2 * MIB, 0, "pmp0", "---", bad),
        range("a1", free, MIB, 0, "pmp1", "rwx", good),
        range("a7", free + 2 * MIB, MIB, 0, "pmp7", "rw-", good),
    ];
    let two = vec![
        range("b0", base, 2 * MIB, 0, "pmp0", "---", bad),
        range("b1", free, MIB, 0, "pmp1", "---", bad),
        range("b2", free + MIB, MIB, 0, "pmp2", "---", Tone::Hidden),
        range("b15", os, free - os, 0, "pmp15", "rwx", good),
    ];
    let lanes = vec![
        lane("one", "Hart 0, in enclave 1", 1 << 33, one),
        lane("memory", "Physical memory", 1 << 33, memory),
        lane("two", "Hart 1, in Linux", 1 << 33, two),
    ];
    let links = vec![
        link("a0", "sm", bad),
        link("a1", "e1", good),
        link("a7", "utm", good),
        link("b0", "sm", bad),
        link("b1", "e1", bad),
        link("b15", "os", good),
    ];
    map("What each hart may touch", lanes, links)
}
