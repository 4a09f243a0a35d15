//! The sizes of first loads against their budget: everything that index.html names for everybody, with the module
//! of the run that weighs most, and with that of the front page.

use std::path::{Path, PathBuf};

use crate::places::on_path;
use crate::say::Result;
use crate::sh::Run;

/// Bytes after brotli that the first load should stay under.
const BUDGET: u64 = 250_000;
/// Bytes after brotli over which the build fails.
const LIMIT: u64 = 350_000;
/// The same for a run, which is still over the limit: what its reader does not need at first (operations read from
/// text, changes worth trying, snippets) has yet to become a module of its own.
const LIMIT_OF_A_RUN: u64 = 400_000;
/// The same for a run of one's own files, whose part holds the readers of every file format.
const LIMIT_OF_FILES: u64 = 450_000;
/// How the names of the parts end that read one's own files.
const FILES: &str = "_files";
/// What counts: a browser waits for these before the page works.
const KINDS: [&str; 3] = [".css", ".js", ".wasm"];

/// Compresses each file as a good host would and prints `name raw gzip brotli`.
const MEASURE: &str = "
const fs = require('node:fs'), zlib = require('node:zlib'), path = require('node:path');
for (const file of process.argv.slice(1)) {
  const bytes = fs.readFileSync(file);
  const gzip = zlib.gzipSync(bytes, { level: 9 }).length;
  console.log(path.basename(file), bytes.length, gzip, zlib.brotliCompressSync(bytes).length);
}";

/// How the names of the parts end that the front page fetches when it is there.
const COLUMN: &str = "_common";
/// The loader of what was cut off, and what comes with it in one file.
const LOADER: &str = "__wasm_split.js";
const PIECES: &str = "./pieces.wasm";

/// Prints the sizes; an error when a first load is over the limit.
pub(crate) fn check(dist: &Path) -> Result<()> {
    if on_path("node").is_none() {
        println!("  the compressed size was not measured because Node is missing (install nodejs)");
        return Ok(());
    }
    let load = Load::read(dist)?;
    let Some((front, run, own)) = load.heaviest() else {
        return held(
            "page",
            weigh("first load", &load.everybody, dist)?,
            LIMIT_OF_A_RUN,
        );
    };
    let run = weigh("first load of a run", &load.with(&run.file), dist)?;
    let own = own.map(|own| weigh("first load of one's own file", &load.with(&own.file), dist));
    let first = weigh(
        "first load of the front page",
        &load.with(&front.file),
        dist,
    )?;
    let more = weigh("what more columns bring", &columns(front, dist)?, dist)?;
    println!(
        "  the front page fetches its other columns at the same time; with every one it has {} bytes",
        first + more
    );
    held("first load of a run", run, LIMIT_OF_A_RUN)?;
    held(
        "first load of one's own file",
        own.transpose()?.unwrap_or(0),
        LIMIT_OF_FILES,
    )?;
    held("first load of the front page", first, LIMIT)
}

/// An error when a first load is over a limit.
fn held(what: &str, bytes: u64, limit: u64) -> Result<()> {
    if bytes > limit {
        return Err(format!(
            "the {what} has {bytes} bytes after brotli, over the limit of {limit}; make it smaller"
        ));
    }
    if bytes > LIMIT {
        println!(
            "  warning: the {what} has {bytes} bytes, over the limit of {LIMIT}: make it smaller"
        );
    } else if bytes > BUDGET {
        println!("  warning: the {what} has {bytes} bytes, over the budget of {BUDGET}");
    }
    Ok(())
}

/// Prints the sizes of files and gives their sum after brotli.
fn weigh(what: &str, files: &[String], dist: &Path) -> Result<u64> {
    let words = ["-e", MEASURE].map(str::to_owned);
    let table = Run::new("node", words.iter().chain(files)).output()?;
    let mut sum = [0_u64; 3];
    println!(
        "  {:44}{:>10}{:>10}{:>10}",
        format!("{what}, bytes"),
        "raw",
        "gzip",
        "brotli"
    );
    for line in table.lines() {
        let mut words = line.split(' ');
        let name = words.next().unwrap_or_default();
        let sizes: Vec<u64> = words.filter_map(|word| word.parse().ok()).collect();
        let [raw, gzip, brotli] = sizes[..] else {
            return Err(format!(
                "the size table has an odd line, `{line}`; look at {}",
                dist.display()
            ));
        };
        sum = [sum[0] + raw, sum[1] + gzip, sum[2] + brotli];
        println!("  {name:44}{raw:>10}{gzip:>10}{brotli:>10}");
    }
    println!(
        "  {:44}{:>10}{:>10}{:>10}",
        "together", sum[0], sum[1], sum[2]
    );
    Ok(sum[2])
}

/// A module with which the page can start.
struct First {
    file: PathBuf,
    parts: String,
    is_front: bool,
}

/// What index.html names: for everybody, and the modules with which the page can start.
struct Load {
    everybody: Vec<String>,
    firsts: Vec<First>,
}

impl Load {
    /// The files of `dist` that count.
    fn read(dist: &Path) -> Result<Self> {
        let index = dist.join("index.html");
        let page = std::fs::read_to_string(&index).map_err(|why| {
            format!(
                "{} cannot be read: {why}; build the page first",
                index.display()
            )
        })?;
        let mut everybody = vec![index.to_string_lossy().into_owned()];
        let (mut firsts, mut alone) = (Vec::new(), None);
        for line in page.lines() {
            if value(line, "data-lang").is_some() {
                // English needs no such file; other languages are fetched beside all this.
            } else if let Some(file) = value(line, "data-href") {
                let file = dist.join(file);
                match (value(line, "data-parts"), value(line, "data-scenarios")) {
                    (Some(parts), Some(scenarios)) => firsts.push(First {
                        file,
                        parts: parts.to_owned(),
                        is_front: scenarios.is_empty(),
                    }),
                    _ => alone = Some(file),
                }
            } else if let Some(file) = value(line, "href").or_else(|| value(line, "src"))
                && KINDS.iter().any(|kind| file.ends_with(kind))
            {
                everybody.push(dist.join(file).to_string_lossy().into_owned());
            }
        }
        if let Some(file) = alone.filter(|_| firsts.is_empty()) {
            everybody.push(file.to_string_lossy().into_owned());
        }
        Ok(Self { everybody, firsts })
    }

    /// The module of the front page, that of a run that weighs most, and that of a run of one's own files.
    fn heaviest(&self) -> Option<(&First, &First, Option<&First>)> {
        let front = self.firsts.iter().find(|first| first.is_front)?;
        let runs = self.firsts.iter().filter(|first| !first.is_front);
        let weight = |first: &&First| std::fs::metadata(&first.file).map_or(0, |meta| meta.len());
        let (own, runs): (Vec<&First>, Vec<&First>) = runs.partition(|first| {
            let mut parts = first.parts.split(' ');
            parts.any(|part| part.ends_with(FILES))
        });
        let run = runs.into_iter().max_by_key(weight)?;
        Some((front, run, own.into_iter().max_by_key(weight)))
    }

    /// The files for everybody and one more.
    fn with(&self, file: &Path) -> Vec<String> {
        let mut files = self.everybody.clone();
        files.push(file.to_string_lossy().into_owned());
        files
    }
}

/// The files that the front page fetches for its other columns, as the loader lists them.
fn columns(front: &First, dist: &Path) -> Result<Vec<String>> {
    let folder = front.file.parent().unwrap_or(dist);
    let loader = folder.join(LOADER);
    let loader = std::fs::read_to_string(&loader)
        .map_err(|why| format!("{} cannot be read: {why}", loader.display()))?;
    Ok(lacking(&loader, &front.parts)
        .iter()
        .map(|file| folder.join(file).to_string_lossy().into_owned())
        .collect())
}

/// The files with the modules that a column needs and that did not come with some parts, each once.
fn lacking(loader: &str, came: &str) -> Vec<String> {
    let list = |name: &str| {
        let line = loader.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_default().trim_end_matches("];")
    };
    let names = list("const PARTS = [")
        .split(", ")
        .map(|name| name.trim_matches('"'));
    let names: Vec<&str> = names.collect();
    let bits = |wanted: &dyn Fn(&str) -> bool| -> u32 {
        let named = names.iter().enumerate().filter(|(_, name)| wanted(name));
        named.map(|(at, _)| 1 << at).sum()
    };
    let came = bits(&|name| came.split(' ').any(|part| part == name));
    let columns = bits(&|name| name.ends_with(COLUMN));
    let modules = list("const MODULES = [")
        .split("], [")
        .filter_map(|module| {
            let (parts, place) = module.trim_matches(['[', ']']).split_once(", ")?;
            let parts: u32 = parts.parse().ok()?;
            let is_lacking = parts & columns != 0 && parts & came == 0;
            is_lacking.then_some(if place.starts_with('"') {
                place.trim_matches('"')
            } else {
                PIECES
            })
        });
    let mut files: Vec<String> = modules.map(str::to_owned).collect();
    files.sort();
    files.dedup();
    files
}

/// The value of an attribute on a line of index.html.
fn value<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = line.split_once(&format!(" {name}=\""))?;
    rest.split_once('"').map(|(value, _)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_bring_what_did_not_come_with_the_front_page() {
        let loader = "const PARTS = [\"compare\", \"a_common\", \"b_common\", \"player\"];\n\
            const MODULES = [[3, \"./both.wasm\"], [4, \"./b.wasm\"], [12, 0, 9], [4, 9, 1], [8, \"./player.wasm\"]];\n";
        assert_eq!(
            lacking(loader, "compare a_common"),
            ["./b.wasm", "./pieces.wasm"]
        );
        assert_eq!(lacking(loader, "compare a_common b_common"), [""; 0]);
    }
}
