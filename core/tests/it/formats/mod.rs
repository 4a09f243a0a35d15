//! Formats that several machines use.

mod elf;
mod engines;
