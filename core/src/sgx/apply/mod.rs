//! Operations given as JSON, carried out one after the other, and what became of each.
//!
//! Accepted are a list of operations, one case, a list of cases, or an object whose `cases` is such a
//! list. A case is `{"size": .., "ssaframesize": .., "ops": [..]}`: where it has a `size`, ECREATE with
//! its `ssaframesize`, `base`, `attributes`, `xfrm` and `miscselect` comes first. An operation is
//! `{"op": "EADD", "offset": 0, ..}`: `op` names it and every other key is one of its arguments, as
//! in the text form of operations; numbers may be JSON numbers, or decimal or `0x` hex in strings.
//! The results of another program's file (`steps`, `mrenclave`, ..) and keys that hold words are
//! passed over, so that a file with its answers can be given as it is.

mod content;
mod json;
mod lines;
mod read;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::access::Who;
use super::machine::{Machine, SecsState};
use super::op::{Op, Which};
use super::platform::Platform;
use super::processor::Processor;
use crate::crypto::sha256::Midstate;
use crate::text;
use crate::text::Text;
use crate::trace::{Event, Machine as _, OpText, Outcome, Place, Rule, Sink};

pub use lines::APPLIER;

/// One machine and what is done to it.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its name in the file.
    pub name: Option<String>,
    /// The operations.
    pub ops: Vec<Op>,
}

/// JSON that is no list of operations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadCase {
    /// Which case, from 0, where it is in one.
    pub case: Option<usize>,
    /// Which operation of the case, from 0, where it is in one.
    pub op: Option<usize>,
    /// Which key; empty where it is none.
    pub key: String,
    /// What is wrong and what to do, as a sentence.
    pub why: Text,
}

impl BadCase {
    /// The place and the sentence.
    #[must_use]
    pub fn text(&self) -> Text {
        let mut parts = Vec::new();
        if let Some(case) = self.case {
            parts.push(text!("apply.in-case", "case {n}", n = case + 1));
        }
        if let Some(op) = self.op {
            parts.push(text!("apply.in-op", "operation {n}", n = op + 1));
        }
        if !self.key.is_empty() {
            let key = self.key.as_str();
            parts.push(text!("apply.in-key", "key “{key}”", key = key));
        }
        if parts.is_empty() {
            return self.why.clone();
        }
        Text::join(&[Text::join(&parts, ", "), self.why.clone()], ": ")
    }
}

impl fmt::Display for BadCase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text().en())
    }
}

/// What became of one operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// Which operation, from 1.
    pub step: u64,
    /// The operation as text; only its name where it would need a file.
    pub op: OpText,
    /// How it ended.
    pub outcome: Outcome,
    /// The rule that did not hold.
    pub broken: Option<&'static Rule>,
    /// What the measurement took in: the 64-byte record, and the data after it.
    pub absorbed: Option<(Vec<u8>, Vec<u8>)>,
    /// The measurement after it, of the enclave it concerns.
    pub measurement: Option<Measured>,
    /// The bytes that an access read.
    pub read: Option<Vec<u8>>,
    /// The logical processor it concerns, after it.
    pub processor: Option<Processor>,
}

/// A running measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measured {
    /// Blocks of 64 bytes taken in.
    pub blocks: u64,
    /// The SHA-256 state as 32 big-endian bytes.
    pub midstate: [u8; 32],
    /// MRENCLAVE if the measurement were closed now.
    pub if_final: [u8; 32],
}

impl Measured {
    fn of(midstate: &Midstate) -> Self {
        Self {
            blocks: midstate.blocks(),
            midstate: midstate.midstate_be(),
            if_final: midstate.finish(),
        }
    }
}

/// What became of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseDone {
    /// Its name in the file.
    pub name: Option<String>,
    /// Its operations.
    pub steps: Vec<Done>,
    /// The measurement of its enclave 0 at the end.
    pub measurement: Option<Measured>,
}

/// Reads cases from JSON.
///
/// # Errors
/// It is no JSON or not of the form above; the place and a sentence.
pub fn read(text: &str) -> Result<Vec<Case>, BadCase> {
    read::cases(text)
}

/// Carries out a case on a machine of its own.
#[must_use]
pub fn apply(case: &Case) -> CaseDone {
    let platform = Platform::client();
    let pages = platform.epc_pages.max(case.ops.len() as u64);
    let mut machine = Machine::new(platform.with_epc_pages(pages));
    let steps = case
        .ops
        .iter()
        .zip(1..)
        .map(|(op, step)| one(&mut machine, op, step))
        .collect();
    CaseDone {
        name: case.name.clone(),
        steps,
        measurement: secs(&machine, 0).map(|s| Measured::of(&s.measurement)),
    }
}

fn one(machine: &mut Machine, op: &Op, step: u64) -> Done {
    let text = Machine::print_op(op).unwrap_or_else(|| OpText::new(&Machine::name(op).en()));
    let mut events = Vec::new();
    let outcome = machine.apply(op, &mut Sink::Events(&mut events));
    let broken = events.iter().rev().find_map(|e| match e {
        Event::Check {
            rule, held: false, ..
        } => Some(*rule),
        _ => None,
    });
    let absorbed = events.iter().find_map(|e| match e {
        Event::Absorb(absorb) => {
            let pieces = absorb.pieces.iter().flat_map(|p| p.bytes.iter().copied());
            let mut record: Vec<u8> = pieces.collect();
            let data = record.split_off(record.len().min(64));
            Some((record, data, absorb.digest))
        }
        _ => None,
    });
    let place = absorbed.as_ref().map(|a| a.2);
    let state = place.and_then(|place| at(machine, &place));
    let state = state.or_else(|| secs(machine, enclave(op)));
    Done {
        step,
        op: text,
        outcome,
        broken: broken.filter(|_| !outcome.is_done()),
        measurement: state.map(|s| Measured::of(&s.measurement)),
        absorbed: absorbed.map(|(record, data, _)| (record, data)),
        read: events.iter().find_map(|e| match e {
            Event::Message { bytes, .. } if matches!(op, Op::Access(_)) && !bytes.is_empty() => {
                Some(bytes.to_vec())
            }
            _ => None,
        }),
        processor: processor(op).map(|cpu| machine.cpu(cpu)),
    }
}

/// The logical processor that an operation concerns.
fn processor(op: &Op) -> Option<u8> {
    match op {
        Op::Enclu(e) => Some(e.cpu),
        Op::Set(s) => Some(s.cpu),
        Op::Work(w) => Some(w.cpu),
        Op::Execute { cpu, .. } | Op::Raise { cpu, .. } => Some(*cpu),
        Op::Schedule(s) => Some(s.cpu),
        Op::Access(touch) => match touch.who {
            Who::Code(cpu) => Some(cpu),
            _ => None,
        },
        _ => None,
    }
}

/// The enclave that an operation concerns.
fn enclave(op: &Op) -> u8 {
    match op {
        Op::Mmap(m) => m.enclave,
        Op::Ecreate(c) => c.enclave,
        Op::Eadd(a) => a.enclave,
        Op::Einit(i) => i.enclave,
        Op::Eextend { enclave, .. }
        | Op::Thread { enclave, .. }
        | Op::Edbgrd { enclave, .. }
        | Op::Edbgwr { enclave, .. } => *enclave,
        Op::Enclu(e) => e.door.map_or(0, |(enclave, _)| enclave),
        Op::Eremove { page, .. } | Op::Hold { page, .. } => match page {
            Which::Offset { enclave, .. } | Which::Secs { enclave } => *enclave,
            Which::Epc(_) => 0,
        },
        _ => 0,
    }
}

fn secs(machine: &Machine, enclave: u8) -> Option<&SecsState> {
    let handle = machine.driver.enclaves.get(&enclave)?;
    machine.secs.get(&handle.secs)
}

/// The SECS whose measurement lives at a place.
fn at<'a>(machine: &'a Machine, place: &Place) -> Option<&'a SecsState> {
    let mut all = machine.secs.iter();
    all.find(|(page, _)| machine.mrenclave_place(**page) == *place)
        .map(|(_, state)| state)
}
