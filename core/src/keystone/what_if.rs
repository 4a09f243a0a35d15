//! Changes worth trying, offered at the step they fit.

use alloc::vec::Vec;

use super::machine::Machine;
use super::op::Op;
use crate::trace::WhatIf;

impl Machine {
    /// What is worth trying at an operation whose step is labelled `label`.
    pub(super) fn worth_trying(&self, _op: &Op, _label: &str) -> Vec<WhatIf> {
        Vec::new()
    }
}
