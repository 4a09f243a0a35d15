//! The files of an enclave as the host lays them into memory: loader, runtime, application.

use alloc::rc::Rc;
use alloc::vec::Vec;

use crate::memory::{PAGE, Page, Source};
use crate::text;
use crate::text::Text;

/// One page of loader, then pages by rule: byte i of page p, counted from the runtime's first, is
/// (tag + 7p + 3i + (i >> 8)) & 255.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Where it starts.
    pub base: u64,
    /// The first page's bytes; zeros after their end.
    pub loader: Rc<[u8]>,
    /// Pages of the runtime.
    pub runtime_pages: u64,
    /// Pages of the application.
    pub user_pages: u64,
    /// What tells one enclave's pages from another's.
    pub tag: u64,
}

/// Pages after which the rule repeats itself.
const PERIOD: u64 = 256;

impl Image {
    /// Bytes in all.
    #[must_use]
    pub fn len(&self) -> u64 {
        let pages = self.runtime_pages.saturating_add(self.user_pages);
        pages.saturating_add(1).saturating_mul(PAGE as u64)
    }

    /// Whether there is nothing in it; there always is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        false
    }

    /// The pages by number. Pages that are alike share their bytes.
    pub fn pages(&self) -> impl Iterator<Item = (u64, Page)> {
        let count = self.runtime_pages.saturating_add(self.user_pages);
        let tag = self.tag;
        let mut bytes: Vec<u8> = Vec::new();
        for p in 0..count.min(PERIOD) {
            let page = (0..PAGE as u64).map(|i| {
                let rule = tag.wrapping_add(7 * p + 3 * i + (i >> 8));
                (rule & 255) as u8
            });
            bytes.extend(page);
        }
        let bytes = Source::from(bytes);
        let loader = (0, Page::from_bytes(&self.loader));
        let rest = (0..count).map(move |p| {
            let at = p % PERIOD * PAGE as u64;
            (p + 1, Page::Slice(bytes.clone(), at))
        });
        core::iter::once(loader).chain(rest)
    }

    /// The image in words.
    #[must_use]
    pub fn words(&self) -> Text {
        text!(
            "keystone.image.words",
            "pages: 1 of loader, {runtime} of runtime, {user} of application",
            runtime = self.runtime_pages,
            user = self.user_pages
        )
    }
}
