//! Builds the page: quickly for serving, small for publishing.
//!
//! A published page is cut into a main module and one per machine, so that a first load carries only
//! the machine that is looked at; the page itself says where the cuts are (`web/src/machines.rs`).
//! What a first load needs of them is one module again; the others are fetched later.

mod binary;
mod cut;
mod direct;
mod files;
mod first;
mod module;
mod pieces;
mod slim;
mod texts;

use std::path::{Path, PathBuf};

use crate::places::Places;
use crate::say::{Result, step};
use crate::setup::{self, Kit};
use crate::sizes;

/// How the page is built.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Build {
    /// Compiles fast; for serving while somebody works on it.
    Quick,
    /// Small and fast in the browser; what is published, tested and measured.
    Release,
}

/// Builds the page into `dist`.
pub(crate) fn build(places: &Places, kit: &Kit, kind: Build, dist: &Path) -> Result<()> {
    let parts = places.root.join("target").join("page");
    let firsts = cut::firsts(&places.root)?;
    module::build(places, kit, kind, &firsts, &parts)?;
    files::assemble(&places.root, &firsts, &parts, dist)
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
    let usually = "5 min the first time, then 3 min";
    step("Building the page", usually, || {
        build(places, kit, Build::Release, &dist)
    })?;
    Ok(dist)
}

/// Builds the engine alone as the published page has it, for what is measured without a page.
pub(crate) fn engine(places: &Places, kit: &Kit) -> Result<PathBuf> {
    step(
        "Building the engine",
        "2 min the first time, then 30 s",
        || module::engine(places, kit),
    )
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|why| format!("{} cannot be read: {why}", path.display()))
}

fn read_text(path: &Path) -> Result<String> {
    let cannot = |why| format!("{} cannot be read: {why}", path.display());
    std::fs::read_to_string(path).map_err(cannot)
}
