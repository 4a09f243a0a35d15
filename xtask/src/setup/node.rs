//! Node, in which wasm tests run and pages are driven, and which may be older in a distribution than needed.

use super::apt;
use crate::places::{Places, on_path};
use crate::say::{Result, step};
use crate::sh::{Run, prefer};

/// The oldest release that the packages of web/e2e support.
const OLDEST: u32 = 20;
/// What is installed where there is none or an older one; npm has it as a package.
const VERSION: &str = "22.23.3";

/// Makes a Node that is new enough, and npm, available.
pub(crate) fn node(places: &Places) -> Result<()> {
    if is_new_enough() {
        return Ok(());
    }
    let home = places.cache.join(format!("node-{VERSION}"));
    let package = format!(
        "node-linux-{}",
        if cfg!(target_arch = "aarch64") {
            "arm64"
        } else {
            "x64"
        }
    );
    let folder = home.join("node_modules").join(&package).join("bin");
    if !folder.join("node").is_file() {
        if on_path("npm").is_none() && apt::exists() {
            apt::install(places, &["nodejs", "npm"], "Node and npm", "1 min")?;
        }
        if is_new_enough() {
            return Ok(());
        }
        if on_path("npm").is_none() || !cfg!(target_os = "linux") {
            return Err(format!(
                "Node {OLDEST} or newer with npm is missing; install it and try again"
            ));
        }
        step(
            &format!("Installing Node {VERSION}, because the one here is older than {OLDEST}"),
            "10 s",
            || {
                let into = home.to_string_lossy();
                std::fs::create_dir_all(&home)
                    .map_err(|why| format!("{into} cannot be made: {why}"))?;
                let words = [
                    "install",
                    "--no-audit",
                    "--no-fund",
                    "--prefix",
                    &into,
                    &format!("{package}@{VERSION}"),
                ];
                Run::new("npm", words).logged(&places.log("node"))?.or_fail().map_err(|why| {
                format!("Node could not be installed; connect to the network or install Node {OLDEST} yourself. {why}")
            })
            },
        )?;
    }
    prefer(folder);
    Ok(())
}

fn is_new_enough() -> bool {
    let version = Run::new("node", ["--version"]).output().unwrap_or_default();
    on_path("npm").is_some() && major(&version).is_some_and(|major| major >= OLDEST)
}

/// The first number of `v20.1.0`.
fn major(version: &str) -> Option<u32> {
    version
        .trim()
        .strip_prefix('v')?
        .split('.')
        .next()?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read() {
        assert_eq!(major("v20.20.2\n"), Some(20));
        assert_eq!(major(""), None);
    }
}
