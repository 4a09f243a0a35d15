//! A stranger's crate: it uses `teescope-core` the way a downstream project would.
//!
//! Somebody who teaches, documents or debugs a trusted execution environment adds the engine as an
//! ordinary dependency. It needs no feature, no clock, no randomness and no host function, and does
//! the same natively and in the browser. Three calls are enough for a start: [`tees::all`] lists
//! what can be run, [`tees::open`] gives a [`Session`], and the session tells every step, every panel
//! and everything a digest took in. The functions here are what such a project writes itself; the
//! tests beside them run in a browser by `wasm-pack test --headless --chrome`.

use std::rc::Rc;

use teescope_core::tees;
use teescope_core::trace::{Inputs, Session, Settings};
use teescope_core::view::Panel;

/// The id and the English title of every scenario that a gallery would list.
pub fn scenarios() -> Vec<(&'static str, String)> {
    let scenarios = tees::all().into_iter().flat_map(|tee| tee.scenarios);
    scenarios
        .map(|scenario| scenario.info())
        .filter(|info| info.listed)
        .map(|info| (info.id, info.title.en()))
        .collect()
}

/// Opens a scenario with some parameters changed; the error is a sentence for the user.
pub fn open(id: &str, changed: &[(&str, &str)]) -> Result<Box<dyn Session>, String> {
    let mut settings = Settings::default();
    for (key, value) in changed {
        settings.params.insert((*key).into(), (*value).into());
    }
    tees::open(id, &settings, &Inputs::default()).map_err(|bad| bad.why.en())
}

/// A run as lines of text: what each step did and how it ended.
pub fn told(session: &mut dyn Session) -> Vec<String> {
    let steps = 1..=session.len();
    let steps = steps.filter_map(|position| session.step(position));
    steps
        .map(|step| format!("{}: {} {}", step.label, step.says.en(), step.tells.en()))
        .collect()
}

/// What a machine measured: the whole input of the digest and its final value.
pub struct Measured {
    /// Everything the digest took in, in order.
    pub input: Rc<[u8]>,
    /// The value the machine reports.
    pub value: Vec<u8>,
}

/// The measurement that stands at the end of a run, if the run ends one.
pub fn measured(session: &mut dyn Session) -> Option<Measured> {
    let end = session.len();
    let view = session.view(end, None);
    let digest = view.panels.iter().find_map(|panel| match panel {
        Panel::Digest(digest) if digest.is_final => Some(digest),
        _ => None,
    })?;
    Some(Measured {
        input: session.absorbed(end, &digest.place),
        value: digest.if_final.clone(),
    })
}
