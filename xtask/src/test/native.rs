//! What runs without wasm: formatting, lints, and the native tests.

use super::tally::Tally;
use crate::places::Places;
use crate::say::{Result, step};
use crate::sh::Run;

/// The comparisons with other people's crates. Built apart, because those crates turn on features of
/// shared dependencies that the page is built without.
const PEERS: &str = "teescope-peers";

/// Formatting and lints of the whole workspace; a missing component is a note, not a failure.
pub(super) fn lint(places: &Places) -> Result<Tally> {
    let mut tally = Tally::default();
    let checks: [(&str, &str, &[&str]); 2] = [
        ("fmt", "1 s", &["fmt", "--all", "--check"]),
        (
            "clippy",
            "1 min the first time, then 5 s",
            &[
                "clippy",
                "--workspace",
                "--all-targets",
                "--",
                "-D",
                "warnings",
            ],
        ),
    ];
    for (name, usually, words) in checks {
        if Run::new("cargo", [name, "--version"])
            .dir(&places.root)
            .output()
            .is_err()
        {
            tally.notes.push(format!(
                "skipped: cargo {name} is not installed (rustup component add {name})"
            ));
            continue;
        }
        let ended = step(&format!("cargo {name}"), usually, || {
            Run::new("cargo", words)
                .dir(&places.root)
                .logged(&places.log(name))
        })?;
        if !ended.ok {
            println!("{}", ended.why);
        }
        tally.add(&Tally::check(ended.ok));
    }
    Ok(tally)
}

/// The native tests: the page has none, it is tested in a browser.
pub(super) fn tests(places: &Places) -> Result<Tally> {
    let words = [
        "--workspace",
        "--exclude",
        PEERS,
        "--exclude",
        "teescope-web",
    ];
    cargo_test(places, "native", &words)
}

/// The comparisons with other people's crates.
pub(super) fn peers(places: &Places) -> Result<Tally> {
    cargo_test(places, "peers", &["--package", PEERS])
}

fn cargo_test(places: &Places, log: &str, which: &[&str]) -> Result<Tally> {
    let words = [&["test", "--no-fail-fast"], which].concat();
    let ended = step("cargo test", "1 min the first time, then 10 s", || {
        with_vectors(Run::new("cargo", words), places)
            .dir(&places.root)
            .logged(&places.log(log))
    })?;
    Ok(Tally::told(&ended))
}

/// Tells a test program where the vectors are, as an absolute path because its folder is its own.
pub(super) fn with_vectors(run: Run, places: &Places) -> Run {
    match places.vectors() {
        Some(path) => run.env("TEESCOPE_VECTORS", path),
        None => run.without("TEESCOPE_VECTORS"),
    }
}
