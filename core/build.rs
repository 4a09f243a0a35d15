//! Checks the languages in `core/text` against the sentences in `core/src`, and lists them and the parts of
//! the catalogue for the code.

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
    println!("cargo:rerun-if-changed=parts.txt");
    let listed = Path::new(env!("CARGO_MANIFEST_DIR")).join("parts.txt");
    let listed = std::fs::read_to_string(&listed)
        .map_err(|e| format!("{} cannot be read: {e}.", listed.display()))?;
    write("parts.rs", &parts(&listed)?)?;
    write("languages.rs", &languages(&found.languages))?;
    write("missing.txt", &found.missing)
}

/// The parts of the catalogue as a macro that calls another with all of them.
fn parts(listed: &str) -> Result<String, String> {
    let mut out = String::from(
        "/// Calls a macro with every part of the catalogue: its name, the path of the function that gives it\n\
         /// and the ids of its scenarios, as `name (module function) [\"id\", …];`. For hosts that fetch each\n\
         /// part only when it is wanted.\n\
         #[macro_export]\nmacro_rules! each_part {\n    ($then:ident) => { $then! {\n",
    );
    for line in listed
        .lines()
        .filter(|l| !l.is_empty() && !l.starts_with('#'))
    {
        let mut words = line.split(' ');
        let (Some(name), Some(path)) = (words.next(), words.next()) else {
            return Err(format!(
                "parts.txt: “{line}” wants a name, a function and any scenarios, with a space between them."
            ));
        };
        let ids: Vec<&str> = words.collect();
        _ = writeln!(out, "        {name} ({}) {ids:?};", path.replace("::", " "));
    }
    out.push_str("    } };\n}\n");
    Ok(out)
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
