//! The questions, each a file, in the order in which they are best asked.

mod cost;
mod device;
mod dram;
mod end;
mod in_use;
mod interrupt;
mod limits;
mod measured;
mod neighbour;
mod place;
mod privilege;
mod proof;

use super::Question;

/// Every question, in the order in which they are best asked.
pub static ALL: &[&Question] = &[
    &in_use::QUESTION,
    &interrupt::QUESTION,
    &device::QUESTION,
    &dram::QUESTION,
    &neighbour::QUESTION,
    &place::QUESTION,
    &measured::QUESTION,
    &privilege::QUESTION,
    &proof::QUESTION,
    &end::QUESTION,
    &limits::QUESTION,
    &cost::QUESTION,
];
