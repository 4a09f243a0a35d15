//! A page's contents by reference, so that a gigabyte of pages costs next to nothing.

use alloc::rc::Rc;

/// Bytes in a page.
pub const PAGE: usize = 4096;

/// The contents of one page of 4,096 bytes.
#[derive(Clone, Debug)]
pub enum Page {
    /// All zero.
    Zero,
    /// A 32-bit little-endian word repeated.
    Fill(u32),
    /// A part of a longer buffer: from this offset, zeros after its end.
    Slice(Rc<[u8]>, usize),
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
            Self::Own(page) => out.copy_from_slice(&page[offset..offset + len]),
        }
    }

    /// Gives `f` the 256 bytes from `offset` without copying them where they lie in one piece.
    /// `offset` is a multiple of 256 within the page.
    pub fn with_chunk<R>(&self, offset: usize, f: impl FnOnce(&[u8]) -> R) -> R {
        let lies = match self {
            Self::Slice(bytes, start) => bytes.get(start + offset..start + offset + 256),
            Self::Own(page) => page.get(offset..offset + 256),
            Self::Zero => Some(&[0; 256][..]),
            Self::Fill(_) => None,
        };
        match lies {
            Some(chunk) => f(chunk),
            None => {
                let mut chunk = [0; 256];
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
