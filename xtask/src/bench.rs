//! Runs the benchmarks of the built page: every file of web/e2e/bench, or the one that is named.

use crate::page;
use crate::places::Places;
use crate::say::Result;
use crate::setup;
use crate::sh::Run;

/// Builds the page and runs the benchmarks with their output on the terminal.
pub(crate) fn run(places: &Places, only: Option<&str>) -> Result<()> {
    let folder = places.root.join("web/e2e/bench");
    let entries = std::fs::read_dir(&folder)
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
    let browser = setup::browser(places)?;
    setup::node_modules(places)?;
    let dist = page::release(places)?;
    for name in names {
        println!("\n{name}");
        Run::new("node", [folder.join(format!("{name}.mjs"))])
            .dir(&places.root.join("web/e2e"))
            .env("TEESCOPE_DIST", &dist)
            .env("TEESCOPE_BROWSER", &browser.binary)
            .shown()?;
    }
    Ok(())
}
