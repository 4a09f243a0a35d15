//! What loaders make themselves: pages of their own bytes, and bytes that they write over others.

use super::laid::Patch;
use crate::memory::{PAGE, Page};

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
