//! Operations of a running enclave and their results as sentences.

use alloc::format;
use alloc::string::String;

use super::access::who_words;
use super::code::INSTRUCTIONS;
use super::enclu;
use super::op::{Data, Enclu, Op};
use super::processor::registers;
use crate::bytes::hex;
use crate::text;
use crate::text::Text;
use crate::view::Access;

/// The name of an operation as people see it; `None` for those of other files.
pub(super) fn name(op: &Op) -> Option<Text> {
    Some(match op {
        Op::Enclu(e) if !e.loads_leaf => "ENCLU".into(),
        Op::Enclu(e) => match enclu::leaf(e.leaf) {
            Some(leaf) => format!("ENCLU[{}]", leaf.name).into(),
            None => format!("ENCLU[{}]", e.leaf).into(),
        },
        Op::Edbgrd { .. } => "ENCLS[EDBGRD]".into(),
        Op::Edbgwr { .. } => "ENCLS[EDBGWR]".into(),
        Op::Set(_) => text!("op.name.set", "code"),
        Op::Access(touch) => match touch.access {
            Access::Read => text!("op.name.read", "read"),
            Access::Write => text!("op.name.write", "write"),
            Access::Fetch => text!("op.name.fetch", "fetch"),
        },
        Op::Execute { instruction, .. } => instruction_name(*instruction).into(),
        Op::Raise { cause, .. } => cause.event.name.into(),
        Op::Bus(bus) => super::dram::name(bus),
        Op::Work(work) => super::work::name(work),
        Op::Schedule(_) => text!("op.name.schedule", "schedule"),
        Op::Map { .. } => text!("op.name.map", "page table"),
        _ => return None,
    })
}

fn instruction_name(instruction: u8) -> &'static str {
    INSTRUCTIONS
        .get(usize::from(instruction))
        .map_or("", |i| i.0)
}

/// The main operand, short; `None` for operations of other files.
pub(super) fn brief(op: &Op) -> Option<Text> {
    Some(match op {
        Op::Enclu(Enclu {
            door: Some((_, offset)),
            ..
        }) => Text::from(hex::addr(*offset)),
        Op::Edbgrd { offset, .. } | Op::Edbgwr { offset, .. } => hex::addr(*offset).into(),
        Op::Access(touch) => format!("{} {}", who_short(touch), hex::addr(touch.at)).into(),
        Op::Set(set) => {
            let names = set.values.iter().filter_map(|(at, _)| {
                let found = registers().find(|(_, offset)| offset == at);
                found.map(|(name, _)| name)
            });
            let names: alloc::vec::Vec<&str> = names.collect();
            names.join(" ").into()
        }
        Op::Bus(bus) => super::dram::brief(bus),
        Op::Work(work) => super::work::brief(work),
        Op::Raise { cpu, .. } | Op::Execute { cpu, .. } => format!("CPU{cpu}").into(),
        Op::Map { at, .. } => hex::addr(*at).into(),
        _ => return None,
    })
}

fn who_short(touch: &super::op::Touch) -> String {
    use super::access::Who;
    match touch.who {
        Who::Code(cpu) => format!("CPU{cpu}"),
        Who::System => "OS".into(),
        Who::Hypervisor => "VMM".into(),
        Who::Smm => "SMM".into(),
        Who::Device => "DMA".into(),
        Who::Bus => "DRAM".into(),
    }
}

/// An operation in plain words; `None` for those of other files.
pub(super) fn says(op: &Op) -> Option<Text> {
    let at = |n: u64| hex::addr(n);
    Some(match op {
        Op::Enclu(e) => match e.leaf {
            _ if !e.loads_leaf => text!(
                "says.trampoline",
                "executes ENCLU with the registers as they are"
            ),
            2 => text!("says.eenter", "enters the enclave by a TCS"),
            3 => text!("says.eresume", "goes on where the thread was interrupted"),
            0 => text!("says.ereport", "asks for a report for another enclave"),
            1 => text!("says.egetkey", "asks for a key"),
            4 => text!("says.eexit", "leaves the enclave"),
            9 => text!("says.edeccssa", "steps back to the frame before"),
            _ => text!("says.enclu", "executes ENCLU"),
        },
        Op::Edbgrd { offset, .. } => text!(
            "says.edbgrd",
            "a debugger reads 8 bytes at offset {offset}",
            offset = at(*offset)
        ),
        Op::Edbgwr { offset, value, .. } => text!(
            "says.edbgwr",
            "a debugger writes {value} at offset {offset}",
            value = at(*value),
            offset = at(*offset)
        ),
        Op::Set(set) => text!(
            "says.set",
            "the code on processor {n} computes",
            n = u64::from(set.cpu)
        ),
        Op::Access(touch) => {
            let (who, n, at) = (who_words(touch.who), touch.data.len(), at(touch.at));
            match (touch.access, &touch.data) {
                (Access::Write, Data::Register(_) | Data::Bytes(_) | Data::Len(_)) => text!(
                    "says.access-write",
                    "{who} writes {n} bytes at {at}",
                    who = who,
                    n = n,
                    at = at
                ),
                (Access::Fetch, _) => text!(
                    "says.access-fetch",
                    "{who} fetches code at {at}",
                    who = who,
                    at = at
                ),
                _ => text!(
                    "says.access-read",
                    "{who} reads {n} bytes at {at}",
                    who = who,
                    n = n,
                    at = at
                ),
            }
        }
        Op::Execute { cpu, instruction } => text!(
            "says.execute",
            "the code on processor {n} executes {name}",
            n = u64::from(*cpu),
            name = instruction_name(*instruction)
        ),
        Op::Raise { cpu, cause } => text!(
            "says.raise",
            "{name} strikes processor {n}",
            name = cause.event.name,
            n = u64::from(*cpu)
        ),
        Op::Bus(bus) => super::dram::says(bus),
        Op::Work(work) => super::work::says(work),
        Op::Schedule(s) => text!(
            "says.schedule",
            "the operating system sets up processor {n}",
            n = u64::from(s.cpu)
        ),
        Op::Map { at: linear, to, .. } => match to {
            None => text!(
                "says.unmap",
                "the operating system takes the page at {at} away",
                at = at(*linear)
            ),
            Some((frame, ..)) => text!(
                "says.map",
                "the operating system points {at} at {to}",
                at = at(*linear),
                to = at(*frame)
            ),
        },
        _ => return None,
    })
}

/// The result of an operation that was done; `None` for those of other files.
pub(super) fn tells(op: &Op) -> Option<Text> {
    Some(match op {
        Op::Enclu(e) => match e.leaf {
            0 => text!(
                "tells.ereport",
                "Done. The report lies in the enclave. Its MAC is made with a key that the processor gives to nobody but the target."
            ),
            1 => text!(
                "tells.egetkey",
                "Done. The key lies in the enclave. RAX holds 0."
            ),
            2 => text!(
                "tells.eenter",
                "Done. The thread is inside, at the entry point its TCS names. RAX holds CSSA; the other registers are as the host left them."
            ),
            3 => text!(
                "tells.eresume",
                "Done. The thread is inside again. Its registers come from the save area, which nobody outside can read or change."
            ),
            4 => text!(
                "tells.eexit",
                "Done. The thread is outside. The registers hold whatever the enclave left in them."
            ),
            _ => text!(
                "tells.edeccssa",
                "Done. CSSA went down by one: the frame before is the current one."
            ),
        },
        Op::Edbgrd { .. } => text!("tells.edbgrd", "Done. RBX holds the plain bytes."),
        Op::Edbgwr { .. } => text!(
            "tells.edbgwr",
            "Done. The bytes lie in the enclave, whatever the page’s permissions say."
        ),
        Op::Access(touch) => match touch.access {
            Access::Read => text!("tells.read", "Done. The bytes are there."),
            Access::Write => text!("tells.wrote", "Done. The bytes lie there now."),
            Access::Fetch => text!("tells.fetched", "Done. The code is fetched."),
        },
        Op::Bus(bus) => super::dram::tells(bus),
        Op::Work(work) => super::work::tells(work),
        Op::Raise { .. } => text!(
            "tells.raise",
            "Done. The operating system’s handler runs now."
        ),
        Op::Map { .. } => text!(
            "tells.map",
            "Done. Page tables belong to the operating system; nobody asks the enclave."
        ),
        _ => return None,
    })
}
