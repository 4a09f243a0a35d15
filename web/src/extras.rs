//! What the reader of a run does not need at first: the gallery, what opens over a run, and taking files in.
//! In a published page they are a module of their own, fetched when one of them is wanted or the page is at rest.

use teescope_core::trace::{Input, Link};
use yew::prelude::*;

use crate::dialog;
use crate::gallery;
use crate::inspect;
use crate::source::Source;
use crate::state::{Asking, Ctx, State, files};

/// The ways into the module.
pub(crate) struct Extras {
    /// The page of everything that can be run.
    pub(crate) gallery: fn(&Ctx, &State, &Link) -> Html,
    /// The page of a run that cannot be opened yet.
    pub(crate) asking: fn(&Ctx, &Asking, &Source) -> Html,
    /// What is open over a run.
    pub(crate) opened: fn(dialog::Props) -> Html,
    /// Takes files in.
    pub(crate) take: fn(&mut State, Vec<Input>),
    /// The inspector.
    pub(crate) inspect: fn(&State) -> Html,
    /// Flips a bit of what is inspected: which byte and which bit.
    pub(crate) flip: fn(&mut State, u64, u8),
}

/// Names everything there is.
fn extras() -> Extras {
    Extras {
        gallery: gallery::gallery,
        asking: gallery::asking::asking_page,
        opened: crate::el::part::<dialog::Opened>,
        take: files::take,
        inspect: inspect::inspector,
        flip: inspect::flip,
    }
}

#[cfg(not(feature = "split"))]
mod module {
    use super::Extras;

    /// Here from the start.
    pub(crate) fn here() -> Option<Extras> {
        Some(super::extras())
    }

    /// Nothing is to be fetched.
    pub(crate) async fn fetch() -> bool {
        true
    }
}

#[cfg(feature = "split")]
mod module {
    use std::cell::Cell;

    use super::Extras;

    /// Gives the ways into the module.
    type Make = fn() -> Extras;

    thread_local! {
        static HERE: Cell<Option<Make>> = const { Cell::new(None) };
    }

    struct Module(Make);

    #[wasm_split_helpers::wasm_split(extras, fallible)]
    fn module() -> Result<Module, wasm_split_helpers::SplitLoaderError> {
        Ok(Module(super::extras))
    }

    /// The ways into the module, once it is here.
    pub(crate) fn here() -> Option<Extras> {
        HERE.get().map(|make| make())
    }

    /// Fetches the module; says whether it could be had.
    pub(crate) async fn fetch() -> bool {
        let make = module().await.ok().map(|module| module.0);
        if make.is_some() {
            HERE.set(make);
        }
        make.is_some()
    }
}

pub(crate) use module::{fetch, here};
