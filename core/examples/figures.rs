//! Draws sample figures as SVG files, to be looked at: `cargo run -p teescope-core --example figures -- DIR [ja]`.

use std::fs;
use std::path::Path;

use teescope_core::text::{Catalogue, Text};
use teescope_core::trace::Phase;
use teescope_core::view::figure::{
    self, Branch, Branches, Figure, PhaseSpan, Theme, Timeline, svg,
};
use teescope_core::view::{AddressMap, Changes, Lane, Link, Node, Range, States, Tone};

const PAGE: u64 = 0x1000;
const ELRANGE: u64 = 0x7f00_0000_0000;
const PRM: u64 = 0x8000_0000;

fn range(key: &str, at: u64, size: u64, depth: u8, label: &str, sub: &str, tone: Tone) -> Range {
    Range {
        key: key.into(),
        start: at,
        end: at + size,
        depth,
        label: label.into(),
        sub: sub.into(),
        tone,
        place: None,
    }
}

/// An SGX machine with one or two enclaves; `pages` is what the first one holds so far.
fn machine(
    pages: &[(&str, &str)],
    size: u64,
    epc_pages: u64,
    second: bool,
    each: bool,
) -> AddressMap {
    let mut process = vec![
        range(
            "app",
            0x40_0000,
            0x20_0000,
            0,
            "app, libraries",
            "",
            Tone::Plain,
        ),
        range("elrange", ELRANGE, size, 0, "ELRANGE", "", Tone::Plain),
    ];
    process[1].sub = Text::from(format!("{} KiB", size >> 10));
    let prm_size = 128 << 20;
    let epc = PRM + 0x200_0000;
    let mut physical = vec![
        range("low", 0, PRM, 0, "ordinary memory", "", Tone::Plain),
        range("prm", PRM, prm_size, 0, "PRM", "128 MiB", Tone::System),
        range(
            "meta",
            PRM,
            0x200_0000,
            1,
            "EPCM and metadata",
            "",
            Tone::System,
        ),
        range(
            "epc",
            epc,
            epc_pages * PAGE,
            1,
            "EPC",
            &format!("{epc_pages} pages"),
            Tone::Free,
        ),
    ];
    let mut links = Vec::new();
    let mut at = epc + 4 * PAGE;
    let mut own = |label: &str, sub: &str, tone: Tone| {
        let key = format!("epc{:x}", (at - epc) / PAGE);
        physical.push(range(&key, at, PAGE, 2, label, sub, tone));
        at += PAGE;
        key
    };
    if second {
        own("SECS", "B", Tone::OwnerB);
        let key = own("code", "r-x", Tone::OwnerB);
        links.push(("b0".to_string(), key, Tone::OwnerB));
    }
    own("SECS", "A", Tone::OwnerA);
    for (i, (label, sub)) in pages.iter().enumerate() {
        let key = format!("lin{i}");
        process.push(range(
            &key,
            ELRANGE + i as u64 * PAGE,
            PAGE,
            1,
            label,
            sub,
            Tone::OwnerA,
        ));
        let owned = own(label, sub, Tone::OwnerA);
        links.push((key, owned, Tone::OwnerA));
    }
    let used = at;
    if each {
        for page in (used..epc + epc_pages * PAGE).step_by(PAGE as usize) {
            let key = format!("epc{:x}", (page - epc) / PAGE);
            physical.push(range(&key, page, PAGE, 2, "free", "", Tone::Free));
        }
    } else {
        physical.push(range(
            "free",
            used,
            epc + epc_pages * PAGE - used,
            2,
            "free EPC pages",
            "",
            Tone::Free,
        ));
    }
    physical.push(range(
        "high",
        PRM + prm_size,
        0x7800_0000,
        0,
        "ordinary memory",
        "",
        Tone::Plain,
    ));
    process.push(range(
        "stack",
        0x7fff_f000_0000,
        0x10_0000,
        0,
        "stack",
        "",
        Tone::Plain,
    ));
    if second {
        process.push(range(
            "elrangeb",
            ELRANGE + 0x4000_0000,
            0x8000,
            0,
            "ELRANGE of B",
            "32 KiB",
            Tone::Plain,
        ));
        process.push(range(
            "b0",
            ELRANGE + 0x4000_0000,
            PAGE,
            1,
            "code",
            "r-x",
            Tone::OwnerB,
        ));
    }
    process.sort_by_key(|r| (r.start, r.depth));
    physical.sort_by_key(|r| (r.start, r.depth));
    AddressMap {
        id: "map",
        title: "Where the enclave lives".into(),
        note: Text::none(),
        lanes: vec![
            Lane {
                key: "process",
                title: "Process".into(),
                start: 0,
                end: 1 << 47,
                ranges: process,
            },
            Lane {
                key: "physical",
                title: "Physical memory".into(),
                start: 0,
                end: 1 << 32,
                ranges: physical,
            },
        ],
        links: links
            .into_iter()
            .map(|(from, to, tone)| Link { from, to, tone })
            .collect(),
    }
}

fn changed(keys: &[&str]) -> Changes {
    Changes {
        cells: keys.iter().map(|k| format!("map/{k}")).collect(),
    }
}

const SMALL: [(&str, &str); 8] = [
    ("code", "r-x"),
    ("code", "r-x"),
    ("TCS", "---"),
    ("SSA", "rw-"),
    ("SSA", "rw-"),
    ("heap", "rw-"),
    ("heap", "rw-"),
    ("guard", "---"),
];

fn many(code: usize, heap: usize) -> Vec<(&'static str, &'static str)> {
    let mut pages = vec![("code", "r-x"); code];
    pages.extend([("TCS", "---"), ("SSA", "rw-"), ("SSA", "rw-")]);
    pages.extend(vec![("heap", "rw-"); heap]);
    pages
}

fn life() -> States {
    let node = |title: &str, tone| Node {
        title: title.into(),
        tone,
    };
    States {
        id: "life",
        title: "Life of an enclave".into(),
        note: Text::none(),
        nodes: vec![
            node("absent", Tone::Free),
            node("created", Tone::OwnerA),
            node("initialised", Tone::OwnerA),
            node("running", Tone::OwnerA),
            node("interrupted", Tone::OwnerA),
        ],
        edges: vec![
            (0, 1, "ECREATE".into()),
            (1, 1, "EADD, EEXTEND".into()),
            (1, 2, "EINIT".into()),
            (2, 3, "EENTER".into()),
            (3, 2, "EEXIT".into()),
            (3, 4, "AEX".into()),
            (4, 3, "ERESUME".into()),
            (1, 0, "EREMOVE".into()),
            (2, 0, "EREMOVE".into()),
        ],
        current: 1,
    }
}

fn run(len: u64, position: u64) -> Timeline {
    let mut first = 1;
    let mut span = |phase: Phase, len: u64| {
        let span = PhaseSpan {
            phase,
            title: phase.title(),
            first,
            len,
        };
        first += len;
        span
    };
    let phases = vec![
        span(Phase::Boot, 2),
        span(Phase::Allocate, 1),
        span(Phase::Load, len - 13),
        span(Phase::Initialise, 1),
        span(Phase::Enter, 2),
        span(Phase::Use, 7),
    ];
    Timeline {
        phases,
        stops: vec![(len - 9, "refused")],
        len,
        position,
        mark: Some(len / 2),
        edits: vec![len / 4],
    }
}

fn samples(catalogue: &Catalogue, width: f32) -> Vec<(&'static str, Figure)> {
    let map = |m: &AddressMap, c: &Changes| figure::address_map(m, c, catalogue, width);
    let fork = Branches {
        parted: 23,
        why: "bit flipped".into(),
        note: "midstates differ from here on".into(),
        yours: Branch {
            len: 89,
            at: 89,
            title: "EINIT refused".into(),
            outcome: "refused",
        },
        original: Branch {
            len: 97,
            at: 89,
            title: "EINIT done".into(),
            outcome: "done",
        },
    };
    let now = Changes {
        cells: ["life/1".to_string()].into(),
    };
    vec![
        (
            "early",
            map(
                &machine(&SMALL[..2], 8 * PAGE, 24_576, false, false),
                &changed(&["lin1", "epc6", "lin1>epc6"]),
            ),
        ),
        (
            "small",
            map(
                &machine(&SMALL, 8 * PAGE, 24_576, true, false),
                &changed(&["lin1", "epc8", "lin1>epc8"]),
            ),
        ),
        (
            "each",
            map(
                &machine(&SMALL, 8 * PAGE, 24_576, true, true),
                &changed(&["lin1", "epc8"]),
            ),
        ),
        (
            "six",
            map(
                &machine(&many(57, 540), 1024 * PAGE, 24_576, true, false),
                &changed(&["lin200", "epccf"]),
            ),
        ),
        (
            "mid",
            map(
                &machine(&many(9, 20), 64 * PAGE, 64, false, false),
                &changed(&["lin3", "epc8"]),
            ),
        ),
        ("states", figure::states(&life(), &now, catalogue, width)),
        ("timeline", figure::timeline(&run(97, 23), catalogue, width)),
        (
            "long",
            figure::timeline(&run(100_000, 60_000), catalogue, width),
        ),
        ("branches", figure::branches(&fork, catalogue, width)),
    ]
}

fn main() -> std::io::Result<()> {
    let mut args = std::env::args().skip(1);
    let dir = args.next().unwrap_or_else(|| "target/figures".into());
    fs::create_dir_all(&dir)?;
    let catalogue = Catalogue::default();
    for width in [1100, 720, 328] {
        for (theme, name) in [(Theme::Light, "light"), (Theme::Dark, "dark")] {
            let mut page = String::from(
                "<!doctype html><meta charset=utf-8><body style='margin:16px;font-family:system-ui;background:",
            );
            page += if theme == Theme::Dark {
                "#14161a'>"
            } else {
                "#fbfaf7'>"
            };
            for (sample, figure) in samples(&catalogue, width as f32) {
                let text = svg(&figure, &catalogue, theme);
                println!(
                    "{sample} {width}: {} shapes, {} bytes, height {}",
                    figure.shapes.len(),
                    text.len(),
                    figure.height
                );
                fs::write(
                    Path::new(&dir).join(format!("{sample}-{width}-{name}.svg")),
                    &text,
                )?;
                page += &format!("<div style='margin-bottom:40px'>{text}</div>");
            }
            fs::write(
                Path::new(&dir).join(format!("all-{width}-{name}.html")),
                page,
            )?;
        }
    }
    Ok(())
}
