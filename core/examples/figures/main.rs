//! Draws sample figures as SVG files, to be looked at: `cargo run -p teescope-core --example figures -- DIR [ja]`.

mod machines;
mod runs;
mod words;

use std::fs;
use std::path::Path;

use machines::{PAGE, SMALL, harts, many, sgx};
use teescope_core::text::{Catalogue, Text};
use teescope_core::trace::Phase;
use teescope_core::view::figure::{
    self, Branch, Branches, Figure, PhaseSpan, Theme, Timeline, svg,
};
use teescope_core::view::{AddressMap, Changes, Node, States, Tone};

fn changed(keys: &[&str]) -> Changes {
    Changes {
        cells: keys.iter().map(|k| format!("map/{k}")).collect(),
    }
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
    let map =
        |m: &AddressMap, keys: &[&str]| figure::address_map(m, &changed(keys), catalogue, width);
    let early = sgx(&SMALL[..2], 8 * PAGE, 24_576, false, false);
    let small = sgx(&SMALL, 8 * PAGE, 24_576, true, false);
    let each = sgx(&SMALL, 8 * PAGE, 24_576, true, true);
    let six = sgx(&many(57, 540), 1024 * PAGE, 24_576, true, false);
    let mid = sgx(&many(9, 20), 64 * PAGE, 64, false, false);
    let now = Changes {
        cells: ["life/1".to_string()].into(),
    };
    vec![
        ("early", map(&early, &["lin1", "epc6", "lin1>epc6"])),
        ("small", map(&small, &["lin1", "epc8", "lin1>epc8"])),
        ("each", map(&each, &["lin1", "epc8"])),
        ("six", map(&six, &["lin200", "epccf"])),
        ("mid", map(&mid, &["lin3", "epc8"])),
        ("harts", map(&harts(), &["a1", "b1"])),
        ("states", figure::states(&life(), &now, catalogue, width)),
        ("timeline", figure::timeline(&run(97, 23), catalogue, width)),
        (
            "long",
            figure::timeline(&run(100_000, 60_000), catalogue, width),
        ),
        ("branches", figure::branches(&fork(), catalogue, width)),
    ]
}

fn fork() -> Branches {
    let branch = |len, title: &str, outcome| Branch {
        len,
        at: 89,
        title: title.into(),
        outcome,
    };
    Branches {
        parted: 23,
        why: "bit flipped".into(),
        note: "midstates differ from here on".into(),
        yours: branch(89, "EINIT refused", "refused"),
        original: branch(97, "EINIT done", "done"),
    }
}

fn main() -> std::io::Result<()> {
    let mut args = std::env::args().skip(1);
    let dir = args.next().unwrap_or_else(|| "target/figures".into());
    fs::create_dir_all(&dir)?;
    let catalogue = match args.next().as_deref() {
        Some("ja") => Catalogue::parse(&[words::JAPANESE]),
        _ => Catalogue::default(),
    };
    for width in [1100, 720, 328] {
        for (theme, name) in [(Theme::Light, "light"), (Theme::Dark, "dark")] {
            let sheet = |kind: &str, figures: Vec<(String, Figure)>| {
                let mut page = format!(
                    "<!doctype html><meta charset=utf-8><body style='margin:16px;background:{}'>",
                    ground(theme)
                );
                for (sample, figure) in figures {
                    let text = svg(&figure, &catalogue, theme);
                    println!(
                        "{sample} {width}: {} shapes, {} bytes",
                        figure.shapes.len(),
                        text.len()
                    );
                    fs::write(
                        Path::new(&dir).join(format!("{sample}-{width}-{name}.svg")),
                        &text,
                    )?;
                    page += &format!("<div style='margin-bottom:40px'>{text}</div>");
                }
                fs::write(
                    Path::new(&dir).join(format!("{kind}-{width}-{name}.html")),
                    page,
                )
            };
            let named = samples(&catalogue, width as f32).into_iter();
            sheet("all", named.map(|(n, f)| (n.to_string(), f)).collect())?;
            sheet("runs", runs::figures(&catalogue, width as f32))?;
        }
    }
    Ok(())
}

/// The paper that a theme is drawn on.
fn ground(theme: Theme) -> &'static str {
    match theme {
        Theme::Dark => "#14161a",
        _ => "#fbfaf7",
    }
}
