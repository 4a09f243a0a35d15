//! The digest of a run: every step's label and outcome, every touched place, the final state.
//!
//! It is worked out when somebody asks, piece by piece, so that a run which nobody shares does not
//! pay for it, and so that a long one does not stop the page.

use sha2::{Digest as _, Sha256};

use super::history::History;
use super::machine::Machine;
use super::outcome::Outcome;
use super::plan::Plan;

/// A digest on its way.
#[derive(Clone, Debug, Default)]
pub(super) struct Sum {
    digest: Sha256,
    /// Steps that are in it.
    steps: u64,
    /// Parts of the final state that are in it.
    parts: u64,
    /// The digest, when everything is in it.
    done: Option<[u8; 32]>,
}

impl Sum {
    /// The digest, when everything is in it.
    pub(super) fn done(&self) -> Option<[u8; 32]> {
        self.done
    }

    /// Takes in up to so many steps of a history that has them all, or one part of its final state.
    /// `lacking` tells whether bytes were missing for that part; then it is to be taken in again.
    pub(super) fn go_on<M: Machine>(
        &mut self,
        history: &History<M>,
        plan: &Plan<M::Op>,
        steps: u64,
        lacking: impl Fn() -> bool,
    ) {
        if self.steps < history.done() {
            let end = self.steps.saturating_add(steps);
            return self.steps(history, plan, end);
        }
        if self.done.is_some() {
            return;
        }
        let mut digest = self.digest.clone();
        let more = history
            .front()
            .state_part(self.parts, &mut |bytes| digest.update(bytes));
        if lacking() {
            return;
        }
        self.parts += 1;
        match more {
            true => self.digest = digest,
            false => self.done = Some(digest.finalize().into()),
        }
    }

    fn steps<M: Machine>(&mut self, history: &History<M>, plan: &Plan<M::Op>, end: u64) {
        let digest = &mut self.digest;
        let mut done = self.steps;
        let stops = history.stops();
        let mut next = stops.partition_point(|(at, _)| *at <= done);
        history
            .touches()
            .each(self.steps, end, &mut |position, places| {
                let Some((planned, _)) = plan.get(position - 1) else {
                    return false;
                };
                let label = planned.label;
                digest.update((label.len() as u64).to_le_bytes());
                digest.update(label.as_bytes());
                let stop = stops.get(next).filter(|(at, _)| *at == position);
                next += usize::from(stop.is_some());
                digest.update(outcome_bytes(stop.map_or(Outcome::Done, |(_, stop)| *stop)));
                for place in places {
                    digest.update([1]);
                    digest.update((place.space.len() as u64).to_le_bytes());
                    digest.update(place.space.as_bytes());
                    digest.update(place.at.to_le_bytes());
                    digest.update(place.len.to_le_bytes());
                }
                digest.update([0]);
                done = position;
                true
            });
        self.steps = done;
    }
}

fn outcome_bytes(outcome: Outcome) -> [u8; 25] {
    let mut out = [0; 25];
    let mut put = |i: usize, n: u64| out[i..i + 8].copy_from_slice(&n.to_le_bytes());
    match outcome {
        Outcome::Done => {}
        Outcome::Refused(s) => {
            put(1, s.code);
            out[0] = 1;
        }
        Outcome::Faulted(f) => {
            put(1, f.code.unwrap_or(u64::MAX));
            put(9, f.address.unwrap_or(u64::MAX));
            for (i, b) in f.name.bytes().take(8).enumerate() {
                out[17 + i] = b;
            }
            out[0] = 2;
        }
    }
    out
}
