//! Which places every step touched, packed: a step that touched the same as the one before takes one
//! byte, others a few for each place.

use alloc::vec::Vec;

use super::recorder::Place;

/// Steps of one block, from whose start places are counted anew, so that none is decoded in vain.
const BLOCK: u64 = 64;

/// Stands for “the same places as the step before”.
const SAME: u8 = 0;

/// The places that steps touched. Per step: how many, and for each a number for the space, how far
/// it lies from the last in that space, and its length, each in groups of seven bits.
#[derive(Clone, Debug, Default)]
pub(super) struct TouchLog {
    /// The spaces met so far; there are a handful.
    spaces: Vec<&'static str>,
    bytes: Vec<u8>,
    /// Where each block begins in `bytes`.
    blocks: Vec<u32>,
    steps: u64,
    /// The places of the last step.
    last: Vec<Place>,
    /// Where the last place of each space in this block lay.
    near: Vec<u64>,
}

impl TouchLog {
    /// How many steps were noted.
    pub(super) fn steps(&self) -> u64 {
        self.steps
    }

    /// Notes the places of one more step.
    pub(super) fn push(&mut self, places: &[Place]) {
        let fresh = self.steps.is_multiple_of(BLOCK);
        if fresh {
            // Four gigabytes of touches would have exhausted every budget long before.
            let at = u32::try_from(self.bytes.len()).unwrap_or(u32::MAX);
            self.blocks.push(at);
            self.near.fill(0);
        }
        self.steps += 1;
        if !fresh && self.last == places {
            self.bytes.push(SAME);
            return;
        }
        self.put(places.len() as u64 + 1);
        for place in places {
            let known = self.spaces.iter().position(|s| *s == place.space);
            let space = known.unwrap_or_else(|| {
                self.spaces.push(place.space);
                self.near.push(0);
                self.spaces.len() - 1
            });
            self.put(space as u64);
            self.put(zigzag(place.at.wrapping_sub(self.near[space])));
            self.put(place.len);
            self.near[space] = place.at;
        }
        self.last.clear();
        self.last.extend_from_slice(places);
    }

    fn put(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }

    /// Forgets every step after the first so many.
    pub(super) fn truncate(&mut self, steps: u64) {
        if steps >= self.steps {
            return;
        }
        // The block that is cut is written anew; it is a short one.
        let first = steps / BLOCK * BLOCK;
        let mut kept: Vec<Vec<Place>> = Vec::new();
        self.each(first, steps, &mut |_, places| {
            kept.push(places.to_vec());
            true
        });
        let block = (first / BLOCK) as usize;
        let end = self.blocks.get(block).map_or(0, |at| *at as usize);
        self.bytes.truncate(end);
        self.blocks.truncate(block);
        self.steps = first;
        self.last.clear();
        kept.iter().for_each(|places| self.push(places));
    }

    /// Gives the places of the steps that led to positions `from + 1` to `to`, ascending, until told to
    /// stop.
    pub(super) fn each(&self, from: u64, to: u64, take: &mut dyn FnMut(u64, &[Place]) -> bool) {
        let mut step = from / BLOCK * BLOCK;
        let Some(start) = self.blocks.get((from / BLOCK) as usize) else {
            return;
        };
        let bytes = self.bytes.get(*start as usize..).unwrap_or_default();
        let mut bytes = bytes.iter();
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
        let mut places: Vec<Place> = Vec::new();
        let mut near = alloc::vec![0_u64; self.spaces.len()];
        while step < to.min(self.steps) {
            if step.is_multiple_of(BLOCK) {
                near.fill(0);
            }
            let Some(count) = number() else { return };
            if let Some(count) = count.checked_sub(1) {
                places.clear();
                for _ in 0..count {
                    let (Some(space), Some(by), Some(len)) = (number(), number(), number()) else {
                        return;
                    };
                    let (Some(at), Some(name)) = (
                        near.get_mut(space as usize),
                        self.spaces.get(space as usize),
                    ) else {
                        return;
                    };
                    *at = at.wrapping_add(zagzig(by));
                    places.push(Place::new(name, *at, len));
                }
            }
            step += 1;
            if step > from && !take(step, &places) {
                return;
            }
        }
    }

    /// The first step after `from`, up to `to`, that touched a place.
    pub(super) fn next(&self, from: u64, to: u64, place: &Place) -> Option<u64> {
        let (mut found, mut last): (_, Vec<Place>) = (None, Vec::new());
        let mut met = false;
        self.each(from, to, &mut |step, places| {
            // Most steps touch what the one before did.
            if last != places {
                last.clear();
                last.extend_from_slice(places);
                met = places.iter().any(|p| p.meets(place));
            }
            found = met.then_some(step);
            !met
        });
        found
    }

    /// The last step before `before` that touched a place.
    pub(super) fn previous(&self, before: u64, place: &Place) -> Option<u64> {
        let mut end = before.checked_sub(1)?.min(self.steps);
        while end > 0 {
            let start = (end - 1) / BLOCK * BLOCK;
            let mut found = None;
            self.each(start, end, &mut |step, places| {
                if places.iter().any(|p| p.meets(place)) {
                    found = Some(step);
                }
                true
            });
            if found.is_some() {
                return found;
            }
            end = start;
        }
        None
    }
}

/// A distance as a number that is small where the distance is, whichever way it goes.
fn zigzag(by: u64) -> u64 {
    by << 1 ^ ((by as i64) >> 63) as u64
}

/// The inverse of `zigzag`.
fn zagzig(number: u64) -> u64 {
    number >> 1 ^ (number & 1).wrapping_neg()
}
