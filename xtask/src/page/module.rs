//! From the sources to wasm modules and the JavaScript that loads them.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use super::cut::First;
use super::{Build, first, pieces, slim};
use crate::places::Places;
use crate::say::Result;
use crate::setup::{Kit, TARGET};

/// The name of the page's package and of its program.
const PACKAGE: &str = "teescope-web";
/// The name of the package that is measured without a page, and of its module.
const BENCH: [&str; 2] = ["teescope-bench", "teescope_bench.wasm"];
/// The name of the main module and its loader, without endings.
pub(super) const NAME: &str = "teescope";
/// What the published modules are compiled with, besides the workspace's own flags: no words for panics,
/// which the page says itself, and none for `Debug`. These flags are not stable, hence `BOOTSTRAP`.
const LEAN: &str = "-Ctarget-feature=+simd128 -Zunstable-options -Cpanic=immediate-abort \
    -Zlocation-detail=none -Zfmt-debug=none";
/// What the published modules are compiled with where the standard library's source cannot be had.
const PLAIN: &str = "-Ctarget-feature=+simd128";
/// The cutter of modules has to know which function refers to which.
const RELOCATIONS: &str = "-Clink-arg=--emit-relocs";
/// Lets a stable compiler take the flags above, and build its standard library anew with them.
const BOOTSTRAP: [(&str, &str); 3] = [
    ("RUSTC_BOOTSTRAP", "1"),
    ("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort"),
    ("CARGO_UNSTABLE_BUILD_STD_FEATURES", "optimize_for_size"),
];
/// The features of wasm that the page asks of a browser, named one by one: with all of them on,
/// browsers refuse the module.
pub(super) const FEATURES: [&str; 7] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
    "--enable-simd",
];

/// Builds the modules and their loaders into `into`, which holds nothing else afterwards.
pub(super) fn build(
    places: &Places,
    kit: &Kit,
    kind: Build,
    firsts: &[First],
    into: &Path,
) -> Result<()> {
    if into.exists() {
        std::fs::remove_dir_all(into)
            .map_err(|why| format!("{} cannot be emptied: {why}", into.display()))?;
    }
    std::fs::create_dir_all(into)
        .map_err(|why| format!("{} cannot be made: {why}", into.display()))?;
    match kind {
        Build::Quick => {
            let words = ["--package", PACKAGE, "--bin", PACKAGE];
            let folder = compile(places, kit, &words, &[], "debug")?;
            bind(places, kit, &folder.join(format!("{PACKAGE}.wasm")), into)
        }
        Build::Release => {
            let words = [
                "--package",
                PACKAGE,
                "--bin",
                PACKAGE,
                "--features",
                "split",
            ];
            let folder = published(places, kit, &words)?;
            let compiled = folder.join(format!("{PACKAGE}.wasm"));
            let cut = into.join("cut");
            split(places, kit, &compiled, &cut)?;
            bind(places, kit, &cut.join(format!("{NAME}.wasm")), into)?;
            slim(into)?;
            if kit.optimises {
                first::make(places, kit, firsts, &cut, into)?;
            }
            optimise(places, kit, &cut, into)?;
            pieces::join(into)
        }
    }
}

/// Builds the engine alone with everything the published page is built with; returns the module.
pub(super) fn engine(places: &Places, kit: &Kit) -> Result<PathBuf> {
    let [package, module] = BENCH;
    let folder = published(places, kit, &["--package", package, "--lib"])?;
    let into = folder.join("optimised.wasm");
    shrink(places, kit, &folder.join(module), &into, 0)?;
    Ok(into)
}

/// Compiles something as the page is published; returns the folder it is in.
fn published(places: &Places, kit: &Kit, what: &[&str]) -> Result<PathBuf> {
    let words = [what, &["--profile", "web"]].concat();
    let lean = if kit.std_source { LEAN } else { PLAIN };
    let flags = format!("{lean} {RELOCATIONS}");
    let mut env = vec![(FLAGS, &*flags)];
    if kit.std_source {
        env.extend(BOOTSTRAP);
    }
    compile(places, kit, &words, &env, "web")
}

/// The variable that replaces the workspace's own flags for wasm.
const FLAGS: &str = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS";

/// Compiles a package of the workspace; returns the folder of what comes of it.
fn compile(
    places: &Places,
    kit: &Kit,
    words: &[&str],
    env: &[(&str, &str)],
    profile: &str,
) -> Result<PathBuf> {
    // The published page has a target folder of its own: its standard library is another one.
    let target = places.root.join("target");
    let target = if env.is_empty() {
        target
    } else {
        target.join("published")
    };
    let all = [&["build", "--locked", "--target", TARGET], words];
    let run = kit.run("cargo", &all.concat(), &places.root);
    let run = env
        .iter()
        .fold(run, |run, (name, value)| run.env(name, value));
    let run = run.env("CARGO_TARGET_DIR", &target);
    run.logged(&places.log("page"))?.or_fail()?;
    Ok(target.join(TARGET).join(profile))
}

/// Cuts the module into the main one and those of the machines.
fn split(places: &Places, kit: &Kit, compiled: &Path, into: &Path) -> Result<()> {
    let (from, to) = (compiled.to_string_lossy(), into.to_string_lossy());
    let words = [&*from, &*to, "--out-name", NAME];
    let run = kit.run("wasm-split-cli", &words, &places.root);
    run.logged(&places.log("split"))?.or_fail().map(drop)
}

/// Gives a module the JavaScript it asks the browser through.
fn bind(places: &Places, kit: &Kit, module: &Path, into: &Path) -> Result<()> {
    let (from, to) = (module.to_string_lossy(), into.to_string_lossy());
    let words = [
        "--target",
        "web",
        "--no-typescript",
        "--keep-lld-exports",
        "--out-name",
        NAME,
        "--out-dir",
        &*to,
        &*from,
    ];
    let run = kit.run("wasm-bindgen", &words, &places.root);
    run.logged(&places.log("bind"))?.or_fail().map(drop)
}

/// Gives the functions between the main module and its JavaScript short names.
fn slim(into: &Path) -> Result<()> {
    let (module, script) = (
        into.join(format!("{NAME}_bg.wasm")),
        into.join(format!("{NAME}.js")),
    );
    let told = slim::bound(&super::read(&module)?, &super::read_text(&script)?);
    let (bytes, text) = told.ok_or_else(|| {
        format!(
            "{} is not as wasm-bindgen used to write it; look at {}",
            script.display(),
            file!()
        )
    })?;
    let cannot = |why| format!("{} cannot be written: {why}", into.display());
    std::fs::write(&module, bytes).map_err(cannot)?;
    std::fs::write(&script, text).map_err(cannot)
}

/// Makes every module smaller where wasm-opt is to be had, and puts those that were cut off beside the main one.
fn optimise(places: &Places, kit: &Kit, cut: &Path, into: &Path) -> Result<()> {
    let main = into.join(format!("{NAME}_bg.wasm"));
    let mut modules = vec![(main.clone(), main)];
    let cannot = |why| format!("{} cannot be read: {why}", cut.display());
    for entry in std::fs::read_dir(cut).map_err(cannot)?.flatten() {
        let (from, name) = (entry.path(), entry.file_name());
        let to = into.join(&name);
        let is_module = from.extension().is_some_and(|kind| kind == "wasm");
        if is_module && from.file_stem().is_none_or(|stem| stem != NAME) {
            modules.push((from, to));
        } else if !is_module {
            std::fs::copy(&from, &to)
                .map_err(|why| format!("{} cannot be written: {why}", to.display()))?;
        }
    }
    share(&modules, |(from, to), hand| {
        shrink(places, kit, from, to, hand)
    })?;
    std::fs::remove_dir_all(cut).map_err(cannot)
}

/// Makes one module smaller where wasm-opt is to be had; otherwise it stays as it is.
pub(super) fn shrink(
    places: &Places,
    kit: &Kit,
    from: &Path,
    to: &Path,
    hand: usize,
) -> Result<()> {
    if kit.optimises {
        let (from, to) = (from.to_string_lossy(), to.to_string_lossy());
        let mut words = vec!["-Oz", &*from, "-o", &*to];
        words.extend(FEATURES);
        let run = kit.run("wasm-opt", &words, &places.root);
        let log = places.log(&format!("optimise-{hand}"));
        return run.logged(&log)?.or_fail().map(drop);
    }
    if from != to {
        std::fs::copy(from, to)
            .map_err(|why| format!("{} cannot be written: {why}", to.display()))?;
    }
    Ok(())
}

/// How much is done at once: the optimiser is slow to start and uses one core most of the time.
const HANDS: usize = 2;

/// Does some work for each of some things, several at once; the work is told which hand does it.
pub(super) fn share<T: Sync>(
    things: &[T],
    work: impl Fn(&T, usize) -> Result<()> + Sync,
) -> Result<()> {
    let next = AtomicUsize::new(0);
    let (next, work) = (&next, &work);
    std::thread::scope(|scope| {
        let hand = |hand| {
            scope.spawn(move || {
                while let Some(thing) = things.get(next.fetch_add(1, Relaxed)) {
                    work(thing, hand)?;
                }
                Ok(())
            })
        };
        let hands: Vec<_> = (0..HANDS).map(hand).collect();
        hands.into_iter().try_for_each(|hand| {
            let lost = Err("a thread of the build ended early; build again".to_owned());
            hand.join().unwrap_or(lost)
        })
    })
}
