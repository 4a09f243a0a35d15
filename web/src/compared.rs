//! The way into the comparison. In a published page it is a module of its own, fetched when the front page is opened.

use teescope_core::compare::Ask;
use teescope_core::trace::{Link, Observer};
use yew::prelude::*;

use crate::compare;

/// The way into the module.
pub(crate) struct Compared {
    /// The page.
    pub(crate) page: fn(compare::Props) -> Html,
}

/// The keys of a link’s columns, which go with the comparison, and the other keys.
pub(crate) fn columns(link: &Link) -> (Keys, Keys) {
    let nothing = Ask {
        question: String::new(),
        observer: Observer::Privileged,
        columns: Vec::new(),
        at: String::new(),
    };
    let mut bare = link.clone();
    nothing.put(&mut bare);
    let own = link.rest.iter().filter(|kv| !bare.rest.contains(kv));
    (own.cloned().collect(), bare.rest)
}

/// Keys of an address.
type Keys = Vec<(String, String)>;

/// Names everything there is.
fn compared() -> Compared {
    Compared {
        page: crate::el::part::<compare::Compare>,
    }
}

crate::module::module!(compare, Compared, compared);
