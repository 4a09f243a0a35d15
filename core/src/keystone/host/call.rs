//! What a process can ask of the driver and the SDK, and how that is written.

use super::driver;
use super::files::Part;
use super::{
    copy_page, create_enclave, destroy_enclave, finalize, measure_classic, resume_enclave,
    run_enclave, utm_init,
};
use crate::bytes::hex;
use crate::keystone::machine::Machine;
use crate::keystone::measure::classic::{self, Layout};
use crate::text;
use crate::text::Text;
use crate::trace::{BadOp, OpText, Recorder, Rule, Stop};

/// A call by the process that makes enclaves. Enclaves are named by the driver's number, from 0x1000.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// ioctl 0: memory for at least so many pages.
    Create {
        /// How many pages.
        pages: u64,
    },
    /// ioctl 7: memory for a shared buffer.
    UtmInit {
        /// The enclave.
        ueid: u64,
        /// Bytes.
        size: u64,
    },
    /// A page of a file is copied.
    Copy {
        /// The enclave.
        ueid: u64,
        /// Which file.
        part: Part,
        /// Which page of it, from 0.
        page: u64,
    },
    /// ioctl 6: the monitor creates the enclave.
    Finalize {
        /// The enclave.
        ueid: u64,
    },
    /// What the older monitor measured.
    MeasureClassic(Layout),
    /// ioctl 4.
    Run {
        /// The enclave.
        ueid: u64,
    },
    /// ioctl 5.
    Resume {
        /// The enclave.
        ueid: u64,
    },
    /// ioctl 1.
    Destroy {
        /// The enclave.
        ueid: u64,
    },
}

/// The type of the driver's ioctl numbers.
pub const MAGIC: u8 = 0xa4;

/// The driver's calls: their names here and their ioctl numbers.
pub const IOCTLS: [(&str, u8); 6] = [
    ("IOCTL-CREATE", 0),
    ("IOCTL-DESTROY", 1),
    ("IOCTL-RUN", 4),
    ("IOCTL-RESUME", 5),
    ("IOCTL-FINALIZE", 6),
    ("IOCTL-UTM", 7),
];

/// The name of the SDK's copying.
const COPY: &str = "SDK-COPY";

/// The name of the older measurement.
const CLASSIC: &str = "MEASURE-CLASSIC";

impl Call {
    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Create { .. } => "IOCTL-CREATE",
            Self::UtmInit { .. } => "IOCTL-UTM",
            Self::Copy { .. } => COPY,
            Self::MeasureClassic(_) => CLASSIC,
            Self::Finalize { .. } => "IOCTL-FINALIZE",
            Self::Run { .. } => "IOCTL-RUN",
            Self::Resume { .. } => "IOCTL-RESUME",
            Self::Destroy { .. } => "IOCTL-DESTROY",
        }
    }

    /// Its main operand.
    pub(in super::super) fn brief(&self) -> Text {
        match self {
            Self::Create { pages } => text!("host.pages", "{n} pages", n = *pages),
            Self::MeasureClassic(l) => hex::addr(l.root).into(),
            Self::Copy { part, page, .. } => {
                text!("host.page", "{file}, page {n}", file = part.id(), n = *page)
            }
            Self::UtmInit { ueid, .. }
            | Self::Finalize { ueid }
            | Self::Run { ueid }
            | Self::Resume { ueid }
            | Self::Destroy { ueid } => hex::short(*ueid).into(),
        }
    }

    /// The rules of its own, in order.
    pub(in super::super) fn rules(&self) -> &'static [&'static Rule] {
        match self {
            Self::Create { .. } => create_enclave::RULES,
            Self::UtmInit { .. } => utm_init::RULES,
            Self::Copy { .. } => copy_page::RULES,
            Self::Destroy { .. } => destroy_enclave::RULES,
            Self::MeasureClassic(_) => classic::RULES,
            _ => &[],
        }
    }

    /// Writes it so that [`parse`] reads it.
    pub(in super::super) fn print(&self) -> OpText {
        let op = OpText::new(self.name());
        let of = |op: OpText, ueid: &u64| op.with("ueid", hex::short(*ueid));
        match self {
            Self::Create { pages } => op.with("pages", pages),
            Self::UtmInit { ueid, size } => of(op, ueid).with("size", size),
            Self::Copy { ueid, part, page } => {
                of(op, ueid).with("file", part.id()).with("page", page)
            }
            Self::MeasureClassic(layout) => {
                let named = measure_classic::ARGUMENTS.iter();
                let named = named.zip(measure_classic::numbers(layout));
                named.fold(op, |op, (key, n)| op.with(key, hex::short(n)))
            }
            Self::Finalize { ueid }
            | Self::Run { ueid }
            | Self::Resume { ueid }
            | Self::Destroy { ueid } => of(op, ueid),
        }
    }
}

/// The arguments of a call by its name; `None` if there is none of that name.
pub(in super::super) fn arguments(name: &str) -> Option<&'static [&'static str]> {
    Some(match name {
        "IOCTL-CREATE" => &["pages"],
        "IOCTL-UTM" => &["ueid", "size"],
        COPY => &["ueid", "file", "page"],
        CLASSIC => measure_classic::ARGUMENTS,
        _ if IOCTLS.iter().any(|(n, _)| *n == name) => &["ueid"],
        _ => return None,
    })
}

/// Reads a call whose name has [`arguments`]; what is not given is 0, the first enclave, the loader.
///
/// # Errors
/// An argument is no number, or no file.
pub(in super::super) fn parse(op: &OpText) -> Result<Call, BadOp> {
    let number = |key: &str, default: u64| Ok::<u64, BadOp>(op.number(key)?.unwrap_or(default));
    let ueid = number("ueid", driver::FIRST)?;
    Ok(match op.name.as_str() {
        "IOCTL-CREATE" => Call::Create {
            pages: number("pages", 1)?,
        },
        "IOCTL-UTM" => Call::UtmInit {
            ueid,
            size: number("size", super::EnclaveFiles::UTM)?,
        },
        COPY => Call::Copy {
            ueid,
            part: part(op)?,
            page: number("page", 0)?,
        },
        CLASSIC => {
            let mut numbers = [0; 12];
            for (to, key) in numbers.iter_mut().zip(measure_classic::ARGUMENTS) {
                *to = number(key, 0)?;
            }
            Call::MeasureClassic(measure_classic::layout(numbers))
        }
        "IOCTL-FINALIZE" => Call::Finalize { ueid },
        "IOCTL-RUN" => Call::Run { ueid },
        "IOCTL-RESUME" => Call::Resume { ueid },
        _ => Call::Destroy { ueid },
    })
}

fn part(op: &OpText) -> Result<Part, BadOp> {
    let given = op.arg("file").unwrap_or("loader");
    let found = Part::ALL.into_iter().find(|p| p.id() == given);
    found.ok_or_else(|| BadOp {
        why: text!(
            "op.wrong",
            "{op}: the argument {key} must be {wants}.",
            op = op.name.as_str(),
            key = "file",
            wants = text!("host.one-of-files", "loader, runtime or eapp")
        ),
    })
}

impl Machine {
    /// Carries out a call of the process on a hart.
    pub(in super::super) fn host_call<R: Recorder>(
        &mut self,
        hart: u8,
        call: &Call,
        recorder: &mut R,
    ) -> Result<(), Stop> {
        match *call {
            Call::Create { pages } => create_enclave::create_enclave(self, hart, pages, recorder),
            Call::UtmInit { ueid, size } => utm_init::utm_init(self, hart, (ueid, size), recorder),
            Call::Copy { ueid, part, page } => {
                copy_page::copy_page(self, hart, (ueid, part, page), recorder)
            }
            Call::MeasureClassic(layout) => {
                measure_classic::measure_classic(self, hart, &layout, recorder)
            }
            Call::Finalize { ueid } => finalize::finalize(self, hart, ueid, recorder),
            Call::Run { ueid } => run_enclave::run_enclave(self, hart, ueid, recorder),
            Call::Resume { ueid } => resume_enclave::resume_enclave(self, hart, ueid, recorder),
            Call::Destroy { ueid } => destroy_enclave::destroy_enclave(self, hart, ueid, recorder),
        }
    }
}
