//! Operations read from text: `EADD(offset=0x1000,secinfo_flags=0x205,content=code.1)`.

use alloc::rc::Rc;
use alloc::vec::Vec;

use super::content::Content;
use super::encls::{LEAVES, Registers};
use super::op::{Call, Eadd, Ecreate, Einit, Mmap, Op, SigSource, Which};
use super::structs::{Attributes, AttributesFlags, Miscselect, SecInfoFlags};
use super::{dram, use_text, work};
use crate::bytes::hex;
use crate::text;
use crate::text::Text;
use crate::trace::{BadOp, OpText};

/// Where the scenarios put their first enclave.
pub(super) const BASE: u64 = 0x7f00_0000_0000;

/// Arguments every leaf called by the driver takes.
pub(super) const CALL: [&str; 3] = ["rbx", "rcx", "rdx"];

/// Reads an operation.
///
/// # Errors
/// The name is unknown, an argument is unknown, missing or does not fit.
pub(super) fn parse(op: &OpText) -> Result<Op, BadOp> {
    parse_at(op, None)
}

/// Reads an operation that changes a step; the content `same` is that of the EADD the step was.
///
/// # Errors
/// As for [`parse`].
pub(super) fn parse_at(op: &OpText, at: Option<&Op>) -> Result<Op, BadOp> {
    let known = arguments(&op.name).ok_or_else(|| unknown(op))?;
    if let Some((key, _)) = op.args.iter().find(|(k, _)| !known.contains(&k.as_str())) {
        return Err(BadOp {
            why: text!(
                "op.unknown-argument",
                "{op} has no argument “{key}”. It takes: {known}.",
                op = op.name.as_str(),
                key = key.as_str(),
                known = known.join(", ")
            ),
        });
    }
    if use_text::OPERATIONS.iter().any(|(n, _)| *n == op.name) {
        return use_text::parse(op);
    }
    if dram::OPERATIONS.iter().any(|(n, _)| *n == op.name) {
        return dram::parse(op);
    }
    if work::OPERATIONS.iter().any(|(n, _)| *n == op.name) {
        return work::parse(op);
    }
    let enclave = small(op, "enclave", 0)?;
    Ok(match op.name.as_str() {
        "BOOT" => Op::Boot,
        "WRMSR" => Op::Wrmsr {
            msr: word(op, "msr", None)?,
            value: need(op, "value")?,
        },
        "MMAP" => Op::Mmap(Mmap {
            enclave,
            base: op.number("base")?.unwrap_or(BASE),
            size: need(op, "size")?,
        }),
        "ECREATE" => Op::Ecreate(ecreate(op, enclave)?),
        "ASSUME" => Op::Assume {
            enclave,
            mrenclave: digest(op, "mrenclave")?,
        },
        "EADD" => Op::Eadd(eadd(op, at)?),
        "EEXTEND" => Op::Eextend {
            enclave,
            offset: need(op, "offset")?,
            call: call(op)?,
        },
        "EINIT" => Op::Einit(einit(op, enclave)?),
        "EREMOVE" => Op::Eremove {
            page: which(op, enclave)?,
            call: call(op)?,
        },
        "EPA" => Op::Epa { call: call(op)? },
        "ENCLS" => Op::Encls {
            leaf: leaf(op)?,
            registers: Registers {
                rbx: op.number("rbx")?.unwrap_or(0),
                rcx: op.number("rcx")?.unwrap_or(0),
                rdx: op.number("rdx")?.unwrap_or(0),
            },
        },
        "WRITE" => Op::Write {
            at: need(op, "at")?,
            bytes: Rc::from(bytes(op, "hex", 1 << 16)?),
        },
        "FLIP" => Op::Flip {
            at: need(op, "at")?,
            bit: small(op, "bit", 0)?,
        },
        "EVENT" => Op::Event {
            pending: flag(op, "pending", true)?,
        },
        "HOLD" => Op::Hold {
            page: which(op, enclave)?,
            held: flag(op, "held", true)?,
        },
        _ => Op::Thread {
            enclave,
            inside: flag(op, "inside", true)?,
        },
    })
}

/// The operations of this file with the arguments they take of their own.
const OPERATIONS: &[(&str, &[&str])] = &[
    ("BOOT", &[]),
    ("WRMSR", &["msr", "value"]),
    ("MMAP", &["enclave", "base", "size"]),
    (
        "ECREATE",
        &[
            "enclave",
            "process",
            "base",
            "size",
            "ssaframesize",
            "attributes",
            "xfrm",
            "miscselect",
        ],
    ),
    ("ASSUME", &["enclave", "mrenclave"]),
    ("EADD", &["enclave", "offset", "secinfo_flags", "content"]),
    ("EEXTEND", &["enclave", "offset"]),
    ("EINIT", &["enclave", "sigstruct", "sign", "token"]),
    ("EREMOVE", &["enclave", "offset", "secs", "epc"]),
    ("EPA", &[]),
    ("ENCLS", &["leaf"]),
    ("WRITE", &["at", "hex"]),
    ("FLIP", &["at", "bit"]),
    ("EVENT", &["pending"]),
    ("HOLD", &["enclave", "offset", "secs", "epc", "held"]),
    ("THREAD", &["enclave", "inside"]),
];

/// Every operation with its own arguments.
fn operations() -> impl Iterator<Item = &'static (&'static str, &'static [&'static str])> {
    OPERATIONS
        .iter()
        .chain(use_text::OPERATIONS)
        .chain(work::OPERATIONS)
        .chain(dram::OPERATIONS)
}

/// The arguments an operation takes, by name; `None` if there is no such operation.
fn arguments(name: &str) -> Option<Vec<&'static str>> {
    let (_, own) = operations().find(|(n, _)| *n == name)?;
    let mut all = own.to_vec();
    if name.starts_with('E') && !["EVENT", "EXECUTE"].contains(&name) {
        all.extend(CALL);
    }
    Some(all)
}

/// EADD; arguments that are not given are those of the EADD the step was.
fn eadd(op: &OpText, at: Option<&Op>) -> Result<Eadd, BadOp> {
    let own = match at {
        Some(Op::Eadd(own)) => Some(own),
        _ => None,
    };
    let or_own = |key: &str, own: Option<u64>| match op.number(key)?.or(own) {
        Some(n) => Ok(n),
        None => need(op, key),
    };
    let default = if own.is_some() { "same" } else { "zero" };
    Ok(Eadd {
        enclave: small(op, "enclave", own.map_or(0, |a| a.enclave))?,
        offset: or_own("offset", own.map(|a| a.offset))?,
        flags: SecInfoFlags::from_bits(or_own("secinfo_flags", own.map(|a| a.flags.bits()))?),
        content: Content::parse(
            op.arg("content").unwrap_or(default),
            own.map(|a| &a.content),
        )?,
        call: call(op)?,
    })
}

fn unknown(op: &OpText) -> BadOp {
    BadOp {
        why: text!(
            "op.unknown",
            "There is no operation “{op}”. There are: {all}.",
            op = op.name.as_str(),
            all = operations().map(|(n, _)| *n).collect::<Vec<_>>().join(", ")
        ),
    }
}

pub(super) fn wrong(op: &OpText, key: &str, wants: Text) -> BadOp {
    BadOp {
        why: text!(
            "op.wrong",
            "{op}: the argument {key} must be {wants}.",
            op = op.name.as_str(),
            key = key,
            wants = wants
        ),
    }
}

pub(super) fn need(op: &OpText, key: &str) -> Result<u64, BadOp> {
    op.number(key)?
        .ok_or_else(|| wrong(op, key, text!("op.given", "given")))
}

pub(super) fn small(op: &OpText, key: &str, default: u8) -> Result<u8, BadOp> {
    let n = op.number(key)?.unwrap_or(u64::from(default));
    u8::try_from(n).map_err(|_| wrong(op, key, text!("op.below-256", "below 256")))
}

pub(super) fn word(op: &OpText, key: &str, default: Option<u32>) -> Result<u32, BadOp> {
    let n = match (op.number(key)?, default) {
        (Some(n), _) => n,
        (None, Some(d)) => u64::from(d),
        (None, None) => return Err(wrong(op, key, text!("op.given", "given"))),
    };
    u32::try_from(n).map_err(|_| wrong(op, key, text!("op.below-2-32", "below 2³²")))
}

pub(super) fn flag(op: &OpText, key: &str, default: bool) -> Result<bool, BadOp> {
    match op.arg(key) {
        None => Ok(default),
        Some("yes" | "1" | "true") => Ok(true),
        Some("no" | "0" | "false") => Ok(false),
        Some(_) => Err(wrong(op, key, text!("op.yes-or-no", "yes or no"))),
    }
}

pub(super) fn bytes(op: &OpText, key: &str, most: usize) -> Result<Vec<u8>, BadOp> {
    let decoded = hex::decode(op.arg(key).unwrap_or_default())
        .ok()
        .filter(|b| b.len() <= most);
    decoded.ok_or_else(|| {
        wrong(
            op,
            key,
            text!("op.hex", "hex digits, at most {most} bytes", most = most),
        )
    })
}

fn digest(op: &OpText, key: &str) -> Result<[u8; 32], BadOp> {
    let bytes = bytes(op, key, 32)?;
    let wants = || wrong(op, key, text!("op.digest", "a digest of 32 bytes in hex"));
    bytes.try_into().map_err(|_| wants())
}

pub(super) fn call(op: &OpText) -> Result<Call, BadOp> {
    Ok(Call {
        rbx: op.number("rbx")?,
        rcx: op.number("rcx")?,
        rdx: op.number("rdx")?,
    })
}

fn ecreate(op: &OpText, enclave: u8) -> Result<Ecreate, BadOp> {
    let flags = op
        .number("attributes")?
        .unwrap_or(AttributesFlags::MODE64BIT.bits());
    Ok(Ecreate {
        enclave,
        process: small(op, "process", 0)?,
        base: op.number("base")?.unwrap_or(BASE),
        size: need(op, "size")?,
        ssaframesize: word(op, "ssaframesize", Some(1))?,
        attributes: Attributes::new(flags, op.number("xfrm")?.unwrap_or(3)),
        miscselect: Miscselect::from_bits(word(op, "miscselect", Some(0))?),
        call: call(op)?,
    })
}

fn einit(op: &OpText, enclave: u8) -> Result<Einit, BadOp> {
    let sigstruct = match (op.arg("sigstruct"), op.arg("sign")) {
        (Some(_), None) => SigSource::Bytes(Rc::from(bytes(op, "sigstruct", 1808)?)),
        (None, None | Some("demo")) => SigSource::Now,
        _ => {
            return Err(wrong(
                op,
                "sign",
                text!("op.sign", "demo, and only without sigstruct"),
            ));
        }
    };
    let token = op
        .arg("token")
        .map(|_| bytes(op, "token", 304))
        .transpose()?;
    Ok(Einit {
        enclave,
        sigstruct,
        token: token.map(Rc::from),
        call: call(op)?,
    })
}

fn which(op: &OpText, enclave: u8) -> Result<Which, BadOp> {
    match (
        op.number("offset")?,
        flag(op, "secs", false)?,
        op.number("epc")?,
    ) {
        (Some(offset), false, None) => Ok(Which::Offset { enclave, offset }),
        (None, true, None) => Ok(Which::Secs { enclave }),
        (None, false, Some(n)) => Ok(Which::Epc(n)),
        _ => Err(wrong(
            op,
            "offset",
            text!("op.which", "given alone, or secs=yes, or epc"),
        )),
    }
}

fn leaf(op: &OpText) -> Result<u32, BadOp> {
    let text = op.arg("leaf").unwrap_or_default();
    match LEAVES.iter().find(|l| l.name == text) {
        Some(leaf) => Ok(leaf.number),
        None => word(op, "leaf", None),
    }
}
