//! The sizes of first loads against their budget: everything that index.html names, with the part of one run,
//! and with the parts of the front page.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::places::on_path;
use crate::say::Result;
use crate::sh::Run;

/// Bytes after brotli that the first load should stay under.
const BUDGET: u64 = 250_000;
/// Bytes after brotli that the first load must come under.
const LIMIT: u64 = 350_000;
/// Bytes after brotli over which the build fails: a ceiling above the limit while the machines have outgrown it, to
/// be lowered with every gain and to go once a first load is under the limit.
const CEILING: u64 = 480_000;
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

/// The module of a run.
const RUN: &str = "player";
/// What is in the names of machines' parts and not in those of the page's own modules.
const OF_MACHINE: char = '_';
/// The module of the front page, and how the names of the parts end that it fetches besides.
const FRONT: (&str, &str) = ("compare", "_common");

/// Prints the sizes; an error when a first load is over the limit.
pub(crate) fn check(dist: &Path) -> Result<()> {
    if on_path("node").is_none() {
        println!("  the compressed size was not measured because Node is missing (install nodejs)");
        return Ok(());
    }
    let load = Load::read(dist)?;
    let run = weigh("first load of a run", &load.of_a_run(), dist)?;
    let Some((first, all)) = load.of_the_front() else {
        return held("first load of a run", run);
    };
    let front = weigh("first column of the front page", &first, dist)?;
    let whole = weigh("front page with every column", &all, dist)?;
    println!("  the front page shows columns as they come; with every one it has {whole} bytes");
    held("first load of a run", run).and(held("first column of the front page", front))
}

/// An error when a first load is over the limit.
fn held(what: &str, bytes: u64) -> Result<()> {
    match bytes {
        0..=BUDGET => Ok(()),
        over @ ..=LIMIT => {
            println!("  warning: the {what} has {over} bytes, over the budget of {BUDGET}");
            Ok(())
        }
        over @ ..=CEILING => {
            println!(
                "  warning: the {what} has {over} bytes, over the limit of {LIMIT}: make it smaller"
            );
            Ok(())
        }
        over => Err(format!(
            "the {what} has {over} bytes after brotli, over the ceiling of {CEILING}; make it smaller"
        )),
    }
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

/// What index.html names: for everybody, and for each part its modules.
struct Load {
    everybody: Vec<String>,
    parts: BTreeMap<String, Vec<String>>,
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
        let mut parts: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for line in page.lines() {
            let Some(file) = value(line, "data-href")
                .or_else(|| value(line, "href"))
                .or_else(|| value(line, "src"))
            else {
                continue;
            };
            let path = dist.join(file).to_string_lossy().into_owned();
            let Some(named) = value(line, "data-parts") else {
                if KINDS.iter().any(|kind| file.ends_with(kind)) {
                    everybody.push(path);
                }
                continue;
            };
            for part in named.split(' ') {
                parts.entry(part.to_owned()).or_default().push(path.clone());
            }
        }
        if !parts.is_empty() {
            let glue = dist.join(files_folder(&everybody)).join("__wasm_split.js");
            everybody.push(glue.to_string_lossy().into_owned());
        }
        Ok(Self { everybody, parts })
    }

    /// The files of a run: those of the player and of the part that weighs most.
    fn of_a_run(&self) -> Vec<String> {
        let runs = self
            .parts
            .iter()
            .filter(|(name, _)| name.contains(OF_MACHINE));
        let most = runs.max_by_key(|(_, files)| weight(files));
        let most = most.map(|(name, _)| name.as_str());
        self.with(|name| name == RUN || Some(name) == most)
    }

    /// The files of the front page with the column that weighs most, and with every column; nothing where it
    /// fetches no parts.
    fn of_the_front(&self) -> Option<(Vec<String>, Vec<String>)> {
        let (module, end) = FRONT;
        let columns = self.parts.iter().filter(|(name, _)| name.ends_with(end));
        let (most, _) = columns.max_by_key(|(_, files)| weight(files))?;
        let first = self.with(|name| name == module || name == most);
        let all = self.with(|name| name == module || name.ends_with(end));
        Some((first, all))
    }

    /// The files for everybody and those of some parts, each once.
    fn with(&self, wanted: impl Fn(&str) -> bool) -> Vec<String> {
        let parts = self.parts.iter().filter(|(name, _)| wanted(name));
        let mut own: Vec<String> = parts.flat_map(|(_, files)| files.clone()).collect();
        own.sort();
        own.dedup();
        let mut files = self.everybody.clone();
        files.extend(own);
        files
    }
}

/// The size of files together, before compression.
fn weight(files: &[String]) -> u64 {
    let sizes = files.iter().filter_map(|file| std::fs::metadata(file).ok());
    sizes.map(|meta| meta.len()).sum()
}

/// The folder in which most of the page lies.
fn files_folder(files: &[String]) -> PathBuf {
    let last = files.last().map(Path::new);
    last.and_then(Path::parent)
        .unwrap_or(Path::new(""))
        .to_owned()
}

/// The value of an attribute on a line of index.html.
fn value<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = line.split_once(&format!(" {name}=\""))?;
    rest.split_once('"').map(|(value, _)| value)
}
