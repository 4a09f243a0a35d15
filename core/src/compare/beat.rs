//! Runs laid side by side: phase by phase, and within a phase stretch by stretch.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::Column;
use crate::trace::Phase;

/// A moment of the comparison: where each run stands at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beat {
    /// The phase.
    pub phase: Phase,
    /// Which beat of the phase, from 0.
    pub nth: usize,
    /// The position of each run; `None` where nothing happens in this phase.
    pub positions: Vec<Option<u64>>,
}

impl Beat {
    /// Its name in links: `use.2`.
    #[must_use]
    pub fn label(&self) -> String {
        format!("{}.{}", self.phase.id(), self.nth + 1)
    }
}

/// Every beat of some runs, in the order of the phases. A run with fewer stretches in a phase than another
/// stays at its last one.
#[must_use]
pub fn beats(columns: &[&Column]) -> Vec<Beat> {
    let mut all = Vec::new();
    for phase in Phase::ALL {
        let ends: Vec<Vec<u64>> = columns.iter().map(|c| c.ends(phase)).collect();
        let most = ends.iter().map(Vec::len).max().unwrap_or(0);
        for nth in 0..most {
            let at = |ends: &Vec<u64>| ends.get(nth).or(ends.last()).copied();
            all.push(Beat {
                phase,
                nth,
                positions: ends.iter().map(at).collect(),
            });
        }
    }
    all
}
