//! Puts a language's files into one: who chooses a language waits for one answer, not for dozens one after the other.

use std::collections::BTreeMap;
use std::path::Path;

use crate::say::Result;

/// Where the languages lie in the sources, a folder each.
const FOLDERS: [&str; 2] = ["core/text", "web/text"];

/// Every language: its code and all its sentences, without the comments between them.
pub(super) fn joined(root: &Path) -> Result<BTreeMap<String, String>> {
    let mut all = BTreeMap::new();
    for folder in FOLDERS {
        let folder = root.join(folder);
        for language in sorted(&folder)? {
            let code = language.file_name().unwrap_or_default().to_string_lossy();
            let sentences: &mut String = all.entry(code.into_owned()).or_default();
            for file in sorted(&language)? {
                let cannot = |why| format!("{} cannot be read: {why}", file.display());
                let text = std::fs::read_to_string(&file).map_err(cannot)?;
                for line in text.lines().filter(|line| is_sentence(line)) {
                    sentences.push_str(line);
                    sentences.push('\n');
                }
            }
        }
    }
    Ok(all)
}

fn is_sentence(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && !line.starts_with('#')
}

/// What is in a folder, in the order of its names.
fn sorted(folder: &Path) -> Result<Vec<std::path::PathBuf>> {
    let cannot = |why| format!("{} cannot be read: {why}", folder.display());
    let entries = std::fs::read_dir(folder).map_err(cannot)?;
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sentence_of_both_folders_is_in_the_one_file() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let all = joined(&root).expect("the languages can be read");
        let japanese = &all["ja"];
        for folder in FOLDERS {
            for file in sorted(&root.join(folder).join("ja")).expect("it is there") {
                let text = std::fs::read_to_string(&file).expect("it can be read");
                let sentences = text.lines().filter(|line| is_sentence(line));
                for line in sentences {
                    assert!(japanese.contains(line), "{}: {line}", file.display());
                }
            }
        }
        assert!(japanese.lines().all(|line| !line.starts_with('#')));
    }
}
