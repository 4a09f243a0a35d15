//! Operations and their results as sentences.

use alloc::format;

use super::machine::{EpcPage, Machine};
use super::op::{Op, Which};
use super::{use_tells, words};
use crate::bytes::hex;
use crate::text;
use crate::text::Text;
use crate::trace::{Outcome, Place, Rule};

impl Machine {
    /// An operation in plain words, with its main operands.
    pub(super) fn op_says(&self, op: &Op) -> Text {
        match op {
            Op::Boot => text!(
                "says.boot",
                "sets the processor reserved memory aside and locks it"
            ),
            Op::Wrmsr { msr, value } => text!(
                "says.wrmsr",
                "writes {value} to register {msr}",
                value = hex::addr(*value),
                msr = format!("{msr:X}H")
            ),
            Op::Mmap(m) => text!(
                "says.mmap",
                "reserves {size} of linear addresses from {base}",
                size = hex::size(m.size),
                base = hex::addr(m.base)
            ),
            Op::Ecreate(c) => text!(
                "says.ecreate",
                "a free EPC page becomes the SECS of an enclave of {size} at {base}",
                size = hex::size(c.size),
                base = hex::addr(c.base)
            ),
            Op::Assume { mrenclave, .. } => text!(
                "says.assume",
                "takes it as given that the enclave measures {digest}",
                digest = hex::encode(mrenclave)
            ),
            Op::Eadd(a) => text!(
                "says.eadd",
                "adds a {kind} page, {rwx}, at offset {offset}",
                kind = words::page_type(a.flags.page_type()),
                rwx = words::rwx(a.flags),
                offset = hex::addr(a.offset)
            ),
            Op::Eextend { offset, .. } => {
                text!(
                    "says.eextend",
                    "measures 256 bytes at offset {offset}",
                    offset = hex::addr(*offset)
                )
            }
            Op::Einit(_) => text!(
                "says.einit",
                "checks the author, closes the measurement, lets the enclave run"
            ),
            Op::Eremove { page, .. } => {
                text!(
                    "says.eremove",
                    "gives back {page}",
                    page = which_words(*page)
                )
            }
            Op::Epa { .. } => text!("says.epa", "makes a version array of a free EPC page"),
            Op::Encls { registers: r, .. } => format!(
                "RBX={} RCX={} RDX={}",
                hex::addr(r.rbx),
                hex::addr(r.rcx),
                hex::addr(r.rdx)
            )
            .into(),
            Op::Write { at, bytes } => text!(
                "says.write",
                "the operating system writes {n} bytes at {at}",
                n = bytes.len(),
                at = hex::addr(*at)
            ),
            Op::Flip { at, bit } => text!(
                "says.flip",
                "the operating system flips bit {bit} of the byte at {at}",
                bit = u64::from(*bit),
                at = hex::addr(*at)
            ),
            Op::Event { pending: true } => {
                text!("says.event-on", "an unmasked event begins to wait")
            }
            Op::Event { pending: false } => text!("says.event-off", "no event waits any more"),
            Op::Hold { page, held: true } => {
                text!(
                    "says.hold",
                    "begins to work on {page}",
                    page = which_words(*page)
                )
            }
            Op::Hold { page, held: false } => {
                text!(
                    "says.release",
                    "ceases to work on {page}",
                    page = which_words(*page)
                )
            }
            Op::Thread { inside: true, .. } => text!("says.thread-in", "enters the enclave"),
            Op::Thread { inside: false, .. } => text!("says.thread-out", "leaves the enclave"),
            _ => use_tells::says(op).unwrap_or_else(Text::none),
        }
    }

    /// The result of an operation as a sentence.
    pub(super) fn op_tells(
        &self,
        op: &Op,
        outcome: Outcome,
        broken: Option<&'static Rule>,
    ) -> Text {
        let Outcome::Done = outcome else {
            return stopped(outcome, broken);
        };
        match op {
            Op::Ecreate(_) => text!(
                "tells.ecreate",
                "Done. The SECS exists; the measurement has taken in its first record: how large the enclave and its save areas are."
            ),
            Op::Assume { .. } => text!(
                "tells.assume",
                "Assumed, not measured: no processor does this. EINIT compares this value where it would compare what it measured."
            ),
            Op::Eadd(_) => text!(
                "tells.eadd",
                "Done. The page lies in the EPC and belongs to the enclave. Its place, type and permissions are measured; its contents are not yet."
            ),
            Op::Eextend { .. } => text!(
                "tells.eextend",
                "Done. MRENCLAVE took in 5 blocks: where these 256 bytes belong, and the bytes themselves."
            ),
            Op::Einit(_) => text!(
                "tells.einit",
                "Done. MRENCLAVE is final, MRSIGNER is known, and no page can be added any more."
            ),
            Op::Eremove { .. } => text!(
                "tells.eremove",
                "Done. The EPCM entry is free. The old contents cannot be reached by anybody."
            ),
            Op::Epa { .. } => text!("tells.epa", "Done. The page holds 512 empty version slots."),
            Op::Boot => text!(
                "tells.boot",
                "Done. From now on no software reaches these addresses, not even the firmware that set them."
            ),
            Op::Wrmsr { .. } => text!(
                "tells.wrmsr",
                "Done. EINIT compares MRSIGNER with these registers when there is no launch token."
            ),
            Op::Mmap(_) => text!(
                "tells.mmap",
                "Done. Addresses only: nothing is behind them yet."
            ),
            Op::Write { .. } | Op::Flip { .. } => text!(
                "tells.write",
                "Done. This is ordinary memory; the operating system may."
            ),
            _ => use_tells::tells(op).unwrap_or_else(|| text!("tells.done", "Done.")),
        }
    }

    /// A place in words.
    pub(super) fn name_of(&self, place: &Place) -> Text {
        match place.space {
            "epcm" => format!("EPCM[{}]", hex::short(place.at)).into(),
            "epc" => self.epc_name(place),
            "ram" => ram_name(place),
            "pte" => {
                let page = (place.at & ((1 << 56) - 1)) << 12;
                text!(
                    "place.pte",
                    "page-table entry of {at}",
                    at = hex::addr(page)
                )
            }
            "msr" if place.at == 0x1f4 => "IA32_PRMRR".into(),
            "msr" => format!("IA32_SGXLEPUBKEYHASH{}", place.at.wrapping_sub(0x8c)).into(),
            "cpu" => text!("place.event", "pending event"),
            "reg" => self.register_name(place),
            "xmm" => format!("CPU{}.XMM0", place.at).into(),
            "dram" => text!("place.dram", "DRAM at {at}", at = hex::addr(place.at)),
            "tlb" => text!(
                "place.tlb",
                "translation of {at} that processor {n} holds",
                at = hex::addr((place.at & ((1 << 56) - 1)) << 12),
                n = place.at >> 56
            ),
            "debug" => text!("place.debug", "RBX from EDBGRD"),
            "held" => text!(
                "place.held",
                "another core works on EPC page {page}",
                page = hex::short(place.at)
            ),
            "threads" => text!("place.threads", "threads inside"),
            other => format!("{other}[{}]", hex::short(place.at)).into(),
        }
    }

    fn register_name(&self, place: &Place) -> Text {
        let (cpu, offset) = (place.at >> 12, (place.at & 0xfff) as usize);
        let mut known = super::processor::registers();
        match known.find(|(_, at)| *at == offset && place.len <= 8) {
            Some((name, _)) => format!("CPU{cpu}.{name}").into(),
            None => text!("place.registers", "registers of processor {n}", n = cpu),
        }
    }

    fn epc_name(&self, place: &Place) -> Text {
        let offset = place.at.wrapping_sub(self.platform.epc_base.0);
        let (page, within) = (EpcPage(offset / 4096), (offset % 4096) as usize);
        if self.secs.contains_key(&page) {
            let field = super::structs::Secs::LAYOUT
                .fields
                .iter()
                .find(|f| f.offset == within && place.len < 4096);
            if let Some(field) = field {
                return format!("SECS.{}", field.name).into();
            }
            if place.len == 4096 {
                return text!(
                    "place.secs",
                    "SECS in EPC page {page}",
                    page = hex::short(page.0)
                );
            }
        }
        if place.len == 4096 {
            return text!(
                "place.epc-page",
                "EPC page {page}",
                page = hex::short(page.0)
            );
        }
        text!(
            "place.epc-bytes",
            "EPC page {page} at {at}",
            page = hex::short(page.0),
            at = hex::short(within as u64)
        )
    }
}

/// The main operand of an operation, short.
pub(super) fn brief(op: &Op) -> Text {
    let at = |n: u64| Text::from(hex::addr(n));
    match op {
        Op::Eadd(a) => format!(
            "{} {} {}",
            words::page_type(a.flags.page_type()),
            words::rwx(a.flags),
            hex::addr(a.offset)
        )
        .into(),
        Op::Eextend { offset, .. } => at(*offset),
        Op::Eremove { page, .. } => match page {
            Which::Offset { offset, .. } => at(*offset),
            Which::Secs { .. } => "SECS".into(),
            Which::Epc(page) => format!("EPC {}", hex::short(*page)).into(),
        },
        Op::Wrmsr { msr, .. } => format!("{msr:X}H").into(),
        Op::Write { at: address, .. } | Op::Flip { at: address, .. } => at(*address),
        _ => use_tells::brief(op).unwrap_or_else(Text::none),
    }
}

fn ram_name(place: &Place) -> Text {
    use super::driver::buffers;
    let known = [
        (buffers::SIGSTRUCT, 1808, "SIGSTRUCT"),
        (buffers::TOKEN, 304, "EINITTOKEN"),
        (buffers::PAGEINFO, 32, "PAGEINFO"),
        (buffers::SECINFO, 64, "SECINFO"),
    ];
    for (at, size, name) in known {
        let offset = place.at.wrapping_sub(at.0);
        if offset == 0 && place.len == size {
            return name.into();
        }
        if offset < size {
            return format!("{name}+{}", hex::short(offset)).into();
        }
    }
    let offset = place.at.wrapping_sub(buffers::SOURCE.0);
    match offset {
        0 if place.len == 4096 => text!("place.source", "the page to be copied"),
        0..4096 => text!(
            "place.source-bytes",
            "the page to be copied, at {at}",
            at = hex::short(offset)
        ),
        _ => text!("place.ram", "memory at {at}", at = hex::addr(place.at)),
    }
}

/// Why it stopped: the code, then the rule that did not hold.
fn stopped(outcome: Outcome, broken: Option<&'static Rule>) -> Text {
    let name = outcome.name();
    let why = broken.map_or_else(Text::none, Rule::text);
    match outcome {
        Outcome::Refused(s) if s.name == "dropped" => {
            text!(
                "tells.dropped",
                "Dropped without a word. This did not hold: {why}.",
                why = why
            )
        }
        Outcome::Refused(_) => text!(
            "tells.refused",
            "Refused with {name}. This did not hold: {why}.",
            name = name,
            why = why
        ),
        _ => text!(
            "tells.faulted",
            "Faulted with {name}. This did not hold: {why}.",
            name = name,
            why = why
        ),
    }
}

fn which_words(page: Which) -> Text {
    match page {
        Which::Offset { offset, .. } => {
            text!(
                "which.offset",
                "the page at offset {offset}",
                offset = hex::addr(offset)
            )
        }
        Which::Secs { .. } => text!("which.secs", "the SECS"),
        Which::Epc(n) => text!("which.epc", "EPC page {n}", n = hex::short(n)),
    }
}
