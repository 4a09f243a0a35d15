//! Differential tests against other people's crates.
