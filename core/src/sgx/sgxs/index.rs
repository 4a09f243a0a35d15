//! The index over a stream: the i-th operation and the n-th page, made on demand.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::fmt;

use super::record::{HEADER, Kind, Record};
use crate::memory::{CHUNK, CHUNKS, Gathered, PAGE, Page};
use crate::sgx::structs::SecInfoFlags;

/// A stream that was read, checked and indexed. It holds the file by reference.
pub struct Sgxs {
    pub(super) bytes: Rc<[u8]>,
    pub(super) ssaframesize: u32,
    pub(super) size: u64,
    pub(super) pages: Vec<PageAt>,
    pub(super) marks: Vec<Mark>,
    pub(super) strays: BTreeMap<u64, Box<Stray>>,
    pub(super) len: u64,
    pub(super) fully_measured: u64,
}

/// Where a page's EADD lies in the file, and which operation it is.
pub(super) struct PageAt {
    pub(super) at: usize,
    pub(super) step: u64,
}

/// A place to count from where many chunks follow one page: a record, and which operation comes there.
pub(super) struct Mark {
    pub(super) at: usize,
    pub(super) step: u64,
}

/// Where the chunks of a page lie in the file, and which are measured.
#[derive(Clone, Debug, Default)]
pub(super) struct Stray {
    pub(super) chunks: [Option<usize>; CHUNKS],
    pub(super) measured: u16,
}

/// A page that the stream adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageAdded {
    /// Which page, from 0, in the order of EADD.
    pub number: u64,
    /// Its offset in the enclave.
    pub offset: u64,
    /// SECINFO.FLAGS.
    pub flags: SecInfoFlags,
    /// Which of its 16 chunks are measured, the first in bit 0.
    pub measured: u16,
    /// Which chunks the file has.
    pub present: u16,
    /// The operation that adds it, counted from 0, which is ECREATE.
    pub step: u64,
    /// Operations from its EADD up to the next page's.
    pub steps: u64,
    /// Offset of its EADD record in the file.
    pub at: usize,
}

/// A chunk that the stream has measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Eextend {
    /// The chunk's offset in the enclave.
    pub offset: u64,
    /// Whether it belongs to the page added last, as in most streams.
    pub follows: bool,
}

/// What one operation of a stream is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// ECREATE.
    Ecreate {
        /// SSAFRAMESIZE, in pages.
        ssaframesize: u32,
        /// SIZE, in bytes.
        size: u64,
    },
    /// EADD: offset in the enclave, SECINFO.FLAGS, contents.
    Eadd(u64, SecInfoFlags, Page),
    /// EEXTEND.
    Eextend(Eextend),
}

impl fmt::Debug for Sgxs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (len, pages) = (self.bytes.len(), self.pages.len());
        write!(f, "Sgxs({len} bytes, {pages} pages)")
    }
}

impl Sgxs {
    /// SSAFRAMESIZE, in pages.
    #[must_use]
    pub fn ssaframesize(&self) -> u32 {
        self.ssaframesize
    }

    /// SIZE of the enclave, in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The file.
    #[must_use]
    pub fn bytes(&self) -> &Rc<[u8]> {
        &self.bytes
    }

    /// How many operations it describes: ECREATE, one EADD a page, one EEXTEND a measured chunk.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Never: there is always ECREATE.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many pages it adds.
    #[must_use]
    pub fn pages(&self) -> u64 {
        self.pages.len() as u64
    }

    /// How many pages have all their 16 chunks measured.
    #[must_use]
    pub fn measured_pages(&self) -> u64 {
        self.fully_measured
    }

    /// Every record, in the order of the file.
    pub fn records(&self) -> impl Iterator<Item = Record> {
        self.from(0)
    }

    /// The records from the one at `at` on.
    fn from(&self, mut at: usize) -> impl Iterator<Item = Record> {
        core::iter::from_fn(move || {
            // Every record was read once; at the end of the file there is none.
            let record = Record::read(&self.bytes, at).ok()?;
            at = record.end();
            Some(record)
        })
    }

    /// The i-th operation, `i < len`.
    #[must_use]
    pub fn get(&self, i: u64) -> Option<Item> {
        if i == 0 {
            return Some(Item::Ecreate {
                ssaframesize: self.ssaframesize,
                size: self.size,
            });
        }
        let page = self.pages.partition_point(|p| p.step <= i).checked_sub(1)?;
        let PageAt { at, step } = self.pages[page];
        if step == i {
            let record = Record::read(&self.bytes, at).ok()?;
            let flags = SecInfoFlags::from_bits(record.value);
            return Some(Item::Eadd(record.offset, flags, self.content(page)));
        }
        let mark = self.marks.partition_point(|m| m.step <= i).checked_sub(1);
        let mark = mark.map(|m| &self.marks[m]).filter(|m| m.step > step);
        let (at, mut step) = mark.map_or((at + HEADER, step + 1), |m| (m.at, m.step));
        for record in self.from(at) {
            match record.kind {
                Kind::Eextend if step == i => {
                    let own = Record::read(&self.bytes, self.pages[page].at).ok()?.offset;
                    return Some(Item::Eextend(Eextend {
                        offset: record.offset,
                        follows: record.offset.wrapping_sub(own) < PAGE as u64,
                    }));
                }
                Kind::Eextend => step += 1,
                Kind::Unmeasrd => {}
                Kind::Ecreate | Kind::Eadd => return None,
            }
        }
        None
    }

    /// The n-th page, in the order of EADD.
    #[must_use]
    pub fn page(&self, n: u64) -> Option<PageAdded> {
        let nth = usize::try_from(n).ok()?;
        let PageAt { at, step } = *self.pages.get(nth)?;
        let record = Record::read(&self.bytes, at).ok()?;
        let next = self.pages.get(nth + 1).map_or(self.len, |p| p.step);
        let chunks = self.chunks(nth, record.offset);
        let bits = |has: &dyn Fn(usize) -> bool| {
            (0..CHUNKS).fold(0, |bits, k| bits | u16::from(has(k)) << k)
        };
        Some(PageAdded {
            number: n,
            offset: record.offset,
            flags: SecInfoFlags::from_bits(record.value),
            measured: chunks.measured,
            present: bits(&|k| chunks.chunks[k].is_some()),
            step,
            steps: next - step,
            at,
        })
    }

    /// The number of the page that the i-th operation adds or follows.
    #[must_use]
    pub fn page_of(&self, i: u64) -> Option<u64> {
        let after = self.pages.partition_point(|p| p.step <= i);
        after.checked_sub(1).map(|n| n as u64)
    }

    /// The number of the page at an offset of the enclave.
    #[must_use]
    pub fn page_at(&self, offset: u64) -> Option<u64> {
        let base = offset & !(PAGE as u64 - 1);
        let of = |n: usize| Record::read(&self.bytes, self.pages[n].at).map_or(0, |r| r.offset);
        // Nearly every stream adds its pages in ascending order.
        let (mut low, mut high) = (0, self.pages.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            if of(middle) < base {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        if low < self.pages.len() && of(low) == base {
            return Some(low as u64);
        }
        let found = (0..self.pages.len()).find(|n| of(*n) == base);
        found.map(|n| n as u64)
    }

    /// Where the chunks of the n-th page lie, at that offset of the enclave.
    fn chunks(&self, nth: usize, offset: u64) -> Stray {
        match self.strays.get(&offset) {
            Some(stray) => (**stray).clone(),
            None => self.own_chunks(nth),
        }
    }

    /// The chunks that directly follow the n-th page's EADD.
    pub(super) fn own_chunks(&self, nth: usize) -> Stray {
        let mut found = Stray::default();
        let Some(page) = self.pages.get(nth) else {
            return found;
        };
        let mut records = self.from(page.at);
        let Some(eadd) = records.next() else {
            return found;
        };
        for record in records.take(CHUNKS) {
            let within = record.offset.wrapping_sub(eadd.offset);
            let is_chunk = matches!(record.kind, Kind::Eextend | Kind::Unmeasrd);
            if !is_chunk || within >= PAGE as u64 {
                break;
            }
            found.put((within / CHUNK as u64) as usize, record);
        }
        found
    }

    /// The contents of the n-th page, by reference.
    fn content(&self, nth: usize) -> Page {
        let Some(PageAt { at, .. }) = self.pages.get(nth) else {
            return Page::Zero;
        };
        let offset = Record::read(&self.bytes, *at).map_or(0, |r| r.offset);
        let chunks = self.chunks(nth, offset).chunks;
        let stride = HEADER + CHUNK;
        if let Some(first) = chunks[0]
            && (0..CHUNKS).all(|k| chunks[k] == Some(first + k * stride))
        {
            return Page::Spaced(self.bytes.clone(), first, stride as u32);
        }
        if chunks.iter().all(Option::is_none) {
            return Page::Zero;
        }
        Page::Gathered(Rc::new(Gathered {
            bytes: self.bytes.clone(),
            chunks,
        }))
    }
}
