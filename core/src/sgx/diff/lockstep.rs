//! Both enclaves built side by side, one operation of each at a time, up to where their measurements part.

use alloc::vec::Vec;

use super::given::Given;
use crate::crypto::sha256::Midstate;
use crate::memory::{PAGE, Source};
use crate::sgx::build::{Build, Stopped, stopped};
use crate::sgx::content::Content;
use crate::sgx::machine::Machine;
use crate::sgx::measure::{eadd_record, ecreate_record};
use crate::sgx::op::Op;
use crate::sgx::structs::{PageType, SecInfo, SecInfoFlags};
use crate::trace::{Event, Machine as _, Outcome, Sink};

/// An enclave while it is built.
#[derive(Clone, Debug)]
pub(super) struct Building {
    pub(super) build: Build,
    pub(super) machine: Machine,
    /// How many operations were carried out.
    pub(super) done: u64,
    /// The page added last, and the chunk of it measured last.
    last: Option<(u64, u64)>,
    /// Whether some chunk is measured only after another page was added.
    pub(super) interleaved: bool,
    /// Whether the chunks of some page are not measured in ascending order.
    pub(super) shuffled: bool,
}

impl Building {
    pub(super) fn new(given: &Given) -> Option<Self> {
        Some(Self::of(Build::usual(given.image()?.clone())))
    }

    /// The same enclave before its first operation.
    pub(super) fn anew(&self) -> Self {
        Self::of(self.build.clone())
    }

    fn of(build: Build) -> Self {
        let machine = Machine::new(build.platform().0);
        Self {
            build,
            machine,
            done: 0,
            last: None,
            interleaved: false,
            shuffled: false,
        }
    }

    /// The measurement so far.
    pub(super) fn measured(&self) -> Midstate {
        let secs = self.machine.driver.enclaves.get(&0);
        let secs = secs.and_then(|handle| self.machine.secs.get(&handle.secs));
        secs.map_or_else(Midstate::new, |s| s.measurement)
    }

    /// How many operations there are.
    pub(super) fn len(&self) -> u64 {
        self.build.image.len()
    }

    /// The next operation of the image.
    pub(super) fn upcoming(&self) -> Option<Op> {
        self.build.op(self.done)
    }

    /// The file, where it is supplied in parts.
    pub(super) fn parts(&self) -> Option<&Source> {
        self.build.image.source().filter(|s| s.is_parts())
    }

    /// Whether bytes of the file are missing that were asked for.
    pub(super) fn is_lacking(&self) -> bool {
        self.parts().is_some_and(Source::is_lacking)
    }

    /// Whether the bytes are here that an operation reads; what is missing the source notes.
    pub(super) fn has_bytes(&self, op: &Op) -> bool {
        let Some(source) = self.parts() else {
            return true;
        };
        match op {
            // EADD looks into control structures only.
            Op::Eadd(added) if added.flags.page_type() == PageType::TCS => {
                if let Content::File(page) = &added.content {
                    let _ = page.bytes();
                }
            }
            Op::Eextend {
                enclave, offset, ..
            } => {
                let (page, within) = (offset / PAGE as u64 * PAGE as u64, offset % PAGE as u64);
                let page = self.machine.driver.pages.get(*enclave, page);
                if let Some(slot) = page.and_then(|page| self.machine.epc.get(page.0)) {
                    slot.content.with_chunk(within as usize, |_| ());
                }
            }
            _ => {}
        }
        !source.is_lacking()
    }

    /// Carries an operation out, whose bytes are here.
    pub(super) fn carry(&mut self, op: &Op) -> Result<(), Stopped> {
        let outcome = self.machine.apply(op, &mut Sink::Nothing);
        if outcome != Outcome::Done {
            return Err(stopped(self.machine.clone(), op, self.done, outcome));
        }
        self.done += 1;
        self.note(op);
        Ok(())
    }

    /// Says that the bytes read so far are done with.
    pub(super) fn release(&self) {
        if let Some(source) = self.parts() {
            source.release();
        }
    }

    /// Takes note of the order of things.
    fn note(&mut self, op: &Op) {
        match (op, &mut self.last) {
            (Op::Eadd(added), last) => *last = Some((added.offset, added.offset)),
            (Op::Eextend { offset, .. }, Some((page, chunk))) => {
                if offset.wrapping_sub(*page) >= PAGE as u64 {
                    self.interleaved = true;
                } else if *offset < *chunk {
                    self.shuffled = true;
                } else {
                    *chunk = *offset;
                }
            }
            _ => {}
        }
    }

    /// What the operation carried out last absorbed, without the data that ECREATE and EADD have none of.
    fn absorbed(&self) -> Vec<u8> {
        let Some(op) = self.done.checked_sub(1).and_then(|i| self.build.op(i)) else {
            return Vec::new();
        };
        match op {
            Op::Ecreate(c) => ecreate_record(c.ssaframesize, c.size).to_vec(),
            Op::Eadd(a) => {
                let flags = match a.flags.page_type() {
                    PageType::TCS => a.flags.without(SecInfoFlags::RWX),
                    _ => a.flags,
                };
                eadd_record(a.offset, &SecInfo::new(flags).encode()).to_vec()
            }
            // A chunk may be measured once more: what the leaf absorbs then is what it absorbed.
            op => {
                let mut events = Vec::new();
                self.machine
                    .clone()
                    .apply(&op, &mut Sink::Events(&mut events));
                let pieces = events.into_iter().find_map(|event| match event {
                    Event::Absorb(absorb) => Some(absorb.pieces),
                    _ => None,
                });
                let pieces = pieces.unwrap_or_default();
                pieces
                    .iter()
                    .flat_map(|p| p.bytes.iter().copied())
                    .collect()
            }
        }
    }
}

/// What both agree on, and the operation at which they part.
#[derive(Clone, Debug)]
pub(super) struct Parting {
    /// The operation, from 0, which is ECREATE.
    pub(super) at: u64,
    /// The measurement before it.
    pub(super) agreed: Midstate,
    /// What each side’s operation absorbs; empty where a side has ended.
    pub(super) absorbed: [Vec<u8>; 2],
}

/// Both builds.
#[derive(Debug)]
pub(super) struct Lockstep {
    pub(super) sides: [Building; 2],
    pub(super) parting: Option<Parting>,
}

/// Which side’s image cannot be built.
pub(super) struct Unbuildable {
    pub(super) side: usize,
    pub(super) stopped: Stopped,
}

impl Lockstep {
    pub(super) fn new(a: Building, b: Building) -> Self {
        Self {
            sides: [a, b],
            parting: None,
        }
    }

    /// Operations carried out and to be carried out on both sides.
    pub(super) fn progress(&self) -> (u64, u64) {
        let [a, b] = &self.sides;
        (a.done + b.done, a.len() + b.len())
    }

    /// Goes on for so many operations; says whether both are built. It stops where bytes are missing.
    pub(super) fn work(&mut self, most: u64) -> Result<bool, Unbuildable> {
        for _ in 0..most {
            let next = self.sides.each_ref().map(Building::upcoming);
            if next.iter().all(Option::is_none) {
                return Ok(true);
            }
            let both = || self.sides.iter().zip(&next);
            if !both().all(|(side, op)| op.as_ref().is_none_or(|op| side.has_bytes(op))) {
                return Ok(false);
            }
            let (before, at) = (self.sides[0].measured(), self.sides[0].done);
            for (side, op) in next.iter().enumerate() {
                let Some(op) = op else { continue };
                let carried = self.sides[side].carry(op);
                carried.map_err(|stopped| Unbuildable { side, stopped })?;
            }
            let parted = || self.sides[0].measured() != self.sides[1].measured();
            if self.parting.is_none() && parted() {
                let absorbed = [0, 1].map(|side: usize| match next[side] {
                    Some(_) => self.sides[side].absorbed(),
                    None => Vec::new(),
                });
                self.parting = Some(Parting {
                    at,
                    agreed: before,
                    absorbed,
                });
            }
            self.sides.iter().for_each(Building::release);
        }
        Ok(false)
    }

    /// What both measure in the end.
    pub(super) fn ends(&self) -> [[u8; 32]; 2] {
        let [a, b] = &self.sides;
        [a.measured().finish(), b.measured().finish()]
    }
}
