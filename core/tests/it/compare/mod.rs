//! The comparison: answers come from runs, and from nothing else.

mod answers;
mod asking;
mod keystone;
mod profiles;
mod sgx;
mod vault;
