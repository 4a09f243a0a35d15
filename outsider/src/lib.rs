//! A stranger's crate: it uses `teescope-core` the way a downstream project would.
//!
//! Somebody who teaches, documents or debugs a trusted execution environment adds the engine as an
//! ordinary dependency, needs no feature, no clock, no randomness and no host function, and has
//! everything in the browser as well as natively. The functions here are what such a project
//! writes itself; the tests beside them run in a browser by `wasm-pack test --headless --chrome`.

use teescope_core::bytes::hex;

/// Some bytes as a project would show them in its own page.
pub fn shown(bytes: &[u8]) -> String {
    hex::encode(bytes)
}
