//! A thread's control structure and its save area frame, byte for byte.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use super::super::machine::Machine;
use super::super::structs::{ExInfo, GprSgx, Miscselect, Tcs};
use super::bytes::closed;
use super::running::Doorway;
use crate::bytes::hex;
use crate::text;
use crate::text::Text;
use crate::trace::Observer;
use crate::view::{Bytes, Field, Tone, fields};

/// The TCS: nobody reads it but the processor.
pub(super) fn tcs(m: &Machine, door: &Doorway, who: Option<Observer>) -> Bytes {
    let data = m.epc_bytes(door.page).to_vec();
    let bytes = Bytes {
        id: "tcs",
        title: "TCS".into(),
        note: text!(
            "bytes.in-epc",
            "as it lies in EPC page {page}",
            page = hex::short(door.page.0)
        ),
        place: m.epc_place(door.page, 0, 4096),
        fields: fields(Tcs::LAYOUT, &data),
        data: Rc::from(data),
    };
    closed(m, bytes, who, false)
}

/// A frame of the state save area.
pub(super) fn ssa(
    m: &Machine,
    enclave: u8,
    door: &Doorway,
    who: Option<Observer>,
) -> Option<Bytes> {
    let first = door.frame.first()?;
    let handle = m.enclave(enclave)?;
    let misc = m.secs.get(&handle.secs)?.fields.miscselect;
    let mut data = vec![0; door.frame.len() * 4096];
    m.frame_read(&door.frame, 0, &mut data);
    let bytes = Bytes {
        id: "ssa",
        title: text!("ssa.title", "SSA frame {n}", n = door.number),
        note: match door.tcs.cssa {
            _ if !matches!(who, None | Some(Observer::Inside)) => text!(
                "bytes.in-epc",
                "as it lies in EPC page {page}",
                page = hex::short(first.0)
            ),
            0 => text!("ssa.next", "the next asynchronous exit fills it"),
            _ => text!("ssa.filled", "filled by the last asynchronous exit"),
        },
        place: m.epc_place(*first, 0, data.len() as u64),
        fields: parts(&data, misc.contains(Miscselect::EXINFO)),
        data: Rc::from(data),
    };
    Some(closed(m, bytes, who, true))
}

/// The regions of a frame: XSAVE at its beginning, MISC and GPRSGX at its end, and what is between.
fn parts(data: &[u8], exinfo: bool) -> Vec<Field> {
    let gprsgx = data.len().saturating_sub(GprSgx::SIZE);
    let misc = gprsgx - if exinfo { ExInfo::SIZE } else { 0 };
    let mut all = Vec::new();
    for (at, end, name) in [
        (0, 2, "FCW"),
        (2, 4, "FSW"),
        (4, 6, "FTW"),
        (6, 24, "FOP, FIP, FDP"),
        (24, 28, "MXCSR"),
        (28, 32, "MXCSR_MASK"),
        (32, 160, "ST0 – ST7"),
        (160, 176, "XMM0"),
        (176, 416, "XMM1 – XMM15"),
        (416, 512, "reserved"),
        (512, 520, "XSTATE_BV"),
        (520, 576, "XCOMP_BV"),
    ] {
        all.push(part(data, (at, end), name.into(), xsave()));
    }
    let pad = text!("ssa.pad", "more components, padding");
    all.push(part(data, (576, misc), pad, xsave()));
    let mut regions = vec![(gprsgx, GprSgx::LAYOUT)];
    if exinfo {
        regions.insert(0, (misc, ExInfo::LAYOUT));
    }
    for (at, layout) in regions {
        let own = data.get(at..at + layout.size).unwrap_or_default();
        let own = fields(layout, own).into_iter();
        all.extend(own.map(|f| Field {
            offset: at + f.offset,
            name: format!("{}.{}", layout.name, f.name.en()).into(),
            ..f
        }));
    }
    all
}

fn xsave() -> Text {
    text!("ssa.xsave", "As XSAVE stores it; ERESUME restores it.")
}

fn part(data: &[u8], (at, end): (usize, usize), name: Text, meaning: Text) -> Field {
    let own = data.get(at..end).unwrap_or_default();
    let value = match own.len() {
        0..=16 => {
            let reversed: Vec<u8> = own.iter().rev().copied().collect();
            format!("0x{}", hex::encode(&reversed)).into()
        }
        n => match own.iter().all(|b| *b == 0) {
            true => text!("words.zeros", "{n} zero bytes", n = n),
            false => n.to_string().into(),
        },
    };
    Field {
        name,
        offset: at,
        size: end - at,
        value,
        meaning,
        reserved: false,
        tone: Tone::Plain,
    }
}
