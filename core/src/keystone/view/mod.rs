//! The machine as panels: pure functions from state to data.

use super::machine::Machine;
use super::op::Op;
use crate::trace::{Observer, Shown};
use crate::view::View;

impl Machine {
    /// Every panel: as an observer sees it, or the machine as it is.
    pub(super) fn panels(
        &self,
        _shown: Option<Shown<'_, Op>>,
        _observer: Option<Observer>,
    ) -> View {
        View::default()
    }
}
