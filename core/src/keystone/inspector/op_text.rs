//! Operations as text and back: `CSRW(csr=pmpaddr0,value=0x2003_ffff)`, `LOAD(at=0x8000_0000)`.

use alloc::vec;
use alloc::vec::Vec;

use super::op::{Op, Touch};
use crate::arch::riscv::{Privilege, csr};
use crate::bytes::hex;
use crate::text;
use crate::text::Text;
use crate::trace::{BadOp, OpText, parse_number};
use crate::view::Access;

/// Bytes of an access that does not say how many.
const SIZE: u64 = 8;

/// Reads an operation.
///
/// # Errors
/// The name or an argument is unknown, missing or does not fit.
pub(super) fn parse(op: &OpText) -> Result<Op, BadOp> {
    let known = arguments(op)?;
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
    let access = match op.name.as_str() {
        "RESET" => return Ok(Op::Reset),
        "CSRW" => {
            return Ok(Op::Csrw {
                register: register(op)?,
                value: need(op, "value")?,
                mode: mode(op, Privilege::Machine)?,
            });
        }
        "STORE" => Access::Write,
        "FETCH" => Access::Fetch,
        _ => Access::Read,
    };
    Ok(Op::Touch(Touch {
        access,
        mode: mode(op, Privilege::Supervisor)?,
        at: need(op, "at")?,
        size: op.number("size")?.unwrap_or(SIZE).max(1),
    }))
}

/// The arguments an operation takes, by name.
fn arguments(op: &OpText) -> Result<&'static [&'static str], BadOp> {
    match op.name.as_str() {
        "CSRW" => Ok(&["csr", "value", "mode"]),
        "LOAD" | "STORE" | "FETCH" => Ok(&["at", "size", "mode"]),
        "RESET" => Ok(&[]),
        name => Err(BadOp {
            why: text!(
                "pmp.op.unknown",
                "There is no operation “{name}” here. There are CSRW, LOAD, STORE, FETCH, RESET.",
                name = name
            ),
        }),
    }
}

fn need(op: &OpText, key: &str) -> Result<u64, BadOp> {
    op.number(key)?.ok_or_else(|| BadOp {
        why: text!(
            "pmp.op.needs",
            "{op} needs the argument “{key}”.",
            op = op.name.as_str(),
            key = key
        ),
    })
}

/// A register by name or number.
fn register(op: &OpText) -> Result<u16, BadOp> {
    let word = op.arg("csr").unwrap_or_default();
    let number = || parse_number(word).and_then(|n| u16::try_from(n).ok());
    csr::number(word).or_else(number).ok_or_else(|| BadOp {
        why: text!(
            "pmp.op.csr",
            "{op} needs csr=REGISTER, such as pmpcfg0, pmpaddr3, mseccfg, or its number.",
            op = op.name.as_str()
        ),
    })
}

fn mode(op: &OpText, default: Privilege) -> Result<Privilege, BadOp> {
    let Some(word) = op.arg("mode") else {
        return Ok(default);
    };
    let found = Privilege::ALL
        .into_iter()
        .find(|p| p.letter().eq_ignore_ascii_case(word));
    found.ok_or_else(|| BadOp {
        why: text!(
            "pmp.op.mode",
            "{op}: mode is M, S or U, not “{word}”.",
            op = op.name.as_str(),
            word = word
        ),
    })
}

/// Writes an operation as [`parse`] reads it.
pub(super) fn print(op: &Op) -> OpText {
    match op {
        Op::Reset => OpText::new("RESET"),
        Op::Csrw {
            register,
            value,
            mode,
        } => {
            let name = csr::name(*register).unwrap_or_else(|| hex::short(u64::from(*register)));
            let text = OpText::new("CSRW")
                .with("csr", name)
                .with("value", hex::short(*value));
            match mode {
                Privilege::Machine => text,
                other => text.with("mode", other.letter()),
            }
        }
        Op::Touch(t) => OpText::new(verb(t.access))
            .with("at", hex::short(t.at))
            .with("size", t.size)
            .with("mode", t.mode.letter()),
    }
}

/// The name of an access.
pub(super) fn verb(access: Access) -> &'static str {
    match access {
        Access::Read => "LOAD",
        Access::Write => "STORE",
        Access::Fetch => "FETCH",
    }
}

/// Every operation with example arguments, and what it does.
pub(super) fn forms() -> Vec<(OpText, Text)> {
    let touch = |access| {
        print(&Op::Touch(Touch {
            access,
            mode: Privilege::Supervisor,
            at: 0x8000_0000,
            size: SIZE,
        }))
    };
    let csrw = Op::Csrw {
        register: csr::PMPADDR0,
        value: 0x2003_ffff,
        mode: Privilege::Machine,
    };
    vec![
        (
            print(&csrw),
            text!(
                "pmp.form.csrw",
                "Writes pmpcfg0, pmpcfg2, …, pmpaddr0 to pmpaddr63 or mseccfg."
            ),
        ),
        (
            touch(Access::Read),
            text!("pmp.form.load", "Reads memory in mode M, S or U."),
        ),
        (
            touch(Access::Write),
            text!("pmp.form.store", "Writes memory."),
        ),
        (
            touch(Access::Fetch),
            text!("pmp.form.fetch", "Fetches an instruction."),
        ),
        (
            OpText::new("RESET"),
            text!(
                "pmp.form.reset",
                "Resets the hart: every entry is off and no lock holds."
            ),
        ),
    ]
}
