//! Causes that MRENCLAVE does not show by itself: the metadata of the format, and bytes that are not measured.

use alloc::format;

use super::cause::{Why, two};
use super::causes::Causes;
use super::said::{byte, count, origin, places};
use crate::text;
use crate::view::Certainty;

impl Causes<'_> {
    /// The versions of both formats' own structures, where they differ.
    pub(super) fn versions(&self) -> Option<[u64; 2]> {
        let [a, b] = self.found.about.map(|about| about.inputs.version);
        a.zip(b).filter(|(a, b)| a != b).map(|(a, b)| [a, b])
    }

    /// Metadata of another version, or that only other processors go by.
    pub(super) fn metadata(&mut self) {
        if let Some(versions) = self.versions() {
            let [a, b] = versions.map(|v| format!("{}.{}", v >> 32, v & 0xffff_ffff));
            self.made.retain(|(why, _)| *why != Why::Metadata);
            self.add(Why::Metadata, Certainty::Shown, two(a, b));
        } else if self.found.elsewhere {
            let says = text!(
                "diff.metadata.edmm",
                "The metadata for processors without dynamic memory (EDMM) differs. On such processors the MRENCLAVEs may differ."
            );
            self.add(Why::Metadata, Certainty::Shown, says);
        }
    }

    /// Bytes that are loaded and not measured.
    pub(super) fn unmeasured(&mut self) {
        let runs = self.runs(|w| w.unmeasured || w.cleared);
        let Some(run) = runs.first() else {
            return;
        };
        let loose: u64 = runs.iter().map(|r| r.loose).sum();
        let says = if loose == 0 {
            text!(
                "diff.cleared.says",
                "Fields of the TCS at {at} that EADD clears (STATE, DBGOPTIN, CSSA, AEP).",
                at = places(run)
            )
        } else {
            text!(
                "diff.unmeasured.says",
                "Bytes that are loaded but not measured and differ: {bytes}, in pages: {n}. The first lies in the page at {at}{what}{byte}.",
                bytes = loose,
                n = count(&runs),
                at = places(run),
                what = origin(run),
                byte = byte(run)
            )
        };
        self.add(Why::Unmeasured, Certainty::Shown, says);
    }
}
