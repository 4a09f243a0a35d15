//! Checks the languages in `web/text` against the sentences in `web/src`.

#[path = "../core/build/texts.rs"]
mod texts;

use std::path::Path;

/// Whether a language that misses a sentence fails the build. The environment variable
/// `TEESCOPE_TEXTS` (`strict` or `lenient`) overrides it.
const STRICT: bool = true;

fn main() {
    if let Err(why) = run() {
        eprintln!("{why}");
        std::process::exit(1);
    }
}

fn run() -> Result<(), String> {
    println!("cargo:rerun-if-changed=../core/build");
    println!("cargo:rerun-if-changed=build.rs");
    let found = texts::check(&texts::Job {
        package: Path::new(env!("CARGO_MANIFEST_DIR")),
        is_ours: |key| key.starts_with("ui."),
        named: false,
        strict: STRICT,
    })?;
    if let Some(twice) = found.languages.iter().find(|l| !l.name.is_empty()) {
        return Err(format!(
            "text/{}: the language’s own name stands in core/text already; remove it here.",
            twice.code
        ));
    }
    if let Some(empty) = found.languages.iter().find(|l| l.files.is_empty()) {
        return Err(format!(
            "text/{}: no file with sentences; write one or remove the folder.",
            empty.code
        ));
    }
    let out = std::env::var("OUT_DIR").map_err(|e| format!("cargo gave no OUT_DIR: {e}."))?;
    let out = Path::new(&out);
    let wrote = std::fs::write(out.join("missing.txt"), &found.missing);
    wrote.map_err(|e| format!("{} cannot be written to: {e}.", out.display()))
}
