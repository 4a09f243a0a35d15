//! An image with one thing changed, as the operations that build it.

use alloc::rc::Rc;
use core::ops::Range;

use crate::memory::{CHUNK, CHUNKS, PAGE, Page};
use crate::sgx::image::{Eextend, Image, Item};
use crate::sgx::structs::{PageType, SecInfoFlags, Tcs};

/// One change of an image. Pages are counted in the order of EADD.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// ECREATE is given another SSAFRAMESIZE.
    SsaFrameSize(u32),
    /// ECREATE is given another SIZE.
    Size(u64),
    /// Every page is added before the first is measured.
    AddsFirst,
    /// Every page is measured directly after it is added.
    PageByPage,
    /// The pages come in this order, which is called so.
    Order(&'static str, Rc<[u32]>),
    /// Some pages are measured whole, or not at all.
    Measured(Range<u64>, bool),
    /// Every page that can be written and holds zeros is measured whole, or not at all.
    ZerosMeasured(bool),
    /// Every page is measured whole.
    AllMeasured,
    /// Some pages have other permissions.
    Rwx(Range<u64>, SecInfoFlags),
    /// The pages from one on are left out.
    Without(u64),
    /// The pages from one on come once more, so many bytes further.
    Twice(u64, u64),
    /// There are so many of some pages, and what comes behind makes room.
    Count(Range<u64>, u64),
}

impl Change {
    /// The first page that is loaded otherwise; `None` where that is ECREATE or the whole order.
    pub(super) fn first(&self) -> Option<u64> {
        match self {
            Self::Measured(range, _) | Self::Rwx(range, _) => Some(range.start),
            Self::Count(range, n) => Some(range.end.min(range.start + n)),
            Self::Without(n) => Some(*n),
            _ => None,
        }
    }
}

/// Goes through the operations of an image with a change, from some page on.
#[derive(Clone, Debug)]
pub(super) struct Walk {
    image: Rc<dyn Image>,
    change: Change,
    /// Which pages are zeros that can be written, for the change that asks for it.
    zeros: Rc<[Range<u64>]>,
    /// The operation, where the order stays as it is; the page in the changed order.
    at: u64,
    /// The chunk that comes next; before the first, the page is to be added.
    chunk: Option<usize>,
    /// Which round over the pages it is, where there are two.
    round: u8,
    begun: bool,
}

impl Walk {
    /// From the first operation on, or from the n-th page on.
    pub(super) fn new(
        image: Rc<dyn Image>,
        change: Change,
        zeros: Rc<[Range<u64>]>,
        page: Option<u64>,
    ) -> Self {
        Self {
            image,
            change,
            zeros,
            at: page.unwrap_or(0),
            chunk: None,
            round: 0,
            begun: page.is_some(),
        }
    }

    /// The next operation.
    pub(super) fn next(&mut self) -> Option<Item> {
        if matches!(self.change, Change::SsaFrameSize(_) | Change::Size(_)) {
            let item = self.image.get(self.at)?;
            self.at += 1;
            return Some(self.created(item));
        }
        if !self.begun {
            self.begun = true;
            return self.image.get(0);
        }
        loop {
            let Some((number, by)) = self.number(self.at) else {
                if self.change == Change::AddsFirst && self.round == 0 {
                    (self.at, self.round) = (0, 1);
                    continue;
                }
                return None;
            };
            if let Some(item) = self.of_page(number, by) {
                return Some(item);
            }
            self.at += 1;
            self.chunk = None;
        }
    }

    /// ECREATE with what the change gives it.
    fn created(&self, item: Item) -> Item {
        match (item, &self.change) {
            (Item::Ecreate { size, .. }, Change::SsaFrameSize(n)) => Item::Ecreate {
                ssaframesize: *n,
                size,
            },
            (Item::Ecreate { ssaframesize, .. }, Change::Size(size)) => Item::Ecreate {
                ssaframesize,
                size: *size,
            },
            (item, _) => item,
        }
    }

    /// The next operation of a page, which lies `by` bytes further than in the image.
    fn of_page(&mut self, number: u64, by: u64) -> Option<Item> {
        let page = self.image.page(number)?;
        let offset = page.offset.wrapping_add(by);
        let measured = self.measured(number, page.measured);
        let adds = self.change != Change::AddsFirst || self.round == 0;
        if self.chunk.is_none() {
            self.chunk = Some(if adds && self.change == Change::AddsFirst {
                CHUNKS
            } else {
                0
            });
            if adds {
                let flags = self.flags(number, page.flags);
                let content = self.image.content(number)?;
                return Some(Item::Eadd(offset, flags, follow(content, page.flags, by)));
            }
        }
        let from = self.chunk.unwrap_or(0);
        let next = (from..CHUNKS).find(|k| measured >> k & 1 == 1)?;
        self.chunk = Some(next + 1);
        Some(Item::Eextend(Eextend {
            offset: offset + (next * CHUNK) as u64,
            follows: true,
        }))
    }

    fn measured(&self, number: u64, own: u16) -> u16 {
        let whole = |on: bool| if on { u16::MAX } else { 0 };
        match &self.change {
            Change::Measured(range, on) if range.contains(&number) => whole(*on),
            Change::ZerosMeasured(on) if self.zeros.iter().any(|r| r.contains(&number)) => {
                whole(*on)
            }
            Change::AllMeasured => u16::MAX,
            _ => own,
        }
    }

    fn flags(&self, number: u64, own: SecInfoFlags) -> SecInfoFlags {
        match &self.change {
            Change::Rwx(range, rwx) if range.contains(&number) => {
                own.without(SecInfoFlags::RWX).with(*rwx)
            }
            _ => own,
        }
    }

    /// The number of the k-th page in the changed order, and how far it moves.
    fn number(&self, k: u64) -> Option<(u64, u64)> {
        let pages = self.image.pages();
        let plain = (k < pages).then_some((k, 0));
        match &self.change {
            Change::Order(_, order) => {
                let number = usize::try_from(k).ok().and_then(|k| order.get(k));
                number.map(|n| (u64::from(*n), 0))
            }
            Change::Without(from) => plain.filter(|_| k < *from),
            Change::Twice(from, by) if k >= pages => {
                let again = from + (k - pages);
                (again < pages).then_some((again, *by))
            }
            Change::Count(range, n) => {
                let had = range.end - range.start;
                if k < range.start + (*n).min(had) {
                    return Some((k, 0));
                }
                let more = n.wrapping_sub(had).wrapping_mul(PAGE as u64);
                if k < range.start + n {
                    let last = range.end - 1;
                    return Some((last, (k - last) * PAGE as u64));
                }
                let number = k - n + had;
                (number < pages).then_some((number, more))
            }
            _ => plain,
        }
    }
}

/// The contents of a page that moves: the offsets in a TCS move along.
fn follow(content: Page, flags: SecInfoFlags, by: u64) -> Page {
    if by == 0 || flags.page_type() != PageType::TCS {
        return content;
    }
    let mut tcs = Tcs::from_bytes(&content.bytes());
    for word in [&mut tcs.ossa, &mut tcs.ofsbasgx, &mut tcs.ogsbasgx] {
        *word = word.wrapping_add(by);
    }
    Page::from_bytes(&tcs.encode())
}
