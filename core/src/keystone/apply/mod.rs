//! What a host and its enclaves do to the monitor, given as JSON, carried out one after the other.
//!
//! Accepted is `{"steps": [..]}`, each step an object whose `do` names what is done: `host_create`,
//! `host_call`, `host_image`, `host_load`, `host_store`, `host_read`, `host_write`, `host_zero`,
//! `host_timer`, and `enclave_call`, `enclave_load`, `enclave_store`, `enclave_stop`, `enclave_spin`,
//! which are one call of the host (`host_fid`) during which the enclave does one thing and stops for
//! an edge call. Results that the file already has are passed over, and every step comes back with
//! those that were found. The machine is the one of the reference run: generic, one hart, no Sstc.

mod program;
mod read;
mod step;

use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::{Map, Value as Json};

use super::faults::Faults;
use super::machine::Machine;
use super::op::Op;
use super::platform::Platform;
use crate::arch::riscv::csr;
use crate::text;
use crate::text::Text;
use crate::trace::{
    Applied, AppliedLine, Applier, Event, Inputs, Machine as _, Outcome, Params, Rule, Sink,
};

/// Keystone as one of the machines that take operations as JSON.
pub const APPLIER: Applier = Applier {
    tee: "keystone",
    params: &["monitor"],
    files: &[("page0", "enclave-page0.bin")],
    run,
};

/// The keys of a file that tells the boot.
const BOOT: [&str; 2] = ["opensbi_pmp_writes", "sm_pmp_writes"];

fn run(text: &str, params: &Params, inputs: &Inputs) -> Result<Applied, Text> {
    let file = read::file(text)?;
    let faults = match params.get("monitor").map(String::as_str) {
        None | Some("upstream") => Faults::UPSTREAM,
        Some("intended") => Faults::NONE,
        Some(other) => {
            return Err(text!(
                "keystone.apply.monitor",
                "The monitor is upstream or intended, not “{other}”.",
                other = other
            ));
        }
    };
    let page0 = inputs.get("page0").map(|i| i.whole("page0"));
    let page0 = page0.transpose().map_err(|bad| bad.why)?;
    let needs = file.steps.iter().any(|s| s.what == "host_image");
    let mut warnings = Vec::new();
    if needs && page0.is_none() {
        warnings.push(text!(
            "keystone.apply.no-page0",
            "The first page of the enclaves is not here: zeros are taken, so measurements, reports and sealing keys come out otherwise."
        ));
    }
    let mut replay = Replay::new(faults, page0.unwrap_or_else(|| Rc::from([])));
    let boot = [Op::Opensbi, Op::Monitor].map(|op| replay.told(&op).writes());
    let (mut steps, mut lines) = (Vec::new(), Vec::new());
    for (step, number) in file.steps.iter().zip(1..) {
        let done = step::carry_out(&mut replay, step).map_err(|why| step.in_place(&why))?;
        lines.push(done.line(number, &step.what));
        steps.push(Json::Object(done.json(step)));
    }
    let mut json = Map::new();
    if file.is_boot {
        for (key, writes) in BOOT.iter().zip(boot) {
            json.insert((*key).into(), writes.into());
        }
    }
    json.insert("steps".into(), Json::Array(steps));
    Ok(Applied {
        json: json.into(),
        lines,
        warnings,
    })
}

/// The machine, and what the host has set.
struct Replay {
    machine: Machine,
    /// The first page of every enclave.
    page0: Rc<[u8]>,
    /// Whether a timer is set.
    timer: bool,
}

/// What one operation told.
struct Told {
    outcome: Outcome,
    events: Vec<Event>,
}

impl Told {
    /// The PMP writes, `pmpaddr1=0x20c1ffff`.
    fn writes(&self) -> Vec<String> {
        let write = |event: &Event| match event {
            Event::Write {
                place,
                after: crate::trace::Value::Number(value),
                ..
            } if place.space == "csr" => {
                let name = csr::name(place.at as u16).filter(|n| n.starts_with("pmp"))?;
                Some(alloc::format!("{name}={value:#x}"))
            }
            _ => None,
        };
        self.events.iter().filter_map(write).collect()
    }

    /// The bytes that a load gave.
    fn bytes(&self) -> Option<&[u8]> {
        self.events.iter().find_map(|e| match e {
            Event::Message { bytes, .. } => Some(&bytes[..]),
            _ => None,
        })
    }

    fn broken(&self) -> Option<&'static Rule> {
        self.events.iter().rev().find_map(|e| match e {
            Event::Check {
                rule, held: false, ..
            } => Some(*rule),
            _ => None,
        })
    }
}

impl Replay {
    /// The machine of the reference run, its boot ROM done.
    fn new(faults: Faults, page0: Rc<[u8]>) -> Self {
        let platform = Platform {
            faults,
            ..Platform::generic()
        };
        let mut machine = Machine::new(platform);
        machine.apply(&Op::Bootrom, &mut Sink::Nothing);
        Self {
            machine,
            page0,
            timer: false,
        }
    }

    fn told(&mut self, op: &Op) -> Told {
        let mut events = Vec::new();
        let outcome = self.machine.apply(op, &mut Sink::Events(&mut events));
        Told { outcome, events }
    }

    fn is_stuck(&self) -> bool {
        self.machine.hart(0).is_none_or(|h| h.stuck)
    }
}

/// What became of a step: results by key, in the form of the file.
struct Done {
    results: Map<String, Json>,
    writes: Vec<String>,
    outcome: Outcome,
    broken: Option<&'static Rule>,
}

impl Done {
    fn new() -> Self {
        Self {
            results: Map::new(),
            writes: Vec::new(),
            outcome: Outcome::Done,
            broken: None,
        }
    }

    fn put(&mut self, key: &str, value: impl Into<Json>) {
        self.results.insert(key.to_string(), value.into());
    }

    /// Takes over what an operation told.
    fn take(&mut self, told: &Told) {
        self.writes.extend(told.writes());
        self.outcome = told.outcome;
        self.broken = told.broken().filter(|_| !told.outcome.is_done());
    }

    /// The step as it was given, with the results that were found instead of those it had.
    fn json(mut self, step: &read::Step) -> Map<String, Json> {
        let mut out = step.given.clone();
        if !self.writes.is_empty() {
            let writes: Vec<Json> = self.writes.drain(..).map(Json::from).collect();
            out.insert("pmp_writes".into(), writes.into());
        }
        out.extend(self.results);
        out
    }

    fn line(&self, number: u64, what: &str) -> AppliedLine {
        let results = self.results.iter();
        let results: Vec<String> = results
            .map(|(key, value)| {
                let value = value.to_string();
                let short: String = value.chars().take(40).collect();
                alloc::format!("{key} {short}")
            })
            .collect();
        AppliedLine {
            step: Some(number),
            what: what.to_string(),
            outcome: self.outcome,
            broken: self.broken,
            note: results.join(", "),
        }
    }
}
