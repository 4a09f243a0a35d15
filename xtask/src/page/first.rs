//! Makes the modules with which the page starts: the main module and what an address needs besides, merged into
//! one. It is smaller after compression than its pieces, calls within it go straight to their functions, and a
//! browser compiles it while it comes.

use std::path::{Path, PathBuf};

use super::cut::{Cut, First};
use super::direct::direct;
use super::module::{FEATURES, NAME, share, shrink};
use crate::places::Places;
use crate::say::Result;
use crate::setup::Kit;

/// What the modules that were cut off know the main one by.
const SHARED: &str = "__wasm_split";
/// Makes each of `firsts` in `into` from the main module there and the others in `cut`.
pub(super) fn make(
    places: &Places,
    kit: &Kit,
    firsts: &[First],
    cut: &Path,
    into: &Path,
) -> Result<()> {
    let left = Cut::read(cut)?;
    share(firsts, |first, hand| {
        let parts: Vec<&str> = first.parts.iter().map(String::as_str).collect();
        let modules = left.modules.iter().filter(|module| module.is_for(&parts));
        let modules: Vec<PathBuf> = modules.map(|module| cut.join(&module.file)).collect();
        merge(places, kit, &modules, &into.join(&first.file), hand)
    })
}

/// Merges modules with the main one into `to`, and makes it small.
fn merge(places: &Places, kit: &Kit, modules: &[PathBuf], to: &Path, hand: usize) -> Result<()> {
    let main = to.with_file_name(format!("{NAME}_bg.wasm"));
    let main = main.to_string_lossy().into_owned();
    let whole = to.with_extension("merged").to_string_lossy().into_owned();
    // What they all import is one memory; the merger takes it for several until it is done.
    let mut words = vec!["--enable-multimemory".to_owned()];
    words.extend(FEATURES.map(str::to_owned));
    words.extend([main, SHARED.to_owned()]);
    for (at, module) in modules.iter().enumerate() {
        words.extend([module.to_string_lossy().into_owned(), format!("part{at}")]);
    }
    words.extend(["-o".to_owned(), whole.clone()]);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let run = kit.run("wasm-merge", &words, &places.root);
    run.logged(&places.log(&format!("merge-{hand}")))?
        .or_fail()?;
    let merged = super::read(Path::new(&whole))?;
    let told = direct(&merged).ok_or_else(|| format!("{whole} is no module that can be read"))?;
    std::fs::write(&whole, told).map_err(|why| format!("{whole} cannot be written: {why}"))?;
    shrink(places, kit, Path::new(&whole), to, hand)?;
    std::fs::remove_file(&whole).map_err(|why| format!("{whole} cannot be removed: {why}"))
}
