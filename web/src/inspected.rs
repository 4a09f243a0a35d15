//! The way into the inspector. In a published page it is a module of its own, fetched when it is opened.

use yew::prelude::*;

use crate::inspect;
use crate::state::State;

/// The ways into the module.
pub(crate) struct Inspecting {
    /// The page.
    pub(crate) page: fn(&State) -> Html,
    /// Flips a bit of what is inspected: which byte and which bit.
    pub(crate) flip: fn(&mut State, u64, u8),
}

/// Names everything there is.
fn inspecting() -> Inspecting {
    Inspecting {
        page: inspect::inspector,
        flip: inspect::flip,
    }
}

crate::module::module!(inspect, Inspecting, inspecting);
