//! Intel Software Guard Extensions.

pub mod sigstruct;
pub mod structs;
