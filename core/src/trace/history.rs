//! What a run remembers: checkpoints to start from, how steps ended, and which places each touched.

use alloc::vec::Vec;

use sha2::{Digest as _, Sha256};

use super::machine::Machine;
use super::outcome::Outcome;
use super::recorder::{Place, Sink};

/// Steps between two checkpoints.
const EVERY: u64 = 64;

/// A state to start from.
#[derive(Clone, Debug)]
struct Checkpoint<M> {
    state: M,
    /// The running digest there.
    digest: Sha256,
}

/// What is remembered of the steps carried out so far.
#[derive(Clone, Debug)]
pub(super) struct History<M> {
    /// By position, ascending; position 0 is always there.
    checkpoints: Vec<(u64, Checkpoint<M>)>,
    /// Outcomes other than `Done`, by position of the step (from 1), ascending.
    stops: Vec<(u64, Outcome)>,
    touches: TouchLog,
    /// The state after the last step carried out, with the running digest of labels, outcomes and places.
    front: Checkpoint<M>,
}

impl<M: Machine> History<M> {
    /// The history of no step.
    pub(super) fn new(start: M) -> Self {
        let front = Checkpoint {
            state: start,
            digest: Sha256::new(),
        };
        Self {
            checkpoints: alloc::vec![(0, front.clone())],
            stops: Vec::new(),
            touches: TouchLog::default(),
            front,
        }
    }

    /// The part of the history that ends at `position`, or at the last checkpoint before it.
    pub(super) fn up_to(&self, position: u64) -> Self {
        if position >= self.done() {
            return self.clone();
        }
        let checkpoints = up_to(&self.checkpoints, position).to_vec();
        let (keep, front) = match checkpoints.last() {
            Some((position, checkpoint)) => (*position, checkpoint.clone()),
            // Position 0 is always there, so this arm only keeps the function total.
            None => (0, self.front.clone()),
        };
        Self {
            stops: up_to(&self.stops, keep).to_vec(),
            touches: self.touches.up_to(keep),
            checkpoints,
            front,
        }
    }

    /// How many steps were carried out.
    pub(super) fn done(&self) -> u64 {
        self.touches.ends.len() as u64
    }

    /// The state before any step.
    pub(super) fn start(&self) -> &M {
        self.near(0).1
    }

    /// The state after the last step carried out.
    pub(super) fn front(&self) -> &M {
        &self.front.state
    }

    /// The last remembered state at or before a position that the history reaches, and its position.
    pub(super) fn near(&self, position: u64) -> (u64, &M) {
        if position >= self.done() {
            return (self.done(), &self.front.state);
        }
        match up_to(&self.checkpoints, position).last() {
            Some((at, checkpoint)) => (*at, &checkpoint.state),
            None => (self.done(), &self.front.state),
        }
    }

    /// Carries out one more step.
    pub(super) fn advance(&mut self, label: &str, op: &M::Op) {
        let from = self.touches.bytes.len();
        let touches = &mut self.touches;
        let mut take = |place| touches.take(place);
        let outcome = self.front.state.apply(op, &mut Sink::Places(&mut take));
        let digest = &mut self.front.digest;
        digest.update((label.len() as u64).to_le_bytes());
        digest.update(label.as_bytes());
        digest.update(outcome_bytes(outcome));
        self.touches
            .decode(from, self.touches.bytes.len(), |place| {
                digest.update([1]);
                digest.update((place.space.len() as u64).to_le_bytes());
                digest.update(place.space.as_bytes());
                digest.update(place.at.to_le_bytes());
                digest.update(place.len.to_le_bytes());
                false
            });
        digest.update([0]);
        self.touches.end_step();
        let position = self.done();
        if !outcome.is_done() {
            self.stops.push((position, outcome));
        }
        let last = self.checkpoints.last().map_or(0, |(p, _)| *p);
        if position >= last + EVERY || M::is_heavy(op) {
            self.checkpoints.push((position, self.front.clone()));
        }
    }

    /// How a step ended, from 1; `None` if it was not carried out yet.
    pub(super) fn outcome(&self, position: u64) -> Option<Outcome> {
        let known = (1..=self.done()).contains(&position);
        known.then(|| match up_to(&self.stops, position).last() {
            Some((at, stop)) if *at == position => *stop,
            _ => Outcome::Done,
        })
    }

    /// The steps that did not end with `Done`.
    pub(super) fn stops(&self) -> Vec<(u64, Outcome)> {
        self.stops.clone()
    }

    /// Whether the step that led to a position touched a place.
    pub(super) fn touched(&self, position: u64, place: &Place) -> bool {
        let Some((start, end)) = self.touches.span(position) else {
            return false;
        };
        self.touches.decode(start, end, |p| p.meets(place))
    }

    /// The SHA-256 of every label, outcome and touched place so far, and of the present state.
    pub(super) fn digest(&self) -> [u8; 32] {
        let mut digest = self.front.digest.clone();
        self.front
            .state
            .state_bytes(&mut |bytes| digest.update(bytes));
        digest.finalize().into()
    }
}

/// The entries at or before a position, of a list in ascending order.
fn up_to<T>(list: &[(u64, T)], position: u64) -> &[(u64, T)] {
    &list[..list.partition_point(|(at, _)| *at <= position)]
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

/// The places that steps touched, packed: a number for the space, address and length, each in groups
/// of seven bits. A place takes about nine bytes instead of thirty-two.
#[derive(Clone, Debug, Default)]
struct TouchLog {
    /// The spaces met so far; there are a handful.
    spaces: Vec<&'static str>,
    bytes: Vec<u8>,
    /// End of each step's places in `bytes`.
    ends: Vec<u32>,
}

impl TouchLog {
    fn up_to(&self, position: u64) -> Self {
        let ends: Vec<u32> = self.ends.iter().take(position as usize).copied().collect();
        let used = ends.last().map_or(0, |e| *e as usize);
        Self {
            spaces: self.spaces.clone(),
            bytes: self.bytes.get(..used).unwrap_or_default().to_vec(),
            ends,
        }
    }

    fn end_step(&mut self) {
        // Four gigabytes of touches would have exhausted every budget long before.
        self.ends
            .push(u32::try_from(self.bytes.len()).unwrap_or(u32::MAX));
    }

    /// Start and end in `bytes` of the places of the step that led to a position.
    fn span(&self, position: u64) -> Option<(usize, usize)> {
        let index = usize::try_from(position.checked_sub(1)?).ok()?;
        let end = *self.ends.get(index)?;
        let start = match index.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        Some((start as usize, end as usize))
    }

    fn put(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }

    /// Gives the places between two offsets to `found` until it says yes; whether it did.
    fn decode(&self, start: usize, end: usize, mut found: impl FnMut(Place) -> bool) -> bool {
        let mut bytes = self.bytes.get(start..end).unwrap_or_default().iter();
        let mut number = || {
            let mut number = 0;
            for shift in (0..64).step_by(7) {
                let byte = *bytes.next()?;
                number |= u64::from(byte & 0x7f) << shift;
                if byte < 0x80 {
                    return Some(number);
                }
            }
            None
        };
        while let (Some(space), Some(at), Some(len)) = (number(), number(), number()) {
            let Some(space) = self.spaces.get(space as usize) else {
                break;
            };
            if found(Place::new(space, at, len)) {
                return true;
            }
        }
        false
    }
}

impl TouchLog {
    fn take(&mut self, place: Place) {
        let known = self.spaces.iter().position(|s| *s == place.space);
        let space = known.unwrap_or_else(|| {
            self.spaces.push(place.space);
            self.spaces.len() - 1
        });
        self.put(space as u64);
        self.put(place.at);
        self.put(place.len);
    }
}
