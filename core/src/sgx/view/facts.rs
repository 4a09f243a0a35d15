//! Who the enclave is, and how the processor is set up.

use alloc::format;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use super::super::machine::{Handle, INTEL_LAUNCH_HASH, Machine, SecsState};
use super::super::os::{no, yes};
use crate::bytes::hex;
use crate::text;
use crate::text::Text;
use crate::trace::{Observer, Place};
use crate::view::{Fact, Facts, Tone};

fn fact(key: &str, name: Text, value: Text) -> Fact {
    Fact {
        key: key.to_string(),
        name,
        value,
        mono: true,
        tone: Tone::Plain,
        cite: Text::none(),
        model: false,
        place: None,
    }
}

pub(super) fn identity(m: &Machine, focus: u8, open: bool) -> Facts {
    let known = m
        .enclave(focus)
        .filter(|_| open)
        .and_then(|h| Some((h, m.secs.get(&h.secs)?)));
    let facts = known.map_or_else(Vec::new, |(h, s)| enclave(m, h, s));
    Facts {
        id: "identity",
        title: text!("identity.title", "Who the enclave is"),
        note: match (open, facts.is_empty()) {
            (false, _) => {
                text!(
                    "identity.hidden",
                    "lies in the SECS, which this observer cannot read"
                )
            }
            (true, true) => text!("identity.none", "there is no enclave yet"),
            (true, false) => text!("identity.note", "fields of the SECS"),
        },
        facts,
    }
}

fn enclave(m: &Machine, handle: &Handle, s: &SecsState) -> Vec<Fact> {
    let f = &s.fields;
    let digest = |bytes: &[u8]| match s.is_init() {
        true => Text::from(hex::encode(bytes)),
        false => text!("identity.not-yet", "not before EINIT"),
    };
    let at = |offset, len, fact: Fact| Fact {
        place: Some(m.epc_place(handle.secs, offset, len)),
        ..fact
    };
    let debug = f.attributes.is_debug();
    let toned = |tone, fact: Fact| Fact { tone, ..fact };
    let model = |fact: Fact| Fact {
        model: true,
        ..fact
    };
    let mode = match debug {
        true => text!(
            "identity.debug",
            "debug: EDBGRD and EDBGWR read and write it in plain"
        ),
        false => text!("identity.production", "production"),
    };
    let mode = Fact {
        mono: false,
        ..fact("mode", text!("identity.mode", "mode"), mode)
    };
    let attributes = fact(
        "attributes",
        "ATTRIBUTES".into(),
        format!("{}", f.attributes).into(),
    );
    let children = text!("identity.children", "pages in the EPC");
    vec![
        at(
            64,
            32,
            fact("mrenclave", "MRENCLAVE".into(), digest(&f.mrenclave)),
        ),
        at(
            128,
            32,
            fact("mrsigner", "MRSIGNER".into(), digest(&f.mrsigner)),
        ),
        at(
            256,
            2,
            fact(
                "isvprodid",
                "ISVPRODID".into(),
                f.isvprodid.to_string().into(),
            ),
        ),
        at(
            258,
            2,
            fact("isvsvn", "ISVSVN".into(), f.isvsvn.to_string().into()),
        ),
        at(
            48,
            16,
            toned(if debug { Tone::Warn } else { Tone::Plain }, attributes),
        ),
        toned(if debug { Tone::Warn } else { Tone::Good }, mode),
        model(fact("eid", "EID".into(), s.eid.to_string().into())),
        model(fact(
            "blocks",
            text!("identity.blocks", "block counter"),
            Text::from(s.measurement.blocks()),
        )),
        model(fact("children", children, Text::from(s.children))),
    ]
}

pub(super) fn processor(m: &Machine, who: Option<Observer>) -> Facts {
    let p = &m.platform;
    let hash = hex::encode(&m.launch_hash);
    let launch = match m.launch_hash == INTEL_LAUNCH_HASH {
        true => text!(
            "cpu.intel",
            "{hash} (reset value: Intel’s launch enclave)",
            hash = hash
        ),
        false => Text::from(hash),
    };
    let end = p.epc_base.0 + p.epc_pages * 4096 - 1;
    let event = if m.pending_event { yes() } else { no() };
    let place = |space_at, len, fact: Fact| Fact {
        place: Some(Place::new("msr", space_at, len)),
        ..fact
    };
    let mut facts = Facts {
        id: "processor",
        title: text!("cpu.title", "The processor"),
        note: text!("cpu.note", "what firmware and operating system set"),
        facts: vec![
            place(
                0x8c,
                4,
                fact("launch", "IA32_SGXLEPUBKEYHASH".into(), launch),
            ),
            fact(
                "feature",
                "IA32_FEATURE_CONTROL".into(),
                hex::addr(m.feature_control).into(),
            ),
            Fact {
                mono: false,
                place: Some(Place::new("cpu", 0, 1)),
                ..fact(
                    "event",
                    text!("cpu.event", "an unmasked event waits"),
                    event,
                )
            },
            fact(
                "epc",
                text!("cpu.epc", "EPC (CPUID.12H.2)"),
                format!("{} – {}", p.epc_base, hex::addr(end)).into(),
            ),
            fact(
                "limit",
                text!("cpu.limit", "largest enclave (CPUID.12H.0)"),
                format!("2^{}", p.max_size_64).into(),
            ),
        ],
    };
    if let Some(value) = m.debug_read.filter(|_| debugger_sees(who)) {
        let read = fact(
            "debug",
            text!("cpu.debug", "RBX from EDBGRD"),
            hex::addr(value).into(),
        );
        facts.facts.push(Fact {
            tone: Tone::Warn,
            place: Some(Place::new("debug", 0, 8)),
            ..read
        });
    }
    facts
}

/// Whether an observer reads what the kernel's debugger was given.
fn debugger_sees(who: Option<Observer>) -> bool {
    matches!(who, None | Some(Observer::Privileged | Observer::Process))
}
