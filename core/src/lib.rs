//! Executes the architecture of trusted execution environments, one explained step at a time.
//!
//! Layers, each using only those above it: [`bytes`], [`crypto`] and [`mod@text`]; [`memory`], [`arch`],
//! [`trace`] and [`view`]; [`formats`]; machines such as [`sgx`]; [`trustzone`] is words only so far. [`tees`] lists the machines.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

// `shared_test!` for unit tests: natively and as wasm. First, so that every module sees it.
#[cfg(test)]
#[macro_use]
#[path = "../tests/it/shared_test.rs"]
mod shared_test;

pub mod arch;
pub mod artefacts;
pub mod bytes;
pub mod compare;
pub mod crypto;
pub mod formats;
pub mod keystone;
pub mod memory;
mod order;
pub mod sgx;
pub mod tees;
pub mod text;
pub mod trace;
pub mod trustzone;
pub mod view;
