//! An image laid out from a few stretches of like pages: what loaders of program files make. Only the
//! stretches are kept; operations and pages follow from them.

use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use super::written::{self, Word};
use super::{Eextend, Found, Image, ImagePage, Inputs, Item, Origin};
use crate::memory::{CHUNK, CHUNKS, PAGE, Page, Source};
use crate::sgx::structs::{SecInfoFlags, Tcs};

/// As many pages are taken at most: 4 GiB.
pub(in crate::sgx) const PAGES_MOST: u64 = 1 << 20;

/// As many stretches are taken at most.
pub(in crate::sgx) const STRETCHES_MOST: usize = 1 << 17;

/// Where the contents of a stretch come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sgx) enum Filling {
    /// Nowhere: zeros.
    Zero,
    /// A word, repeated.
    Fill(u32),
    /// The program: `len` bytes of the file from `at` on lie from offset `start` of the enclave on, with
    /// the patches applied; around them are zeros.
    Program {
        /// Offset in the enclave, which need not be that of a page.
        start: u64,
        /// Offset in the file.
        at: u64,
        /// How many bytes.
        len: u64,
    },
    /// A TCS template of `len` bytes in the file at `at`, whose OSSA, OFSBASGX and OGSBASGX count from
    /// the TCS’s own page.
    Tcs {
        /// Offset in the file.
        at: u64,
        /// How many bytes; the rest is zero.
        len: u64,
    },
    /// Bytes of the loader’s own, one page after the other; zeros behind them.
    Bytes(Rc<[u8]>),
    /// Words that differ from page to page by the same step; the first page is that of this number.
    Words(Rc<[Word]>, u64),
}

/// Pages that follow one another and are alike but for their contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sgx) struct Stretch {
    /// Offset of the first page in the enclave, before the image is shifted.
    pub offset: u64,
    /// How many pages.
    pub pages: u64,
    /// SECINFO.FLAGS.
    pub flags: SecInfoFlags,
    /// Whether all chunks are measured, or none.
    pub measured: bool,
    /// What they are for.
    pub origin: Origin,
    /// What they hold.
    pub filling: Filling,
}

impl Stretch {
    /// Operations for each page.
    const fn per_page(&self) -> u64 {
        if self.measured { 1 + CHUNKS as u64 } else { 1 }
    }
}

/// Bytes that replace those of the file before it is loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sgx) struct Patch {
    /// Offset in the file.
    pub at: u64,
    /// A buffer, and which bytes of it.
    pub bytes: Rc<[u8]>,
    /// From where in the buffer.
    pub from: usize,
    /// How many.
    pub len: usize,
}

/// Where in the order a stretch begins.
#[derive(Clone, Copy)]
struct Begins {
    page: u64,
    step: u64,
}

/// What a loader collects while it reads.
pub(in crate::sgx) struct Laid {
    format: &'static str,
    file: Rc<[u8]>,
    /// The same, as pages refer to it.
    source: Source,
    /// SIZE of the enclave, in bytes.
    pub size: u64,
    /// SSAFRAMESIZE, in pages.
    pub ssaframesize: u32,
    /// How far behind the enclave’s first byte the image begins.
    pub shift: u64,
    /// What replaces bytes of the file, later ones over earlier ones.
    pub patches: Vec<Patch>,
    /// What is written over the pages, by offset in the enclave before the image is shifted.
    pub written: Vec<Patch>,
    /// How the layout was found, where the file does not name it.
    pub found: Option<Found>,
    /// What the author chose.
    pub inputs: Inputs,
    /// The SIGSTRUCT in the file, and where.
    pub sigstruct: Option<(u64, Rc<[u8]>)>,
    /// The same, where it is not signed yet.
    pub draft: Option<(u64, Rc<[u8]>)>,
    stretches: Vec<Stretch>,
    begins: Vec<Begins>,
    by_offset: Vec<u32>,
    pages: u64,
    steps: u64,
}

/// Why a stretch is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sgx) enum NotLaid {
    /// There are more pages or stretches than are taken.
    TooMuch,
    /// The page at this offset would be added twice.
    Twice(u64),
}

impl fmt::Debug for Laid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (len, pages) = (self.file.len(), self.pages);
        write!(f, "{}({len} bytes, {pages} pages)", self.format)
    }
}

impl Laid {
    /// An image of a file, without pages yet.
    pub(in crate::sgx) fn new(format: &'static str, file: Rc<[u8]>, size: u64, ssa: u32) -> Self {
        Self {
            format,
            source: file.clone().into(),
            file,
            size,
            ssaframesize: ssa,
            shift: 0,
            patches: Vec::new(),
            written: Vec::new(),
            found: None,
            inputs: Inputs::default(),
            sigstruct: None,
            draft: None,
            stretches: Vec::new(),
            begins: Vec::new(),
            by_offset: Vec::new(),
            pages: 0,
            steps: 1,
        }
    }

    /// Adds a stretch after those that are there.
    pub(in crate::sgx) fn push(&mut self, stretch: Stretch) -> Result<(), NotLaid> {
        if stretch.pages == 0 {
            return Ok(());
        }
        let end = stretch
            .offset
            .checked_add(stretch.pages.saturating_mul(PAGE as u64));
        let end = end.and_then(|end| end.checked_add(self.shift));
        let pages = self.pages.saturating_add(stretch.pages);
        if end.is_none() || pages > PAGES_MOST || self.stretches.len() >= STRETCHES_MOST {
            return Err(NotLaid::TooMuch);
        }
        self.begins.push(Begins {
            page: self.pages,
            step: self.steps,
        });
        self.pages = pages;
        self.steps += stretch.pages * stretch.per_page();
        self.stretches.push(stretch);
        Ok(())
    }

    /// The image, once every stretch is there.
    pub(in crate::sgx) fn finish(mut self) -> Result<Self, NotLaid> {
        let mut order: Vec<u32> = (0..self.stretches.len() as u32).collect();
        order.sort_by_key(|n| self.stretches[*n as usize].offset);
        let ordered = |n: usize| &self.stretches[order[n] as usize];
        for n in 1..order.len() {
            let (before, here) = (ordered(n - 1), ordered(n));
            if before.offset + before.pages * PAGE as u64 > here.offset {
                return Err(NotLaid::Twice(here.offset + self.shift));
            }
        }
        self.by_offset = order;
        Ok(self)
    }

    /// Which stretch the n-th page belongs to, and which of its pages it is.
    fn stretch_of(&self, page: u64) -> Option<(usize, u64)> {
        if page >= self.pages {
            return None;
        }
        let after = self.begins.partition_point(|b| b.page <= page);
        let at = after.checked_sub(1)?;
        Some((at, page - self.begins[at].page))
    }

    /// The k-th page of a stretch.
    fn filled(&self, stretch: &Stretch, k: u64) -> Page {
        let offset = stretch.offset + k * PAGE as u64;
        let page = match &stretch.filling {
            Filling::Zero => Page::Zero,
            Filling::Fill(word) => Page::Fill(*word),
            Filling::Program { start, at, len } => self.program(offset, *start, *at, *len),
            Filling::Tcs { at, len } => self.tcs(stretch.offset, *at, *len),
            Filling::Bytes(bytes) => written::page(bytes, k),
            Filling::Words(words, first) => written::words(words, first + k),
        };
        written::over(page, offset, &self.written)
    }

    /// Whether both add the same pages of the same file.
    pub(in crate::sgx) fn is_like(&self, other: &Self) -> bool {
        let sizes = |laid: &Self| (laid.size, laid.ssaframesize, laid.shift);
        sizes(self) == sizes(other)
            && (&self.patches, &self.written) == (&other.patches, &other.written)
            && self.stretches == other.stretches
            && Rc::ptr_eq(&self.file, &other.file)
    }

    /// The bytes of the file from `at` on; fewer where it ends.
    fn part(&self, at: u64, len: u64) -> &[u8] {
        let from = usize::try_from(at).unwrap_or(usize::MAX);
        let rest = self.file.get(from..).unwrap_or_default();
        &rest[..usize::try_from(len).map_or(rest.len(), |len| len.min(rest.len()))]
    }

    /// The page at `offset` of a program whose `len` bytes start at `start`.
    fn program(&self, offset: u64, start: u64, at: u64, len: u64) -> Page {
        let end = offset + PAGE as u64;
        let (from, to) = (start.max(offset), start.saturating_add(len).min(end));
        if from >= to {
            return Page::Zero;
        }
        let file_at = at.saturating_add(from - start);
        let bytes = self.part(file_at, to - from);
        let file_end = file_at.saturating_add(bytes.len() as u64);
        let touches = |p: &&Patch| p.at < file_end && p.at.saturating_add(p.len as u64) > file_at;
        let mut patches = self.patches.iter().filter(touches).peekable();
        if bytes.len() == PAGE && patches.peek().is_none() {
            return Page::Slice(self.source.clone(), file_at);
        }
        let mut page = [0; PAGE];
        let first = (from - offset) as usize;
        let own = &mut page[first..first + bytes.len()];
        own.copy_from_slice(bytes);
        for patch in patches {
            let source = &patch.bytes[patch.from..patch.from + patch.len];
            let skip = file_at.saturating_sub(patch.at) as usize;
            let into = patch.at.saturating_sub(file_at) as usize;
            let n = (source.len() - skip).min(own.len() - into);
            own[into..into + n].copy_from_slice(&source[skip..skip + n]);
        }
        Page::Own(Rc::new(page))
    }

    /// The TCS at `offset` from a template.
    fn tcs(&self, offset: u64, at: u64, len: u64) -> Page {
        let template = self.part(at, len.min(PAGE as u64));
        let mut page = vec![0; PAGE];
        page[..template.len()].copy_from_slice(template);
        for name in ["OSSA", "OFSBASGX", "OGSBASGX"] {
            let mut fields = Tcs::LAYOUT.fields.iter();
            let Some(field) = fields.find(|f| f.name == name) else {
                continue;
            };
            if let Some(word) = page[field.offset..].first_chunk_mut() {
                *word = u64::from_le_bytes(*word).wrapping_add(offset).to_le_bytes();
            }
        }
        Page::from_bytes(&page)
    }
}

impl Image for Laid {
    fn format(&self) -> &'static str {
        self.format
    }

    fn size(&self) -> u64 {
        self.size
    }

    fn ssaframesize(&self) -> u32 {
        self.ssaframesize
    }

    fn len(&self) -> u64 {
        self.steps
    }

    fn pages(&self) -> u64 {
        self.pages
    }

    fn measured_pages(&self) -> u64 {
        let measured = self.stretches.iter().filter(|s| s.measured);
        measured.map(|s| s.pages).sum()
    }

    fn get(&self, i: u64) -> Option<Item> {
        if i == 0 {
            return Some(Item::Ecreate {
                ssaframesize: self.ssaframesize,
                size: self.size,
            });
        }
        if i >= self.steps {
            return None;
        }
        let at = self
            .begins
            .partition_point(|b| b.step <= i)
            .checked_sub(1)?;
        let (stretch, within) = (&self.stretches[at], i - self.begins[at].step);
        let (k, step) = (within / stretch.per_page(), within % stretch.per_page());
        let offset = stretch.offset + self.shift + k * PAGE as u64;
        Some(match step {
            0 => Item::Eadd(offset, stretch.flags, self.filled(stretch, k)),
            n => Item::Eextend(Eextend {
                offset: offset + (n - 1) * CHUNK as u64,
                follows: true,
            }),
        })
    }

    fn page(&self, n: u64) -> Option<ImagePage> {
        let (at, k) = self.stretch_of(n)?;
        let stretch = &self.stretches[at];
        Some(ImagePage {
            number: n,
            offset: stretch.offset + self.shift + k * PAGE as u64,
            flags: stretch.flags,
            measured: if stretch.measured { u16::MAX } else { 0 },
            step: self.begins[at].step + k * stretch.per_page(),
            steps: stretch.per_page(),
            origin: stretch.origin,
        })
    }

    fn content(&self, n: u64) -> Option<Page> {
        let (at, k) = self.stretch_of(n)?;
        Some(self.filled(&self.stretches[at], k))
    }

    fn page_of(&self, i: u64) -> Option<u64> {
        let at = self
            .begins
            .partition_point(|b| b.step <= i)
            .checked_sub(1)?;
        let (stretch, begins) = (&self.stretches[at], self.begins[at]);
        let k = (i - begins.step) / stretch.per_page();
        Some(begins.page + k.min(stretch.pages - 1))
    }

    fn page_at(&self, offset: u64) -> Option<u64> {
        let offset = offset.checked_sub(self.shift)?;
        let begins_before = |n: &u32| self.stretches[*n as usize].offset <= offset;
        let after = self.by_offset.partition_point(begins_before);
        let at = *self.by_offset.get(after.checked_sub(1)?)? as usize;
        let k = (offset - self.stretches[at].offset) / PAGE as u64;
        (k < self.stretches[at].pages).then(|| self.begins[at].page + k)
    }

    fn inputs(&self) -> Inputs {
        self.inputs
    }

    fn found(&self) -> Option<&Found> {
        self.found.as_ref()
    }

    fn sigstruct(&self) -> Option<(u64, Rc<[u8]>)> {
        self.sigstruct.clone()
    }

    fn draft(&self) -> Option<(u64, Rc<[u8]>)> {
        self.draft.clone()
    }
}
