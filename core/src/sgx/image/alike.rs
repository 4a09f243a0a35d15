//! Pages of an image that follow one another and are alike: what is shown as one.

use alloc::vec::Vec;

use super::{Image, ImagePage};
use crate::memory::PAGE;

/// Pages that follow one another in order and in the enclave, and differ in their contents at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alike {
    /// The first of them.
    pub first: ImagePage,
    /// How many.
    pub count: u64,
}

impl Alike {
    /// Whether a page continues these.
    fn takes(&self, page: &ImagePage) -> bool {
        page.flags == self.first.flags
            && page.origin == self.first.origin
            && page.steps == self.first.steps
            && page.measured == self.first.measured
            && page.offset == self.first.offset.wrapping_add(self.count * PAGE as u64)
    }
}

/// The pages of an image, those alike together.
#[must_use]
pub fn alike(image: &dyn Image) -> Vec<Alike> {
    let mut all: Vec<Alike> = Vec::new();
    for page in (0..image.pages()).filter_map(|n| image.page(n)) {
        match all.last_mut() {
            Some(last) if last.takes(&page) => last.count += 1,
            _ => all.push(Alike {
                first: page,
                count: 1,
            }),
        }
    }
    all
}
