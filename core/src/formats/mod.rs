//! Formats that several machines use, without any machine's state.

pub mod dcap;
pub mod elf;
pub mod engines;
pub mod toml;
