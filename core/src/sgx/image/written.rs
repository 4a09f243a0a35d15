//! What loaders make themselves: pages of their own bytes, words that count up from page to page, and bytes that
//! they write over others.

use alloc::rc::Rc;

use super::laid::Patch;
use crate::memory::{PAGE, Page};

/// A word of 8 bytes in each page of a row, at the same place in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sgx) struct Word {
    /// Offset in the page.
    pub at: usize,
    /// What page 0 holds.
    pub first: u64,
    /// By how much the next page’s is larger, or smaller where it wraps.
    pub step: u64,
}

/// The k-th page of bytes of the loader’s own; zeros behind them.
pub(super) fn page(bytes: &[u8], k: u64) -> Page {
    let from = usize::try_from(k).ok().and_then(|k| k.checked_mul(PAGE));
    let rest = from.and_then(|from| bytes.get(from..));
    match rest.filter(|rest| !rest.is_empty()) {
        Some(rest) => Page::from_bytes(rest),
        None => Page::Zero,
    }
}

/// The page at an offset of the enclave with what is written over it, later pieces over earlier ones.
pub(super) fn over(page: Page, offset: u64, written: &[Patch]) -> Page {
    let end = offset.saturating_add(PAGE as u64);
    let touches = |p: &&Patch| p.at < end && p.at.saturating_add(p.len as u64) > offset;
    written.iter().filter(touches).fold(page, |page, piece| {
        let bytes = &piece.bytes[piece.from..piece.from + piece.len];
        let skip = offset.saturating_sub(piece.at) as usize;
        page.with(piece.at.saturating_sub(offset) as usize, &bytes[skip..])
    })
}

/// The page of a number in a row of pages with words.
pub(super) fn words(words: &[Word], n: u64) -> Page {
    let mut page = [0; PAGE];
    for word in words {
        if let Some(held) = page.get_mut(word.at..).and_then(|p| p.first_chunk_mut()) {
            *held = word
                .first
                .wrapping_add(word.step.wrapping_mul(n))
                .to_le_bytes();
        }
    }
    Page::Own(Rc::new(page))
}
