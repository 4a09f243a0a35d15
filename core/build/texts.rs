//! Checks that every language says everything the code says, and tells which files a language has.
//!
//! English stands beside the code: in `text!("key", "…")`, in the rows of `rules!` (key: the rule's id)
//! and of `layout!` (key: the structure's and the field's name). Another language is a folder
//! `text/<code>/` of `.txt` files with a line `key: sentence` each; `#` opens a comment line, `\n` stands
//! for a line break, and one of the files gives the language's own name as `language.name: 日本語`.
//! Nothing lists the languages: a folder is one. How the sentences are divided among the files is free;
//! only the names must differ between `core/text` and `web/text`, because the page copies both to one place.
//!
//! To add a language, make the folder with that one line and run
//! `cargo run -p teescope-core --example missing_texts <code>`: it prints what is missing in the form
//! of a language file. With `TEESCOPE_TEXTS=strict` the build fails and lists everything that is wrong.
//!
//! A build script uses this file by
//!
//! ```text
//! #[path = "../core/build/texts.rs"]
//! mod texts;
//! ```
//!
//! and calls [`check`] with its own folders, as `core/build.rs` and `web/build.rs` do. What the code of
//! `core` says and what the page itself says are checked apart: keys of the page begin with `ui.`, keys of
//! `core` never do.

#[path = "scan.rs"]
pub(crate) mod scan;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The key under which a language tells its own name.
const NAME: &str = "language.name";

/// What to check.
pub(crate) struct Job<'a> {
    /// The package's folder, with `src/` and `text/` in it.
    pub(crate) package: &'a Path,
    /// Whether a key belongs to this package.
    pub(crate) is_ours: fn(&str) -> bool,
    /// Whether a language must tell its own name here.
    pub(crate) named: bool,
    /// Whether an incomplete language fails the build; otherwise it is a warning.
    pub(crate) strict: bool,
}

/// A language that was found.
pub(crate) struct Language {
    /// The folder's name: a BCP 47 code.
    pub(crate) code: String,
    /// Its own name; empty if it need not tell it here.
    pub(crate) name: String,
    /// Its files, by name, in order.
    pub(crate) files: Vec<String>,
}

/// What was found.
pub(crate) struct Found {
    /// The languages besides English, by code.
    pub(crate) languages: Vec<Language>,
    /// Everything that is wrong, one line each; empty when every language is complete.
    pub(crate) wrong: Vec<String>,
    /// The sentences that languages miss, in the form of their files, English for now.
    pub(crate) missing: String,
}

/// Checks every language of a package, tells cargo what to watch, and fails or warns.
pub(crate) fn check(job: &Job<'_>) -> Result<Found, String> {
    for folder in ["src", "text"] {
        println!(
            "cargo:rerun-if-changed={}",
            job.package.join(folder).display()
        );
    }
    println!("cargo:rerun-if-env-changed=TEESCOPE_TEXTS");
    let strict = match std::env::var("TEESCOPE_TEXTS").as_deref() {
        Ok("strict") => true,
        Ok("lenient") => false,
        _ => job.strict,
    };
    let found = examine(job)?;
    if strict && !found.wrong.is_empty() {
        return Err(format!(
            "{} of the sentences people read are wrong:\n{}",
            found.wrong.len(),
            found.wrong.join("\n")
        ));
    }
    if !found.wrong.is_empty() {
        println!(
            "cargo:warning=the languages in {} lack or spoil {} sentences; build with TEESCOPE_TEXTS=strict to see them",
            job.package.join("text").display(),
            found.wrong.len()
        );
    }
    Ok(found)
}

/// Compares every language of a package with its code. The error is about the code itself.
pub(crate) fn examine(job: &Job<'_>) -> Result<Found, String> {
    let english = english(job, &job.package.join("src"))?;
    let mut found = Found {
        languages: Vec::new(),
        wrong: Vec::new(),
        missing: String::new(),
    };
    for folder in folders(&job.package.join("text"))? {
        one(job, &folder, &english, &mut found)?;
    }
    Ok(found)
}

/// The English sentences by key.
fn english(job: &Job<'_>, src: &Path) -> Result<BTreeMap<String, scan::Sentence>, String> {
    let mut out: BTreeMap<String, scan::Sentence> = BTreeMap::new();
    let mut wrong = Vec::new();
    for sentence in scan::folder(src)? {
        let (key, place) = (&sentence.key, &sentence.place);
        if !(job.is_ours)(key) {
            wrong.push(format!(
                "{place}: the key “{key}” has not the form of this package’s keys."
            ));
        }
        if key.contains(": ") || key.trim() != key || key.starts_with('#') {
            wrong.push(format!(
                "{place}: the key “{key}” could not stand in a language file."
            ));
        }
        match out.get(key) {
            Some(first) if first.en != sentence.en => wrong.push(format!(
                "{place}: the key “{key}” already says something else at {}; give it another key.",
                first.place
            )),
            Some(_) => {}
            None => {
                out.insert(key.clone(), sentence);
            }
        }
    }
    match wrong.is_empty() {
        true => Ok(out),
        false => Err(wrong.join("\n")),
    }
}

/// The folders in a folder, by name; none if it does not exist.
fn folders(text: &Path) -> Result<Vec<PathBuf>, String> {
    if !text.exists() {
        return Ok(Vec::new());
    }
    let entries = std::fs::read_dir(text)
        .map_err(|e| format!("{} cannot be listed: {e}.", text.display()))?;
    let mut out: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
    out.retain(|p| p.is_dir());
    out.sort();
    Ok(out)
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .map_or_else(String::new, |n| n.to_string_lossy().into_owned())
}

/// Checks one language.
fn one(
    job: &Job<'_>,
    folder: &Path,
    english: &BTreeMap<String, scan::Sentence>,
    found: &mut Found,
) -> Result<(), String> {
    let code = name_of(folder);
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .map_err(|e| format!("{} cannot be listed: {e}.", folder.display()))?
        .flatten()
        .map(|e| name_of(&e.path()))
        .filter(|n| n.ends_with(".txt"))
        .collect();
    files.sort();
    let mut said: BTreeMap<String, (String, String)> = BTreeMap::new();
    for file in &files {
        let path = folder.join(file);
        let text = std::fs::read_to_string(&path)
            .map_err(|e| format!("{} cannot be read: {e}.", path.display()))?;
        read(
            &text,
            &format!("{code}/{file}"),
            &mut said,
            &mut found.wrong,
        );
    }
    let name = said.remove(NAME).map(|(sentence, _)| sentence);
    if job.named && name.is_none() {
        found.wrong.push(format!(
            "{code}: no file tells the language’s own name as “{NAME}: …”."
        ));
    }
    compare(&code, english, &said, found);
    found.languages.push(Language {
        name: name.unwrap_or_default(),
        code,
        files,
    });
    Ok(())
}

/// Reads the lines of one language file as `Catalogue::parse` does, and tells those it would pass over.
fn read(
    text: &str,
    file: &str,
    said: &mut BTreeMap<String, (String, String)>,
    wrong: &mut Vec<String>,
) {
    for (i, line) in text.lines().enumerate() {
        let (line, place) = (line.trim(), format!("{file}:{}", i + 1));
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some((key, sentence)) = line.split_once(": ") else {
            wrong.push(format!(
                "{place}: the line has not the form “key: sentence”."
            ));
            continue;
        };
        let sentence = sentence.trim().replace("\\n", "\n");
        if let Some((_, first)) = said.insert(key.trim().into(), (sentence, place.clone())) {
            wrong.push(format!(
                "{place}: the key “{}” was already given at {first}.",
                key.trim()
            ));
        }
    }
}

/// Tells what a language misses, has too much, or fills in differently.
fn compare(
    code: &str,
    english: &BTreeMap<String, scan::Sentence>,
    said: &BTreeMap<String, (String, String)>,
    found: &mut Found,
) {
    let mut in_order: Vec<_> = english.iter().collect();
    in_order.sort_by_key(|(_, sentence)| sentence.rank);
    for (key, sentence) in in_order {
        let Some((theirs, place)) = said.get(key) else {
            let en = sentence.en.replace('\n', "\\n");
            found.wrong.push(format!(
                "{code}: missing, said at {}: {key}: {en}",
                sentence.place
            ));
            _ = writeln!(found.missing, "{code}\t{}\t{key}: {en}", sentence.place);
            continue;
        };
        let (ours, theirs) = (placeholders(&sentence.en), placeholders(theirs));
        if ours != theirs {
            found.wrong.push(format!(
                "{place}: “{key}” fills in {} where the English at {} fills in {}.",
                listed(&theirs),
                sentence.place,
                listed(&ours)
            ));
        }
    }
    for (key, (_, place)) in said {
        if !english.contains_key(key) {
            found.wrong.push(format!(
                "{place}: nothing in the code says “{key}”; remove the line."
            ));
        }
    }
}

/// The names in braces, found as the rendering of texts finds them.
fn placeholders(template: &str) -> BTreeSet<&str> {
    let mut out = BTreeSet::new();
    let mut rest = template;
    while let Some((_, after)) = rest.split_once('{') {
        let Some((name, tail)) = after.split_once('}') else {
            break;
        };
        out.insert(name);
        rest = tail;
    }
    out
}

fn listed(names: &BTreeSet<&str>) -> String {
    if names.is_empty() {
        return "nothing".into();
    }
    let names: Vec<String> = names.iter().map(|n| format!("{{{n}}}")).collect();
    names.join(" ")
}
