//! What is done to lines of DRAM as text and back: `BUS(at=0x72005000,do=keep)`.

use super::{Act, Bus};
use crate::bytes::hex;
use crate::sgx::op::Op;
use crate::sgx::op_text::{need, small, wrong};
use crate::text;
use crate::trace::{BadOp, OpText};

/// The operations of this file with the arguments they take of their own.
pub(in super::super) const OPERATIONS: &[(&str, &[&str])] = &[("BUS", &["at", "do", "bit"])];

/// Reads an operation whose name is in [`OPERATIONS`].
pub(in super::super) fn parse(op: &OpText) -> Result<Op, BadOp> {
    let act = match op.arg("do").unwrap_or("flip") {
        "keep" => Act::Keep,
        "back" => Act::Back,
        "flip" => Act::Flip(small(op, "bit", 0)?),
        _ => {
            let all = text!("op.one-of", "one of {all}", all = "keep, flip, back");
            return Err(wrong(op, "do", all));
        }
    };
    let at = need(op, "at")?;
    Ok(Op::Bus(Bus { at, act }))
}

/// Writes an operation so that [`parse`] reads it.
pub(in super::super) fn print(op: &Bus) -> OpText {
    let text = OpText::new("BUS").with("at", hex::short(op.at));
    match op.act {
        Act::Keep => text.with("do", "keep"),
        Act::Back => text.with("do", "back"),
        Act::Flip(bit) => text.with("do", "flip").with("bit", bit),
    }
}
