//! How many bytes are held: wasm memory never shrinks, so its size does not tell.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Bytes held now, and the most there were since it was last asked for.
static HELD: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: every call goes to the system's allocator as it came; only counts are kept beside.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.fetch_add(layout.size(), Relaxed) + layout.size();
        MOST.fetch_max(held, Relaxed);
        // SAFETY: the caller keeps the contract of `alloc`, which is the same here.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Relaxed);
        // SAFETY: `at` came from the same allocator with the same layout, as the caller promises.
        unsafe { System.dealloc(at, layout) }
    }
}

/// Bytes held now.
#[unsafe(no_mangle)]
extern "C" fn held() -> u32 {
    let held = HELD.load(Relaxed);
    MOST.store(held, Relaxed);
    held as u32
}

/// The most bytes held at a time since `held` was called.
#[unsafe(no_mangle)]
extern "C" fn most() -> u32 {
    MOST.load(Relaxed) as u32
}
