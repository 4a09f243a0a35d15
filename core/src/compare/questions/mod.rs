//! The questions, each a file.

mod in_use;

use super::Question;

/// Every question, in the order in which they are best asked.
pub static ALL: &[&Question] = &[&in_use::QUESTION];
