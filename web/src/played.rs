//! The way into the player. In a published page it is a module of its own, so that the front page does without it.

use teescope_core::text::Catalogue;
use teescope_core::view::figure::Figure;
use teescope_core::view::{AddressMap, Changes};
use yew::prelude::*;

use crate::player;

/// The ways into the module.
pub(crate) struct Played {
    /// The page of a run.
    pub(crate) page: fn(player::Props) -> Html,
    /// Draws an address map at a width.
    pub(crate) map: fn(&AddressMap, &Changes, &Catalogue, f32) -> Figure,
}

/// Names everything there is.
fn played() -> Played {
    Played {
        page: crate::el::part::<player::Player>,
        map: teescope_core::view::figure::address_map,
    }
}

crate::module::module!(player, Played, played);
