//! Runs every kind of test the project has and adds up what passed.

mod browser;
mod native;
mod tally;
mod wasm;

use std::process::ExitCode;
use std::time::Instant;

use crate::places::Places;
use crate::say::{Result, Took};
use tally::Tally;

/// One part: its name on the command line, what it is, and how it is run.
struct Part {
    name: &'static str,
    what: &'static str,
    run: fn(&Places) -> Result<Tally>,
}

const PARTS: [Part; 7] = [
    Part {
        name: "lint",
        what: "formatting and lints",
        run: native::lint,
    },
    Part {
        name: "native",
        what: "tests of core, command line and xtask",
        run: native::tests,
    },
    Part {
        name: "peers",
        what: "comparisons with other people's crates",
        run: native::peers,
    },
    Part {
        name: "wasm",
        what: "the same tests of core as wasm in Node",
        run: wasm::core,
    },
    Part {
        name: "web",
        what: "components in headless Chromium",
        run: browser::components,
    },
    Part {
        name: "outsider",
        what: "a stranger's crate in headless Chromium",
        run: browser::outsider,
    },
    Part {
        name: "e2e",
        what: "the built page end to end",
        run: browser::end_to_end,
    },
];

/// Runs all parts, or one; the closing line counts everything.
pub(crate) fn run(places: &Places, only: Option<&str>) -> Result<ExitCode> {
    let parts: Vec<&Part> = PARTS
        .iter()
        .filter(|part| only.is_none_or(|only| only == part.name))
        .collect();
    if parts.is_empty() {
        let names: Vec<&str> = PARTS.iter().map(|part| part.name).collect();
        return Err(format!(
            "there is no such part; the parts are {}",
            names.join(", ")
        ));
    }
    let vectors = vectors_note(places)?;
    let mut lines = Vec::new();
    let mut sum = Tally::default();
    for part in parts {
        println!("\n== {}: {}", part.name, part.what);
        let start = Instant::now();
        // A part that cannot run is a failure of that part; the others still tell what they know.
        let tally = (part.run)(places).unwrap_or_else(|why| {
            println!("error: {why}");
            Tally::failure()
        });
        let took = Took(start.elapsed()).to_string();
        lines.push(format!(
            "{:10}{:>7} passed {:>4} failed  {took:>12}",
            part.name, tally.passed, tally.failed
        ));
        lines.extend(tally.notes.iter().map(|note| format!("{:10}{note}", "")));
        sum.add(&tally);
    }
    println!("\n{}", lines.join("\n"));
    if let Some(note) = vectors {
        println!("{note}");
    }
    println!("{} passed, {} failed", sum.passed, sum.failed);
    Ok(if sum.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Says that conformance is skipped where there are no vectors, or fails where they are required.
fn vectors_note(places: &Places) -> Result<Option<String>> {
    if places.vectors().is_some() {
        return Ok(None);
    }
    let missing = "the conformance vectors are not here (TEESCOPE_VECTORS, else ../shared/vectors)";
    if std::env::var_os("TEESCOPE_REQUIRE_VECTORS").is_some_and(|value| value == "1") {
        return Err(format!(
            "{missing}, and TEESCOPE_REQUIRE_VECTORS=1 asks for them; set TEESCOPE_VECTORS"
        ));
    }
    Ok(Some(format!(
        "skipped: tests against vectors, because {missing}"
    )))
}
