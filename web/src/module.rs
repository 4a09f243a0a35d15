//! Parts of the page's own code that are a module of their own in a published page, fetched when they are wanted.

use crate::{compared, diffed, extras, inspected, played};

/// A part of the page's own code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    Compare,
    Player,
    Extras,
    Inspect,
    Diff,
}

impl Code {
    /// Every part, in the order in which they are fetched when the page is at rest.
    pub(crate) const ALL: [Self; 5] = [
        Self::Player,
        Self::Extras,
        Self::Compare,
        Self::Inspect,
        Self::Diff,
    ];

    /// Whether it is here.
    pub(crate) fn is_here(self) -> bool {
        match self {
            Self::Compare => compared::here().is_some(),
            Self::Player => played::here().is_some(),
            Self::Extras => extras::here().is_some(),
            Self::Inspect => inspected::here().is_some(),
            Self::Diff => diffed::here().is_some(),
        }
    }

    /// Fetches it; says whether it could be had.
    pub(crate) async fn fetch(self) -> bool {
        match self {
            Self::Compare => compared::fetch().await,
            Self::Player => played::fetch().await,
            Self::Extras => extras::fetch().await,
            Self::Inspect => inspected::fetch().await,
            Self::Diff => diffed::fetch().await,
        }
    }
}

/// Declares such a module: its name, the type of the ways into it and the function that names them all. It gives
/// `here`, the ways once the module is here, and `fetch`, which says whether it could be had.
#[cfg(not(feature = "split"))]
macro_rules! module {
    ($name:ident, $ways:ident, $make:ident) => {
        /// Here from the start.
        pub(crate) fn here() -> Option<$ways> {
            Some($make())
        }

        /// Nothing is to be fetched.
        pub(crate) async fn fetch() -> bool {
            true
        }
    };
}

/// Declares such a module: its name, the type of the ways into it and the function that names them all. It gives
/// `here`, the ways once the module is here, and `fetch`, which says whether it could be had.
#[cfg(feature = "split")]
macro_rules! module {
    ($name:ident, $ways:ident, $make:ident) => {
        thread_local! {
            static HERE: std::cell::Cell<Option<fn() -> $ways>> = const { std::cell::Cell::new(None) };
        }

        struct Module(fn() -> $ways);

        #[wasm_split_helpers::wasm_split($name, fallible)]
        fn module() -> Result<Module, wasm_split_helpers::SplitLoaderError> {
            Ok(Module($make))
        }

        /// The ways into the module, once it is here.
        pub(crate) fn here() -> Option<$ways> {
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
    };
}

pub(crate) use module;
