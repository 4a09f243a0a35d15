//! Executes the architecture of trusted execution environments, one explained step at a time.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
