//! A browser that programs can drive, and the packages of the end-to-end tests.

use std::path::{Path, PathBuf};

use super::{apt, node::node};
use crate::places::{Places, on_path};
use crate::say::{Result, step};
use crate::sh::Run;

const PACKAGES: [&str; 3] = ["chromium", "chromium-driver", "fonts-noto-cjk"];
const NAMES: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];
/// Nothing but the page under test: no window, no network of its own.
const FLAGS: [&str; 8] = [
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
];

/// A browser with its driver.
pub(crate) struct Browser {
    pub(crate) binary: PathBuf,
    pub(crate) driver: PathBuf,
    /// The capabilities file that the wasm test runner reads.
    pub(crate) capabilities: PathBuf,
}

/// Makes a browser, its driver and a Japanese font available.
pub(crate) fn browser(places: &Places) -> Result<Browser> {
    let find = || {
        Some((
            NAMES.iter().find_map(|name| on_path(name))?,
            on_path("chromedriver")?,
        ))
    };
    let found = match find() {
        Some(found) => Some(found),
        None if apt::exists() => {
            apt::install(places, &PACKAGES, "a browser for the tests", "2 min")?;
            find()
        }
        None => None,
    };
    let (binary, driver) = found.ok_or(
        "no Chromium with its chromedriver is on PATH; install both in the same version and try again",
    )?;
    let capabilities = places.log("webdriver").with_extension("json");
    std::fs::write(&capabilities, capabilities_json(&binary, is_root()))
        .map_err(|why| format!("{} cannot be written: {why}", capabilities.display()))?;
    Ok(Browser {
        binary,
        driver,
        capabilities,
    })
}

/// Root may not use the browser's sandbox; everybody else keeps it.
pub(crate) fn is_root() -> bool {
    Run::new("id", ["-u"])
        .output()
        .is_ok_and(|id| id.trim() == "0")
}

fn capabilities_json(binary: &Path, root: bool) -> String {
    let flags: Vec<String> = FLAGS
        .iter()
        .chain(root.then_some(&"--no-sandbox"))
        .map(|flag| format!("\"{flag}\""))
        .collect();
    let binary = binary
        .to_string_lossy()
        .replace('\\', "\\\\")
        .replace('"', "\\\"");
    format!(
        "{{\"goog:chromeOptions\": {{\"binary\": \"{binary}\", \"args\": [{}]}}}}\n",
        flags.join(", ")
    )
}

/// Installs the packages of web/e2e exactly as its lock file names them.
pub(crate) fn node_modules(places: &Places) -> Result<()> {
    node(places)?;
    let folder = places.root.join("web/e2e");
    let lock = std::fs::read(folder.join("package-lock.json")).map_err(|why| {
        format!("web/e2e/package-lock.json cannot be read: {why}; restore it from the repository")
    })?;
    let stamp = folder.join("node_modules/.installed-lock.json");
    if std::fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    step("Installing the packages of web/e2e", "5 s", || {
        let words = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
        Run::new("npm", words).dir(&folder).logged(&places.log("npm"))?.or_fail().map_err(|why| {
            format!("the packages of web/e2e could not be installed; connect to the network and try again. {why}")
        })?;
        std::fs::write(&stamp, &lock)
            .map_err(|why| format!("{} cannot be written: {why}", stamp.display()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_root_gives_up_the_sandbox() {
        let path = Path::new("/usr/bin/chromium");
        assert!(capabilities_json(path, true).contains("--no-sandbox"));
        assert!(!capabilities_json(path, false).contains("--no-sandbox"));
    }
}
