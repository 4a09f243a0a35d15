//! Every integration test of the engine, in one binary so that it links once.

#[macro_use]
mod shared_test;

mod bytes;
mod figure;
mod crypto;
mod engine;
mod sgx;
mod vectors;
