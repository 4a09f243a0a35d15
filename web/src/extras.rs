//! What the reader of a run does not need at first: the gallery, what opens over a run, and taking files in.
//! In a published page they are a module of their own, fetched when one of them is wanted or the page is at rest.

use teescope_core::trace::Input;
use yew::prelude::*;

use crate::compare;
use crate::dialog;
use crate::gallery;
use crate::source::Source;
use crate::state::{Asking, Ctx, State, files};

/// The ways into the module.
pub(crate) struct Extras {
    /// The page of everything that can be run.
    pub(crate) gallery: fn(&Ctx, &State) -> Html,
    /// The page of a run that cannot be opened yet.
    pub(crate) asking: fn(&Ctx, &Asking, &Source) -> Html,
    /// What is open over a run.
    pub(crate) opened: fn(dialog::Props) -> Html,
    /// What is said of machines, below the comparison.
    pub(crate) literature: fn(Source) -> Html,
    /// Takes files in.
    pub(crate) take: fn(&mut State, Vec<Input>),
}

/// Names everything there is.
fn extras() -> Extras {
    Extras {
        gallery: gallery::gallery,
        asking: gallery::asking::asking_page,
        opened: crate::el::part::<dialog::Opened>,
        literature: |source| {
            crate::el::part::<compare::Literature>(compare::LiteratureProps { source })
        },
        take: files::take,
    }
}

crate::module::module!(extras, Extras, extras);
