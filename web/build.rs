//! Checks the languages in `web/text` against the sentences in `web/src`, and lists their files.

#[path = "../core/build/texts.rs"]
mod texts;

use std::fmt::Write as _;
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
    let mut source = String::from(
        "/// The files with the page’s own sentences, by language code.\npub(crate) const UI_FILES: &[(&str, &[&str])] = &[\n",
    );
    for language in &found.languages {
        _ = writeln!(source, "    ({:?}, &{:?}),", language.code, language.files);
    }
    source.push_str("];\n");
    let out = std::env::var("OUT_DIR").map_err(|e| format!("cargo gave no OUT_DIR: {e}."))?;
    let out = Path::new(&out);
    let wrote = std::fs::write(out.join("ui_files.rs"), source)
        .and_then(|()| std::fs::write(out.join("missing.txt"), &found.missing));
    wrote.map_err(|e| format!("{} cannot be written to: {e}.", out.display()))
}
