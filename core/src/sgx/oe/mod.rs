//! Enclave images of the Open Enclave SDK: an ELF file whose section `.oeinfo` holds the author's settings and
//! the SIGSTRUCT, laid out as the SDK's loader does it.
//!
//! | what | file |
//! |---|---|
//! | the author's settings and the SIGSTRUCT | [`properties`], `properties.rs` |
//! | how each version of the loader lays out | [`Loader`], `loader.rs` |
//! | the program: segments, thread-local storage, relocations | `program.rs` |
//! | symbols that the loader writes to, functions that the host calls | `symbols.rs` |
//! | what the loader writes into the program | `written.rs` |
//! | pages, in their order | `layout.rs` |
//! | which versions give what was signed | `trial.rs` |
//!
//! The file does not name the version that it is for. It is laid out in each of the ways that its properties
//! fit, and whichever gives the ENCLAVEHASH that was signed is the right one: that proves it.
//!
//! Documents: Open Enclave SDK, `host/sgx/create.c`, `host/sgx/loadelf.c` (0.4: `host/create.c`),
//! `host/sgx/elf.c`, `host/sgx/sgxload.c` and `common/sgx/sgxmeasure.c`, in the states that [`Loader`] names.
//! What its loader checks and the measurement does not depend on, such as the kinds of relocations, is not
//! checked here.

mod layout;
mod loader;
mod program;
mod properties;
mod symbols;
mod trial;
mod written;

use alloc::rc::Rc;
use core::cell::RefCell;

pub use loader::{LOADERS, Loader};
pub(in crate::sgx) use properties::looks_like;
pub use properties::{
    Config, Header, Identifiers, ImageInfo, Properties, Start, Wishes, properties,
};
use trial::Trial;

use super::image::Image;
use crate::bytes::Malformed;
use crate::memory::Source;

/// The name among formats.
pub(in crate::sgx) const FORMAT: &str = "Open Enclave";

/// Operations that are carried out at once where a file comes in parts, whose host comes back for more.
const STEPS: u64 = 1024 * 17;

/// Reads an image that is here whole as `whole`; `None` where finding its layout takes longer than one answer
/// should, which `source` notes.
///
/// # Errors
/// The file is malformed, or none of the layouts is that which was signed; says which were tried.
pub(in crate::sgx) fn open(
    source: &Source,
    whole: &Rc<[u8]>,
) -> Result<Option<Rc<dyn Image>>, Malformed> {
    let trial = source.note_of(|| RefCell::new(Trial::new(whole)));
    let mut trial = trial.borrow_mut();
    let steps = if source.is_parts() { STEPS } else { u64::MAX };
    let Some(found) = trial.work(steps) else {
        source.again();
        return Ok(None);
    };
    found.clone().map(|image| Some(image as Rc<dyn Image>))
}

/// Like [`open`], with as many operations at most; `None` where finding the layout takes more.
///
/// # Errors
/// See [`open`].
pub(in crate::sgx) fn open_within(
    whole: &Rc<[u8]>,
    steps: u64,
) -> Result<Option<Rc<dyn Image>>, Malformed> {
    let mut trial = Trial::new(whole);
    let found = trial.work(steps).cloned().transpose()?;
    Ok(found.map(|image| image as Rc<dyn Image>))
}
