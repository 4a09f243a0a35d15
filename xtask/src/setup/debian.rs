//! Debian's own Rust for wasm: it ships the standard library's source but not its wasm build, which is made here.

use std::path::{Path, PathBuf};

use super::toolchain::{TARGET, std_in};
use super::{apt, record};
use crate::places::Places;
use crate::say::{Result, step};
use crate::sh::Run;

/// Where Debian's compiler lies.
pub(super) const FOLDER: &str = "/usr/bin";
const SYSROOT: &str = "/usr";
const PACKAGES: [&str; 6] = [
    "rustc-web",
    "cargo-web",
    "rust-web-src",
    "libstd-rust-web-dev",
    "rust-web-llvm",
    "lld-22",
];
/// Lies beside the library and names the compiler it was built with: another one cannot read it.
const STAMP: &str = "built-with.txt";
/// What the library is built for: pages that abort, and tests.
const STD: &str = "-Zbuild-std=std,panic_abort,panic_unwind,proc_macro,test";

/// Whether this is Debian or a child of it.
pub(super) fn is_debian() -> bool {
    Path::new("/etc/debian_version").exists() && apt::exists()
}

/// Whether Debian's toolchain has a wasm library that it can read.
pub(super) fn is_ready() -> bool {
    if !Path::new(FOLDER).join("cargo").is_file() || !std_in(Path::new(SYSROOT)) {
        return false;
    }
    let stamp = std::fs::read_to_string(library().join(STAMP));
    // A library without a stamp came with a package, which fits by itself.
    stamp.map_or(true, |stamp| {
        compiler().is_ok_and(|compiler| compiler == stamp)
    })
}

/// Installs the toolchain and builds its wasm library.
pub(super) fn install(places: &Places) -> Result<()> {
    apt::install(
        places,
        &PACKAGES,
        "Debian's Rust toolchain for the web",
        "40 s",
    )?;
    // Asked first, because a library that nobody may put into place is built in vain.
    apt::as_root(&["true"], "cargo xtask setup")?;
    step(
        "Building the standard library for wasm32",
        "90 s on two cores",
        || {
            let built = build(places)?;
            put_into_sysroot(&built, places)
        },
    )
}

/// Builds a stub package so that cargo builds the library under it; returns the library's files.
fn build(places: &Places) -> Result<Vec<PathBuf>> {
    let stub = places.cache.join("wasm32-std");
    let write = || {
        std::fs::create_dir_all(stub.join("src"))?;
        let manifest =
            "[package]\nname = \"stub\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[workspace]\n";
        std::fs::write(stub.join("Cargo.toml"), manifest)?;
        std::fs::write(stub.join("src/lib.rs"), "#![no_std]\n")
    };
    write().map_err(|why| format!("{} cannot be written: {why}", stub.display()))?;
    let cargo = Path::new(FOLDER).join("cargo");
    let run = Run::new(&cargo, ["build", STD, "--target", TARGET, "--release"])
        .dir(&stub)
        .path_first(&[FOLDER.into()])
        .env("RUSTC_BOOTSTRAP", "1")
        // Without bitcode in it the library cannot take part in link-time optimisation.
        .env("RUSTFLAGS", "-Cembed-bitcode=yes")
        .env("CARGO_TARGET_DIR", stub.join("target"));
    let run = [
        "RUSTC",
        "RUSTDOC",
        "RUSTUP_TOOLCHAIN",
        "LD_LIBRARY_PATH",
        "CARGO_ENCODED_RUSTFLAGS",
    ]
    .into_iter()
    .fold(run, Run::without);
    run.logged(&places.log("wasm32-std"))?.or_fail()?;
    let folder = stub.join("target").join(TARGET).join("release/deps");
    let entries = std::fs::read_dir(&folder)
        .map_err(|why| format!("{} cannot be read: {why}", folder.display()))?;
    let is_library = |path: &PathBuf| {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        name.ends_with(".rlib") && !name.starts_with("libstub-")
    };
    Ok(entries
        .flatten()
        .map(|entry| entry.path())
        .filter(is_library)
        .collect())
}

/// Copies the library to where the compiler looks for it, complete or not at all.
fn put_into_sysroot(files: &[PathBuf], places: &Places) -> Result<()> {
    let library = library();
    let home = library
        .parent()
        .unwrap_or(&library)
        .to_string_lossy()
        .into_owned();
    let stamp = places.cache.join(STAMP);
    std::fs::write(&stamp, compiler()?)
        .map_err(|why| format!("{} cannot be written: {why}", stamp.display()))?;
    let partial = format!("{home}.partial");
    let inner = format!("{partial}/lib");
    let files: Vec<String> = files
        .iter()
        .chain([&stamp])
        .map(|path| path.to_string_lossy().into_owned())
        .collect();
    let mut copy = vec!["cp"];
    copy.extend(files.iter().map(String::as_str));
    copy.push(&inner);
    let steps: [&[&str]; 4] = [
        &["rm", "-rf", &partial, &home],
        &["mkdir", "-p", &inner],
        &copy,
        &["mv", &partial, &home],
    ];
    for words in steps {
        apt::as_root(words, "cargo xtask setup")?.output()?;
    }
    record::add(places, record::kind::FOLDER, &home)?;
    // What was compiled against an older build of the library does not link with this one.
    // Where nothing was compiled yet there is nothing to remove.
    let _ = std::fs::remove_dir_all(places.root.join("target").join(TARGET));
    Ok(())
}

fn library() -> PathBuf {
    Path::new(SYSROOT)
        .join("lib/rustlib")
        .join(TARGET)
        .join("lib")
}

/// The compiler's full version, as its stamp.
fn compiler() -> Result<String> {
    Run::new(Path::new(FOLDER).join("rustc"), ["-vV"])
        .without("LD_LIBRARY_PATH")
        .output()
}
