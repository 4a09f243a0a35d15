//! How a step ends. Architectural faults and refusals are data, never Rust errors.

use crate::text::Text;

/// A status code that a call returns, by the manual's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// The number the caller sees.
    pub code: u64,
    /// The manual's name of that number.
    pub name: &'static str,
}

/// An exception that keeps an instruction from retiring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The architecture's name, such as `#GP`.
    pub name: &'static str,
    /// The error code pushed with it, where there is one.
    pub code: Option<u64>,
    /// The address the architecture reports with it, where there is one.
    pub address: Option<u64>,
}

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It did what was asked.
    Done,
    /// It returned and reported a code.
    Refused(Status),
    /// It did not retire.
    Faulted(Fault),
}

impl Outcome {
    /// The stable lower-case name, for JSON and styles.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused(_) => "refused",
            Self::Faulted(_) => "faulted",
        }
    }

    /// Whether the step did what was asked.
    #[must_use]
    pub fn is_done(self) -> bool {
        self == Self::Done
    }

    /// The technical name of the result: empty, `SGX_CHILD_PRESENT (13)` or `#GP(0)`.
    #[must_use]
    pub fn name(self) -> Text {
        use alloc::format;
        match self {
            Self::Done => Text::none(),
            Self::Refused(s) => format!("{} ({})", s.name, s.code).into(),
            Self::Faulted(Fault {
                name,
                address: Some(a),
                ..
            }) => format!("{name}({})", crate::bytes::hex::addr(a)).into(),
            Self::Faulted(Fault {
                name,
                code: Some(c),
                ..
            }) => format!("{name}({c})").into(),
            Self::Faulted(Fault { name, .. }) => name.into(),
        }
    }
}

/// Why a leaf stopped before its end: the two ways other than `Done`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The call returns and reports a code.
    Refused(Status),
    /// The instruction faults.
    Faulted(Fault),
}

impl From<Stop> for Outcome {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Refused(s) => Self::Refused(s),
            Stop::Faulted(f) => Self::Faulted(f),
        }
    }
}

impl From<Result<(), Stop>> for Outcome {
    fn from(result: Result<(), Stop>) -> Self {
        match result {
            Ok(()) => Self::Done,
            Err(stop) => stop.into(),
        }
    }
}

impl From<Status> for Stop {
    fn from(s: Status) -> Self {
        Self::Refused(s)
    }
}

impl From<Fault> for Stop {
    fn from(f: Fault) -> Self {
        Self::Faulted(f)
    }
}
