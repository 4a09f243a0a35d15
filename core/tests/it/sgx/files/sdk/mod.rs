//! Enclave files of the Intel SGX SDK: every shape measured twice, a production enclave's tail, what is
//! wrong with broken files.

mod broken;
mod random;
mod shapes;
mod shown;
mod so;
mod tail;
mod tool;
mod unsigned;
pub(in crate::sgx) mod writer;

use std::rc::Rc;

use teescope_core::memory::Source;
use teescope_core::sgx::Build;
use teescope_core::sgx::image::{self, Image};

/// A file that is here whole.
fn source(bytes: &[u8]) -> Source {
    Source::from(Rc::from(bytes))
}

/// What a file measures.
fn measured(bytes: &[u8]) -> [u8; 32] {
    let image = opened(bytes);
    let midstate = Build::usual(image).measure().expect("built");
    midstate.finish()
}

fn opened(bytes: &[u8]) -> Rc<dyn Image> {
    let opened = image::open(&source(bytes)).unwrap_or_else(|bad| panic!("{bad}"));
    opened.expect("the whole file is here")
}

/// Why a file is refused.
fn refused(bytes: &[u8]) -> String {
    match image::open(&source(bytes)) {
        Ok(image) => panic!("accepted: {image:?}"),
        Err(bad) => bad.to_string(),
    }
}
