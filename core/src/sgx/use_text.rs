//! Operations of a running enclave as text and back: `EENTER(offset=0x2000)`, `RAISE(event=PF,address=0x1000)`.

use alloc::rc::Rc;
use alloc::string::ToString;
use alloc::vec::Vec;

use super::access::Who;
use super::code::INSTRUCTIONS;
use super::enclu;
use super::events::{Cause, HAPPENINGS};
use super::op::{Data, Enclu, Op, Schedule, Set, Touch};
use super::op_print::{with_call, with_enclave};
use super::op_text::{bytes, call, flag, need, small, word, wrong};
use super::processor::registers;
use crate::bytes::hex;
use crate::text;
use crate::trace::{BadOp, OpText};
use crate::view::Access;

/// The operations of this file with the arguments they take of their own.
pub(super) const OPERATIONS: &[(&str, &[&str])] = &[
    ("EENTER", &["cpu", "enclave", "offset"]),
    ("ERESUME", &["cpu", "enclave", "offset"]),
    ("EEXIT", &["cpu", "enclave", "offset"]),
    ("EDECCSSA", &["cpu", "enclave", "offset"]),
    ("EREPORT", &["cpu", "enclave", "offset"]),
    ("EGETKEY", &["cpu", "enclave", "offset"]),
    ("ENCLU", &["cpu", "leaf", "enclave", "offset"]),
    ("EDBGRD", &["enclave", "offset"]),
    ("EDBGWR", &["enclave", "offset", "value"]),
    (
        "SET",
        &[
            "cpu", "xmm0", "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9",
            "r10", "r11", "r12", "r13", "r14", "r15", "rflags", "rip", "fsbase", "gsbase",
        ],
    ),
    (
        "ACCESS",
        &["as", "cpu", "at", "access", "len", "reg", "hex"],
    ),
    ("EXECUTE", &["cpu", "instruction"]),
    ("RAISE", &["cpu", "event", "address", "code"]),
    ("CPU", &["cpu", "process", "xcr0", "mode64", "tf"]),
    ("MAP", &["process", "at", "to", "rights"]),
    ("UNMAP", &["process", "at"]),
];

/// Who may touch an address, by the name that text has.
const WHO: [(&str, Who); 5] = [
    ("os", Who::System),
    ("hypervisor", Who::Hypervisor),
    ("smm", Who::Smm),
    ("device", Who::Device),
    ("bus", Who::Bus),
];

/// Most bytes that an access moves.
const MOST: u64 = 128;

/// Reads an operation whose name is in [`OPERATIONS`].
pub(super) fn parse(op: &OpText) -> Result<Op, BadOp> {
    let cpu = small(op, "cpu", 0)?;
    let enclave = small(op, "enclave", 0)?;
    let process = small(op, "process", 0)?;
    Ok(match op.name.as_str() {
        "EENTER" => Op::Enclu(enclu(op, cpu, 2)?),
        "ERESUME" => Op::Enclu(enclu(op, cpu, 3)?),
        "EEXIT" => Op::Enclu(enclu(op, cpu, 4)?),
        "EDECCSSA" => Op::Enclu(enclu(op, cpu, 9)?),
        "EREPORT" => Op::Enclu(enclu(op, cpu, 0)?),
        "EGETKEY" => Op::Enclu(enclu(op, cpu, 1)?),
        "ENCLU" => Op::Enclu(Enclu {
            loads_leaf: op.arg("leaf").is_some(),
            ..enclu(op, cpu, leaf(op)?)?
        }),
        "EDBGRD" => Op::Edbgrd {
            enclave,
            offset: need(op, "offset")?,
            call: call(op)?,
        },
        "EDBGWR" => Op::Edbgwr {
            enclave,
            offset: need(op, "offset")?,
            value: need(op, "value")?,
            call: call(op)?,
        },
        "SET" => Op::Set(set(op, cpu)?),
        "ACCESS" => Op::Access(access(op, cpu)?),
        "EXECUTE" => {
            let name = op.arg("instruction").unwrap_or_default();
            let found = INSTRUCTIONS.iter().position(|(n, _)| *n == name);
            let found = found.and_then(|i| u8::try_from(i).ok());
            let all = || INSTRUCTIONS.iter().map(|(n, _)| *n).collect::<Vec<_>>();
            let instruction = found.ok_or_else(|| wrong(op, "instruction", one_of(&all())))?;
            Op::Execute { cpu, instruction }
        }
        "RAISE" => Op::Raise {
            cpu,
            cause: cause(op)?,
        },
        "CPU" => Op::Schedule(Schedule {
            cpu,
            process: op.arg("process").map(|_| process),
            xcr0: op.number("xcr0")?,
            mode64: given_flag(op, "mode64")?,
            tf: given_flag(op, "tf")?,
        }),
        _ => Op::Map {
            process,
            at: need(op, "at")?,
            to: match op.name.as_str() {
                "UNMAP" => None,
                _ => {
                    let rights = op.arg("rights").unwrap_or("rw");
                    Some((need(op, "to")?, rights.contains('w'), rights.contains('x')))
                }
            },
        },
    })
}

fn one_of(all: &[&str]) -> crate::text::Text {
    text!("op.one-of", "one of {all}", all = all.join(", "))
}

fn given_flag(op: &OpText, key: &str) -> Result<Option<bool>, BadOp> {
    match op.arg(key) {
        None => Ok(None),
        Some(_) => flag(op, key, false).map(Some),
    }
}

fn enclu(op: &OpText, cpu: u8, leaf: u32) -> Result<Enclu, BadOp> {
    let enclave = small(op, "enclave", 0)?;
    Ok(Enclu {
        cpu,
        leaf,
        loads_leaf: true,
        door: op.number("offset")?.map(|offset| (enclave, offset)),
        call: call(op)?,
    })
}

/// The leaf of ENCLU; where none is given, ERESUME, which is what the trampoline finds in RAX.
fn leaf(op: &OpText) -> Result<u32, BadOp> {
    let Some(text) = op.arg("leaf") else {
        return Ok(3);
    };
    match enclu::LEAVES.iter().find(|l| l.name == text) {
        Some(leaf) => Ok(leaf.number),
        None => word(op, "leaf", None),
    }
}

fn register(op: &OpText, key: &str) -> Result<usize, BadOp> {
    let name = op.arg(key).unwrap_or_default();
    let found = registers().find(|(n, _)| n.eq_ignore_ascii_case(name));
    found
        .map(|(_, offset)| offset)
        .ok_or_else(|| wrong(op, key, text!("op.register", "a register, such as rax")))
}

fn set(op: &OpText, cpu: u8) -> Result<Set, BadOp> {
    let mut values = Vec::new();
    for (name, offset) in registers() {
        if let Some(value) = op.number(&name.to_ascii_lowercase())? {
            values.push((offset, value));
        }
    }
    let xmm0 = match op.arg("xmm0") {
        None => None,
        Some(_) => {
            let mut whole = [0; 16];
            let given = bytes(op, "xmm0", 16)?;
            whole[..given.len()].copy_from_slice(&given);
            Some(whole)
        }
    };
    Ok(Set {
        cpu,
        values: Rc::from(values),
        xmm0,
    })
}

fn access(op: &OpText, cpu: u8) -> Result<Touch, BadOp> {
    let who = match op.arg("as") {
        None | Some("code") => Who::Code(cpu),
        Some(name) => match WHO.iter().find(|(n, _)| *n == name) {
            Some((_, who)) => *who,
            None => {
                let all = ["code", "os", "hypervisor", "smm", "device", "bus"];
                return Err(wrong(op, "as", one_of(&all)));
            }
        },
    };
    let access = match op.arg("access").unwrap_or("read") {
        "read" => Access::Read,
        "write" => Access::Write,
        "fetch" => Access::Fetch,
        _ => return Err(wrong(op, "access", one_of(&["read", "write", "fetch"]))),
    };
    let data = match (op.arg("reg"), op.arg("hex"), op.number("len")?) {
        (Some(_), None, None) => Data::Register(register(op, "reg")?),
        (None, Some(_), None) => Data::Bytes(Rc::from(bytes(op, "hex", MOST as usize)?)),
        (None, None, n) => {
            let n = n.unwrap_or(8);
            let fits = (1..=MOST).contains(&n).then_some(n as u8);
            let wants = || text!("op.access-len", "from 1 to {most}", most = MOST);
            Data::Len(fits.ok_or_else(|| wrong(op, "len", wants()))?)
        }
        _ => {
            let wants = text!("op.access-data", "given alone: reg, hex or len");
            return Err(wrong(op, "reg", wants));
        }
    };
    Ok(Touch {
        who,
        at: need(op, "at")?,
        access,
        data,
    })
}

fn cause(op: &OpText) -> Result<Cause, BadOp> {
    let name = op.arg("event").unwrap_or("INTR");
    let plain = |n: &'static str| n.trim_start_matches('#');
    let found = HAPPENINGS.iter().find(|h| plain(h.name) == name);
    let all = || HAPPENINGS.iter().map(|h| plain(h.name)).collect::<Vec<_>>();
    let event = found.ok_or_else(|| wrong(op, "event", one_of(&all())))?;
    let code = match op.number("code")? {
        Some(_) => Some(word(op, "code", None)?),
        None => event.has_code.then_some(0),
    };
    Ok(Cause {
        event,
        code,
        address: op.number("address")?,
    })
}

/// Writes an operation of this file so that [`parse`] reads it.
pub(super) fn print(op: &Op) -> Option<OpText> {
    let yes = |on: bool| if on { "yes" } else { "no" };
    Some(match op {
        Op::Enclu(e) => with_call(print_enclu(e), e.call),
        Op::Edbgrd {
            enclave,
            offset,
            call,
        } => {
            let text = with_enclave("EDBGRD", *enclave).with("offset", hex::short(*offset));
            with_call(text, *call)
        }
        Op::Edbgwr {
            enclave,
            offset,
            value,
            call,
        } => {
            let text = with_enclave("EDBGWR", *enclave).with("offset", hex::short(*offset));
            with_call(text.with("value", hex::short(*value)), *call)
        }
        Op::Set(set) => {
            let mut text = on("SET", set.cpu);
            for (name, offset) in registers() {
                let value = set.values.iter().rev().find(|(at, _)| *at == offset);
                if let Some((_, value)) = value {
                    text = text.with(&name.to_ascii_lowercase(), hex::short(*value));
                }
            }
            match &set.xmm0 {
                Some(value) => text.with("xmm0", hex::encode(value)),
                None => text,
            }
        }
        Op::Access(touch) => print_access(touch),
        Op::Execute { cpu, instruction } => {
            let name = INSTRUCTIONS.get(usize::from(*instruction))?.0;
            on("EXECUTE", *cpu).with("instruction", name)
        }
        Op::Raise { cpu, cause } => {
            let name = cause.event.name.trim_start_matches('#');
            let mut text = on("RAISE", *cpu).with("event", name);
            if let Some(address) = cause.address {
                text = text.with("address", hex::short(address));
            }
            match cause.code {
                Some(code) => text.with("code", hex::short(u64::from(code))),
                None => text,
            }
        }
        Op::Schedule(s) => {
            let mut text = on("CPU", s.cpu);
            if let Some(process) = s.process {
                text = text.with("process", process);
            }
            if let Some(xcr0) = s.xcr0 {
                text = text.with("xcr0", hex::short(xcr0));
            }
            for (key, value) in [("mode64", s.mode64), ("tf", s.tf)] {
                if let Some(value) = value {
                    text = text.with(key, yes(value));
                }
            }
            text
        }
        Op::Map { process, at, to } => {
            let name = if to.is_some() { "MAP" } else { "UNMAP" };
            let text = match process {
                0 => OpText::new(name),
                n => OpText::new(name).with("process", n),
            };
            let text = text.with("at", hex::short(*at));
            match to {
                None => text,
                Some((frame, w, x)) => {
                    let rights = [("r", true), ("w", *w), ("x", *x)];
                    let rights = rights.iter().filter(|(_, on)| *on).map(|(r, _)| *r);
                    text.with("to", hex::short(*frame))
                        .with("rights", rights.collect::<alloc::string::String>())
                }
            }
        }
        _ => return None,
    })
}

/// An operation on a processor, which is not named if it is 0.
fn on(name: &str, cpu: u8) -> OpText {
    match cpu {
        0 => OpText::new(name),
        n => OpText::new(name).with("cpu", n),
    }
}

fn print_enclu(e: &Enclu) -> OpText {
    let name = match e.leaf {
        _ if !e.loads_leaf => "ENCLU",
        0 => "EREPORT",
        1 => "EGETKEY",
        2 => "EENTER",
        3 => "ERESUME",
        4 => "EEXIT",
        9 => "EDECCSSA",
        _ => "ENCLU",
    };
    let text = on(name, e.cpu);
    let text = match name == "ENCLU" && e.loads_leaf {
        true => text.with("leaf", e.leaf.to_string()),
        false => text,
    };
    match e.door {
        Some((0, offset)) => text.with("offset", hex::short(offset)),
        Some((enclave, offset)) => text
            .with("enclave", enclave)
            .with("offset", hex::short(offset)),
        None => text,
    }
}

fn print_access(touch: &Touch) -> OpText {
    let text = match touch.who {
        Who::Code(cpu) => on("ACCESS", cpu),
        who => {
            let name = WHO.iter().find(|(_, w)| *w == who).map_or("os", |w| w.0);
            OpText::new("ACCESS").with("as", name)
        }
    };
    let text = text
        .with("at", hex::short(touch.at))
        .with("access", touch.access.id());
    match &touch.data {
        Data::Len(n) => text.with("len", n),
        Data::Bytes(bytes) => text.with("hex", hex::encode(bytes)),
        Data::Register(offset) => {
            let name = registers()
                .find(|(_, at)| at == offset)
                .map_or("RAX", |r| r.0);
            text.with("reg", name.to_ascii_lowercase())
        }
    }
}
