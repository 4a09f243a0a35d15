//! Puts the page together: the modules, what lies in static/, the languages, and index.html, which names them.
//!
//! Whatever may change from one version to the next lies in a folder named by a hash of all of it, so a
//! host may let browsers keep it for ever, and no browser mixes two versions.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::texts;
use crate::say::Result;

/// What index.html names the folder of everything hashed in the sources.
const FOLDER: &str = "static/";
/// A line of index.html that is repeated for every part of the page, with its scenarios.
const PART: &str = "name=\"part\" content=\"\"";
/// A line of index.html that is repeated for every module that was cut off.
const MODULE: &str = "data-parts=\"\"";
/// The line of index.html for the small modules, which are one file where anything was cut off.
const PIECES: &str = "data-part=\"pieces\"";
/// Which scenarios make a part.
const PARTS: &str = "core/parts.txt";

/// Writes the page into `dist` from the modules in `parts`, complete or not at all.
pub(super) fn assemble(root: &Path, parts: &Path, dist: &Path) -> Result<()> {
    let page = read_text(&root.join("index.html"))?;
    let mut files = Vec::new();
    for folder in [root.join("static"), parts.to_owned()] {
        files.extend(list(&folder)?);
    }
    // The picture in the README is no part of the page.
    files.retain(|path| path.extension().is_none_or(|kind| kind != "png"));
    files.sort();
    let mut hash = Fnv::new();
    for path in &files {
        hash.take(path.file_name().unwrap_or_default().as_encoded_bytes());
        hash.take(&read(path)?);
    }
    let texts = texts::joined(root)?;
    for (code, sentences) in &texts {
        hash.take(code.as_bytes());
        hash.take(sentences.as_bytes());
    }
    let home = format!("app-{:016x}/", hash.0);
    let partial = dist.with_extension("partial");
    let cannot = |why| format!("{} cannot be written: {why}", partial.display());
    if partial.exists() {
        std::fs::remove_dir_all(&partial).map_err(cannot)?;
    }
    std::fs::create_dir_all(partial.join(&home)).map_err(cannot)?;
    for path in &files {
        let to = partial
            .join(&home)
            .join(path.file_name().unwrap_or_default());
        std::fs::copy(path, to).map_err(cannot)?;
    }
    for (code, sentences) in &texts {
        let to = partial.join(&home).join(format!("{code}.txt"));
        std::fs::write(to, sentences).map_err(cannot)?;
    }
    let page = with_parts(&page, root, parts)?.replace(FOLDER, &home);
    std::fs::write(partial.join("index.html"), page).map_err(cannot)?;
    if dist.exists() {
        std::fs::remove_dir_all(dist).map_err(cannot)?;
    }
    std::fs::rename(&partial, dist).map_err(cannot)
}

/// The page with one line for every part and one for every module that was cut off, naming the parts that
/// need it; without either where nothing was cut off.
fn with_parts(page: &str, root: &Path, modules: &Path) -> Result<String> {
    let loader = modules.join("__wasm_split.js");
    let (needs, listed) = match loader.exists() {
        true => (needs(&read_text(&loader)?), read_text(&root.join(PARTS))?),
        false => (Vec::new(), String::new()),
    };
    let mut out = String::new();
    for line in page.lines() {
        if line.contains(PART) {
            for part in listed.lines().filter(|part| !part.starts_with('#')) {
                let words: Vec<&str> = part.split(' ').collect();
                // The second word names a function of the engine.
                let part = [&words[..1], words.get(2..).unwrap_or_default()]
                    .concat()
                    .join(" ");
                let named = PART.replace("\"\"", &format!("\"{part}\""));
                _ = writeln!(out, "{}", line.replace(PART, &named));
            }
        } else if line.contains(PIECES) && !loader.exists() {
            continue;
        } else if line.contains(MODULE) {
            for (file, parts) in &needs {
                let named = line.replace(MODULE, &format!("data-parts=\"{parts}\""));
                _ = writeln!(out, "{}", named.replace("part.wasm", file));
            }
        } else {
            _ = writeln!(out, "{line}");
        }
    }
    Ok(out)
}

/// Which modules which parts need, as the loader that the cutter wrote says it: each module's file with
/// the parts' names. A shared module is introduced by a comment with the names of those that share it.
fn needs(loader: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut parts = String::new();
    for line in loader.lines() {
        if let Some(names) = line
            .strip_prefix("/* ")
            .and_then(|rest| rest.strip_suffix(" */"))
        {
            parts = names.replace(',', "");
        }
        if let Some(rest) = line.strip_prefix("export const __wasm_split_load_") {
            parts = rest.split(' ').next().unwrap_or_default().to_owned();
        }
        let file = line
            .split_once("new URL(\"./")
            .and_then(|(_, rest)| rest.split_once('"'));
        if let Some((file, _)) = file
            && !parts.is_empty()
        {
            found.push((file.to_owned(), parts.clone()));
        }
    }
    found
}

/// The files of a folder.
fn list(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder)
        .map_err(|why| format!("{} cannot be read: {why}", folder.display()))?;
    let paths = entries.flatten().map(|entry| entry.path());
    Ok(paths.filter(|path| path.is_file()).collect())
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|why| format!("{} cannot be read: {why}", path.display()))
}

fn read_text(path: &Path) -> Result<String> {
    let cannot = |why| format!("{} cannot be read: {why}", path.display());
    std::fs::read_to_string(path).map_err(cannot)
}

/// The 64-bit FNV-1a hash: enough to tell versions apart, and the same everywhere.
struct Fnv(u64);

impl Fnv {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn take(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_fnv_1a() {
        // The values of the algorithm's authors.
        for (text, expected) in [
            ("", 0xcbf2_9ce4_8422_2325),
            ("a", 0xaf63_dc4c_8601_ec8c),
            ("foobar", 0x8594_4171_f739_67e8),
        ] {
            let mut hash = Fnv::new();
            hash.take(text.as_bytes());
            assert_eq!(hash.0, expected, "{text}");
        }
    }

    #[test]
    fn modules_are_named_with_the_parts_that_need_them() {
        let loader = "/* one, two */\nconst __chunk_2 = makeLoad(() => {\n    const src = fetch(new URL(\"./chunk_2.wasm\", import.meta.url));\n}, []);\n\
            export const __wasm_split_load_one = wrapAsyncCb(makeLoad(() => {\n    const src = fetch(new URL(\"./split_one.wasm\", import.meta.url));\n}, [__chunk_2]));\n";
        let expected = [("chunk_2.wasm", "one two"), ("split_one.wasm", "one")];
        let expected = expected.map(|(file, parts)| (file.to_owned(), parts.to_owned()));
        assert_eq!(needs(loader), expected);
    }
}
