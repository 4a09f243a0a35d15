//! The index over a stream: the i-th operation and the n-th page, made on demand.
//!
//! Pages that are alike and follow one another are one entry, however many they are, and what an
//! operation does is told without looking into the file.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::fmt;

use super::record::{HEADER, LONGEST, Record};
use crate::memory::{CHUNK, CHUNKS, Gathered, PAGE, Page, Source};
use crate::sgx::structs::SecInfoFlags;

/// A stream that was read, checked and indexed. It holds the file by reference.
pub struct Sgxs {
    pub(super) bytes: Source,
    pub(super) index: Rc<Index>,
}

/// What is known of a stream besides its bytes.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    pub(super) ssaframesize: u32,
    pub(super) size: u64,
    pub(super) stretches: Vec<Stretch>,
    /// Offsets of chunks measured after a page’s EADD, of those pages where more follows than their
    /// own chunks in order.
    pub(super) order: Vec<u64>,
    /// Pages with chunks elsewhere than in order behind their EADD, by offset.
    pub(super) strays: BTreeMap<u64, Box<Stray>>,
    /// Stretches by the offset of their first page, if they are not in that order anyway.
    pub(super) by_offset: Option<Box<[u32]>>,
    pub(super) len: u64,
    pub(super) pages: u64,
    pub(super) fully_measured: u64,
}

/// Pages that were added one after the other, each at the next offset and with chunks of the same
/// numbers in order behind its EADD; or one page of any kind.
#[derive(Clone, Debug)]
pub(super) struct Stretch {
    /// Number of the first page, and how many there are.
    pub(super) page: u64,
    pub(super) count: u64,
    /// Which operation adds the first page, and where its EADD lies in the file.
    pub(super) step: u64,
    pub(super) at: u64,
    pub(super) offset: u64,
    pub(super) flags: u64,
    /// The chunks in order behind each EADD, and which of them are measured, a bit each.
    pub(super) present: u16,
    pub(super) measured: u16,
    /// Where more follows: which part of `order` tells what.
    pub(super) order: Option<(usize, usize)>,
}

impl Stretch {
    /// Operations of each page.
    pub(super) fn steps(&self) -> u64 {
        1 + match self.order {
            Some((_, len)) => len as u64,
            None => u64::from(self.measured.count_ones()),
        }
    }

    /// Bytes from one EADD to the next.
    pub(super) fn stride(&self) -> u64 {
        HEADER as u64 + LONGEST as u64 * u64::from(self.present.count_ones())
    }

    fn offset(&self, nth: u64) -> u64 {
        self.offset + nth * PAGE as u64
    }

    /// Where the chunks of its n-th page lie.
    pub(super) fn chunks(&self, nth: u64) -> Stray {
        let mut found = Stray::default();
        let mut at = self.at + nth * self.stride() + HEADER as u64;
        for (k, chunk) in found.chunks.iter_mut().enumerate() {
            if self.present >> k & 1 == 1 {
                *chunk = Some(at + HEADER as u64);
                at += LONGEST as u64;
            }
        }
        found.measured = self.measured;
        found
    }
}

/// Where the chunks of a page lie in the file, and which are measured.
#[derive(Clone, Debug, Default)]
pub(super) struct Stray {
    pub(super) chunks: [Option<u64>; CHUNKS],
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
        let (len, pages) = (self.bytes.len(), self.index.pages);
        write!(f, "Sgxs({len} bytes, {pages} pages)")
    }
}

impl Sgxs {
    /// SSAFRAMESIZE, in pages.
    #[must_use]
    pub fn ssaframesize(&self) -> u32 {
        self.index.ssaframesize
    }

    /// SIZE of the enclave, in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.index.size
    }

    /// The file.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.bytes
    }

    /// How many operations it describes: ECREATE, one EADD a page, one EEXTEND a measured chunk.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.index.len
    }

    /// Never: there is always ECREATE.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.index.len == 0
    }

    /// How many pages it adds.
    #[must_use]
    pub fn pages(&self) -> u64 {
        self.index.pages
    }

    /// How many pages have all their 16 chunks measured.
    #[must_use]
    pub fn measured_pages(&self) -> u64 {
        self.index.fully_measured
    }

    /// Every record, in the order of the file, as far as the file is here.
    pub fn records(&self) -> impl Iterator<Item = Record> {
        let mut at = 0;
        core::iter::from_fn(move || {
            // Every record was read once; at the end of the file there is none.
            let record = read(&self.bytes, at).ok()?;
            at = record.end();
            Some(record)
        })
    }

    /// The i-th operation, `i < len`.
    #[must_use]
    pub fn get(&self, i: u64) -> Option<Item> {
        if i == 0 {
            return Some(Item::Ecreate {
                ssaframesize: self.index.ssaframesize,
                size: self.index.size,
            });
        }
        if i >= self.index.len {
            return None;
        }
        let all = &self.index.stretches;
        let own = &all[last(all, |s| s.step <= i)?];
        let since = i - own.step;
        let (nth, within) = match own.order {
            Some(_) => (0, since),
            None => (since / own.steps(), since % own.steps()),
        };
        let base = own.offset(nth);
        if within == 0 {
            let flags = SecInfoFlags::from_bits(own.flags);
            return Some(Item::Eadd(base, flags, self.content(own, nth)));
        }
        let offset = match own.order {
            Some((start, _)) => *self.index.order.get(start + within as usize - 1)?,
            None => base + u64::from(bit(own.measured, within - 1)) * CHUNK as u64,
        };
        let follows = offset.wrapping_sub(base) < PAGE as u64;
        Some(Item::Eextend(Eextend { offset, follows }))
    }

    /// The n-th page, in the order of EADD.
    #[must_use]
    pub fn page(&self, n: u64) -> Option<PageAdded> {
        if n >= self.index.pages {
            return None;
        }
        let own = &self.index.stretches[last(&self.index.stretches, |s| s.page <= n)?];
        let nth = n - own.page;
        let offset = own.offset(nth);
        let (mut measured, mut present) = (own.measured, own.present);
        if let Some(stray) = self.index.strays.get(&offset) {
            let bits = stray.chunks.iter().enumerate();
            present = bits.fold(0, |bits, (k, at)| bits | u16::from(at.is_some()) << k);
            measured = stray.measured;
        }
        Some(PageAdded {
            number: n,
            offset,
            flags: SecInfoFlags::from_bits(own.flags),
            measured,
            present,
            step: own.step + nth * own.steps(),
            steps: own.steps(),
            at: (own.at + nth * own.stride()) as usize,
        })
    }

    /// The number of the page that the i-th operation adds or follows.
    #[must_use]
    pub fn page_of(&self, i: u64) -> Option<u64> {
        let all = &self.index.stretches;
        let own = &all[last(all, |s| s.step <= i)?];
        let nth = (i - own.step) / own.steps();
        Some(own.page + nth.min(own.count - 1))
    }

    /// The number of the page at an offset of the enclave.
    #[must_use]
    pub fn page_at(&self, offset: u64) -> Option<u64> {
        let all = &self.index.stretches;
        let own = match &self.index.by_offset {
            None => &all[last(all, |s| s.offset <= offset)?],
            Some(order) => {
                let nth = |n: &u32| &all[*n as usize];
                nth(&order[last(order, |n| nth(n).offset <= offset)?])
            }
        };
        let nth = (offset - own.offset) / PAGE as u64;
        (nth < own.count).then_some(own.page + nth)
    }

    /// The contents of a stretch’s n-th page, by reference.
    fn content(&self, own: &Stretch, nth: u64) -> Page {
        let stray = match self.index.strays.is_empty() {
            true => None,
            false => self.index.strays.get(&own.offset(nth)),
        };
        let stride = LONGEST as u64;
        if stray.is_none() && own.present == 0 {
            return Page::Zero;
        }
        if stray.is_none() && own.present == u16::MAX {
            let first = own.at + nth * own.stride() + 2 * HEADER as u64;
            return Page::Spaced(self.bytes.clone(), first, stride as u32);
        }
        let chunks = match stray {
            Some(stray) => stray.chunks,
            None => own.chunks(nth).chunks,
        };
        Page::Gathered(Rc::new(Gathered {
            bytes: self.bytes.clone(),
            chunks,
        }))
    }
}

/// Reads the record at `at`. Where the file is not here, what it says is of no use.
pub(super) fn read(bytes: &Source, at: usize) -> Result<Record, crate::bytes::Malformed> {
    let left = bytes.len().saturating_sub(at as u64);
    let reach = left.min(LONGEST as u64) as usize;
    bytes.with(at as u64, reach, |rest| Record::open(rest, at))
}

/// The last of a sorted list that `is`, as all before it are.
fn last<T>(all: &[T], is: impl Fn(&T) -> bool) -> Option<usize> {
    all.partition_point(is).checked_sub(1)
}

/// The place of the n-th bit that is set.
fn bit(bits: u16, n: u64) -> u32 {
    if bits == u16::MAX {
        return n as u32;
    }
    let mut left = bits;
    for _ in 0..n {
        left &= left.wrapping_sub(1);
    }
    left.trailing_zeros()
}
