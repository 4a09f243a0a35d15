//! What the author of an enclave chose and the measurement depends on, as far as a file tells it.

use alloc::string::String;
use alloc::vec::Vec;

use crate::bytes::hex;
use crate::text;
use crate::text::Text;

/// How much of something there is when the enclave is initialised, and how much it may become.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pool {
    /// Added before EINIT.
    pub initial: u64,
    /// With what the enclave may add later (EAUG).
    pub most: u64,
}

impl Pool {
    /// As much as there is at first.
    #[must_use]
    pub const fn of(n: u64) -> Self {
        Self {
            initial: n,
            most: n,
        }
    }
}

/// What the author chose. `None`: the format does not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Inputs {
    /// SSAFRAMESIZE, in pages.
    pub ssaframesize: u32,
    /// Heap, in bytes.
    pub heap: Option<Pool>,
    /// Reserved memory, in bytes.
    pub reserved: Option<Pool>,
    /// Stack of each thread, in bytes.
    pub stack: Option<Pool>,
    /// Threads.
    pub threads: Option<Pool>,
    /// Pages of state save area for each thread.
    pub ssa_pages: Option<u64>,
    /// Version of the format’s own structure: major in the upper 32 bits, minor in the lower.
    pub version: Option<u64>,
}

impl Inputs {
    /// What the format tells, by names that are not translated; bytes, threads and pages as numbers.
    pub fn pools(&self) -> impl Iterator<Item = (&'static str, Pool)> + use<> {
        [
            ("heap_size", self.heap),
            ("reserved_size", self.reserved),
            ("stack_size", self.stack),
            ("threads", self.threads),
            ("ssa_pages", self.ssa_pages.map(Pool::of)),
            (
                "ssaframesize",
                (self.version.is_some()).then(|| Pool::of(u64::from(self.ssaframesize))),
            ),
        ]
        .into_iter()
        .filter_map(|(name, pool)| Some((name, pool?)))
    }

    /// Names and values, for those that are told.
    #[must_use]
    pub fn rows(&self) -> Vec<(Text, String)> {
        let mut rows = Vec::new();
        let bytes = |p: Pool| {
            if p.initial == p.most {
                return hex::size(p.initial);
            }
            alloc::format!("{} / {}", hex::size(p.initial), hex::size(p.most))
        };
        let count = |p: Pool| {
            if p.initial == p.most {
                return alloc::format!("{}", p.initial);
            }
            alloc::format!("{} / {}", p.initial, p.most)
        };
        if let Some(v) = self.version {
            let version = alloc::format!("{}.{}", v >> 32, v & 0xffff_ffff);
            rows.push((text!("inputs.version", "metadata version"), version));
        }
        if let Some(heap) = self.heap {
            rows.push((text!("inputs.heap", "heap"), bytes(heap)));
        }
        if let Some(reserved) = self.reserved {
            rows.push((text!("inputs.reserved", "reserved memory"), bytes(reserved)));
        }
        if let Some(stack) = self.stack {
            rows.push((text!("inputs.stack", "stack per thread"), bytes(stack)));
        }
        if let Some(threads) = self.threads {
            rows.push((text!("inputs.threads", "threads"), count(threads)));
        }
        let frame = alloc::format!("{}", self.ssaframesize);
        rows.push(("SSAFRAMESIZE".into(), frame));
        if let Some(pages) = self.ssa_pages {
            let pages = alloc::format!("{pages}");
            rows.push((text!("inputs.ssa-pages", "SSA pages per thread"), pages));
        }
        rows
    }
}
