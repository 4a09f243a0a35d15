//! The page draws panels and the comparison lays runs side by side; neither knows a machine: no file of
//! `web/src` or `core/src/compare` names one or anything of one.

/// Source files are read from the disk, which wasm has none of.
#[cfg(not(target_arch = "wasm32"))]
mod native {
    use std::path::{Path, PathBuf};

    /// Names that belong to one machine; found in any case, as a word or inside one.
    const NAMES: [&str; 27] = [
        "sgx",
        "enclave",
        "mrenclave",
        "mrsigner",
        "sigstruct",
        "epcm",
        "einit",
        "eextend",
        "eadd",
        "keystone",
        "trustzone",
        "optee",
        "op-tee",
        "tdx",
        "mrtd",
        "sev-snp",
        "sev_snp",
        "realm",
        "nvidia",
        "pmpcfg",
        "pmpaddr",
        "napot",
        "eyrie",
        "riscv",
        "mideleg",
        "create_enclave",
        "teep",
    ];

    fn files(folder: &Path, out: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder)
            .expect("the folder can be listed")
            .flatten()
        {
            let path = entry.path();
            match path.is_dir() {
                true => files(&path, out),
                false => out.push(path),
            }
        }
    }

    #[test]
    fn no_file_of_the_page_names_a_machine() {
        let mut all = Vec::new();
        for (folder, least) in [("../web/src", 30), ("src/compare", 15)] {
            let src = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
            let before = all.len();
            files(&src, &mut all);
            let found = all.len() - before;
            assert!(found > least, "{} holds only {found} files", src.display());
        }
        let ids = teescope_core::tees::all().into_iter().map(|t| t.id);
        let names: Vec<&str> = NAMES.into_iter().chain(ids).collect();
        let mut hits = Vec::new();
        for path in all {
            let text = std::fs::read_to_string(&path).expect("a source file is text");
            for (i, line) in text.lines().enumerate() {
                let line = line.to_lowercase();
                hits.extend(
                    names
                        .iter()
                        .filter(|n| line.contains(**n))
                        .map(|n| format!("{}:{}: {n}", path.display(), i + 1)),
                );
            }
        }
        assert!(
            hits.is_empty(),
            "the page names a machine:\n{}",
            hits.join("\n")
        );
    }
}
