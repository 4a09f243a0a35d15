//! The pages of an image in the order of their offsets, as stretches of like pages: what two layouts are
//! laid against one another by.

use alloc::rc::Rc;
use alloc::vec::Vec;

use crate::memory::{CHUNK, CHUNKS, PAGE, Page, Source};
use crate::sgx::image::{Image, ImagePage, Origin};
use crate::sgx::structs::{PageType, SecInfoFlags};

/// What pages are like, as coarsely as a layout is recognised by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Like {
    /// A thread’s control structure.
    Tcs,
    /// What the format says.
    Origin(Origin),
    /// Cannot be written; whether it is code.
    Fixed(bool),
    /// Can be written and holds nothing but zeros.
    Zero,
    /// Can be written and holds one word repeated.
    Fill(u32),
    /// Can be written and holds something.
    Bytes,
}

/// Pages one behind the other in the enclave that are alike.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    pub(super) like: Like,
    /// Offset of the first in the enclave.
    pub(super) offset: u64,
    /// The first among the pages in the order of offsets.
    pub(super) first: usize,
    pub(super) count: usize,
}

/// The layout of an image.
#[derive(Debug)]
pub(super) struct Shape {
    image: Rc<dyn Image>,
    /// Which page of the enclave each page is, in the order of EADD; read first.
    places: Vec<u32>,
    /// Numbers of the pages in the order of their offsets; empty where that is the order of EADD.
    sorted: Vec<u32>,
    pub(super) stretches: Vec<Stretch>,
    /// Pages looked at.
    done: usize,
    /// Whether to go by what the format says.
    by_origin: bool,
    /// How many TCS pages there are.
    pub(super) threads: u64,
}

impl Shape {
    pub(super) fn new(image: Rc<dyn Image>, by_origin: bool) -> Self {
        Self {
            image,
            places: Vec::new(),
            sorted: Vec::new(),
            stretches: Vec::new(),
            done: 0,
            by_origin,
            threads: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.image.pages() as usize
    }

    /// Whether pages are added in the order of their offsets.
    pub(super) fn is_ascending(&self) -> bool {
        self.sorted.is_empty()
    }

    /// The number, in the order of EADD, of the k-th page in the order of offsets.
    pub(super) fn number(&self, k: usize) -> u64 {
        self.sorted.get(k).map_or(k as u64, |n| u64::from(*n))
    }

    /// Which page of the enclave the k-th page in the order of offsets is.
    pub(super) fn place(&self, k: usize) -> u32 {
        self.places
            .get(self.number(k) as usize)
            .copied()
            .unwrap_or(u32::MAX)
    }

    /// Which page in the order of offsets lies there.
    pub(super) fn find(&self, place: u32) -> Option<usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.place(middle) < place {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        (low < self.len() && self.place(low) == place).then_some(low)
    }

    /// The k-th page in the order of offsets.
    pub(super) fn page(&self, k: usize) -> Option<ImagePage> {
        self.image.page(self.number(k))
    }

    /// Its contents as they lie in the EPC.
    pub(super) fn content(&self, k: usize) -> Option<Page> {
        self.image.content(self.number(k))
    }

    pub(super) fn offset(&self, k: usize) -> u64 {
        u64::from(self.place(k)) * PAGE as u64
    }

    /// Goes on for so many pages; says whether all were looked at. It stops where bytes are missing.
    pub(super) fn work(&mut self, most: usize) -> bool {
        if self.places.len() < self.len() {
            self.read_places(most);
            return false;
        }
        let end = self.len().min(self.done.saturating_add(most));
        while self.done < end {
            if let Some(page) = self.page(self.done) {
                let like = self.like(&page);
                if self.is_lacking() {
                    return false;
                }
                self.take(&page, like);
            }
            self.done += 1;
            self.release();
        }
        self.done == self.len()
    }

    /// Whether bytes of the file are missing that were asked for.
    pub(super) fn is_lacking(&self) -> bool {
        self.image.source().is_some_and(Source::is_lacking)
    }

    /// Says that the bytes read so far are done with.
    pub(super) fn release(&self) {
        self.image.source().into_iter().for_each(Source::release);
    }

    /// Pages read and looked at, of twice as many as there are.
    pub(super) fn done(&self) -> usize {
        self.places.len() + self.done
    }

    /// Reads where so many pages lie; with the last, puts them in order.
    fn read_places(&mut self, most: usize) {
        let end = self.len().min(self.places.len().saturating_add(most));
        for n in self.places.len()..end {
            let page = self.image.page(n as u64);
            let offset = page.map_or(0, |p| p.offset);
            self.places.push((offset / PAGE as u64) as u32);
        }
        if end == self.len() && !self.places.is_sorted() {
            self.sorted = (0..end as u32).collect();
            self.sorted.sort_by_key(|n| self.places[*n as usize]);
        }
    }

    fn take(&mut self, page: &ImagePage, like: Like) {
        self.threads += u64::from(like == Like::Tcs);
        if let Some(last) = self.stretches.last_mut()
            && last.like == like
            && like != Like::Tcs
            && last.offset.wrapping_add((last.count * PAGE) as u64) == page.offset
        {
            last.count += 1;
            return;
        }
        self.stretches.push(Stretch {
            like,
            offset: page.offset,
            first: self.done,
            count: 1,
        });
    }

    /// What the k-th page in the order of offsets is like.
    pub(super) fn like_at(&self, k: usize) -> Like {
        let after = self.stretches.partition_point(|s| s.first <= k);
        let found = after.checked_sub(1).and_then(|n| self.stretches.get(n));
        found.map_or(Like::Bytes, |s| s.like)
    }

    fn like(&self, page: &ImagePage) -> Like {
        if page.flags.page_type() == PageType::TCS {
            return Like::Tcs;
        }
        if self.by_origin {
            return Like::Origin(page.origin.kind());
        }
        if !page.flags.contains(SecInfoFlags::W) {
            return Like::Fixed(page.flags.contains(SecInfoFlags::X));
        }
        match self.content(self.done) {
            Some(content) => filling(&content),
            None => Like::Zero,
        }
    }
}

/// Whether a page holds one word repeated, and whether that is zero.
fn filling(content: &Page) -> Like {
    let word = match content {
        Page::Zero => 0,
        Page::Fill(word) => *word,
        _ => {
            let mut first = [0; 4];
            content.read(0, &mut first);
            let repeats = |k: usize| {
                content.with_chunk(k * CHUNK, |chunk| {
                    chunk.as_chunks::<4>().0.iter().all(|w| *w == first)
                })
            };
            if !(0..CHUNKS).all(repeats) {
                return Like::Bytes;
            }
            u32::from_le_bytes(first)
        }
    };
    if word == 0 {
        Like::Zero
    } else {
        Like::Fill(word)
    }
}
