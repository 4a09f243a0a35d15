//! Memory engines: what stands between a processor and DRAM, without any machine's state.

pub mod mee;
pub mod mktme;
