//! What pages that only one enclave has may be for, where the format does not say.

use alloc::vec::Vec;

use super::cause::Why;
use super::pages::Run;
use super::shape::Like;
use crate::sgx::image::Origin;
use crate::sgx::structs::{PageType, SecInfoFlags};
use crate::view::Certainty;

/// Pages of one side, with no page of both between them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chain {
    pub(super) only_a: bool,
    pub(super) pages: u64,
    /// Offset of the first.
    pub(super) offset: u64,
    /// What the format says the first is for.
    pub(super) origin: Origin,
    /// Whether a TCS is among them.
    pub(super) tcs: bool,
    /// Whether some cannot be written, as code and constants, which no thread needs.
    pub(super) fixed: bool,
    /// Whether all can be written and hold one word only.
    plain: bool,
    /// Whether some hold a word that is not zero.
    filled: bool,
    /// How many chains of that side have as many pages of that kind, this one included.
    pub(super) alike: u64,
}

/// The chains of a comparison. Where the format says what pages are for, each kind is a chain of its own.
pub(super) fn chains(runs: &[Run]) -> Vec<Chain> {
    let mut all: Vec<Chain> = Vec::new();
    let mut open = false;
    for run in runs {
        if !run.what.only_a && !run.what.only_b {
            open = false;
            continue;
        }
        let Some(first) = run.first.iter().flatten().next() else {
            continue;
        };
        let writable = first.flags.contains(SecInfoFlags::W);
        let chain = Chain {
            only_a: run.what.only_a,
            pages: run.count,
            offset: first.offset,
            origin: first.origin,
            tcs: first.flags.page_type() == PageType::TCS,
            fixed: matches!(run.like, Some(Like::Fixed(_))),
            plain: writable && matches!(run.like, Some(Like::Zero | Like::Fill(_))),
            filled: matches!(run.like, Some(Like::Fill(_))),
            alike: 1,
        };
        match all.last_mut() {
            Some(last) if open && last.only_a == chain.only_a && last.origin == Origin::Unknown => {
                last.pages += chain.pages;
                last.tcs |= chain.tcs;
                last.fixed |= chain.fixed;
                last.plain &= chain.plain;
                last.filled |= chain.filled;
            }
            _ => all.push(chain),
        }
        open = true;
    }
    let counts: Vec<u64> = all
        .iter()
        .map(|c| {
            let same = |o: &&Chain| {
                o.only_a == c.only_a && o.pages == c.pages && o.plain == c.plain && !o.tcs
            };
            all.iter().filter(same).count() as u64
        })
        .collect();
    for (chain, alike) in all.iter_mut().zip(counts) {
        chain.alike = alike;
    }
    all
}

impl Chain {
    /// What they may be, with so many threads; whether there is another reason for more save area.
    pub(super) fn guess(&self, threads: u64, save_area: bool) -> (Why, Certainty) {
        if self.tcs {
            return (Why::Threads, Certainty::Shown);
        }
        if !self.plain {
            return (Why::Pages, Certainty::Shown);
        }
        let each = self.alike == threads && (threads > 1 || self.filled);
        match (each || self.filled, save_area) {
            (true, true) if each && !self.filled => (Why::SsaFrames, Certainty::Likely),
            (true, _) => (Why::Stack, Certainty::Likely),
            (false, _) if self.alike == 1 => (Why::Heap, Certainty::Likely),
            _ => (Why::Pages, Certainty::Shown),
        }
    }
}

impl Run {
    /// Whether pages that can be executed on both sides can be written on one, and the format does not say why.
    pub(super) fn is_code_made_writable(&self) -> bool {
        let [Some(a), Some(b)] = self.first else {
            return false;
        };
        let x = |f: SecInfoFlags| f.contains(SecInfoFlags::X);
        let w = |f: SecInfoFlags| f.contains(SecInfoFlags::W);
        let told = a.origin != Origin::Unknown && b.origin != Origin::Unknown;
        !told && x(a.flags) && x(b.flags) && w(a.flags) != w(b.flags)
    }

    /// Whether a loader or a manifest sets them up by how the enclave is laid out.
    pub(super) fn is_set_up(&self) -> bool {
        let sides = self.first.iter().flatten();
        let (mut manifest, mut all) = (false, true);
        for side in sides {
            manifest |= side.origin == Origin::Manifest;
            all &= matches!(
                side.origin,
                Origin::Manifest | Origin::ThreadData(_) | Origin::Tcs(_)
            );
        }
        // Of a manifest, no more than the digits of a number.
        all && (!manifest || self.bytes <= 20)
    }

    /// Whether they are data of the program that it may write.
    pub(super) fn is_data(&self) -> bool {
        let data =
            |origin: Origin| matches!(origin, Origin::Segment { flags, .. } if flags & 2 != 0);
        self.first.iter().flatten().all(|s| data(s.origin))
    }
}
