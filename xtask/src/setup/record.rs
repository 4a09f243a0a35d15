//! The record of what set-up itself installed, so that it can be undone, and of what it should not try again.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::places::Places;
use crate::say::Result;

/// How long a server that did not answer is left alone.
const LEAVE_ALONE: Duration = Duration::from_secs(7 * 24 * 3600);

/// The kinds of line in the record.
pub(super) mod kind {
    /// A Debian package that was not there before.
    pub(crate) const APT: &str = "apt";
    /// A target added to a rustup toolchain: `toolchain target`.
    pub(crate) const RUSTUP_TARGET: &str = "rustup-target";
    /// A component added to a rustup toolchain: `toolchain component`.
    pub(crate) const RUSTUP_COMPONENT: &str = "rustup-component";
    /// A folder that was not there before.
    pub(crate) const FOLDER: &str = "folder";
    /// The second since 1970 at which rustup's server did not answer.
    pub(crate) const RUSTUP_SILENT: &str = "rustup-silent";
}

fn file(places: &Places) -> PathBuf {
    places.cache.join("installed.txt")
}

/// Adds one line.
pub(super) fn add(places: &Places, kind: &str, value: &str) -> Result<()> {
    let path = file(places);
    let write = || {
        std::fs::create_dir_all(&places.cache)?;
        let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
        writeln!(file, "{kind} {value}")
    };
    write().map_err(|why| {
        format!(
            "{} cannot be written: {why}; set XDG_CACHE_HOME elsewhere",
            path.display()
        )
    })
}

/// The values of one kind, oldest first.
pub(super) fn all(places: &Places, kind: &str) -> Vec<String> {
    let text = std::fs::read_to_string(file(places)).unwrap_or_default();
    text.lines()
        .filter_map(|line| line.split_once(' '))
        .filter(|(found, _)| *found == kind)
        .map(|(_, value)| value.to_owned())
        .collect()
}

/// Remembers that rustup's server did not answer.
pub(super) fn rustup_is_silent(places: &Places) -> Result<()> {
    add(places, kind::RUSTUP_SILENT, &now().to_string())
}

/// Whether rustup's server did not answer in the last days.
pub(super) fn was_rustup_silent(places: &Places) -> bool {
    let last = all(places, kind::RUSTUP_SILENT)
        .pop()
        .and_then(|second| second.parse::<u64>().ok());
    last.is_some_and(|second| now().saturating_sub(second) < LEAVE_ALONE.as_secs())
}

fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}
