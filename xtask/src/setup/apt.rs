//! Debian packages: installs the missing ones as root and records exactly what that added.

use std::collections::BTreeSet;

use super::record;
use crate::places::{Places, on_path};
use crate::say::{Result, step};
use crate::sh::Run;

/// Whether this machine has apt.
pub(super) fn exists() -> bool {
    on_path("apt-get").is_some() && on_path("dpkg-query").is_some()
}

/// Installs those of `packages` that are missing; `what` names their purpose.
pub(super) fn install(places: &Places, packages: &[&str], what: &str, usually: &str) -> Result<()> {
    let before = installed()?;
    let missing: Vec<&str> = packages
        .iter()
        .copied()
        .filter(|name| !before.contains(*name))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let line = format!(
        "apt-get install --no-install-recommends {}",
        missing.join(" ")
    );
    step(&format!("Installing {what} by {line}"), usually, || {
        let mut words = vec![
            "apt-get",
            "install",
            "-y",
            "-qq",
            "--no-install-recommends",
            "-o",
            "DPkg::Lock::Timeout=300",
        ];
        words.extend(&missing);
        let log = places.log("apt");
        if !as_root(&words, &line)?.logged(&log)?.ok {
            // The lists of a fresh machine are often empty or name packages that are gone.
            as_root(&["apt-get", "update", "-qq"], &line)?.logged(&log)?;
            as_root(&words, &line)?.logged(&log)?.or_fail().map_err(|why| {
                format!("{what} could not be installed; check the network, run `{line}` as root, then this again. {why}")
            })?;
        }
        for name in installed()?.difference(&before) {
            record::add(places, record::kind::APT, name)?;
        }
        Ok(())
    })
}

/// Removes packages with their settings.
pub(super) fn remove(places: &Places, packages: &[String]) -> Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    step(
        &format!("Removing {} Debian packages", packages.len()),
        "20 s",
        || {
            let mut words = vec!["apt-get", "purge", "-y", "-qq"];
            words.extend(packages.iter().map(String::as_str));
            let run = as_root(&words, "cargo xtask setup --undo")?;
            run.logged(&places.log("apt"))?.or_fail().map(drop)
        },
    )
}

/// Prepares a program to be run as root: directly, or by sudo where it asks for no password.
pub(super) fn as_root(words: &[&str], instead: &str) -> Result<Run> {
    if Run::new("id", ["-u"]).output()?.trim() == "0" {
        return Ok(Run::new(words[0], &words[1..]).env("DEBIAN_FRONTEND", "noninteractive"));
    }
    if on_path("sudo").is_some() && Run::new("sudo", ["-n", "true"]).output().is_ok() {
        let head = ["-n", "DEBIAN_FRONTEND=noninteractive"];
        return Ok(Run::new("sudo", head.iter().chain(words)));
    }
    Err(format!(
        "this step needs root; run `{instead}` as root once, then this again"
    ))
}

/// The names of all installed packages.
fn installed() -> Result<BTreeSet<String>> {
    let list = Run::new(
        "dpkg-query",
        ["-W", "-f", "${db:Status-Abbrev} ${Package}\n"],
    )
    .output()?;
    let names = list.lines().filter_map(|line| line.strip_prefix("ii "));
    Ok(names.map(|name| name.trim().to_owned()).collect())
}
