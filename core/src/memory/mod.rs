//! Memory as machines share it: addresses, pages by reference, ordinary RAM.

mod few;
mod page;
mod ram;
mod runs;
mod source;

pub use few::{Few, FewSet};
pub use page::{CHUNK, CHUNKS, Gathered, PAGE, Page};
pub use ram::Ram;
pub use runs::{Follows, Runs, Stretch};
pub use source::Source;

use core::fmt;

use crate::bytes::hex;

/// A physical address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Physical(pub u64);

/// A linear address: what software uses before the page tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Linear(pub u64);

impl fmt::Display for Physical {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::addr(self.0))
    }
}

impl fmt::Display for Linear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::addr(self.0))
    }
}
