//! An enclave in use: entering, leaving, interrupting, debugging it and touching its memory.

pub(crate) mod access;
mod aex;
pub(crate) mod debug;
mod dram;
pub(crate) mod eenter;
pub(crate) mod egetkey;
pub(crate) mod engines;
pub(crate) mod ereport;
pub(crate) mod eresume;
mod holds;
pub(crate) mod keys;
pub(crate) mod leave;
pub(crate) mod operands;
mod privilege;
pub(crate) mod scene;
mod stories;
mod stroll;
mod walk;

use crate::engine::dice;
