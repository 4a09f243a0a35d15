//! Set-up: each function makes one thing available, installs it only when it is missing, and is quick otherwise.

mod apt;
mod browser;
mod debian;
mod node;
mod record;
mod toolchain;
mod tools;
mod undo;

use std::path::{Path, PathBuf};

pub(crate) use browser::{Browser, browser, node_modules};
pub(crate) use node::node;
pub(crate) use toolchain::{TARGET, Toolchain};
pub(crate) use tools::wasm_pack;
pub(crate) use undo::undo;

use crate::places::Places;
use crate::say::{Result, step};
use crate::sh::Run;

/// What is needed to build for wasm: a toolchain that can, and the tools that belong on PATH.
pub(crate) struct Kit {
    toolchain: Toolchain,
    folders: Vec<PathBuf>,
    /// Whether the standard library can be built anew, for a smaller page.
    pub(crate) std_source: bool,
    /// Whether wasm-opt is there.
    pub(crate) optimises: bool,
    /// Runs a wasm test binary, in Node or in a browser.
    pub(crate) runner: PathBuf,
}

impl Kit {
    /// Prepares a program that finds the wasm toolchain and the tools first on its PATH.
    pub(crate) fn run(&self, program: &str, arguments: &[&str], root: &Path) -> Run {
        // A user's RUSTFLAGS would replace the workspace's own flags for wasm.
        self.toolchain
            .run(program, arguments, &self.folders)
            .without("RUSTFLAGS")
            .without("CARGO_ENCODED_RUSTFLAGS")
            .without("CARGO_BUILD_TARGET")
            .env("RUST_BACKTRACE", "0")
            .dir(root)
    }
}

/// Makes the page and wasm tests buildable; `publish` adds what only a published page needs.
pub(crate) fn kit(places: &Places, publish: bool) -> Result<Kit> {
    let toolchain = toolchain::wasm(places)?;
    fetch(places)?;
    let bindgen = tools::wasm_bindgen(places)?;
    let mut folders = vec![bindgen.clone()];
    let (mut std_source, mut optimises) = (false, false);
    if publish {
        folders.push(tools::wasm_split(places)?);
        let wasm_opt = tools::wasm_opt(places)?;
        optimises = wasm_opt.is_some();
        folders.extend(wasm_opt);
        std_source = toolchain.std_source(places)?;
    }
    let runner = bindgen.join(format!(
        "wasm-bindgen-test-runner{}",
        std::env::consts::EXE_SUFFIX
    ));
    Ok(Kit {
        toolchain,
        folders,
        std_source,
        optimises,
        runner,
    })
}

/// Installs what any command may need.
pub(crate) fn everything(places: &Places) -> Result<()> {
    let kit = kit(places, true)?;
    wasm_pack(places)?;
    let browser = browser(places)?;
    node_modules(places)?;
    println!(
        "ready: wasm by {}, browser {}",
        kit.toolchain,
        browser.binary.display()
    );
    Ok(())
}

/// Downloads the locked packages, so that the later steps can run offline and nothing moves the lock.
fn fetch(places: &Places) -> Result<()> {
    let cargo = || Run::new("cargo", ["fetch"]).dir(&places.root);
    let offline = Run::new("cargo", ["fetch", "--offline"]).dir(&places.root);
    if offline.output().is_ok() {
        return Ok(());
    }
    step(
        "Downloading the packages named in Cargo.lock",
        "10 s",
        || {
            cargo().logged(&places.log("fetch"))?.or_fail().map_err(|why| {
            format!("the packages could not be downloaded; connect to the network and try again. {why}")
        })
        },
    )?;
    Ok(())
}
