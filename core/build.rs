//! Checks the languages in `core/text` against the sentences in `core/src`, and lists them for the code.

#[path = "build/texts.rs"]
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
    println!("cargo:rerun-if-changed=build");
    println!("cargo:rerun-if-changed=build.rs");
    let found = texts::check(&texts::Job {
        package: Path::new(env!("CARGO_MANIFEST_DIR")),
        is_ours: |key| !key.starts_with("ui."),
        named: true,
        strict: STRICT,
    })?;
    let out = std::env::var("OUT_DIR").map_err(|e| format!("cargo gave no OUT_DIR: {e}."))?;
    let write = |name: &str, text: &str| {
        std::fs::write(Path::new(&out).join(name), text)
            .map_err(|e| format!("{name} cannot be written to {out}: {e}."))
    };
    write("languages.rs", &languages(&found.languages))?;
    write("missing.txt", &found.missing)
}

/// The table of languages as Rust source.
fn languages(languages: &[texts::Language]) -> String {
    let mut out = String::from(
        "/// The languages besides English that are complete, by code.\npub const LANGUAGES: &[Language] = &[\n",
    );
    for language in languages {
        let (code, name, files) = (&language.code, &language.name, &language.files);
        _ = writeln!(
            out,
            "    Language {{\n        code: {code:?},\n        name: {name:?},"
        );
        _ = writeln!(out, "        files: &{files:?},");
        out.push_str("        #[cfg(feature = \"texts\")]\n        texts: &[\n");
        for file in files {
            _ = writeln!(
                out,
                "            include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/text/{code}/{file}\")),"
            );
        }
        out.push_str("        ],\n    },\n");
    }
    out.push_str("];\n");
    out
}
