//! What the cutter left: the main module, the modules that were cut off, and which parts of the page need each.

use std::path::Path;

use crate::say::Result;

/// The loader that the cutter writes, and that ours takes the place of.
pub(super) const LOADER: &str = "__wasm_split.js";
/// How the cutter's loader names the function that fetches a part.
const LOADS: &str = "export const __wasm_split_load_";

/// A module that was cut off.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Module {
    /// The name of its file.
    pub(super) file: String,
    /// The parts that need it.
    pub(super) parts: Vec<String>,
}

impl Module {
    /// Whether one of some parts needs it.
    pub(super) fn is_for(&self, parts: &[&str]) -> bool {
        self.parts.iter().any(|part| parts.contains(&&**part))
    }
}

/// Everything that was cut off.
pub(super) struct Cut {
    /// The names of the parts, in the order of their loaders.
    pub(super) parts: Vec<String>,
    /// The modules.
    pub(super) modules: Vec<Module>,
}

impl Cut {
    /// Reads what the cutter's loader in a folder says.
    pub(super) fn read(folder: &Path) -> Result<Self> {
        Ok(Self::tell(&super::read_text(&folder.join(LOADER))?))
    }

    /// A shared module is introduced by a comment with the names of the parts that share it; that of one part
    /// stands in the loader of the part.
    fn tell(loader: &str) -> Self {
        let (mut parts, mut modules) = (Vec::new(), Vec::new());
        let mut names: Vec<String> = Vec::new();
        for line in loader.lines() {
            let comment = line.strip_prefix("/* ");
            if let Some(shared) = comment.and_then(|rest| rest.strip_suffix(" */")) {
                names = shared.split(", ").map(str::to_owned).collect();
            }
            if let Some(part) = line.strip_prefix(LOADS) {
                names = part.split(' ').take(1).map(str::to_owned).collect();
                parts.extend(names.clone());
            }
            let file = line.split_once("new URL(\"./");
            if let Some((file, _)) = file.and_then(|(_, rest)| rest.split_once('"')) {
                modules.push(Module {
                    file: file.to_owned(),
                    parts: names.clone(),
                });
            }
        }
        Self { parts, modules }
    }
}

/// A module with which the page can start: the main one and all that some parts need, in one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct First {
    /// Its file.
    pub(super) file: String,
    /// The parts that come with it.
    pub(super) parts: Vec<String>,
    /// What the page may show with it: scenarios, or nothing for the front page.
    pub(super) scenarios: Vec<String>,
}

/// Which scenarios make a part.
const PARTS: &str = "core/parts.txt";
/// The module of a run.
const RUN: &str = "player";
/// The module of the front page, and how the names of the parts end that it fetches besides.
const FRONT: (&str, &str) = ("compare", "_common");

/// The modules to start with: for the front page with its first column, and for the runs of every part.
pub(super) fn firsts(root: &Path) -> Result<Vec<First>> {
    Ok(starts(&super::read_text(&root.join(PARTS))?))
}

/// The modules to start with, from the list of parts: the name of each, a function of the engine, its scenarios.
fn starts(listed: &str) -> Vec<First> {
    let lines = listed.lines().filter(|line| !line.starts_with('#'));
    let parts: Vec<Vec<&str>> = lines.map(|line| line.split(' ').collect()).collect();
    let first = |code: &str, part: &str, scenarios: &[&str]| First {
        file: format!("first_{}.wasm", if code == RUN { part } else { code }),
        parts: vec![code.to_owned(), part.to_owned()],
        scenarios: scenarios.iter().map(|id| (*id).to_owned()).collect(),
    };
    let column = parts.iter().find(|words| words[0].ends_with(FRONT.1));
    let front = column.map(|words| first(FRONT.0, words[0], &[]));
    let runs = parts.iter().filter_map(|words| {
        let scenarios = words.get(2..).filter(|ids| !ids.is_empty())?;
        Some(first(RUN, words[0], scenarios))
    });
    front.into_iter().chain(runs).collect()
}

/// Whether a module to start with was built into a folder.
pub(super) fn built(first: &First, folder: &Path) -> bool {
    folder.join(&first.file).exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_named_with_the_parts_that_need_them() {
        let loader = "/* one, two */\nconst __chunk_2 = makeLoad(() => {\n    const src = fetch(new URL(\"./chunk_2.wasm\", import.meta.url));\n}, []);\n\
            export const __wasm_split_load_one = wrapAsyncCb(makeLoad(() => {\n    const src = fetch(new URL(\"./split_one.wasm\", import.meta.url));\n}, [__chunk_2]));\n";
        let cut = Cut::tell(loader);
        let found: Vec<_> = cut.modules.iter().map(|m| (&*m.file, &*m.parts)).collect();
        let (one, both) = (["one".to_owned()], ["one".to_owned(), "two".to_owned()]);
        assert_eq!(
            found,
            [("chunk_2.wasm", &both[..]), ("split_one.wasm", &one[..])]
        );
        assert_eq!(cut.parts, one);
        assert!(cut.modules[0].is_for(&["two"]) && !cut.modules[1].is_for(&["two"]));
    }

    #[test]
    fn the_page_starts_with_the_front_or_with_the_scenarios_of_a_part() {
        let listed = "# A comment.\na_running a::running a/one a/two\na_common a::common a/common\nb_common b::tee\n";
        let starts = starts(listed);
        let told: Vec<_> = starts
            .iter()
            .map(|first| {
                (
                    &*first.file,
                    first.parts.join(" "),
                    first.scenarios.join(" "),
                )
            })
            .collect();
        let expected = [
            ("first_compare.wasm", "compare a_common", ""),
            ("first_a_running.wasm", "player a_running", "a/one a/two"),
            ("first_a_common.wasm", "player a_common", "a/common"),
        ];
        let expected = expected.map(|(file, parts, ids)| (file, parts.to_owned(), ids.to_owned()));
        assert_eq!(told, expected);
    }
}
