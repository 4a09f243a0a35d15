//! Where things are: the workspace, the user's cache, the logs, the test vectors.

use std::path::PathBuf;

use crate::say::Result;

/// The folders every command works with.
pub(crate) struct Places {
    /// The workspace root.
    pub(crate) root: PathBuf,
    /// Tools and the record of what was installed, per user.
    pub(crate) cache: PathBuf,
}

impl Places {
    /// Finds the workspace from cargo's environment and the cache from the user's.
    pub(crate) fn find() -> Result<Self> {
        let package = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = package
            .parent()
            .filter(|root| root.join("index.html").is_file())
            .ok_or("the workspace was not found; run `cargo xtask` inside the repository")?;
        let caches = std::env::var_os("XDG_CACHE_HOME")
            .filter(|path| !path.is_empty())
            .map(PathBuf::from)
            .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")))
            .or_else(|| std::env::var_os("LOCALAPPDATA").map(PathBuf::from))
            .ok_or("no home folder is known; set XDG_CACHE_HOME to a folder for the tools")?;
        Ok(Self {
            root: root.to_owned(),
            cache: caches.join("teescope"),
        })
    }

    /// The log file of one step; its folder exists afterwards.
    pub(crate) fn log(&self, name: &str) -> PathBuf {
        let folder = self.root.join("target").join("xtask");
        // If the folder cannot be made, opening the log file says so.
        let _ = std::fs::create_dir_all(&folder);
        folder.join(format!("{name}.log"))
    }

    /// The folder of conformance vectors, as an absolute path, if there is one.
    pub(crate) fn vectors(&self) -> Option<PathBuf> {
        std::env::var_os("TEESCOPE_VECTORS")
            .map_or_else(|| self.root.join("../shared/vectors"), PathBuf::from)
            .canonicalize()
            .ok()
    }
}

/// Where `name` would be run from: the first file of that name on PATH.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    crate::sh::path()
        .into_iter()
        .map(|folder| folder.join(&file))
        .find(|path| path.is_file())
}

/// The version of a package in a Cargo.lock, given as text.
pub(crate) fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    let version = lines.nth(1)?.strip_prefix("version = \"")?;
    version.strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_is_read_from_the_lock() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(locked_version(lock, "absent"), None);
    }
}
