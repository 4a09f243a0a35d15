//! Commands that reproduce outside what a step computed: standard Python or openssl, nothing else.

use alloc::vec::Vec;

use super::machine::Machine;
use super::op::Op;
use crate::trace::{Shown, Snippet};

impl Machine {
    /// What can be checked outside about the step just carried out.
    pub(super) fn reproduce(&self, _shown: Shown<'_, Op>) -> Vec<Snippet> {
        Vec::new()
    }
}
