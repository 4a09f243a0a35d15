//! A verifier as a machine of its own: a report arrives, and is read and checked step by step.

mod op;
mod snippets;
mod view;
mod what_if;
mod words;

pub use op::Op;

use alloc::rc::Rc;
use alloc::vec::Vec;

use super::super::structs::Report;
use super::{forge, verify};
use crate::bytes::fields_of;
use crate::crypto::ed25519_sha3::Public;
use crate::rules;
use crate::text;
use crate::text::Text;
use crate::trace::{
    self, BadOp, Event, Observer, OpText, Outcome, Place, Recorder, Rule, Shown, Snippet, Stop,
    Value, WhatIf,
};
use crate::view::{Access, Probe, Tone, View};

rules! {
    CARRIED = "CARRIED.in-the-open": "Whoever carries a report can read and change every byte of it; only the signatures tell", "keystone: reports are not encrypted";
    OUTSIDE = "CARRIED.inside": "The address is an offset inside the report", "model: a verifier's memory is of no interest here";
}

/// What a verifier expects; fixed for a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The device's public key.
    pub device: Public,
    /// The monitor's measurement, if the verifier knows it.
    pub sm_hash: Option<[u8; 64]>,
    /// The enclave's measurement, if the verifier knows it.
    pub enclave_hash: Option<[u8; 64]>,
    /// Whether the verifier forgets what upstream's forgets.
    pub as_upstream: bool,
}

/// The checks whose results the verdict needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Check {
    Sm,
    Enclave,
    Device,
    SmHash,
    EnclaveHash,
}

/// How many checks there are.
const CHECKS: usize = 5;

/// The verifier with what it has received and found so far. A clone is cheap.
#[derive(Clone, Debug)]
pub struct Verifier {
    /// What it expects.
    pub expected: Rc<Expected>,
    /// What is on its way, or was received: the file, and once it is read the report's 1,352 bytes.
    pub bytes: Rc<[u8]>,
    /// Whether it has arrived.
    pub received: bool,
    /// The report, once it is read.
    pub report: Option<Rc<Report>>,
    /// What each check found; `None` before.
    found: [Option<bool>; CHECKS],
    /// The verdict.
    pub verdict: Option<bool>,
}

impl Verifier {
    /// A verifier to whom these bytes are on their way.
    #[must_use]
    pub fn new(expected: Expected, bytes: Rc<[u8]>) -> Self {
        Self {
            expected: Rc::new(expected),
            bytes,
            received: false,
            report: None,
            found: [None; CHECKS],
            verdict: None,
        }
    }

    /// Whether a check has to be made at all.
    fn wants(&self, check: Check) -> bool {
        match check {
            Check::Sm | Check::Enclave => true,
            Check::Device => !self.expected.as_upstream,
            Check::SmHash => self.expected.sm_hash.is_some(),
            Check::EnclaveHash => self.expected.enclave_hash.is_some(),
        }
    }

    fn result(&self, check: Check) -> Option<bool> {
        self.found[check as usize]
    }

    /// The place of bytes of the report.
    fn place(offset: u64, len: u64) -> Place {
        Place::new("report", offset, len)
    }

    fn receive<R: Recorder>(&mut self, recorder: &mut R) {
        recorder.tell(|| Event::Message {
            from: text!("attest.report.host", "the enclave's host"),
            to: text!("attest.report.verifier", "the verifier"),
            what: text!("attest.report.what", "Keystone report"),
            bytes: self.bytes.clone(),
        });
        self.received = true;
    }

    fn read<R: Recorder>(&mut self, recorder: &mut R) -> Result<(), Stop> {
        let read = match self.received {
            true => verify::read(&self.bytes),
            false => Err(Text::none()),
        };
        recorder.require(&verify::READABLE, read.is_ok(), verify::FAILED)?;
        if let Ok(report) = read {
            self.put(report, recorder);
        }
        Ok(())
    }

    /// Puts another report in the place of what there is.
    fn put<R: Recorder>(&mut self, report: Report, recorder: &mut R) {
        let after: Rc<[u8]> = Rc::from(&report.encode()[..]);
        self.change(after, recorder);
        self.report = Some(Rc::new(report));
    }

    fn change<R: Recorder>(&mut self, after: Rc<[u8]>, recorder: &mut R) {
        let before = core::mem::replace(&mut self.bytes, after);
        if before.len() != self.bytes.len() {
            let place = Self::place(0, self.bytes.len() as u64);
            let (old, new) = (before.len() as u64, self.bytes.len() as u64);
            recorder.write(place, || {
                let words = |n| Value::Words(text!("attest.bytes", "{n} bytes", n = n));
                (words(old), words(new))
            });
            return;
        }
        let after = self.bytes.clone();
        for field in fields_of(Report::LAYOUT, &[]) {
            let range = field.offset..field.offset + field.size;
            let (Some(old), Some(new)) = (before.get(range.clone()), after.get(range)) else {
                continue;
            };
            // From the first byte that differs to the last.
            let differs = |i: &usize| old[*i] != new[*i];
            let Some(first) = (0..old.len()).find(differs) else {
                continue;
            };
            let end = (0..old.len()).rfind(differs).map_or(first, |last| last + 1);
            let at = (field.offset + first) as u64;
            recorder.write(Self::place(at, (end - first) as u64), || {
                (value(&old[first..end]), value(&new[first..end]))
            });
        }
    }

    /// Somebody on the way, or with the verifier's own hands, writes over bytes of the report.
    fn overwrite<R: Recorder>(&mut self, at: u64, new: &[u8], recorder: &mut R) {
        let mut bytes = self.bytes.to_vec();
        for (i, byte) in new.iter().enumerate() {
            let at = usize::try_from(at).ok().and_then(|at| at.checked_add(i));
            if let Some(old) = at.and_then(|at| bytes.get_mut(at)) {
                *old = *byte;
            }
        }
        self.change(Rc::from(bytes), recorder);
        if self.report.is_some() {
            self.report = Report::decode(&self.bytes, 0).ok().map(Rc::new);
        }
    }

    fn byte(&self, at: u64) -> Option<u8> {
        self.bytes.get(usize::try_from(at).ok()?).copied()
    }

    fn check<R: Recorder>(&mut self, check: Check, recorder: &mut R) -> Result<(), Stop> {
        let Some(report) = self.report.clone() else {
            return recorder.require(&verify::READABLE, false, verify::FAILED);
        };
        if !self.wants(check) {
            return Ok(());
        }
        let e = self.expected.clone();
        let done = match check {
            Check::Sm => verify::sm_signature(&report, &e.device, recorder),
            Check::Enclave => verify::enclave_signature(&report, e.as_upstream, recorder),
            Check::Device => verify::compare(
                &verify::DEVICE_KEY,
                &e.device,
                &report.dev_public_key,
                recorder,
            ),
            Check::SmHash => {
                let hash = e.sm_hash.unwrap_or([0; 64]);
                verify::compare(&verify::SM_HASH, &hash, &report.sm.hash, recorder)
            }
            Check::EnclaveHash => {
                let hash = e.enclave_hash.unwrap_or([0; 64]);
                verify::compare(&verify::ENCLAVE_HASH, &hash, &report.enclave.hash, recorder)
            }
        };
        self.found[check as usize] = Some(done.is_ok());
        done
    }

    fn decide<R: Recorder>(&mut self, recorder: &mut R) -> Result<(), Stop> {
        let checks = [
            Check::Sm,
            Check::Enclave,
            Check::Device,
            Check::SmHash,
            Check::EnclaveHash,
        ];
        let mut checks = checks.into_iter().filter(|c| self.wants(*c));
        let held = self.report.is_some() && checks.all(|c| self.result(c) == Some(true));
        self.verdict = Some(held);
        recorder.tell(|| Event::Transition {
            what: "verdict",
            from: "none",
            to: if held { "accepted" } else { "rejected" },
        });
        recorder.require(&verify::ALL_HELD, held, verify::FAILED)
    }

    fn forge<R: Recorder>(
        &mut self,
        hash: Option<[u8; 64]>,
        data: &[u8],
        recorder: &mut R,
    ) -> Result<(), Stop> {
        let read = self.report.is_some();
        let Ok(report) = verify::read(&self.bytes) else {
            return recorder.require(&verify::READABLE, false, verify::FAILED);
        };
        let forged = forge::forge(&report, hash, data, recorder)?;
        self.put(forged, recorder);
        if !read {
            self.report = None;
        }
        Ok(())
    }
}

/// Bytes as a value: one as a number, many as how many.
fn value(bytes: &[u8]) -> Value {
    match bytes {
        [one] => Value::Number((*one).into()),
        _ if bytes.len() <= 128 => bytes.into(),
        _ => Value::Words(text!("attest.bytes", "{n} bytes", n = bytes.len())),
    }
}

impl trace::Machine for Verifier {
    type Op = Op;

    fn apply<R: Recorder>(&mut self, op: &Op, recorder: &mut R) -> Outcome {
        let result = match op {
            Op::Receive => {
                self.receive(recorder);
                Ok(())
            }
            Op::Read => self.read(recorder),
            Op::Sm => self.check(Check::Sm, recorder),
            Op::Enclave => self.check(Check::Enclave, recorder),
            Op::Device => self.check(Check::Device, recorder),
            Op::SmHash => self.check(Check::SmHash, recorder),
            Op::EnclaveHash => self.check(Check::EnclaveHash, recorder),
            Op::Verdict => self.decide(recorder),
            Op::Flip { at, bit } => {
                if let Some(byte) = self.byte(*at) {
                    self.overwrite(*at, &[byte ^ 1 << (bit % 8)], recorder);
                }
                Ok(())
            }
            Op::Write { at, bytes } => {
                self.overwrite(*at, bytes, recorder);
                Ok(())
            }
            Op::Forge { hash, data } => self.forge(*hash, data, recorder),
        };
        result.into()
    }

    fn name(op: &Op) -> Text {
        op.name().into()
    }

    fn says(&self, op: &Op) -> Text {
        words::says(op)
    }

    fn rules(op: &Op) -> &'static [&'static Rule] {
        op.rules()
    }

    fn tells(&self, op: &Op, outcome: Outcome, broken: Option<&'static Rule>) -> Text {
        words::tells(self, op, outcome, broken)
    }

    fn view(&self, shown: Option<Shown<'_, Op>>, _: Option<Observer>) -> View {
        view::panels(self, shown)
    }

    fn probe(&self, _: Observer, address: u64, access: Access) -> Probe {
        let byte = self.byte(address);
        let (answer, tone, rule) = match (byte, access) {
            (Some(_), Access::Write) => {
                (text!("attest.probe.write", "Written"), Tone::Warn, &CARRIED)
            }
            (Some(_), _) => (text!("attest.probe.read", "Read"), Tone::Warn, &CARRIED),
            (None, _) => (
                text!(
                    "attest.probe.outside",
                    "There is no such byte in the report"
                ),
                Tone::Plain,
                &OUTSIDE,
            ),
        };
        Probe {
            answer,
            tone,
            rule,
            bytes: byte
                .into_iter()
                .filter(|_| access != Access::Write)
                .collect(),
            decided_by: None,
        }
    }

    fn observers() -> Vec<(Observer, Text)> {
        alloc::vec![
            (
                Observer::Network,
                text!("attest.observer.carrier", "Whoever carries the report")
            ),
            (
                Observer::Remote,
                text!("attest.observer.verifier", "The verifier")
            ),
        ]
    }

    fn place_name(&self, place: &Place) -> Text {
        view::place_name(place)
    }

    fn what_ifs(&self, op: &Op, label: &str) -> Vec<WhatIf> {
        what_if::offers(self, op, label)
    }

    fn snippets(&self, shown: Shown<'_, Op>) -> Vec<Snippet> {
        snippets::snippets(self, shown)
    }

    fn flip(&self, place: &Place, bit: u8) -> Option<OpText> {
        (place.space == "report").then(|| op::flip(place.at, bit))
    }

    fn op_forms() -> Vec<(OpText, Text)> {
        op::forms()
    }

    fn parse_op(text: &OpText) -> Result<Op, BadOp> {
        op::parse(text)
    }

    fn print_op(op: &Op) -> Option<OpText> {
        Some(op.print())
    }

    fn is_heavy(op: &Op) -> bool {
        matches!(op, Op::Sm | Op::Enclave | Op::Forge { .. })
    }

    fn state_bytes(&self, sink: &mut dyn FnMut(&[u8])) {
        sink(&(self.bytes.len() as u64).to_le_bytes());
        sink(&self.bytes);
        let state = |held: Option<bool>| held.map_or(2, u8::from);
        sink(&[u8::from(self.received), u8::from(self.report.is_some())]);
        sink(&self.found.map(state));
        sink(&[state(self.verdict)]);
    }
}
