//! The structures a step is about, byte for byte.

use alloc::rc::Rc;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use super::super::access::Who;
use super::super::driver::buffers;
use super::super::machine::Machine;
use super::super::op::Op;
use super::super::structs::{EinitToken, PageInfo, PageType, SecInfo, Secs, SigStruct, Tcs};
use crate::bytes::{Layout, hex};
use crate::memory::Physical;
use crate::text;
use crate::text::Text;
use crate::trace::{Observer, Place, Shown};
use crate::view::{Bytes, Field, Tone, fields};

pub(super) fn structures(
    m: &Machine,
    focus: u8,
    shown: Option<Shown<'_, Op>>,
    observer: Option<Observer>,
) -> Vec<Bytes> {
    let mut all = Vec::new();
    let is_open = matches!(observer, None | Some(Observer::Inside));
    let is_code = |who| matches!(who, Who::Code(_));
    match shown.map(|s| s.op) {
        Some(Op::Eadd(a)) => {
            let tcs = a.flags.page_type() == PageType::TCS;
            all.extend(page(
                m,
                focus,
                a.offset,
                tcs.then_some(Tcs::LAYOUT),
                observer,
            ));
            all.push(ram(m, "pageinfo", PageInfo::LAYOUT, buffers::PAGEINFO));
            all.push(ram(m, "secinfo", SecInfo::LAYOUT, buffers::SECINFO));
        }
        Some(Op::Eextend { offset, .. }) => {
            all.extend(page(m, focus, offset & !0xfff, None, observer));
        }
        Some(Op::Edbgrd { offset, .. } | Op::Edbgwr { offset, .. }) => {
            all.extend(page(m, focus, offset & !0xfff, None, observer));
        }
        // Where a thread inside touches its memory nobody outside sees.
        Some(Op::Access(touch)) if is_open || !is_code(touch.who) => {
            if let Some((enclave, offset)) = m.page_at(touch.at) {
                all.extend(page(m, enclave, offset, None, observer));
            }
        }
        Some(Op::Einit(i)) => {
            all.push(ram(m, "sigstruct", SigStruct::LAYOUT, buffers::SIGSTRUCT));
            if i.token.is_some() {
                all.push(ram(m, "token", EinitToken::LAYOUT, buffers::TOKEN));
            }
        }
        Some(Op::Write { at, .. }) if *at == buffers::SIGSTRUCT.0 => {
            all.push(ram(m, "sigstruct", SigStruct::LAYOUT, buffers::SIGSTRUCT));
        }
        Some(Op::Ecreate(_)) => {
            all.push(ram(m, "pageinfo", PageInfo::LAYOUT, buffers::PAGEINFO));
        }
        _ => {}
    }
    if observer == Some(Observer::Neighbour) {
        let all_of = all.drain(..).map(|b| match b.place.space {
            "ram" => unmapped(b),
            _ => b,
        });
        all = all_of.collect();
    }
    all.extend(secs(m, focus, observer));
    all
}

/// A structure in the driver's buffer.
fn ram(m: &Machine, id: &'static str, layout: &'static Layout, at: Physical) -> Bytes {
    let data = m.ram.bytes(at, layout.size);
    Bytes {
        id,
        title: layout.name.into(),
        note: text!(
            "bytes.in-ram",
            "in ordinary memory at {at}",
            at = at.to_string()
        ),
        place: Place::new("ram", at.0, layout.size as u64),
        fields: fields(layout, &data),
        data: Rc::from(data),
    }
}

/// The SECS in its EPC page. Software cannot read it; only the view of the machine itself shows it.
fn secs(m: &Machine, focus: u8, observer: Option<Observer>) -> Option<Bytes> {
    let handle = m.enclave(focus)?;
    let state = m.secs.get(&handle.secs)?;
    let mut now = state.fields.clone();
    if !state.is_init() {
        now.mrenclave = state
            .assumed
            .unwrap_or_else(|| state.measurement.midstate_be());
    }
    let data = now.encode().to_vec();
    let bytes = Bytes {
        id: "secs",
        title: "SECS".into(),
        note: text!(
            "bytes.secs",
            "in the EPC; no software reads it, not even the enclave"
        ),
        place: m.epc_place(handle.secs, 0, 4096),
        fields: fields(Secs::LAYOUT, &data),
        data: Rc::from(data),
    };
    Some(closed(m, bytes, observer, false))
}

/// A page of an enclave as it lies in the EPC.
fn page(
    m: &Machine,
    focus: u8,
    offset: u64,
    layout: Option<&'static Layout>,
    observer: Option<Observer>,
) -> Option<Bytes> {
    let epc = m.driver.pages.get(focus, offset)?;
    let data = m.epc_bytes(epc).to_vec();
    let bytes = Bytes {
        id: "page",
        title: match layout {
            Some(layout) => layout.name.into(),
            None => text!(
                "bytes.page",
                "The page at offset {offset}",
                offset = hex::addr(offset)
            ),
        },
        note: text!(
            "bytes.in-epc",
            "as it lies in EPC page {page}",
            page = hex::short(epc.0)
        ),
        place: m.epc_place(epc, 0, 4096),
        fields: layout.map_or_else(|| chunks(offset), |l| fields(l, &data)),
        data: Rc::from(data),
    };
    let init = m
        .enclave(focus)
        .and_then(|h| m.secs.get(&h.secs))
        .is_some_and(|s| s.is_init());
    Some(closed(m, bytes, observer, init && layout.is_none()))
}

/// The sixteen chunks of a page, each measured by its own EEXTEND.
fn chunks(offset: u64) -> Vec<Field> {
    let chunk = |i: usize| Field {
        name: text!("bytes.chunk", "chunk {n}", n = i),
        offset: i * 256,
        size: 256,
        value: hex::addr(offset + 256 * i as u64).into(),
        meaning: text!(
            "bytes.chunk-meaning",
            "Measured, if at all, by one EEXTEND."
        ),
        reserved: false,
        tone: Tone::Plain,
    };
    (0..16).map(chunk).collect()
}

/// A structure in the EPC as an observer reads it: plain, ciphertext on the bus, else the abort page.
/// The enclave itself reads it only if `own` says so.
pub(super) fn closed(m: &Machine, mut bytes: Bytes, who: Option<Observer>, own: bool) -> Bytes {
    match who {
        None => return bytes,
        Some(Observer::Inside) if own => return bytes,
        _ => {}
    }
    let len = bytes.data.len();
    let (data, name, meaning) = match who {
        Some(Observer::Bus) => (
            m.dram(Physical(bytes.place.at), len),
            text!("bytes.ciphertext", "ciphertext"),
            text!(
                "bytes.ciphertext-meaning",
                "What lies in DRAM for protected memory (model: AES-XTS with a demo key)."
            ),
        ),
        _ => (
            vec![0xff; len],
            text!("bytes.abort-page", "abort page"),
            text!(
                "bytes.abort-meaning",
                "From outside, protected memory reads as all ones."
            ),
        ),
    };
    bytes.data = Rc::from(data);
    bytes.fields = one_field(len, name, meaning);
    bytes
}

/// A structure in ordinary memory that another process has no mapping for.
fn unmapped(mut bytes: Bytes) -> Bytes {
    let len = bytes.data.len();
    bytes.data = Rc::from(vec![0; len]);
    bytes.fields = one_field(
        len,
        text!("bytes.unmapped", "not mapped"),
        text!(
            "bytes.unmapped-meaning",
            "Ordinary memory of the kernel, which no enclave’s page tables lead to."
        ),
    );
    bytes
}

fn one_field(len: usize, name: Text, meaning: Text) -> Vec<Field> {
    vec![Field {
        name,
        offset: 0,
        size: len,
        value: Text::none(),
        meaning,
        reserved: false,
        tone: Tone::Hidden,
    }]
}
