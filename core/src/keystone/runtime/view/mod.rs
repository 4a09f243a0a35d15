//! The enclave's side as panels: virtual addresses, the last walk, the call in the shared buffer, the
//! runtime's variables.

mod map;
mod walk;

use alloc::vec;
use alloc::vec::Vec;

use super::super::hart::Context;
use super::super::machine::{Enclave, Machine};
use super::super::op::Op;
use super::structs::EdgeCall;
use super::user::SATP;
use super::{Call, Own, Touch};
use crate::arch::riscv::sv39::{self, Pte};
use crate::bytes::hex;
use crate::text;
use crate::text::Text;
use crate::trace::{Observer, Place};
use crate::view::{Bytes, Fact, Facts, Panel, Tone, fields};

/// The panels of the enclave that runs, or of the one a step is about; none before its loader has run.
pub(in super::super) fn panels(
    m: &Machine,
    op: Option<&Op>,
    observer: Option<Observer>,
) -> Vec<Panel> {
    let Some((hart, eid, e)) = focus(m, op) else {
        return Vec::new();
    };
    let own = Own::new(hart, e);
    let inside = m.hart(hart).filter(|h| h.inside == Some(eid));
    let context = inside.map_or(&e.context, |h| &h.context);
    let Some(root) = sv39::root(context.csr(SATP)) else {
        return Vec::new();
    };
    // Page tables and variables lie in private memory: PMP keeps them from everybody else.
    let open = matches!(
        observer,
        None | Some(Observer::Inside | Observer::Device | Observer::Bus)
    );
    let mut all = Vec::new();
    if open {
        all.push(Panel::AddressMap(map::map(m, &own, root)));
    }
    if let (true, Some(touch)) = (open, touched(op)) {
        all.extend(walk::walk(m, hart, touch).map(Panel::Table));
    }
    all.push(Panel::Bytes(call(m, &own)));
    if open {
        all.push(Panel::Facts(variables(m, &own, context)));
    }
    all
}

/// The hart and the enclave a view is about.
fn focus<'a>(m: &'a Machine, op: Option<&Op>) -> Option<(u8, u8, &'a Enclave)> {
    let running = m.harts.iter().find_map(|(n, h)| Some((*n, h.inside?)));
    let named = match op {
        Some(Op::Runtime {
            hart,
            call: Call::Dispatch { eid, .. },
        }) => Some((*hart, *eid)),
        _ => None,
    };
    let first = m.monitor.enclaves.first().map(|(eid, _)| (0, *eid));
    let (hart, eid) = running.or(named).or(first)?;
    Some((hart, eid, m.enclave(eid)?))
}

fn touched(op: Option<&Op>) -> Option<Touch> {
    match op {
        Some(Op::Runtime {
            call: Call::Touch(touch),
            ..
        }) => Some(*touch),
        _ => None,
    }
}

/// R, W, X and U of an entry.
fn rights(bits: u64) -> Text {
    let letter = |flag: Pte, is: char| if bits & flag.bits() != 0 { is } else { '-' };
    let all = [(Pte::R, 'r'), (Pte::W, 'w'), (Pte::X, 'x'), (Pte::U, 'u')];
    let all = all.map(|(flag, is)| letter(flag, is));
    all.iter().collect::<alloc::string::String>().into()
}

/// The call at the start of the shared buffer.
fn call(m: &Machine, own: &Own) -> Bytes {
    let data = m.edge_call(own.utm.0).encode();
    Bytes {
        id: "edge-call",
        title: "edge_call".into(),
        note: text!(
            "eyrie.call.note",
            "start of the shared buffer: enclave and host both write it"
        ),
        place: Place::new("ram", own.utm.0, EdgeCall::SIZE as u64),
        fields: fields(EdgeCall::LAYOUT, &data),
        data: data.to_vec().into(),
    }
}

fn variables(m: &Machine, own: &Own, context: &Context) -> Facts {
    let v = m.variables(own);
    let started = context.csr(super::loader::STVEC) == super::eyrie_boot::HANDLER;
    let fact = |key: &str, name: Text, value: Text, mono, offset: u64| Fact {
        key: key.into(),
        name,
        value,
        mono,
        tone: Tone::Plain,
        cite: Text::none(),
        model: false,
        place: Some(Place::new("ram", own.variables() + offset, 8)),
    };
    let mut facts = vec![Fact {
        place: None,
        ..fact(
            "satp",
            "satp".into(),
            hex::fixed(context.csr(SATP), 8).into(),
            true,
            0,
        )
    }];
    if started {
        let call = match v.calling {
            1 => text!("eyrie.fact.under-way", "under way"),
            _ => text!("eyrie.fact.none", "none"),
        };
        facts.extend([
            fact(
                "head",
                text!("eyrie.fact.head", "first free page"),
                hex::addr(v.free_head).into(),
                true,
                0,
            ),
            fact(
                "tail",
                text!("eyrie.fact.tail", "last free page"),
                hex::addr(v.free_tail).into(),
                true,
                8,
            ),
            fact(
                "count",
                text!("eyrie.fact.count", "free pages"),
                Text::from(v.free_count),
                false,
                16,
            ),
            fact(
                "call",
                text!("eyrie.fact.call", "call to the host"),
                call,
                false,
                56,
            ),
        ]);
    }
    Facts {
        id: "eyrie",
        title: text!("eyrie.facts", "The runtime"),
        note: text!(
            "eyrie.facts.note",
            "Eyrie, in supervisor mode inside the enclave"
        ),
        facts,
    }
}
