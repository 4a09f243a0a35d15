//! The comparison: answers come from runs, and from nothing else.

mod answers;
mod asking;
mod keystone;
mod sgx;
mod vault;
