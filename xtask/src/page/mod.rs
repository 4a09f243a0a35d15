//! Builds the page through Trunk: quickly for serving, small for publishing.

use std::path::{Path, PathBuf};

use crate::places::Places;
use crate::say::{Result, step};
use crate::setup::{self, Kit};
use crate::sizes;

/// How the page is built.
#[derive(Clone, Copy)]
pub(crate) enum Build {
    /// Compiles fast; for serving while somebody works on it.
    Quick,
    /// Small and fast in the browser; what is published, tested and measured.
    Release,
}

/// Builds the page into `dist`.
pub(crate) fn build(places: &Places, kit: &Kit, kind: Build, dist: &Path) -> Result<()> {
    let dist = dist.to_string_lossy();
    let mut words = vec!["build", "--offline", "true", "--dist", &dist];
    if let Build::Release = kind {
        words.extend(["--release", "--cargo-profile", "web"]);
    }
    // Trunk reads NO_COLOR as `true` or `false` and stops at anything else.
    let run = kit.run("trunk", &words, &places.root).without("NO_COLOR");
    run.logged(&places.log("trunk"))?.or_fail().map(drop)
}

/// Builds the published page into dist/ and holds it to its budget; returns the folder.
pub(crate) fn release(places: &Places) -> Result<PathBuf> {
    let kit = setup::kit(places, true)?;
    let dist = publish(places, &kit)?;
    sizes::check(&dist)?;
    println!("dist/ can be copied to any static host, under any path");
    Ok(dist)
}

/// Builds the published page into dist/, whatever its size; returns the folder.
pub(crate) fn publish(places: &Places, kit: &Kit) -> Result<PathBuf> {
    let dist = places.root.join("dist");
    let usually = "2 min the first time, then 20 s";
    step("Building the page", usually, || {
        build(places, kit, Build::Release, &dist)
    })?;
    Ok(dist)
}
