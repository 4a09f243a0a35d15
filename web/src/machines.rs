//! Every machine of the engine as a part of the page: fetched on its own in a published page, so that a
//! first load carries only the machine that is looked at; built in everywhere else.

use crate::source::{From, Part, Source};

#[cfg(not(feature = "split"))]
macro_rules! parts {
    ($($id:ident)*) => {
        const PARTS: &[Part] = &[$(Part {
            id: stringify!($id),
            from: From::Here(teescope_core::$id::tee),
        }),*];
    };
}

#[cfg(feature = "split")]
macro_rules! parts {
    ($($id:ident)*) => {
        $(
            #[doc = "The module of one machine."]
            mod $id {
                use crate::source::{Coming, Make};

                /// All that the page asks of the machine, and with it its code.
                pub(super) struct Module(pub(super) Make);

                #[wasm_split_helpers::wasm_split($id, fallible)]
                fn module() -> Result<Module, wasm_split_helpers::SplitLoaderError> {
                    Ok(Module(teescope_core::$id::tee))
                }

                /// Fetches the module.
                pub(super) fn fetch() -> Coming {
                    Box::pin(async { module().await.ok().map(|module| module.0) })
                }
            }
        )*
        const PARTS: &[Part] = &[$(Part {
            id: stringify!($id),
            from: From::Fetched($id::fetch),
        }),*];
    };
}

teescope_core::each_tee!(parts);

/// Every machine there is.
#[must_use]
pub fn everything() -> Source {
    Source::new(PARTS)
}
