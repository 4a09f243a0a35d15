//! The bottom layer against values worked out by hand.

mod dump;
mod flags;
mod hex;
mod pasted;
mod reader;
mod runs;
