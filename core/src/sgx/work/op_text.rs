//! Work of the code on a processor as text and back: `COPY(from=0x7f0000005400,to=0x555500010000,len=432)`.

use super::{MOST_COPIED, Task, Work};
use crate::bytes::hex;
use crate::sgx::op::Op;
use crate::sgx::op_text::{need, small, wrong};
use crate::text;
use crate::trace::{BadOp, OpText};

/// The operations of this file with the arguments they take of their own.
pub(in super::super) const OPERATIONS: &[(&str, &[&str])] = &[
    ("COPY", &["cpu", "from", "to", "len"]),
    ("VERIFY", &["cpu", "report", "key"]),
];

/// Reads an operation whose name is in [`OPERATIONS`].
pub(in super::super) fn parse(op: &OpText) -> Result<Op, BadOp> {
    let task = match op.name.as_str() {
        "COPY" => {
            let len = u16::try_from(need(op, "len")?).ok();
            let len = len.filter(|n| (1..=MOST_COPIED).contains(n));
            let wants = || {
                text!(
                    "op.access-len",
                    "from 1 to {most}",
                    most = u64::from(MOST_COPIED)
                )
            };
            Task::Copy {
                from: need(op, "from")?,
                to: need(op, "to")?,
                len: len.ok_or_else(|| wrong(op, "len", wants()))?,
            }
        }
        _ => Task::Check {
            report: need(op, "report")?,
            key: need(op, "key")?,
        },
    };
    Ok(Op::Work(Work {
        cpu: small(op, "cpu", 0)?,
        task,
    }))
}

/// Writes work so that [`parse`] reads it.
pub(in super::super) fn print(work: &Work) -> OpText {
    let on = |name: &str| match work.cpu {
        0 => OpText::new(name),
        n => OpText::new(name).with("cpu", n),
    };
    match work.task {
        Task::Copy { from, to, len } => on("COPY")
            .with("from", hex::short(from))
            .with("to", hex::short(to))
            .with("len", len),
        Task::Check { report, key } => on("VERIFY")
            .with("report", hex::short(report))
            .with("key", hex::short(key)),
    }
}
