//! An enclave image, whatever file format it comes in: which pages, in which order, what is measured,
//! and what the format says each page is for.
//!
//! | what | file |
//! |---|---|
//! | [`Image`], what every format gives | this one |
//! | [`Origin`], what a page is for | `origin.rs` |
//! | [`Inputs`], what the author chose | `inputs.rs` |
//! | [`alike`], pages that are shown as one | `alike.rs` |
//! | SGXS streams as an image | `stream.rs` |
//! | images laid out from stretches of like pages | `laid.rs` |
//! | what loaders write over pages | `written.rs` |
//! | [`Found`], how a layout was found | `found.rs` |
//!
//! An image makes operations and pages when asked: it stores nothing for each page beyond what its
//! format forces it to.

mod alike;
mod found;
mod inputs;
mod laid;
mod origin;
mod stream;
mod written;

use alloc::rc::Rc;
use core::fmt;

pub use super::sdk::unsigned::{Completed, Incomplete, complete};
pub use super::sgxs::{Eextend, Item};
pub use alike::{Alike, alike};
pub use found::Found;
pub use inputs::{Inputs, Pool};
pub(in crate::sgx) use laid::{Filling, Laid, NotLaid, PAGES_MOST, Patch, STRETCHES_MOST, Stretch};
pub use origin::Origin;
pub(in crate::sgx) use written::Word;

use super::gramine;
use super::oe;
use super::sdk;
use super::sgxs::Sgxs;
use super::structs::SecInfoFlags;
use crate::bytes::Malformed;
use crate::formats::elf;
use crate::memory::{Page, Source};

/// The name of SGXS streams among formats.
pub const SGXS: &str = "SGXS";

/// A page that an image adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImagePage {
    /// Which page, from 0, in the order of EADD.
    pub number: u64,
    /// Its offset in the enclave.
    pub offset: u64,
    /// SECINFO.FLAGS, as EADD is given them.
    pub flags: SecInfoFlags,
    /// Which of its 16 chunks are measured, the first in bit 0.
    pub measured: u16,
    /// The operation that adds it, counted from 0, which is ECREATE.
    pub step: u64,
    /// Operations from its EADD up to the next page's.
    pub steps: u64,
    /// What the format says the page is for.
    pub origin: Origin,
}

/// An enclave as a file describes it: ECREATE, then one EADD a page and one EEXTEND a measured chunk.
///
/// Numbers of operations and of pages count from 0. `get`, `page`, `page_of` and `page_at` agree with one
/// another, and every operation from 0 up to `len` exists.
pub trait Image: fmt::Debug {
    /// The format’s name, which is not translated: `SGXS`.
    fn format(&self) -> &'static str;

    /// SIZE of the enclave, in bytes.
    fn size(&self) -> u64;

    /// SSAFRAMESIZE, in pages.
    fn ssaframesize(&self) -> u32;

    /// How many operations build it.
    fn len(&self) -> u64;

    /// Never: there is always ECREATE.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many pages it adds.
    fn pages(&self) -> u64;

    /// How many pages have all their 16 chunks measured.
    fn measured_pages(&self) -> u64;

    /// The i-th operation.
    fn get(&self, i: u64) -> Option<Item>;

    /// The n-th page, in the order of EADD.
    fn page(&self, n: u64) -> Option<ImagePage>;

    /// The contents of the n-th page, by reference.
    fn content(&self, n: u64) -> Option<Page> {
        match self.get(self.page(n)?.step)? {
            Item::Eadd(_, _, page) => Some(page),
            Item::Ecreate { .. } | Item::Eextend(_) => None,
        }
    }

    /// The number of the page that the i-th operation adds or follows.
    fn page_of(&self, i: u64) -> Option<u64>;

    /// The number of the page at an offset of the enclave.
    fn page_at(&self, offset: u64) -> Option<u64>;

    /// Where in the file the i-th operation is written, for formats that write operations.
    fn lies_at(&self, _i: u64) -> Option<u64> {
        None
    }

    /// What the author chose, as far as the format tells it.
    fn inputs(&self) -> Inputs;

    /// How the layout was found, where the file does not name it.
    fn found(&self) -> Option<&Found> {
        None
    }

    /// The file, where it may be supplied in parts.
    fn source(&self) -> Option<&Source> {
        None
    }

    /// The SIGSTRUCT that the file holds besides, and its offset in the file.
    fn sigstruct(&self) -> Option<(u64, Rc<[u8]>)> {
        None
    }

    /// The same, where nobody has signed it yet: what its author decided may be in it already.
    fn draft(&self) -> Option<(u64, Rc<[u8]>)> {
        None
    }
}

/// Reads an image of whichever format the file is in, as a processor with dynamic memory (EDMM) loads it;
/// `None` where bytes are to be supplied first, or where it takes longer than one answer should; its source notes both.
///
/// # Errors
/// The file is of no known format, or malformed; says where.
pub fn open(bytes: &Source) -> Result<Option<Rc<dyn Image>>, Malformed> {
    open_for(bytes, true)
}

/// Like [`open`], as a processor with or without dynamic memory (EDMM, SGX2) loads it: enclave files of the
/// Intel SGX SDK may hold metadata for both.
///
/// # Errors
/// The file is of no known format, or malformed; says where.
pub fn open_for(bytes: &Source, edmm: bool) -> Result<Option<Rc<dyn Image>>, Malformed> {
    let mut magic = [0; 4];
    bytes.read(0, &mut magic);
    if magic != elf::MAGIC {
        let start = usize::try_from(bytes.len()).unwrap_or(usize::MAX);
        if bytes.with(0, start.min(gramine::LOOKED_AT), gramine::looks_like) {
            return Err(gramine::needs_libpal());
        }
        return Ok(Sgxs::read(bytes)?.map(|image| Rc::new(image) as Rc<dyn Image>));
    }
    // The tables of a program lie anywhere in it, so it is wanted whole.
    let Some(whole) = bytes.whole() else {
        return Ok(None);
    };
    if oe::looks_like(&whole) {
        return oe::open(bytes, &whole);
    }
    Ok(Some(Rc::new(sdk::open(&whole, edmm)?)))
}
