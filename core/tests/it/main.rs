//! Every integration test of the engine, in one binary so that it links once.

#[macro_use]
mod shared_test;

mod bytes;
mod compare;
mod crypto;
mod engine;
mod figure;
mod formats;
mod keystone;
mod riscv;
mod scenarios;
mod sgx;
mod vectors;
mod web_knows_no_tee;
