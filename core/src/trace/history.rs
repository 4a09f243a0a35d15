//! What a run remembers: checkpoints to start from, how steps ended, and which places each touched.

use alloc::vec::Vec;

use super::machine::Machine;
use super::outcome::Outcome;
use super::recorder::{Place, Sink};
use super::touches::TouchLog;

/// Steps between two checkpoints, as long as there are few.
const EVERY: u64 = 64;

/// Checkpoints from which on every other is let go of, and the distance between them doubled: what a
/// seek replays at most grows only where there are more steps than this many times 64.
const MOST: usize = 2048;

/// A state to start from.
#[derive(Clone, Debug)]
struct Checkpoint<M> {
    position: u64,
    state: M,
    /// Whether the step before it was an expensive one, so that it is kept.
    heavy: bool,
}

/// What is remembered of the steps carried out so far.
#[derive(Clone, Debug)]
pub(super) struct History<M> {
    /// By position, ascending; position 0 is always there.
    checkpoints: Vec<Checkpoint<M>>,
    /// Steps between two checkpoints now.
    every: u64,
    /// Outcomes other than `Done`, by position of the step (from 1), ascending.
    stops: Vec<(u64, Outcome)>,
    touches: TouchLog,
    /// The state after the last step carried out.
    front: M,
    /// A position that is sure, and the state there: what [`back`](Self::back) goes to.
    sure: Option<(u64, M)>,
    /// The places of the step that is carried out.
    places: Vec<Place>,
}

impl<M: Machine> History<M> {
    /// The history of no step.
    pub(super) fn new(start: M) -> Self {
        Self {
            checkpoints: alloc::vec![Checkpoint {
                position: 0,
                state: start.clone(),
                heavy: true,
            }],
            every: EVERY,
            stops: Vec::new(),
            touches: TouchLog::default(),
            front: start,
            sure: None,
            places: Vec::new(),
        }
    }

    /// The part of the history that ends at `position`, or at the last checkpoint before it.
    pub(super) fn up_to(&self, position: u64) -> Self {
        let mut part = self.clone();
        if position < self.done() {
            let keep = self.before(position).map_or(0, |c| c.position);
            part.cut(keep, self.near(keep).1.clone());
        }
        part
    }

    /// Forgets every step after `position`, where the state was this.
    fn cut(&mut self, position: u64, state: M) {
        let kept = self.checkpoints.partition_point(|c| c.position <= position);
        self.checkpoints.truncate(kept);
        let kept = self.stops.partition_point(|(at, _)| *at <= position);
        self.stops.truncate(kept);
        self.touches.truncate(position);
        self.front = state;
        self.sure = None;
    }

    /// Says that every step so far is sure.
    pub(super) fn assure(&mut self) {
        self.sure = Some((self.done(), self.front.clone()));
    }

    /// Forgets the steps after the position that was sure last.
    pub(super) fn back(&mut self) {
        if let Some((position, state)) = self.sure.take() {
            self.cut(position, state);
        }
    }

    /// How many steps were carried out.
    pub(super) fn done(&self) -> u64 {
        self.touches.steps()
    }

    /// The state before any step.
    pub(super) fn start(&self) -> &M {
        self.near(0).1
    }

    /// The state after the last step carried out.
    pub(super) fn front(&self) -> &M {
        &self.front
    }

    /// The last checkpoint at or before a position.
    fn before(&self, position: u64) -> Option<&Checkpoint<M>> {
        let after = self.checkpoints.partition_point(|c| c.position <= position);
        after.checked_sub(1).and_then(|i| self.checkpoints.get(i))
    }

    /// The last remembered state at or before a position that the history reaches, and its position.
    pub(super) fn near(&self, position: u64) -> (u64, &M) {
        if position >= self.done() {
            return (self.done(), &self.front);
        }
        match self.before(position) {
            Some(checkpoint) => (checkpoint.position, &checkpoint.state),
            // Position 0 is always there, so this arm only keeps the function total.
            None => (self.done(), &self.front),
        }
    }

    /// Carries out one more step.
    pub(super) fn advance(&mut self, op: &M::Op) {
        let places = &mut self.places;
        places.clear();
        let mut take = |place| places.push(place);
        let outcome = self.front.apply(op, &mut Sink::Places(&mut take));
        self.touches.push(places);
        let position = self.done();
        if !outcome.is_done() {
            self.stops.push((position, outcome));
        }
        let last = self.checkpoints.last().map_or(0, |c| c.position);
        let heavy = M::is_heavy(op);
        if position >= last + self.every || heavy {
            self.checkpoints.push(Checkpoint {
                position,
                state: self.front.clone(),
                heavy,
            });
            self.thin();
        }
    }

    /// Lets go of checkpoints where there are too many.
    fn thin(&mut self) {
        if self.checkpoints.len() <= MOST {
            return;
        }
        self.every = self.every.saturating_mul(2);
        let (every, mut last) = (self.every, None);
        self.checkpoints.retain(|c| {
            let far = last.is_none_or(|last| c.position - last >= every);
            if far || c.heavy {
                last = Some(c.position);
            }
            far || c.heavy
        });
    }

    /// How a step ended, from 1; `None` if it was not carried out yet.
    pub(super) fn outcome(&self, position: u64) -> Option<Outcome> {
        let known = (1..=self.done()).contains(&position);
        known.then(|| self.ended(position))
    }

    /// How a step that was carried out ended.
    fn ended(&self, position: u64) -> Outcome {
        let at = self.stops.binary_search_by_key(&position, |(at, _)| *at);
        at.map_or(Outcome::Done, |i| self.stops[i].1)
    }

    /// The steps that did not end with `Done`.
    pub(super) fn stops(&self) -> &[(u64, Outcome)] {
        &self.stops
    }

    /// The places that steps touched.
    pub(super) fn touches(&self) -> &TouchLog {
        &self.touches
    }
}
