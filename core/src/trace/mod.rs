//! Steps, rules and runs: the one idea every machine hangs on.
//!
//! A [`Machine`] is a state with `apply(op, recorder) -> Outcome`. A [`Plan`] says which operations
//! come, computed on demand. A [`Run`] is the two together with its history, and a [`Session`] hides
//! which machine it is.

mod applied;
mod built;
mod case;
mod common;
mod dump;
mod edit;
mod edits;
mod history;
mod link;
mod machine;
mod op_text;
mod outcome;
pub(crate) mod param;
mod plan;
mod recorder;
mod rule;
mod run;
mod scenario;
mod secrecy;
mod segment;
mod session;
mod sum;
mod supplied;
mod touches;
mod two_runs;
mod vocabulary;

pub use applied::{Applied, AppliedLine, Applier};
pub use built::{Built, Turned};
pub use case::{Case, CaseError};
pub use common::{Common, Limit, Variant};
pub use dump::dump;
pub use edit::{Edit, EditAction};
pub use link::{Link, LinkError};
pub use machine::{Machine, Shown, WhatIf};
pub(crate) use op_text::number as parse_number;
pub use op_text::{BadOp, OpText};
pub use outcome::{Fault, Outcome, Status, Stop};
pub use plan::Plan;
pub use recorder::{
    Absorb, Compared, Event, Everything, Onward, Piece, Place, Recorder, Silent, Sink, Touches,
    Value,
};
pub use rule::Rule;
pub use run::Run;
pub use scenario::{
    BadInput, Input, Inputs, Param, ParamKind, Params, Recognised, Scenario, ScenarioInfo,
    Settings, Tee,
};
pub use secrecy::{ANY_ACCESS, Channel, Guarded, Secrecy, Secret};
pub use segment::{Planned, Segment};
pub use session::{Group, Need, Outline, Progress, Session, Snippet, SnippetInput, Step, StepLine};
pub use supplied::{Supplied, Supply, supplied};
pub use two_runs::{Difference, two_runs};
pub use vocabulary::{Observer, Phase};
