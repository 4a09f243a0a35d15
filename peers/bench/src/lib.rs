//! The engine's hot paths as plain exports for Node, compiled as the page is: hashing with and without
//! a machine around it, beside the plain crates, and seeking in a long run.
//!
//! `web/e2e/bench/hash.mjs`, `large.mjs` and `seek.mjs` call them; `cargo xtask bench hash` builds and runs all.

mod hash;
mod large;
mod memory;
mod seek;
