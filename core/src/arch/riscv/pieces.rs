//! Which entry decides where: physical memory cut at every edge of a PMP region.

use alloc::vec::Vec;
use core::ops::Range;

use super::pmp::{Cfg, Pmp};
use super::privilege::Privilege;
use crate::order;
use crate::view::Access;

/// The first address after physical memory: RV64 has 56 bits of it.
pub const END: u64 = 1 << 56;

/// A stretch of addresses that one entry decides, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Its addresses.
    pub range: Range<u64>,
    /// The entry that decides single bytes here.
    pub entry: Option<u8>,
}

impl Pmp {
    /// Physical memory from end to end, cut at every edge of every region; neighbours may be decided alike.
    #[must_use]
    pub fn pieces(&self) -> Vec<Piece> {
        let regions: Vec<Option<Range<u64>>> = (0..self.count()).map(|e| self.region(e)).collect();
        let edges = regions.iter().flatten().flat_map(|r| [r.start, r.end]);
        let edges = order::set(edges.filter(|at| *at < END).chain([0, END]));
        let covers = |r: &Option<Range<u64>>, at| r.as_ref().is_some_and(|r| r.contains(&at));
        edges
            .windows(2)
            .map(|edge| Piece {
                range: edge[0]..edge[1],
                entry: (0..)
                    .zip(&regions)
                    .find(|(_, r)| covers(r, edge[0]))
                    .map(|(e, _)| e),
            })
            .collect()
    }

    /// What an entry (`None`: no match) grants a mode, as R, W and X bits.
    #[must_use]
    pub fn grants(&self, entry: Option<u8>, mode: Privilege) -> u8 {
        let mut granted = 0;
        for access in Access::ALL {
            if self.says(entry, mode, access).0 {
                granted |= Cfg::right(access).0;
            }
        }
        granted
    }

    /// The entries of higher priority that decide within an entry's region, and whether they leave it
    /// nothing.
    #[must_use]
    pub fn shadow(&self, entry: u8) -> (Vec<u8>, bool) {
        let (mut before, mut nothing) = (Vec::new(), true);
        let Some(region) = self.region(entry) else {
            return (before, false);
        };
        for piece in self.pieces() {
            match piece.entry {
                _ if !region.contains(&piece.range.start) => {}
                Some(other) if other != entry => {
                    if !before.contains(&other) {
                        before.push(other);
                    }
                }
                _ => nothing = false,
            }
        }
        (before, nothing)
    }
}
