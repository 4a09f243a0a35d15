//! Ordinary memory: what is not there yet reads as zero.

use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;

use rpds::RedBlackTreeMap;

use super::{PAGE, Page, Physical};

/// Pages of ordinary memory by page number. A clone is cheap.
#[derive(Clone, Debug, Default)]
pub struct Ram {
    pages: RedBlackTreeMap<u64, Page>,
}

impl Ram {
    /// Copies bytes out; memory never written is zero.
    pub fn read(&self, at: Physical, out: &mut [u8]) {
        let mut done = 0;
        while done < out.len() {
            let here = at.0.wrapping_add(done as u64);
            let offset = (here % PAGE as u64) as usize;
            let len = (PAGE - offset).min(out.len() - done);
            let part = &mut out[done..done + len];
            match self.pages.get(&(here / PAGE as u64)) {
                Some(page) => page.read(offset, part),
                None => part.fill(0),
            }
            done += len;
        }
    }

    /// The `len` bytes at an address.
    #[must_use]
    pub fn bytes(&self, at: Physical, len: usize) -> Vec<u8> {
        let mut out = vec![0; len];
        self.read(at, &mut out);
        out
    }

    /// Whether these bytes lie there.
    #[must_use]
    pub fn holds(&self, at: Physical, bytes: &[u8]) -> bool {
        let mut old = [0; 64];
        bytes.chunks(64).zip(0..).all(|(part, n)| {
            let old = &mut old[..part.len()];
            self.read(Physical(at.0.wrapping_add(n * 64)), old);
            old == part
        })
    }

    /// Writes bytes.
    pub fn write(&mut self, at: Physical, bytes: &[u8]) {
        let mut done = 0;
        while done < bytes.len() {
            let here = at.0.wrapping_add(done as u64);
            let (number, offset) = (here / PAGE as u64, (here % PAGE as u64) as usize);
            let len = (PAGE - offset).min(bytes.len() - done);
            let part = &bytes[done..done + len];
            match self.pages.get_mut(&number) {
                // Bytes that nobody else holds are written where they are.
                Some(Page::Own(page)) => {
                    Rc::make_mut(page)[offset..offset + len].copy_from_slice(part);
                }
                Some(page) => *page = page.with(offset, part),
                None => self.pages.insert_mut(number, Page::Zero.with(offset, part)),
            }
            done += len;
        }
    }

    /// Puts a whole page at the page an address lies in.
    pub fn put(&mut self, at: Physical, page: Page) {
        self.pages.insert_mut(at.0 / PAGE as u64, page);
    }

    /// Fills `len` bytes with zeros. Pages within are forgotten, however many they are.
    pub fn clear(&mut self, at: Physical, len: u64) {
        let end = at.0.saturating_add(len);
        let (first, last) = (at.0.div_ceil(PAGE as u64), end / PAGE as u64);
        if first > last {
            return self.write(at, &vec![0; len as usize]);
        }
        let (start, stop) = (first * PAGE as u64, last * PAGE as u64);
        self.write(at, &vec![0; (start - at.0) as usize]);
        self.write(Physical(stop), &vec![0; (end - stop) as usize]);
        let within = self.pages.range(first..last).map(|(n, _)| *n);
        for page in within.collect::<Vec<u64>>() {
            self.pages.remove_mut(&page);
        }
    }

    /// The page an address lies in.
    #[must_use]
    pub fn page(&self, at: Physical) -> &Page {
        self.pages.get(&(at.0 / PAGE as u64)).unwrap_or(&Page::Zero)
    }

    /// Every page ever written, ascending: page number and contents.
    pub fn pages(&self) -> impl Iterator<Item = (u64, &Page)> {
        self.pages.iter().map(|(n, p)| (*n, p))
    }
}
