//! An SGXS stream as an image: it says what is added and measured, and not what for.

use super::{Image, ImagePage, Inputs, Item, Origin};
use crate::memory::{PAGE, Source};
use crate::sgx::sgxs::Sgxs;

/// Bytes of a record before its chunk.
const HEADER: u64 = 64;

impl Image for Sgxs {
    fn format(&self) -> &'static str {
        super::SGXS
    }

    fn size(&self) -> u64 {
        Self::size(self)
    }

    fn ssaframesize(&self) -> u32 {
        Self::ssaframesize(self)
    }

    fn len(&self) -> u64 {
        Self::len(self)
    }

    fn pages(&self) -> u64 {
        Self::pages(self)
    }

    fn measured_pages(&self) -> u64 {
        Self::measured_pages(self)
    }

    fn get(&self, i: u64) -> Option<Item> {
        Self::get(self, i)
    }

    fn page(&self, n: u64) -> Option<ImagePage> {
        let page = Self::page(self, n)?;
        Some(ImagePage {
            number: page.number,
            offset: page.offset,
            flags: page.flags,
            measured: page.measured,
            step: page.step,
            steps: page.steps,
            origin: Origin::Unknown,
        })
    }

    fn page_of(&self, i: u64) -> Option<u64> {
        Self::page_of(self, i)
    }

    fn page_at(&self, offset: u64) -> Option<u64> {
        Self::page_at(self, offset)
    }

    fn source(&self) -> Option<&Source> {
        Some(Self::source(self))
    }

    fn lies_at(&self, i: u64) -> Option<u64> {
        match self.get(i)? {
            Item::Ecreate { .. } => Some(0),
            Item::Eadd(..) => Self::page(self, self.page_of(i)?).map(|page| page.at as u64),
            Item::Eextend(chunk) => {
                let content = self.content(self.page_at(chunk.offset)?)?;
                let (_, data) = content.lies_at(chunk.offset as usize % PAGE)?;
                data.checked_sub(HEADER)
            }
        }
    }

    fn inputs(&self) -> Inputs {
        Inputs {
            ssaframesize: Self::ssaframesize(self),
            ..Inputs::default()
        }
    }
}
