//! The engine on a toy machine: whatever a machine does, seeking, forking and links must keep their word.

mod dice;
mod edits;
mod fork;
mod seek;
mod toy;
