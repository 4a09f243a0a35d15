//! Takes back what set-up installed, so that a first run can be tried again.

use super::record::{self, kind};
use super::{apt, toolchain::TARGET};
use crate::places::Places;
use crate::say::Result;
use crate::sh::Run;

/// Removes everything the record names, then the cache, the record and what was built with them.
pub(crate) fn undo(places: &Places) -> Result<()> {
    for folder in record::all(places, kind::FOLDER) {
        println!("Removing {folder}");
        apt::as_root(&["rm", "-rf", &folder], "cargo xtask setup --undo")?.output()?;
    }
    let by_rustup = [
        ("target", kind::RUSTUP_TARGET),
        ("component", kind::RUSTUP_COMPONENT),
    ];
    for (what, kind) in by_rustup {
        for line in record::all(places, kind) {
            let Some((toolchain, name)) = line.split_once(' ') else {
                continue;
            };
            println!("Removing the {what} {name} of {toolchain}");
            Run::new("rustup", [what, "remove", "--toolchain", toolchain, name]).output()?;
        }
    }
    apt::remove(places, &record::all(places, kind::APT))?;
    let root = &places.root;
    for folder in [
        places.cache.clone(),
        root.join("web/e2e/node_modules"),
        root.join("target").join(TARGET),
        root.join("target").join("published"),
        root.join("dist"),
    ] {
        if folder.exists() {
            println!("Removing {}", folder.display());
            std::fs::remove_dir_all(&folder).map_err(|why| {
                format!(
                    "{} cannot be removed: {why}; remove it by hand",
                    folder.display()
                )
            })?;
        }
    }
    Ok(())
}
