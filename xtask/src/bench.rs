//! Runs the benchmarks: every file of web/e2e/bench, or the one that is named.

use std::path::Path;

use crate::page;
use crate::places::Places;
use crate::say::Result;
use crate::setup;
use crate::sh::Run;

/// Those that call the engine from Node; the others drive the built page.
const WITHOUT_PAGE: [&str; 3] = ["hash", "large", "seek"];

/// Builds what is measured and runs the benchmarks with their output on the terminal.
pub(crate) fn run(places: &Places, only: Option<&str>) -> Result<()> {
    let folder = places.root.join("web/e2e/bench");
    let names = names(&folder, only)?;
    let (bare, paged): (Vec<&String>, Vec<&String>) = names
        .iter()
        .partition(|name| WITHOUT_PAGE.contains(&name.as_str()));
    setup::node_modules(places)?;
    let start = |name: &str| {
        println!("\n{name}");
        let script = folder.join(format!("{name}.mjs"));
        Run::new("node", [script]).dir(&places.root.join("web/e2e"))
    };
    if !bare.is_empty() {
        let engine = page::engine(places, &setup::kit(places, true)?)?;
        for name in bare {
            start(name).env("TEESCOPE_ENGINE", &engine).shown()?;
        }
    }
    if !paged.is_empty() {
        let browser = setup::browser(places)?;
        let dist = page::release(places)?;
        for name in paged {
            let run = start(name).env("TEESCOPE_DIST", &dist);
            run.env("TEESCOPE_BROWSER", &browser.binary).shown()?;
        }
    }
    Ok(())
}

/// The benchmarks there are, or the one that is wanted.
fn names(folder: &Path, only: Option<&str>) -> Result<Vec<String>> {
    let entries = std::fs::read_dir(folder)
        .map_err(|why| format!("{} cannot be read: {why}", folder.display()))?;
    let mut names: Vec<String> = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter_map(|name| name.strip_suffix(".mjs").map(str::to_owned))
        .filter(|name| only.is_none_or(|only| only == name))
        .collect();
    names.sort();
    if names.is_empty() {
        return Err(format!(
            "there is no such benchmark; web/e2e/bench holds them ({})",
            folder.display()
        ));
    }
    Ok(names)
}
