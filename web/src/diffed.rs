//! The way into the comparison of two files. In a published page it is a module of its own, fetched when it is opened.

use yew::prelude::*;

use crate::diff;
use crate::state::State;

/// The way into the module.
pub(crate) struct Diffed {
    /// The page.
    pub(crate) page: fn(&State) -> Html,
}

/// Names everything there is.
fn diffed() -> Diffed {
    Diffed { page: diff::page }
}

crate::module::module!(diff, Diffed, diffed);
