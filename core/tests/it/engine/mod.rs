//! The engine on a toy machine: whatever a machine does, seeking, forking and links must keep their word.

mod case;
pub(crate) mod dice;
mod diff;
mod dump;
mod edits;
mod fork;
mod link;
#[cfg(not(target_arch = "wasm32"))]
mod native;
mod old_links;
mod op_text;
mod seek;
mod texts;
mod toy;
mod two_runs;
