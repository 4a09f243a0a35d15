//! Every part of the engine's catalogue as a part of the page: fetched on its own in a published page, so that
//! a first load carries only what is looked at; built in everywhere else.

use crate::source::{From, Part, Source};

#[cfg(not(feature = "split"))]
macro_rules! parts {
    ($($name:ident ($($path:ident)+) $scenarios:tt;)*) => {
        const PARTS: &[Part] = &[$(Part {
            name: stringify!($name),
            scenarios: &$scenarios,
            from: From::Here(teescope_core $(::$path)+),
        }),*];
    };
}

#[cfg(feature = "split")]
macro_rules! parts {
    ($($name:ident ($($path:ident)+) $scenarios:tt;)*) => {
        $(
            #[doc = "The module of one part."]
            mod $name {
                use crate::source::{Coming, Make};

                /// All that the page asks of the part, and with it its code.
                pub(super) struct Module(pub(super) Make);

                #[wasm_split_helpers::wasm_split($name, fallible)]
                fn module() -> Result<Module, wasm_split_helpers::SplitLoaderError> {
                    Ok(Module(teescope_core $(::$path)+))
                }

                /// Fetches the module.
                pub(super) fn fetch() -> Coming {
                    Box::pin(async { module().await.ok().map(|module| module.0) })
                }
            }
        )*
        const PARTS: &[Part] = &[$(Part {
            name: stringify!($name),
            scenarios: &$scenarios,
            from: From::Fetched($name::fetch),
        }),*];
    };
}

teescope_core::each_part!(parts);

/// Everything there is.
#[must_use]
pub fn everything() -> Source {
    Source::new(PARTS)
}
