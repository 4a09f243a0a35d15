//! A page's contents by reference, so that a gigabyte of pages costs next to nothing.

use alloc::rc::Rc;

use super::Source;

/// Bytes in a page.
pub const PAGE: usize = 4096;

/// Bytes in a chunk: what is measured at once, and what a page of a file may be gathered from.
pub const CHUNK: usize = 256;

/// Chunks in a page.
pub const CHUNKS: usize = PAGE / CHUNK;

/// A page whose chunks lie here and there in a file.
#[derive(Clone, Debug)]
pub struct Gathered {
    /// The file.
    pub bytes: Source,
    /// Where each chunk begins; `None` for a chunk of zeros.
    pub chunks: [Option<u64>; CHUNKS],
}

/// The contents of one page of 4,096 bytes.
#[derive(Clone, Debug)]
pub enum Page {
    /// All zero.
    Zero,
    /// A 32-bit little-endian word repeated.
    Fill(u32),
    /// A part of a file: from this offset, zeros after its end.
    Slice(Source, u64),
    /// Chunks of a file at equal distances, as a stream with headers between them holds them: the
    /// offset of the first, and how far the next begins after it.
    Spaced(Source, u64, u32),
    /// Chunks of a file wherever they lie.
    Gathered(Rc<Gathered>),
    /// Its own bytes.
    Own(Rc<[u8; PAGE]>),
}

impl Page {
    /// A page of these bytes, zeros after their end; bytes beyond a page are passed over.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let mut page = [0; PAGE];
        let len = bytes.len().min(PAGE);
        page[..len].copy_from_slice(&bytes[..len]);
        Self::Own(Rc::new(page))
    }

    /// Copies `out.len()` bytes from `offset`; beyond the page's end it copies zeros.
    pub fn read(&self, offset: usize, out: &mut [u8]) {
        out.fill(0);
        let len = out.len().min(PAGE.saturating_sub(offset));
        let out = &mut out[..len];
        match self {
            Self::Zero => {}
            Self::Fill(word) => {
                let word = word.to_le_bytes();
                for (i, b) in out.iter_mut().enumerate() {
                    *b = word[(offset + i) % 4];
                }
            }
            Self::Slice(bytes, start) => {
                if let Some(from) = start.checked_add(offset as u64) {
                    bytes.read(from, out);
                }
            }
            Self::Spaced(..) | Self::Gathered(_) => {
                let mut done = 0;
                while done < len {
                    let within = (offset + done) % CHUNK;
                    let part = (CHUNK - within).min(len - done);
                    if let Some((bytes, at)) = self.chunk((offset + done) / CHUNK) {
                        let at = at.saturating_add(within as u64);
                        bytes.read(at, &mut out[done..done + part]);
                    }
                    done += part;
                }
            }
            Self::Own(page) => out.copy_from_slice(&page[offset..offset + len]),
        }
    }

    /// The file a chunk lies in, by number, and its offset there.
    fn chunk(&self, number: usize) -> Option<(&Source, u64)> {
        match self {
            Self::Spaced(bytes, start, stride) => {
                let ahead = number as u64 * u64::from(*stride);
                Some((bytes, start.checked_add(ahead)?))
            }
            Self::Gathered(g) => Some((&g.bytes, (*g.chunks.get(number)?)?)),
            _ => None,
        }
    }

    /// Gives `f` the 256 bytes from `offset` without copying them where they lie in one piece.
    /// `offset` is a multiple of 256 within the page.
    pub fn with_chunk<R>(&self, offset: usize, f: impl FnOnce(&[u8]) -> R) -> R {
        let lies = match self {
            Self::Slice(bytes, start) => start.checked_add(offset as u64).map(|at| (bytes, at)),
            Self::Spaced(..) | Self::Gathered(_) => self.chunk(offset / CHUNK),
            _ => None,
        };
        if let Some((bytes, at)) = lies {
            return bytes.with(at, CHUNK, f);
        }
        match self {
            Self::Own(page) if offset <= PAGE - CHUNK => f(&page[offset..offset + CHUNK]),
            Self::Fill(_) => {
                let mut chunk = [0; CHUNK];
                self.read(offset, &mut chunk);
                f(&chunk)
            }
            _ => f(&[0; CHUNK]),
        }
    }

    /// Where one of its bytes lies, for pages that refer to a file: the file, and the offset in it.
    #[must_use]
    pub fn lies_at(&self, at: usize) -> Option<(&Source, u64)> {
        let (bytes, place) = match self {
            Self::Slice(bytes, start) => (bytes, start.checked_add(at as u64)?),
            Self::Spaced(..) | Self::Gathered(_) => {
                let (bytes, start) = self.chunk(at / CHUNK)?;
                (bytes, start.checked_add((at % CHUNK) as u64)?)
            }
            Self::Zero | Self::Fill(_) | Self::Own(_) => return None,
        };
        (place < bytes.len()).then_some((bytes, place))
    }

    /// How far in their file this page’s bytes lie before another’s that is like it; zero where both
    /// hold the same. It compares no bytes.
    #[must_use]
    pub(crate) fn ahead(&self, next: &Self) -> Option<u64> {
        match (self, next) {
            (Self::Zero, Self::Zero) => Some(0),
            (Self::Fill(a), Self::Fill(b)) => (a == b).then_some(0),
            (Self::Own(a), Self::Own(b)) => Rc::ptr_eq(a, b).then_some(0),
            (Self::Gathered(a), Self::Gathered(b)) => Rc::ptr_eq(a, b).then_some(0),
            (Self::Slice(a, from), Self::Slice(b, to)) if a.is(b) => to.checked_sub(*from),
            (Self::Spaced(a, from, x), Self::Spaced(b, to, y)) if x == y && a.is(b) => {
                to.checked_sub(*from)
            }
            _ => None,
        }
    }

    /// The page like it whose bytes lie so far after this one’s.
    #[must_use]
    pub(crate) fn onward(&self, by: u64) -> Self {
        match self {
            Self::Slice(bytes, at) => Self::Slice(bytes.clone(), at.saturating_add(by)),
            Self::Spaced(bytes, at, stride) => {
                Self::Spaced(bytes.clone(), at.saturating_add(by), *stride)
            }
            same => same.clone(),
        }
    }

    /// The page with `bytes` written at `offset`; bytes beyond the page's end are passed over.
    #[must_use]
    pub fn with(&self, offset: usize, bytes: &[u8]) -> Self {
        let mut page = self.bytes();
        let len = bytes.len().min(PAGE.saturating_sub(offset));
        page[offset..offset + len].copy_from_slice(&bytes[..len]);
        Self::Own(Rc::new(page))
    }

    /// All bytes.
    #[must_use]
    pub fn bytes(&self) -> [u8; PAGE] {
        let mut page = [0; PAGE];
        self.read(0, &mut page);
        page
    }
}

impl PartialEq for Page {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Zero, Self::Zero) => true,
            (Self::Fill(a), Self::Fill(b)) => a == b,
            (Self::Own(a), Self::Own(b)) if Rc::ptr_eq(a, b) => true,
            _ => self.bytes() == other.bytes(),
        }
    }
}

impl Eq for Page {}
