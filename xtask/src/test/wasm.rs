//! The tests of core once more as wasm, and the proof that none was left out there.

use std::collections::BTreeSet;

use super::native::with_vectors;
use super::tally::Tally;
use crate::places::Places;
use crate::say::{Result, step};
use crate::setup::{self, Kit};
use crate::sh::Run;

const TARGET: [&str; 2] = ["--target", "wasm32-unknown-unknown"];
const CORE: [&str; 3] = ["test", "--package", "teescope-core"];
/// Seconds; hashing in a debug build on a busy machine is slow.
const TEST_LIMIT: &str = "900";

/// Runs core's tests under Node and compares the lists of tests.
pub(super) fn core(places: &Places) -> Result<Tally> {
    let kit = setup::kit(places, false)?;
    setup::node(places)?;
    let ended = step(
        "cargo test as wasm in Node",
        "1 min the first time, then 20 s",
        || {
            let words = [&CORE[..], &["--no-fail-fast", "--lib", "--tests"], &TARGET].concat();
            prepare(&kit, &words, places).logged(&places.log("wasm"))
        },
    )?;
    let mut tally = Tally::told(&ended);
    tally.add(&parity(&kit, places)?);
    Ok(tally)
}

/// A wasm test run with our runner.
pub(super) fn prepare(kit: &Kit, words: &[&str], places: &Places) -> Run {
    with_vectors(kit.run("cargo", words, &places.root), places)
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", &kit.runner)
        .env("WASM_BINDGEN_TEST_TIMEOUT", TEST_LIMIT)
}

/// The wasm runner passes over plain `#[test]` in silence, so both sides list their tests and the
/// names must be the same; a module called `native` may hold what only makes sense natively.
fn parity(kit: &Kit, places: &Places) -> Result<Tally> {
    let list = ["--lib", "--tests"];
    let native = [&CORE[..], &list, &["--", "--list"]].concat();
    let native = names(
        &with_vectors(Run::new("cargo", native), places)
            .dir(&places.root)
            .output()?,
    );
    let wasm = [&CORE[..], &list, &TARGET, &["--", "--list"]].concat();
    let wasm = names(&prepare(kit, &wasm, places).output()?);
    let shared: BTreeSet<&String> = native.iter().filter(|name| !is_native_only(name)).collect();
    let wasm: BTreeSet<&String> = wasm.iter().collect();
    for name in shared.difference(&wasm) {
        println!("  {name} does not run as wasm; write it with the macro for shared tests");
    }
    for name in wasm.difference(&shared) {
        println!("  {name} runs as wasm only");
    }
    let mut tally = Tally::check(shared == wasm);
    let only_native = native.len() - shared.len();
    tally.notes.push(format!(
        "parity: {} shared tests natively, {} as wasm, {only_native} native only (names listed by both runners)",
        shared.len(),
        wasm.len()
    ));
    Ok(tally)
}

/// The names in a listing: lines `path::name: test`.
fn names(listing: &str) -> BTreeSet<String> {
    listing
        .lines()
        .filter_map(|line| line.strip_suffix(": test"))
        .map(str::to_owned)
        .collect()
}

fn is_native_only(name: &str) -> bool {
    name.split("::").any(|part| part == "native")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listings_are_compared_by_name() {
        let listing = "sgx::layouts::sizes: test\nnative::golden: test\n\n2 tests, 0 benchmarks\n";
        let found = names(listing);
        assert_eq!(found.len(), 2);
        assert_eq!(found.iter().filter(|name| is_native_only(name)).count(), 1);
    }
}
