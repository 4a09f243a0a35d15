//! Puts the page together: the modules, what lies in static/, the languages, and index.html, which names them.
//!
//! Whatever may change from one version to the next lies in a folder named by a hash of all of it, so a
//! host may let browsers keep it for ever, and no browser mixes two versions.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::cut::{First, LOADER, built};
use super::{read, read_text, slim, texts};
use crate::say::Result;

/// A line of index.html that is repeated for every language: its code, and the file with its sentences.
const LANGUAGE: (&str, &str) = ("data-lang=\"\"", "lang.txt");
/// What index.html names the folder of everything hashed in the sources.
const FOLDER: &str = "static/";
/// A line of index.html that is repeated for every module with which the page can start: what is filled in.
const FIRST: (&str, &str, &str) = ("data-parts=\"\"", "data-scenarios=\"\"", "first.wasm");
/// The line of index.html for the loader of what was cut off.
const CUT: &str = "data-part=\"loader\"";
/// A line of index.html for a sheet of style, and the one sheet that takes the place of all.
const SHEET: &str = "rel=\"stylesheet\"";
const ONE_SHEET: (&str, &str) = (
    "page.css",
    "<link rel=\"stylesheet\" href=\"static/page.css\">",
);

/// Writes the page into `dist` from the modules in `parts`, complete or not at all.
pub(super) fn assemble(root: &Path, firsts: &[First], parts: &Path, dist: &Path) -> Result<()> {
    let page = read_text(&root.join("index.html"))?;
    let mut files = Vec::new();
    for folder in [root.join("static"), parts.to_owned()] {
        files.extend(list(&folder)?);
    }
    // The picture in the README is no part of the page.
    files.retain(|path| path.extension().is_none_or(|kind| kind != "png"));
    files.sort();
    let sheets = sheets(&page);
    let mut style = String::new();
    for name in &sheets {
        style.push_str(&slim::sheet(&read_text(&root.join(name))?));
    }
    files.retain(|path| path.extension().is_none_or(|kind| kind != "css"));
    let mut hash = Fnv::new();
    hash.take(style.as_bytes());
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
    std::fs::write(partial.join(&home).join(ONE_SHEET.0), style).map_err(cannot)?;
    for (code, sentences) in &texts {
        let to = partial.join(&home).join(format!("{code}.txt"));
        std::fs::write(to, sentences).map_err(cannot)?;
    }
    let page = with_languages(&page, texts.keys());
    let page = with_modules(&page, firsts, parts).replace(FOLDER, &home);
    std::fs::write(partial.join("index.html"), page).map_err(cannot)?;
    if dist.exists() {
        std::fs::remove_dir_all(dist).map_err(cannot)?;
    }
    std::fs::rename(&partial, dist).map_err(cannot)
}

/// The page with one line for every language, naming the file with its sentences.
fn with_languages<'a>(page: &str, codes: impl Iterator<Item = &'a String> + Clone) -> String {
    let (code, file) = LANGUAGE;
    let mut out = String::new();
    for line in page.lines() {
        match line.contains(code) {
            false => _ = writeln!(out, "{line}"),
            true => {
                for own in codes.clone() {
                    let named = line.replace(code, &filled(code, std::slice::from_ref(own)));
                    _ = writeln!(out, "{}", named.replace(file, &format!("{own}.txt")));
                }
            }
        }
    }
    out
}

/// The page with one line for every module with which it can start, naming its parts and what can be shown with
/// them, and without the loader where nothing was cut off.
fn with_modules(page: &str, firsts: &[First], modules: &Path) -> String {
    let (parts, scenarios, file) = FIRST;
    let is_cut = modules.join(LOADER).exists();
    let (mut out, mut has_style) = (String::new(), false);
    for line in page.lines() {
        if line.contains(parts) {
            for first in firsts.iter().filter(|first| built(first, modules)) {
                let named = line.replace(file, &first.file);
                let named = named.replace(parts, &filled(parts, &first.parts));
                let named = named.replace(scenarios, &filled(scenarios, &first.scenarios));
                _ = writeln!(out, "{named}");
            }
        } else if line.contains(SHEET) {
            if !has_style {
                _ = writeln!(out, "{}", ONE_SHEET.1);
            }
            has_style = true;
        } else if is_cut || !line.contains(CUT) {
            _ = writeln!(out, "{line}");
        }
    }
    out
}

/// The sheets of style that index.html names, in its order, as paths in the sources.
fn sheets(page: &str) -> Vec<String> {
    let lines = page.lines().filter(|line| line.contains(SHEET));
    let hrefs = lines.filter_map(|line| line.split_once("href=\"")?.1.split_once('"'));
    hrefs.map(|(href, _)| href.to_owned()).collect()
}

/// An attribute with words for its value.
fn filled(attribute: &str, words: &[String]) -> String {
    attribute.replace("\"\"", &format!("\"{}\"", words.join(" ")))
}

/// The files of a folder.
fn list(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder)
        .map_err(|why| format!("{} cannot be read: {why}", folder.display()))?;
    let paths = entries.flatten().map(|entry| entry.path());
    Ok(paths.filter(|path| path.is_file()).collect())
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
    fn every_language_has_a_line_of_its_own() {
        let page = "<a>\n<link data-lang=\"\" data-href=\"static/lang.txt\">\n<b>\n";
        let codes = ["fr".to_owned(), "ja".to_owned()];
        let expected = "<a>\n<link data-lang=\"fr\" data-href=\"static/fr.txt\">\n\
                        <link data-lang=\"ja\" data-href=\"static/ja.txt\">\n<b>\n";
        assert_eq!(with_languages(page, codes.iter()), expected);
    }

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
}
