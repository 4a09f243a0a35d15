//! Real artefacts with known answers, read from outside the repository.
//!
//! `TEESCOPE_VECTORS` names their folder; without it, it is `../shared/vectors` from the
//! workspace root. A vector that is not there is printed as skipped, or fails the test when
//! `TEESCOPE_REQUIRE_VECTORS=1`.

use serde_json::Value;

/// The bytes of a vector file, or `None` when it is not there and need not be.
pub(crate) fn read(path: &str) -> Option<Vec<u8>> {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/vectors");
    let root = host::variable("TEESCOPE_VECTORS").unwrap_or_else(|| default.into());
    let bytes = host::read(&format!("{root}/{path}"));
    if bytes.is_none() {
        let required = host::variable("TEESCOPE_REQUIRE_VECTORS").is_some_and(|on| on == "1");
        assert!(
            !required,
            "the vector {path} is not in {root}; set TEESCOPE_VECTORS"
        );
        host::print(&format!("skipped: the vector {path} is not in {root}"));
    }
    bytes
}

/// A vector file as JSON, or `None` when it is not there and need not be.
pub(crate) fn json(path: &str) -> Option<Value> {
    let bytes = read(path)?;
    Some(serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{path}: {error}")))
}

#[cfg(not(target_arch = "wasm32"))]
mod host {
    //! The operating system.

    pub(super) fn variable(name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    pub(super) fn read(path: &str) -> Option<Vec<u8>> {
        std::fs::read(path).ok()
    }

    pub(super) fn print(text: &str) {
        println!("{text}");
    }
}

#[cfg(target_arch = "wasm32")]
mod host {
    //! Node, which runs the wasm tests.

    use wasm_bindgen::prelude::*;

    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(thread_local_v2, js_namespace = process, js_name = env)]
        static ENVIRONMENT: JsValue;

        #[wasm_bindgen(js_namespace = Reflect, js_name = get)]
        fn property(object: &JsValue, name: &str) -> JsValue;

        #[wasm_bindgen(js_namespace = console, js_name = log)]
        pub(super) fn print(text: &str);
    }

    #[wasm_bindgen(module = "node:fs")]
    extern "C" {
        #[wasm_bindgen(js_name = readFileSync, catch)]
        fn read_file_sync(path: &str) -> Result<Vec<u8>, JsValue>;
    }

    pub(super) fn variable(name: &str) -> Option<String> {
        ENVIRONMENT.with(|environment| property(environment, name).as_string())
    }

    pub(super) fn read(path: &str) -> Option<Vec<u8>> {
        read_file_sync(path).ok()
    }
}
