//! Images of the Open Enclave SDK: every version of the loader against a naive twin, which version signed, what
//! is wrong with broken images, why two differ.

mod broken;
mod layouts;
mod random;
mod told;
mod twin;
pub(in crate::sgx) mod writer;

use std::rc::Rc;

use teescope_core::memory::Source;
use teescope_core::sgx::image::{self, Image};

pub(in crate::sgx) use random::plain;

fn opened(bytes: &[u8]) -> Rc<dyn Image> {
    let opened = image::open(&Source::from(bytes)).unwrap_or_else(|bad| panic!("{bad}"));
    opened.expect("the whole file is here")
}

/// Why a file is refused.
fn refused(bytes: &[u8]) -> String {
    match image::open(&Source::from(bytes)) {
        Ok(image) => panic!("accepted: {image:?}"),
        Err(bad) => bad.to_string(),
    }
}
