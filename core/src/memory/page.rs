//! A page's contents by reference, so that a gigabyte of pages costs next to nothing.

use alloc::rc::Rc;

/// Bytes in a page.
pub const PAGE: usize = 4096;

/// Bytes in a chunk: what is measured at once, and what a page of a file may be gathered from.
pub const CHUNK: usize = 256;

/// Chunks in a page.
pub const CHUNKS: usize = PAGE / CHUNK;

/// A page whose chunks lie here and there in a longer buffer.
#[derive(Clone, Debug)]
pub struct Gathered {
    /// The buffer.
    pub bytes: Rc<[u8]>,
    /// Where each chunk begins; `None` for a chunk of zeros.
    pub chunks: [Option<usize>; CHUNKS],
}

/// The contents of one page of 4,096 bytes.
#[derive(Clone, Debug)]
pub enum Page {
    /// All zero.
    Zero,
    /// A 32-bit little-endian word repeated.
    Fill(u32),
    /// A part of a longer buffer: from this offset, zeros after its end.
    Slice(Rc<[u8]>, usize),
    /// Chunks of a longer buffer at equal distances, as a stream with headers between them holds
    /// them: the offset of the first, and how far the next begins after it.
    Spaced(Rc<[u8]>, usize, u32),
    /// Chunks of a longer buffer wherever they lie.
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
                let from = start.saturating_add(offset).min(bytes.len());
                let have = len.min(bytes.len() - from);
                out[..have].copy_from_slice(&bytes[from..from + have]);
            }
            Self::Spaced(..) | Self::Gathered(_) => {
                let mut done = 0;
                while done < len {
                    let within = (offset + done) % CHUNK;
                    let part = (CHUNK - within).min(len - done);
                    if let Some(chunk) = self.chunk((offset + done) / CHUNK) {
                        out[done..done + part].copy_from_slice(&chunk[within..within + part]);
                    }
                    done += part;
                }
            }
            Self::Own(page) => out.copy_from_slice(&page[offset..offset + len]),
        }
    }

    /// A chunk by number, where it lies whole in the page's buffer.
    fn chunk(&self, number: usize) -> Option<&[u8]> {
        let (bytes, start) = match self {
            Self::Spaced(bytes, start, stride) => {
                let ahead = number.checked_mul(*stride as usize)?;
                (bytes, start.checked_add(ahead)?)
            }
            Self::Gathered(g) => (&g.bytes, (*g.chunks.get(number)?)?),
            _ => return None,
        };
        bytes.get(start..start.checked_add(CHUNK)?)
    }

    /// Gives `f` the 256 bytes from `offset` without copying them where they lie in one piece.
    /// `offset` is a multiple of 256 within the page.
    pub fn with_chunk<R>(&self, offset: usize, f: impl FnOnce(&[u8]) -> R) -> R {
        let lies = match self {
            Self::Slice(bytes, start) => bytes.get(start + offset..start + offset + CHUNK),
            Self::Spaced(..) | Self::Gathered(_) => self.chunk(offset / CHUNK),
            Self::Own(page) => page.get(offset..offset + CHUNK),
            Self::Zero => Some(&[0; CHUNK][..]),
            Self::Fill(_) => None,
        };
        match lies {
            Some(chunk) => f(chunk),
            None => {
                let mut chunk = [0; CHUNK];
                self.read(offset, &mut chunk);
                f(&chunk)
            }
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
