//! The size of the page's first load against its budget: everything that index.html names.

use std::path::Path;

use crate::places::on_path;
use crate::say::Result;
use crate::sh::Run;

/// Bytes after brotli that the first load should stay under.
const BUDGET: u64 = 250_000;
/// Bytes after brotli that the first load must come under.
const LIMIT: u64 = 350_000;
/// The page is over its limit today. Until it is under it, the build says so each time, and fails when
/// the page grows beyond this. Lower it with every gain, and drop it at the limit.
const CEILING: u64 = 400_000;
/// What counts: a browser waits for these before the page works.
const KINDS: [&str; 4] = ["html", "css", "js", "wasm"];

/// Compresses each file as a good host would and prints `name raw gzip brotli`.
const MEASURE: &str = "
const fs = require('node:fs'), zlib = require('node:zlib'), path = require('node:path');
for (const file of process.argv.slice(1)) {
  const bytes = fs.readFileSync(file);
  const gzip = zlib.gzipSync(bytes, { level: 9 }).length;
  console.log(path.basename(file), bytes.length, gzip, zlib.brotliCompressSync(bytes).length);
}";

/// Prints the sizes; an error when the first load is over the ceiling.
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
        over @ ..=CEILING => {
            println!(
                "  WARNING: {over} bytes are over the limit of {LIMIT}; make the page smaller (it fails over {CEILING})"
            );
            Ok(())
        }
        over => Err(format!(
            "the first load has {over} bytes after brotli, over {CEILING} and the limit of {LIMIT}; make it smaller"
        )),
    }
}

/// The files of `dist` that count, by name.
fn first_load(dist: &Path) -> Result<Vec<String>> {
    let cannot = |why| {
        format!(
            "{} cannot be read: {why}; build the page first",
            dist.display()
        )
    };
    let page = std::fs::read_to_string(dist.join("index.html")).map_err(cannot)?;
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dist).map_err(cannot)?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let counts = name
            .rsplit_once('.')
            .is_some_and(|(_, kind)| KINDS.contains(&kind));
        if counts && (name == "index.html" || page.contains(&name)) {
            files.push(entry.path().to_string_lossy().into_owned());
        }
    }
    files.sort();
    Ok(files)
}
