//! What a page of an image is for, as its file format says.

use crate::text;
use crate::text::Text;

/// What a page is for. Threads count from 0, in the order in which their pages are added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The format does not say: an SGXS stream.
    #[default]
    Unknown,
    /// A segment of the program.
    Segment {
        /// Which program header, from 0.
        number: u16,
        /// Its `p_flags`: 1 to be executed, 2 written, 4 read.
        flags: u32,
        /// Whether a text relocation makes the page writable beyond `flags`.
        relocated: bool,
    },
    /// The zero page that old loaders add after a segment that does not begin at a page.
    Padding,
    /// Relocations of the program, which the enclave applies itself.
    Relocations,
    /// A table of the functions that the host calls.
    Functions,
    /// Heap.
    Heap,
    /// Reserved memory, for pages whose permissions change at run time.
    Reserved,
    /// Stack of a thread.
    Stack(u32),
    /// TCS of a thread.
    Tcs(u32),
    /// State save area of a thread.
    Ssa(u32),
    /// Thread data and thread-local storage of a thread.
    ThreadData(u32),
    /// Stack of a thread for signals.
    SignalStack(u32),
    /// A manifest: a text that says how the enclave is set up.
    Manifest,
    /// Memory that is not in use yet.
    Free,
    /// Another part that the format numbers and we have no name for.
    Other(u16),
}

impl Origin {
    /// The same without which thread and without relocation: what pages are compared by where only the
    /// kind matters.
    #[must_use]
    pub const fn kind(self) -> Self {
        match self {
            Self::Segment { number, flags, .. } => Self::Segment {
                number,
                flags,
                relocated: false,
            },
            Self::Stack(_) => Self::Stack(0),
            Self::Tcs(_) => Self::Tcs(0),
            Self::Ssa(_) => Self::Ssa(0),
            Self::ThreadData(_) => Self::ThreadData(0),
            Self::SignalStack(_) => Self::SignalStack(0),
            other => other,
        }
    }

    /// The thread it belongs to.
    #[must_use]
    pub const fn thread(self) -> Option<u32> {
        match self {
            Self::Stack(n)
            | Self::Tcs(n)
            | Self::Ssa(n)
            | Self::ThreadData(n)
            | Self::SignalStack(n) => Some(n),
            _ => None,
        }
    }

    /// In words; `None` where the format does not say.
    #[must_use]
    pub fn words(self) -> Option<Text> {
        Some(match self {
            Self::Unknown => return None,
            Self::Segment {
                number,
                flags,
                relocated,
            } => {
                let letter = |bit: u32, c: char| if flags & bit == 0 { '-' } else { c };
                let rwx: alloc::string::String = [letter(4, 'r'), letter(2, 'w'), letter(1, 'x')]
                    .iter()
                    .collect();
                if relocated {
                    text!(
                        "origin.segment-relocated",
                        "program header {n} ({rwx}), writable for a text relocation",
                        n = u64::from(number),
                        rwx = rwx
                    )
                } else {
                    text!(
                        "origin.segment",
                        "program header {n} ({rwx})",
                        n = u64::from(number),
                        rwx = rwx
                    )
                }
            }
            Self::Padding => text!("origin.padding", "zero page after a segment"),
            Self::Relocations => text!("origin.relocations", "relocations"),
            Self::Functions => text!("origin.functions", "table of functions"),
            Self::Heap => text!("origin.heap", "heap"),
            Self::Reserved => text!("origin.reserved", "reserved memory"),
            Self::Stack(n) => text!("origin.stack", "stack of thread {n}", n = u64::from(n)),
            Self::Tcs(n) => text!("origin.tcs", "TCS of thread {n}", n = u64::from(n)),
            Self::Ssa(n) => text!("origin.ssa", "SSA of thread {n}", n = u64::from(n)),
            Self::ThreadData(n) => {
                text!("origin.thread-data", "data of thread {n}", n = u64::from(n))
            }
            Self::SignalStack(n) => text!(
                "origin.signal-stack",
                "signal stack of thread {n}",
                n = u64::from(n)
            ),
            Self::Manifest => text!("origin.manifest", "manifest"),
            Self::Free => text!("origin.free", "free memory"),
            Self::Other(n) => text!("origin.other", "part {n}", n = u64::from(n)),
        })
    }
}
