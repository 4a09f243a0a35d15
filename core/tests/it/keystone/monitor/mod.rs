//! The security monitor rule by rule, two at a time, and on a random walk.

mod priority;
mod rows;
mod rules;
mod scene;
mod stories;
mod walk;
mod walks;

/// The dice, where the walk looks for them.
use crate::engine::dice;
