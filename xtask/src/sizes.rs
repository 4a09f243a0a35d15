//! The size of the page's first load against its budget: everything that index.html names, with one part.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::places::on_path;
use crate::say::Result;
use crate::sh::Run;

/// Bytes after brotli that the first load should stay under.
const BUDGET: u64 = 250_000;
/// Bytes after brotli that the first load must come under.
const LIMIT: u64 = 350_000;
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

/// Prints the sizes; an error when the first load is over the limit.
pub(crate) fn check(dist: &Path) -> Result<()> {
    let files = first_load(dist)?;
    if on_path("node").is_none() {
        println!("  the compressed size was not measured because Node is missing (install nodejs)");
        return Ok(());
    }
    let words = ["-e", MEASURE].map(str::to_owned);
    let table = Run::new("node", words.iter().chain(&files)).output()?;
    let mut sum = [0_u64; 3];
    println!(
        "  {:44}{:>10}{:>10}{:>10}",
        "first load, bytes", "raw", "gzip", "brotli"
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
    match sum[2] {
        0..=BUDGET => Ok(()),
        over @ ..=LIMIT => {
            println!("  warning: {over} bytes are over the budget of {BUDGET}");
            Ok(())
        }
        over => Err(format!(
            "the first load has {over} bytes after brotli, over the limit of {LIMIT}; make it smaller"
        )),
    }
}

/// The files of `dist` that count: index.html, what it names for everybody, and the modules of the
/// part that weighs most.
fn first_load(dist: &Path) -> Result<Vec<String>> {
    let index = dist.join("index.html");
    let page = std::fs::read_to_string(&index).map_err(|why| {
        format!(
            "{} cannot be read: {why}; build the page first",
            index.display()
        )
    })?;
    let mut files = vec![index.to_string_lossy().into_owned()];
    let mut parts: BTreeMap<&str, Vec<String>> = BTreeMap::new();
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
                files.push(path);
            }
            continue;
        };
        for part in named.split(' ') {
            parts.entry(part).or_default().push(path.clone());
        }
    }
    if !parts.is_empty() {
        let glue = dist.join(files_folder(&files)).join("__wasm_split.js");
        files.push(glue.to_string_lossy().into_owned());
    }
    let weight = |files: &Vec<String>| -> u64 {
        let sizes = files.iter().filter_map(|file| std::fs::metadata(file).ok());
        sizes.map(|meta| meta.len()).sum()
    };
    files.extend(parts.into_values().max_by_key(weight).unwrap_or_default());
    Ok(files)
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
