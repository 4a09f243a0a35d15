//! Puts the many small modules that the cutter leaves into one file: together they are half as large after
//! compression, and a browser asks once instead of a hundred times.

use std::fmt::Write as _;
use std::path::Path;

use crate::say::Result;

/// The file that holds them.
const FILE: &str = "pieces.wasm";
/// The loader that the cutter wrote.
const LOADER: &str = "__wasm_split.js";
/// Modules with fewer bytes are pieces.
const SMALL: u64 = 4096;
/// How the loader fetches a module: before its file’s name, after it, and how it starts it.
const FETCH: (&str, &str) = ("fetch(new URL(\"./", "\", import.meta.url))");
const START: &str = "WebAssembly.instantiateStreaming(src, imports)";
/// How it starts one that is a piece.
const START_PIECE: &str = "WebAssembly.instantiate(await src, imports)";

/// What the loader needs besides: the file is fetched once, and again only after a failure.
const PIECE: &str = "let pieces;
function piece(at, length) {
    pieces ??= fetch(new URL(\"./pieces.wasm\", import.meta.url)).then((answer) => {
        if (!answer.ok) throw new Error(`pieces.wasm: ${answer.status}`);
        return answer.arrayBuffer();
    });
    const mine = pieces;
    mine.catch(() => {
        if (pieces === mine) pieces = undefined;
    });
    return mine.then((all) => new Uint8Array(all, at, length));
}
";

/// Joins the small modules of a folder and tells its loader where each is; nothing where there is no loader.
pub(super) fn join(folder: &Path) -> Result<()> {
    let path = folder.join(LOADER);
    if !path.exists() {
        return Ok(());
    }
    let cannot = |why| format!("{} cannot be read: {why}", path.display());
    let loader = std::fs::read_to_string(&path).map_err(cannot)?;
    let mut all = Vec::new();
    let told = retell(&loader, |file| {
        let module = folder.join(file);
        let size = std::fs::metadata(&module).ok()?.len();
        if size >= SMALL {
            return None;
        }
        let bytes = std::fs::read(&module).ok()?;
        std::fs::remove_file(&module).ok()?;
        let at = all.len();
        all.extend_from_slice(&bytes);
        Some((at, bytes.len()))
    });
    let cannot = |why| format!("{} cannot be written: {why}", folder.display());
    std::fs::write(folder.join(FILE), all).map_err(cannot)?;
    std::fs::write(&path, told).map_err(cannot)
}

/// The loader with every module that is a piece fetched as one; `place` says where in the file it is, if it is.
fn retell(loader: &str, mut place: impl FnMut(&str) -> Option<(usize, usize)>) -> String {
    let mut told = String::new();
    let mut is_piece = false;
    for line in loader.lines() {
        let found = line.split_once(FETCH.0);
        let found = found.and_then(|(before, rest)| {
            let (file, after) = rest.split_once(FETCH.1)?;
            Some((before, place(file), after))
        });
        match found {
            Some((before, Some((at, length)), after)) => {
                is_piece = true;
                _ = writeln!(told, "{before}piece({at}, {length}){after}");
            }
            Some((_, None, _)) => {
                is_piece = false;
                _ = writeln!(told, "{line}");
            }
            None if is_piece => _ = writeln!(told, "{}", line.replace(START, START_PIECE)),
            None => _ = writeln!(told, "{line}"),
        }
    }
    // Functions are known in all of a module, `let` only below.
    told.replacen("function makeLoad", &format!("{PIECE}function makeLoad"), 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_fetched_from_the_one_file_and_others_as_before() {
        let module = |name: &str| {
            format!(
                "const {name} = makeLoad(() => {{\n    const src = fetch(new URL(\"./{name}.wasm\", import.meta.url));\n    src.catch(() => {{}});\n    return async (imports) => (WebAssembly.instantiateStreaming(src, imports));\n}}\n, []);\n"
            )
        };
        let loader = format!(
            "function makeLoad() {{}}\n{}{}",
            module("small"),
            module("large")
        );
        let told = retell(&loader, |file| (file == "small.wasm").then_some((7, 9)));
        assert!(told.contains("const src = piece(7, 9);"), "{told}");
        assert_eq!(told.matches(START_PIECE).count(), 1, "{told}");
        assert!(told.contains(&module("large")), "{told}");
        let (before, _) = told.split_once("function makeLoad").expect("it is there");
        assert!(before.contains("function piece"), "{told}");
    }
}
