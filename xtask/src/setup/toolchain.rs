//! A Rust toolchain that can build for wasm32-unknown-unknown: rustup's, the user's own, or Debian's.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{debian, record};
use crate::places::{Places, on_path};
use crate::say::{Result, step};
use crate::sh::Run;

/// The target of the page.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";
/// The standard library's source, as rustup calls it.
const SOURCE: &str = "rust-src";
/// Where rustup's server cannot be reached, rustup waits for ever.
const RUSTUP_LIMIT: Duration = Duration::from_secs(90);

/// The toolchain for wasm; native builds always use the one on PATH.
pub(crate) struct Toolchain {
    /// The folder of a toolchain that is not the first on PATH.
    folder: Option<PathBuf>,
}

impl Display for Toolchain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.folder {
            None => write!(f, "the toolchain on PATH"),
            Some(folder) => write!(f, "the toolchain in {}", folder.display()),
        }
    }
}

impl Toolchain {
    /// Prepares a program that finds this toolchain first, then `folders`.
    pub(super) fn run(&self, program: &str, arguments: &[&str], folders: &[PathBuf]) -> Run {
        let all: Vec<PathBuf> = folders.iter().chain(&self.folder).cloned().collect();
        // Looked up here because a program is otherwise searched on our own PATH.
        let found = all
            .iter()
            .map(|folder| folder.join(program))
            .find(|path| path.is_file());
        let run = match found {
            Some(path) => Run::new(path, arguments),
            None => Run::new(program, arguments),
        };
        let run = run.path_first(&all);
        match self.folder {
            None => run,
            // These would lead back to the toolchain that cargo started us with.
            Some(_) => ["RUSTC", "RUSTDOC", "RUSTUP_TOOLCHAIN", "LD_LIBRARY_PATH"]
                .into_iter()
                .fold(run, Run::without),
        }
    }
}

impl Toolchain {
    /// Whether the standard library can be built anew without the words that panics carry: its source
    /// is here (rustup is asked for it), and the compiler knows how.
    pub(super) fn std_source(&self, places: &Places) -> Result<bool> {
        let knows = [
            "-Zunstable-options",
            "-Cpanic=immediate-abort",
            "--print",
            "sysroot",
        ];
        let sysroot = self
            .run("rustc", &knows, &[])
            .env("RUSTC_BOOTSTRAP", "1")
            .dir(&places.root);
        let Ok(sysroot) = sysroot.output() else {
            println!(
                "this compiler is too old to leave out the words of panics; the page will be about a tenth larger"
            );
            return Ok(false);
        };
        let source = Path::new(sysroot.trim()).join("lib/rustlib/src/rust/library/Cargo.toml");
        if source.is_file() {
            return Ok(true);
        }
        let asks = self.folder.is_none()
            && on_path("rustup").is_some()
            && !record::was_rustup_silent(places);
        if asks && add_source(places)? && source.is_file() {
            return Ok(true);
        }
        println!(
            "the standard library's source (rust-src) is not to be had; the page will be about a tenth larger"
        );
        Ok(false)
    }
}

/// Asks rustup for the source of the standard library; `false` when its server did not answer in time.
fn add_source(places: &Places) -> Result<bool> {
    step(
        "Adding the standard library's source by rustup",
        "5 s; given up after 90 s",
        || {
            let run = Run::new("rustup", ["component", "add", SOURCE]).dir(&places.root);
            if !run.limit(RUSTUP_LIMIT).logged(&places.log("rustup"))?.ok {
                record::rustup_is_silent(places)?;
                return Ok(false);
            }
            let line = format!("{} {SOURCE}", active(places)?);
            record::add(places, record::kind::RUSTUP_COMPONENT, &line)?;
            Ok(true)
        },
    )
}

/// The name of rustup's active toolchain.
fn active(places: &Places) -> Result<String> {
    let active = Run::new("rustup", ["show", "active-toolchain"])
        .dir(&places.root)
        .output()?;
    Ok(active
        .split_whitespace()
        .next()
        .unwrap_or("stable")
        .to_owned())
}

/// Finds a toolchain for wasm, or makes one: first rustup's way, then Debian's.
pub(super) fn wasm(places: &Places) -> Result<Toolchain> {
    let own = Toolchain { folder: None };
    if on_path("rustc").is_some_and(|rustc| has_std(&rustc, places)) {
        return Ok(own);
    }
    if debian::is_ready() {
        return Ok(Toolchain {
            folder: Some(debian::FOLDER.into()),
        });
    }
    if on_path("rustup").is_some() && !record::was_rustup_silent(places) {
        if add_by_rustup(places)? {
            return Ok(own);
        }
        println!("  rustup could not get it; it will not be asked again for a week");
    }
    if debian::is_debian() {
        debian::install(places)?;
        return Ok(Toolchain {
            folder: Some(debian::FOLDER.into()),
        });
    }
    Err(format!(
        "no toolchain here can build for {TARGET}; run `rustup target add {TARGET}` where its server can be reached, \
         then this again"
    ))
}

/// Whether the standard library for wasm lies in the sysroot of `rustc`.
fn has_std(rustc: &Path, places: &Places) -> bool {
    let sysroot = Run::new(rustc, ["--print", "sysroot"])
        .dir(&places.root)
        .output();
    sysroot.is_ok_and(|path| std_in(Path::new(path.trim())))
}

/// Whether `sysroot` has the standard library for wasm.
pub(super) fn std_in(sysroot: &Path) -> bool {
    let folder = sysroot.join("lib/rustlib").join(TARGET).join("lib");
    let Ok(entries) = std::fs::read_dir(folder) else {
        return false;
    };
    entries
        .flatten()
        .any(|entry| entry.file_name().to_string_lossy().starts_with("libstd-"))
}

/// Asks rustup for the target; `false` when its server did not answer in time or refused.
fn add_by_rustup(places: &Places) -> Result<bool> {
    step(
        "Adding the wasm target by rustup",
        "5 s; given up after 90 s",
        || {
            let run = Run::new("rustup", ["target", "add", TARGET]).dir(&places.root);
            if !run.limit(RUSTUP_LIMIT).logged(&places.log("rustup"))?.ok {
                record::rustup_is_silent(places)?;
                return Ok(false);
            }
            let line = format!("{} {TARGET}", active(places)?);
            record::add(places, record::kind::RUSTUP_TARGET, &line)?;
            Ok(true)
        },
    )
}
