//! What runs in a browser: the components, a stranger's crate, and the built page from end to end.

use super::tally::Tally;
use super::wasm::prepare;
use crate::page;
use crate::places::Places;
use crate::say::{Result, step};
use crate::setup::{self, Browser};
use crate::sh::Run;
use crate::sizes;

/// Tests of the page's components, each in a real document.
pub(super) fn components(places: &Places) -> Result<Tally> {
    let kit = setup::kit(places, false)?;
    let browser = setup::browser(places)?;
    let words = [
        "test",
        "--package",
        "teescope-web",
        "--no-fail-fast",
        "--target",
        "wasm32-unknown-unknown",
    ];
    let ended = step(
        "cargo test of the page in Chromium",
        "1 min the first time, then 20 s",
        || driven(prepare(&kit, &words, places), &browser).logged(&places.log("web")),
    )?;
    Ok(Tally::told(&ended))
}

/// The sample crate that uses the engine as a stranger would, by wasm-pack.
pub(super) fn outsider(places: &Places) -> Result<Tally> {
    let folder = places.root.join("outsider");
    lock_like_workspace(places)?;
    let kit = setup::kit(places, false)?;
    let wasm_pack = setup::wasm_pack(places)?.join("wasm-pack");
    let browser = setup::browser(places)?;
    let driver = browser.driver.to_string_lossy();
    let words = [
        "test",
        "--headless",
        "--chrome",
        "--chromedriver",
        &driver,
        "--mode",
        "no-install",
    ];
    let ended = step(
        "wasm-pack test --headless --chrome",
        "30 s the first time, then 10 s",
        || {
            let run = kit.run(&wasm_pack.to_string_lossy(), &words, &folder);
            let run = run
                .env("CARGO_TARGET_DIR", places.root.join("target"))
                .env("CARGO_NET_OFFLINE", "true");
            driven(run, &browser).logged(&places.log("outsider"))
        },
    )?;
    Ok(Tally::told(&ended))
}

/// The built page: loads, works, obeys its policy, is accessible.
pub(super) fn end_to_end(places: &Places) -> Result<Tally> {
    let kit = setup::kit(places, true)?;
    let browser = setup::browser(places)?;
    setup::node_modules(places)?;
    let dist = page::publish(places, &kit)?;
    let size = sizes::check(&dist).inspect_err(|why| println!("error: {why}"));
    let folder = places.root.join("web/e2e");
    let ended = step("driving the page with web/e2e/run.mjs", "20 s", || {
        let run = Run::new("node", ["run.mjs"]).dir(&folder);
        let run = run
            .env("TEESCOPE_DIST", &dist)
            .env("TEESCOPE_BROWSER", &browser.binary);
        super::native::with_vectors(run, places).logged(&places.log("e2e"))
    })?;
    if !ended.ok {
        println!("{}", ended.why);
    }
    let mut tally = Tally::of_end_to_end(&ended.text).with_end(ended.ok);
    tally.add(&Tally::check(size.is_ok()));
    Ok(tally)
}

/// Tells a run which browser to drive.
fn driven(run: Run, browser: &Browser) -> Run {
    run.env("CHROMEDRIVER", &browser.driver)
        .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", &browser.capabilities)
}

/// The sample crate is resolved to the very versions of the workspace: already downloaded, already
/// compiled in part, and with the one wasm-bindgen whose other half is installed.
fn lock_like_workspace(places: &Places) -> Result<()> {
    let target = places.root.join("outsider/Cargo.lock");
    std::fs::copy(places.root.join("Cargo.lock"), &target)
        .map_err(|why| format!("{} cannot be written: {why}", target.display()))?;
    Ok(())
}
