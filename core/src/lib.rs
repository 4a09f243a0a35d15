//! Executes the architecture of trusted execution environments, one explained step at a time.
//!
//! Layers, each using only those above it: [`bytes`] and [`text`]; [`trace`] and [`view`];
//! machines. [`tees`] lists the machines.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod bytes;
pub mod tees;
pub mod text;
pub mod trace;
pub mod view;
