//! The tools that turn wasm into a page: each in the user's cache as `<tool>-<version>`, none on the user's PATH.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::node::node;
use crate::places::{Places, locked_version, on_path};
use crate::say::{Result, step};
use crate::sh::Run;

const WASM_SPLIT: &str = "0.2.4";
const WASM_PACK: &str = "0.15.1";
const BINARYEN: &str = "132.0.0";
/// A ready-made binary is a matter of seconds; without its server it is none.
const BINSTALL_LIMIT: Duration = Duration::from_secs(120);
/// Linking a tool with full optimisation takes longer than it ever saves here.
const FAST_BUILD: [(&str, &str); 3] = [
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "256"),
];

/// A tool that cargo can install.
struct Tool {
    name: &'static str,
    program: &'static str,
    arguments: &'static [&'static str],
    usually: &'static str,
}

/// The folder of the program that cuts a module into parts which are fetched one by one.
pub(super) fn wasm_split(places: &Places) -> Result<PathBuf> {
    let tool = Tool {
        name: "wasm_split_cli_support",
        program: "wasm-split-cli",
        arguments: &["--locked", "--features", "build-binary"],
        usually: "1 min on two cores",
    };
    tool.folder(places, WASM_SPLIT)
}

/// The folder of wasm-bindgen, in exactly the version that Cargo.lock names: both ends must agree.
pub(super) fn wasm_bindgen(places: &Places) -> Result<PathBuf> {
    let lock = std::fs::read_to_string(places.root.join("Cargo.lock")).map_err(|why| {
        format!("Cargo.lock cannot be read: {why}; restore it from the repository")
    })?;
    let version = locked_version(&lock, "wasm-bindgen")
        .ok_or("Cargo.lock names no version of wasm-bindgen; restore it from the repository")?;
    let tool = Tool {
        name: "wasm-bindgen-cli",
        program: "wasm-bindgen",
        arguments: &[],
        usually: "2 min on two cores",
    };
    tool.folder(places, version)
}

/// The folder of wasm-pack.
pub(crate) fn wasm_pack(places: &Places) -> Result<PathBuf> {
    let tool = Tool {
        name: "wasm-pack",
        program: "wasm-pack",
        arguments: &["--locked"],
        usually: "2 min on two cores",
    };
    tool.folder(places, WASM_PACK)
}

impl Tool {
    /// The folder of the program: the cache's, or that of the user's own if the version is the same.
    fn folder(&self, places: &Places, version: &str) -> Result<PathBuf> {
        let home = places.cache.join(format!("{}-{version}", self.name));
        let folder = home.join("bin");
        if folder
            .join(format!("{}{}", self.program, std::env::consts::EXE_SUFFIX))
            .is_file()
        {
            return Ok(folder);
        }
        if let Some(path) = on_path(self.program)
            && Run::new(&path, ["--version"])
                .output()
                .is_ok_and(|said| said.contains(version))
            && let Some(own) = path.parent()
        {
            return Ok(own.to_owned());
        }
        if self.install_ready_made(places, version, &folder) {
            return Ok(folder);
        }
        step(
            &format!("Building {} {version}", self.name),
            self.usually,
            || {
                let root = home.to_string_lossy();
                let mut words = vec!["install", self.name, "--version", version, "--root", &root];
                words.extend(self.arguments);
                // Outside the workspace, so that none of its settings apply.
                let run = Run::new("cargo", words)
                    .dir(&std::env::temp_dir())
                    .without("RUSTFLAGS");
                let run = FAST_BUILD
                    .iter()
                    .fold(run, |run, (name, value)| run.env(name, value));
                run.logged(&places.log(self.name))?.or_fail().map_err(|why| {
                format!("{} could not be installed; connect to the network and try again. {why}", self.name)
            })
            },
        )?;
        Ok(folder)
    }

    /// Takes a ready-made binary by cargo-binstall, where that exists and works.
    fn install_ready_made(&self, places: &Places, version: &str, folder: &Path) -> bool {
        if on_path("cargo-binstall").is_none() {
            return false;
        }
        let installed = step(
            &format!("Downloading {} {version}", self.name),
            "10 s; given up after 2 min",
            || {
                let package = format!("{}@{version}", self.name);
                let into = folder.to_string_lossy();
                let words = [
                    "binstall",
                    "--no-confirm",
                    "--disable-strategies",
                    "compile",
                    "--no-track",
                    "--install-path",
                    &into,
                    &package,
                ];
                let run = Run::new("cargo", words).limit(BINSTALL_LIMIT);
                run.logged(&places.log(self.name))?.or_fail()
            },
        );
        installed.is_ok()
            && folder
                .join(format!("{}{}", self.program, std::env::consts::EXE_SUFFIX))
                .is_file()
    }
}

/// The folder of wasm-opt; `None` without npm, and then the page is larger but works.
pub(super) fn wasm_opt(places: &Places) -> Result<Option<PathBuf>> {
    let home = places.cache.join(format!("binaryen-{BINARYEN}"));
    let folder = home.join("node_modules").join(".bin");
    if folder.join("wasm-opt").exists() {
        return Ok(Some(folder));
    }
    if node(places).is_err() {
        println!(
            "wasm-opt is missing because npm is; the page will be about a third larger (install nodejs and npm)"
        );
        return Ok(None);
    }
    step(
        &format!("Installing wasm-opt (npm binaryen {BINARYEN})"),
        "10 s",
        || {
            let into = home.to_string_lossy();
            let package = format!("binaryen@{BINARYEN}");
            let run = Run::new(
                "npm",
                [
                    "install",
                    "--no-audit",
                    "--no-fund",
                    "--prefix",
                    &into,
                    &package,
                ],
            );
            std::fs::create_dir_all(&home)
                .map_err(|why| format!("{into} cannot be made: {why}"))?;
            run.logged(&places.log("binaryen"))?.or_fail().map_err(|why| {
            format!("wasm-opt could not be installed; connect to the network and try again. {why}")
        })
        },
    )?;
    Ok(Some(folder))
}
