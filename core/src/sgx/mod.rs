//! Intel Software Guard Extensions.

pub mod structs;
