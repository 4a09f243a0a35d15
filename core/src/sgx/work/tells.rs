//! Work of the code on a processor in words.

use super::{Task, Work};
use crate::bytes::hex;
use crate::text;
use crate::text::Text;

/// The name as people see it.
pub(in super::super) fn name(work: &Work) -> Text {
    match work.task {
        Task::Copy { .. } => text!("op.name.copy", "copy"),
        Task::Check { .. } => text!("op.name.check-report", "REPORT check"),
    }
}

/// The main operand, short.
pub(in super::super) fn brief(work: &Work) -> Text {
    match work.task {
        Task::Copy { to, .. } => hex::addr(to).into(),
        Task::Check { report, .. } => hex::addr(report).into(),
    }
}

/// The work in plain words.
pub(in super::super) fn says(work: &Work) -> Text {
    let n = u64::from(work.cpu);
    match work.task {
        Task::Copy { from, to, len } => text!(
            "says.copy",
            "the code on processor {n} copies {len} bytes from {from} to {to}",
            n = n,
            len = u64::from(len),
            from = hex::addr(from),
            to = hex::addr(to)
        ),
        Task::Check { report, .. } => text!(
            "says.check-report",
            "the code on processor {n} checks the MAC of the report at {at}",
            n = n,
            at = hex::addr(report)
        ),
    }
}

/// The result of work that was done.
pub(in super::super) fn tells(work: &Work) -> Text {
    match work.task {
        Task::Copy { .. } => text!("tells.copied", "Done. The bytes lie there now."),
        Task::Check { .. } => text!(
            "tells.report-true",
            "Done. The MAC agrees: this processor made the report, for this enclave."
        ),
    }
}
