//! How much memory the Linux driver takes for an enclave, and from which of the kernel's allocators.

use core::ops::Range;

use crate::memory::PAGE;

/// Most pages that the buddy allocator gives in one piece: order 10, 4 MiB.
pub const BUDDY_MOST: u64 = 1 << 10;

/// Memory for an enclave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allocation {
    /// How many pages.
    pub pages: u64,
    /// Whether they come from the contiguous memory allocator: exactly as many as were asked for, at
    /// any page, so that PMP needs two entries unless it happens to be a power of two.
    pub cma: bool,
}

impl Allocation {
    /// Bytes in all.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.pages.saturating_mul(PAGE as u64)
    }
}

/// Pages of the smallest block of the buddy allocator that has at least so many: a power of two.
/// `None` for none, and for more than 2^63.
#[must_use]
pub fn buddy_pages(pages: u64) -> Option<u64> {
    match pages {
        0 => None,
        _ => pages.checked_next_power_of_two(),
    }
}

/// The memory that the driver takes for an enclave that asks for `pages` (keystone
/// linux-keystone-driver/keystone-page.c, epm_init): a block of the buddy allocator, and where that
/// has none as large, as many pages from CMA.
#[must_use]
pub fn epm_allocation(pages: u64) -> Option<Allocation> {
    let block = buddy_pages(pages)?;
    Some(match block <= BUDDY_MOST {
        true => Allocation {
            pages: block,
            cma: false,
        },
        false => Allocation { pages, cma: true },
    })
}

/// Pages of the shared buffer of `size` bytes (the same, utm_init): always from the buddy allocator;
/// `None` where it has none as large.
#[must_use]
pub fn utm_pages(size: u64) -> Option<u64> {
    buddy_pages(size.div_ceil(PAGE as u64)).filter(|pages| *pages <= BUDDY_MOST)
}

/// Where Linux finds blocks of the buddy allocator (model: a stretch that nothing else uses).
pub(super) const BUDDY: (u64, u64) = (0x8400_0000, 0x8c00_0000);

/// Where Linux keeps contiguous memory (model).
pub(super) const CMA: (u64, u64) = (0x8c00_0000, 0x9000_0000);

/// The lowest stretch of `size` bytes in `range` whose start is a multiple of `align` and which touches
/// nothing that is taken.
pub(super) fn lowest_free(
    taken: &[(u64, u64)],
    size: u64,
    align: u64,
    range: Range<u64>,
) -> Option<u64> {
    let mut at = range.start.checked_next_multiple_of(align)?;
    loop {
        let end = at.checked_add(size).filter(|end| *end <= range.end)?;
        let in_the_way = taken
            .iter()
            .find(|(start, len)| at < start + len && *start < end);
        let Some((start, len)) = in_the_way else {
            return Some(at);
        };
        at = (start + len).checked_next_multiple_of(align)?;
    }
}
