//! One file per leaf: every rule broken alone, every two together, and what success changes.

pub(crate) mod eadd;
pub(crate) mod ecreate;
pub(crate) mod eextend;
pub(crate) mod einit;
pub(crate) mod epa;
pub(crate) mod eremove;
