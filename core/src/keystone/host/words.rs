//! Calls of the host and their results as sentences.

use alloc::vec;
use alloc::vec::Vec;

use super::call::{Call, parse};
use super::driver::EINVAL;
use crate::bytes::hex;
use crate::keystone::machine::Machine;
use crate::text;
use crate::text::Text;
use crate::trace::{OpText, Outcome};

impl Call {
    /// The call in plain words.
    pub(in super::super) fn says(&self) -> Text {
        match self {
            Self::Create { pages } => text!(
                "host.says.create",
                "the driver takes memory for at least {n} pages",
                n = *pages
            ),
            Self::UtmInit { size, .. } => text!(
                "host.says.utm",
                "the driver takes a shared buffer of at least {size}",
                size = hex::size(*size)
            ),
            Self::Copy { part, page, .. } => text!(
                "host.says.copy",
                "the SDK copies page {n} of {file}",
                n = *page,
                file = part.id()
            ),
            Self::MeasureClassic(_) => text!(
                "classic.says",
                "the older monitor walks the page tables and measures what they map"
            ),
            Self::Finalize { .. } => text!(
                "host.says.finalize",
                "the driver has the monitor create the enclave"
            ),
            Self::Run { .. } => text!(
                "host.says.run",
                "the driver has the monitor enter the enclave"
            ),
            Self::Resume { .. } => text!(
                "host.says.resume",
                "the driver has the monitor enter the enclave again"
            ),
            Self::Destroy { .. } => text!(
                "host.says.destroy",
                "the driver has the monitor destroy the enclave, and frees its memory"
            ),
        }
    }

    /// The result of a call that did what it should, as a sentence.
    pub(in super::super) fn tells(&self, m: &Machine) -> Text {
        match self {
            Self::Create { .. } => {
                let last = m.driver.enclaves.iter().last();
                let cma = last.is_some_and(|(_, h)| h.allocation.cma);
                let size = last.map_or(0, |(_, h)| h.allocation.bytes());
                match cma {
                    false => text!(
                        "host.tells.buddy",
                        "Done: {size}, zeroed. The buddy allocator gives powers of two only, which a single PMP entry can cover.",
                        size = hex::size(size)
                    ),
                    true => text!(
                        "host.tells.cma",
                        "Done: {size}, zeroed. The buddy allocator has no block as large, so the memory comes from CMA. Unless its size is a power of two, PMP will need two entries.",
                        size = hex::size(size)
                    ),
                }
            }
            Self::UtmInit { .. } => text!(
                "host.tells.utm",
                "Done. It is not zeroed here; the monitor will do that."
            ),
            Self::Copy { .. } => text!(
                "host.tells.copy",
                "Copied. This is still ordinary memory: whoever runs on the host could change it, and the measurement would tell."
            ),
            Self::MeasureClassic(_) => text!(
                "classic.tells",
                "Done. The measurement tells at which addresses the enclave sees its pages, and what they hold."
            ),
            Self::Finalize { .. } => text!(
                "host.tells.finalize",
                "Created. Its measurement is that of the files, if nobody has changed them on the way."
            ),
            Self::Run { .. } | Self::Resume { .. } => text!(
                "host.tells.enter",
                "Done. The process waits in its ioctl until the enclave leaves."
            ),
            Self::Destroy { .. } => text!(
                "host.tells.destroy",
                "Done. The memory was wiped by the monitor before the driver gave it back."
            ),
        }
    }

    /// The result of a call that the driver refused, where it has a reason of its own.
    pub(in super::super) fn refused(&self, outcome: Outcome) -> Option<Text> {
        let is_invalid = outcome == Outcome::Refused(EINVAL);
        match self {
            Self::Finalize { .. } if is_invalid => Some(text!(
                "host.tells.finalize-refused",
                "The monitor has refused, and the driver makes EINVAL of every error. It frees the memory, but the enclave’s number still leads to what it has freed."
            )),
            _ => None,
        }
    }
}

/// Calls that a reader may insert, with example arguments and what they do.
pub(in super::super) fn forms() -> Vec<(OpText, Text)> {
    let example = |text: &str| {
        let op = OpText::parse(text).unwrap_or_default();
        parse(&op).map_or(op, |call| call.print())
    };
    vec![
        (
            example("IOCTL-CREATE(pages=300)"),
            text!(
                "host.form.create",
                "A process has the driver take memory for an enclave."
            ),
        ),
        (
            example("IOCTL-UTM(ueid=0x1000,size=8192)"),
            text!("host.form.utm", "The driver takes a shared buffer."),
        ),
        (
            example("SDK-COPY(ueid=0x1000,file=loader,page=0)"),
            text!("host.form.copy", "The SDK copies a page of a file."),
        ),
        (
            example("IOCTL-FINALIZE(ueid=0x1000)"),
            text!(
                "host.form.finalize",
                "The driver has the monitor create the enclave."
            ),
        ),
        (
            example("IOCTL-RUN(ueid=0x1000)"),
            text!(
                "host.form.run",
                "The driver has the monitor enter the enclave."
            ),
        ),
        (
            example("IOCTL-RESUME(ueid=0x1000)"),
            text!(
                "host.form.resume",
                "The driver has the monitor enter the enclave again."
            ),
        ),
        (
            example("IOCTL-DESTROY(ueid=0x1000)"),
            text!("host.form.destroy", "The driver has the enclave destroyed."),
        ),
    ]
}
