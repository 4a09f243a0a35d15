//! Sees that a source of the page changed, by the newest modification time and the number of files.

use std::path::Path;
use std::time::SystemTime;

/// What the page is made of, relative to the workspace.
const SOURCES: [&str; 11] = [
    "index.html",
    "Cargo.toml",
    "Cargo.lock",
    "static",
    "core/Cargo.toml",
    "core/build.rs",
    "core/src",
    "core/text",
    "web/Cargo.toml",
    "web/src",
    "web/text",
];

/// The state of the sources: it differs after any edit, addition or removal.
pub(super) fn newest(root: &Path) -> (usize, Option<SystemTime>) {
    let mut state = (0, None);
    for source in SOURCES {
        look(&root.join(source), &mut state);
    }
    state
}

fn look(path: &Path, state: &mut (usize, Option<SystemTime>)) {
    if let Ok(entries) = std::fs::read_dir(path) {
        for entry in entries.flatten() {
            look(&entry.path(), state);
        }
    } else if let Ok(time) = std::fs::metadata(path).and_then(|meta| meta.modified()) {
        state.0 += 1;
        state.1 = state.1.max(Some(time));
    }
}
