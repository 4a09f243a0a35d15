//! Puts the many small modules that the cutter leaves into one file: together they are half as large after
//! compression, and a browser asks once instead of a hundred times. Then writes the loader that knows them all.

use std::fmt::Write as _;
use std::path::Path;

use super::cut::{Cut, LOADER};
use crate::say::Result;

/// The file that holds them.
const FILE: &str = "pieces.wasm";
/// Modules with fewer bytes are pieces.
const SMALL: usize = 4096;
/// The loader, which lacks what the build knows.
const TEMPLATE: &str = include_str!("loader.js");

/// Joins the small modules of a folder and writes a loader that says where each is.
pub(super) fn join(folder: &Path) -> Result<()> {
    let cut = Cut::read(folder)?;
    let mut all = Vec::new();
    let mut places = Vec::new();
    for module in &cut.modules {
        let path = folder.join(&module.file);
        let bytes = super::read(&path)?;
        if bytes.len() >= SMALL {
            places.push(format!("\"./{}\"", module.file));
            continue;
        }
        places.push(format!("{}, {}", all.len(), bytes.len()));
        all.extend_from_slice(&bytes);
        std::fs::remove_file(&path)
            .map_err(|why| format!("{} cannot be removed: {why}", path.display()))?;
    }
    let cannot = |why| format!("{} cannot be written: {why}", folder.display());
    std::fs::write(folder.join(FILE), all).map_err(cannot)?;
    std::fs::write(folder.join(LOADER), tell(&cut, &places)).map_err(cannot)
}

/// The loader for what was cut off, with the place of every module: a file, or where in the one file it is.
fn tell(cut: &Cut, places: &[String]) -> String {
    let (mut parts, mut modules, mut loads) = (String::new(), String::new(), String::new());
    for name in &cut.parts {
        _ = write!(parts, "\"{name}\", ");
        _ = writeln!(
            loads,
            "export const __wasm_split_load_{name} = (callback, data) => load(\"{name}\", callback, data);"
        );
    }
    for (module, place) in cut.modules.iter().zip(places) {
        let bits = cut.parts.iter().enumerate();
        let bits = bits.filter(|(_, name)| module.parts.contains(name));
        let bits: u32 = bits.map(|(at, _)| 1 << at).sum();
        _ = write!(modules, "[{bits}, {place}], ");
    }
    let told = TEMPLATE.replace("/* parts */", parts.trim_end_matches(", "));
    told.replace("/* modules */", modules.trim_end_matches(", ")) + "\n" + &loads
}

#[cfg(test)]
mod tests {
    use super::super::cut::Module;
    use super::*;

    #[test]
    fn the_loader_names_every_part_and_every_module_with_its_parts_and_its_place() {
        let module = |file: &str, parts: &[&str]| Module {
            file: file.to_owned(),
            parts: parts.iter().map(|part| (*part).to_owned()).collect(),
        };
        let cut = Cut {
            parts: vec!["one".to_owned(), "two".to_owned()],
            modules: vec![
                module("small.wasm", &["one", "two"]),
                module("large.wasm", &["two"]),
            ],
        };
        let told = tell(&cut, &["7, 9".to_owned(), "\"./large.wasm\"".to_owned()]);
        assert!(told.contains("const PARTS = [\"one\", \"two\"];"), "{told}");
        let modules = "const MODULES = [[3, 7, 9], [2, \"./large.wasm\"]];";
        assert!(told.contains(modules), "{told}");
        assert_eq!(told.matches("export const __wasm_split_load_").count(), 2);
    }
}
