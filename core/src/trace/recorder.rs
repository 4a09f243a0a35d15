//! The only way out of a machine: what a leaf tells while it runs.
//!
//! Leaf code is generic over [`Recorder`], so that the same code runs folded (nothing kept),
//! in the long run (touched places kept) and under the eyes of a reader (everything kept).

use alloc::rc::Rc;
use alloc::vec::Vec;

use super::outcome::Stop;
use super::rule::Rule;
use crate::text::Text;

/// A stretch of a machine's state that can be pointed at: some bytes or one table entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The machine's name of the space: `"epc"`, `"epcm"`, `"ram"`, `"msr"`, …
    pub space: &'static str,
    /// Address or index in that space.
    pub at: u64,
    /// How many bytes or entries.
    pub len: u64,
}

impl Place {
    /// A place of `len` bytes or entries from `at`.
    #[must_use]
    pub const fn new(space: &'static str, at: u64, len: u64) -> Self {
        Self { space, at, len }
    }

    /// Whether the two places share a byte or entry.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        self.space == other.space
            && self.at < other.at.saturating_add(other.len)
            && other.at < self.at.saturating_add(self.len)
    }
}

/// A value as a recorder keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Nothing was there, or it cannot be seen.
    None,
    /// A number, shown in hex.
    Number(u64),
    /// Bytes, at most a few hundred; larger contents are given by digest.
    Bytes(Rc<[u8]>),
    /// Words: a table entry, a state, a name.
    Words(Text),
}

impl From<&[u8]> for Value {
    fn from(b: &[u8]) -> Self {
        Self::Bytes(Rc::from(b))
    }
}

impl From<u64> for Value {
    fn from(n: u64) -> Self {
        Self::Number(n)
    }
}

impl From<Text> for Value {
    fn from(t: Text) -> Self {
        Self::Words(t)
    }
}

/// The two sides of a comparison that a check made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// What was wanted, in words.
    pub wanted_is: Text,
    /// The value that was wanted.
    pub wanted: Value,
    /// What was found, in words.
    pub found_is: Text,
    /// The value that was found.
    pub found: Value,
}

/// What a digest took in, piece by piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What these bytes are.
    pub label: Text,
    /// The bytes, or the first of them.
    pub bytes: Rc<[u8]>,
    /// How many bytes followed that are not told.
    pub more: u64,
    /// The bytes in words: a decoded number, an ASCII tag; empty if there is nothing to say.
    pub means: Text,
}

/// One absorption by a running digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absorb {
    /// Which digest: where its running value lives.
    pub digest: Place,
    /// What was taken in, in order.
    pub pieces: Vec<Piece>,
    /// The running value before.
    pub before: Value,
    /// The running value after.
    pub after: Value,
    /// How many blocks the digest has taken in after this.
    pub blocks: u64,
}

/// One thing a step told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A rule was checked.
    Check {
        /// Which rule.
        rule: &'static Rule,
        /// Whether it held.
        held: bool,
        /// The two sides, where the check compared values.
        compared: Option<Compared>,
    },
    /// Some state was written.
    Write {
        /// Where.
        place: Place,
        /// The value before.
        before: Value,
        /// The value after.
        after: Value,
    },
    /// A digest took something in.
    Absorb(Absorb),
    /// A key was derived.
    Derive {
        /// Which key.
        key: Text,
        /// From what, by name.
        from: Vec<(Text, Value)>,
        /// The key, where it may be seen.
        value: Value,
    },
    /// A state machine moved: privilege, world or life cycle.
    Transition {
        /// Which state machine.
        what: &'static str,
        /// The state it left.
        from: &'static str,
        /// The state it entered.
        to: &'static str,
    },
    /// Somebody sent something to somebody.
    Message {
        /// The sender.
        from: Text,
        /// The receiver.
        to: Text,
        /// What it is.
        what: Text,
        /// Its bytes; may be empty.
        bytes: Rc<[u8]>,
    },
}

/// Takes what a leaf tells. Costly values are closures, called only by recorders that keep them.
pub trait Recorder {
    /// A rule was checked; `compared` gives the two sides.
    fn check(
        &mut self,
        rule: &'static Rule,
        held: bool,
        compared: impl FnOnce() -> Option<Compared>,
    );

    /// Some state was written; `values` gives the value before and after.
    fn write(&mut self, place: Place, values: impl FnOnce() -> (Value, Value));

    /// Something else happened.
    fn tell(&mut self, event: impl FnOnce() -> Event);

    /// Checks a rule and stops the leaf with `otherwise` when it does not hold.
    ///
    /// # Errors
    /// `otherwise`, when `held` is false.
    // Nearly every check of a long run holds and is told to nobody: inlined, it costs two branches.
    #[inline(always)]
    fn require(
        &mut self,
        rule: &'static Rule,
        held: bool,
        otherwise: impl Into<Stop>,
    ) -> Result<(), Stop> {
        self.check(rule, held, || None);
        if held { Ok(()) } else { Err(otherwise.into()) }
    }

    /// Like [`require`](Self::require), and shows the two sides of the comparison.
    ///
    /// # Errors
    /// `otherwise`, when `held` is false.
    fn compare(
        &mut self,
        rule: &'static Rule,
        held: bool,
        compared: impl FnOnce() -> Compared,
        otherwise: impl Into<Stop>,
    ) -> Result<(), Stop> {
        self.check(rule, held, || Some(compared()));
        if held { Ok(()) } else { Err(otherwise.into()) }
    }
}

/// Keeps nothing: for folded steps and replay.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Recorder for Silent {
    fn check(&mut self, _: &'static Rule, _: bool, _: impl FnOnce() -> Option<Compared>) {}
    fn write(&mut self, _: Place, _: impl FnOnce() -> (Value, Value)) {}
    fn tell(&mut self, _: impl FnOnce() -> Event) {}
}

/// Keeps the touched places only: what the history of a long run needs.
#[derive(Clone, Debug, Default)]
pub struct Touches {
    /// Places written, in order.
    pub places: Vec<Place>,
}

impl Recorder for Touches {
    fn check(&mut self, _: &'static Rule, _: bool, _: impl FnOnce() -> Option<Compared>) {}
    fn write(&mut self, place: Place, _: impl FnOnce() -> (Value, Value)) {
        self.places.push(place);
    }
    fn tell(&mut self, _: impl FnOnce() -> Event) {}
}

/// Keeps everything: for the step somebody looks at.
#[derive(Clone, Debug, Default)]
pub struct Everything {
    /// What was told, in order.
    pub events: Vec<Event>,
}

impl Recorder for Everything {
    fn check(
        &mut self,
        rule: &'static Rule,
        held: bool,
        compared: impl FnOnce() -> Option<Compared>,
    ) {
        self.events.push(Event::Check {
            rule,
            held,
            compared: compared(),
        });
    }
    fn write(&mut self, place: Place, values: impl FnOnce() -> (Value, Value)) {
        let (before, after) = values();
        self.events.push(Event::Write {
            place,
            before,
            after,
        });
    }
    fn tell(&mut self, event: impl FnOnce() -> Event) {
        self.events.push(event());
    }
}

/// Keeps as much as is wanted at run time. The engine uses this one everywhere, so that a page carries
/// one copy of every leaf and not one per kind of recorder.
pub enum Sink<'a> {
    /// Nothing: for folded steps and replay.
    Nothing,
    /// Every place written, given away one by one.
    Places(&'a mut dyn FnMut(Place)),
    /// Everything, in order.
    Events(&'a mut Vec<Event>),
}

/// Apart from the branch that leads here, which is inlined everywhere.
#[inline(never)]
fn note(events: &mut Vec<Event>, rule: &'static Rule, held: bool, compared: Option<Compared>) {
    events.push(Event::Check {
        rule,
        held,
        compared,
    });
}

impl Recorder for Sink<'_> {
    #[inline(always)]
    fn check(
        &mut self,
        rule: &'static Rule,
        held: bool,
        compared: impl FnOnce() -> Option<Compared>,
    ) {
        if let Self::Events(events) = self {
            note(events, rule, held, compared());
        }
    }
    fn write(&mut self, place: Place, values: impl FnOnce() -> (Value, Value)) {
        match self {
            Self::Nothing => {}
            Self::Places(take) => take(place),
            Self::Events(events) => {
                let (before, after) = values();
                events.push(Event::Write {
                    place,
                    before,
                    after,
                });
            }
        }
    }
    fn tell(&mut self, event: impl FnOnce() -> Event) {
        if let Self::Events(events) = self {
            events.push(event());
        }
    }
}

/// Keeps the checks, and what does not hold stops nothing: to ask what else would be refused. What a
/// leaf does after a check that failed has no meaning.
#[derive(Clone, Debug, Default)]
pub struct Onward {
    /// The checks, in order.
    pub events: Vec<Event>,
    /// How the leaf would have stopped.
    pub stop: Option<Stop>,
}

impl Onward {
    fn note(&mut self, held: bool, otherwise: impl Into<Stop>) {
        if !held && self.stop.is_none() {
            self.stop = Some(otherwise.into());
        }
    }
}

impl Recorder for Onward {
    fn check(
        &mut self,
        rule: &'static Rule,
        held: bool,
        compared: impl FnOnce() -> Option<Compared>,
    ) {
        let compared = compared();
        self.events.push(Event::Check {
            rule,
            held,
            compared,
        });
    }
    fn write(&mut self, _: Place, _: impl FnOnce() -> (Value, Value)) {}
    fn tell(&mut self, _: impl FnOnce() -> Event) {}
    fn require(
        &mut self,
        rule: &'static Rule,
        held: bool,
        otherwise: impl Into<Stop>,
    ) -> Result<(), Stop> {
        self.check(rule, held, || None);
        self.note(held, otherwise);
        Ok(())
    }
    fn compare(
        &mut self,
        rule: &'static Rule,
        held: bool,
        compared: impl FnOnce() -> Compared,
        otherwise: impl Into<Stop>,
    ) -> Result<(), Stop> {
        self.check(rule, held, || Some(compared()));
        self.note(held, otherwise);
        Ok(())
    }
}
