//! Opening what a link says.

use teescope_core::text;
use teescope_core::text::Text;
use teescope_core::trace::{BadInput, Edit, Link, Session, Settings};

use super::Notice;
use super::files::{self, Files};
use super::play::Play;
use super::run::Run;
use crate::source::Source;

/// Opens a run of a scenario with the files at hand.
pub(crate) fn session(
    source: &Source,
    id: &str,
    settings: &Settings,
    files: &Files,
) -> Result<Box<dyn Session>, BadInput> {
    let info = source.info(id);
    let inputs = files::inputs(info.as_ref(), settings, files)?;
    source.open(id, settings, &inputs)
}

/// Edits in a few words.
pub(crate) fn edits_say(edits: &[Edit]) -> Text {
    let parts: Vec<Text> = edits.iter().map(|e| Text::from(e.to_string())).collect();
    Text::join(&parts, ", ")
}

/// Opens a link: the original, and beside it the run with the link's edits, if it has any.
pub(super) fn open(
    source: &Source,
    link: &Link,
    files: &Files,
) -> Result<(Play, Option<Notice>), BadInput> {
    let plain = Settings {
        edits: Vec::new(),
        ..link.settings.clone()
    };
    let original = session(source, &link.scenario, &plain, files)?;
    let mut runs = vec![Run::new(original, Text::none())];
    if !link.settings.edits.is_empty() {
        let edits = &link.settings.edits;
        let fork = runs[0].session.borrow_mut().fork(edits)?;
        runs.push(Run::new(fork, edits_say(edits)));
    }
    let mut play = Play::new(runs);
    play.observer = link.observer;
    let mut notice = None;
    if !play.place(&link.step) {
        notice = Some(Notice::bad(text!(
            "ui.link.no-step",
            "This run has no step “{step}”. It is shown from the start.",
            step = link.step.as_str()
        )));
    }
    if !link.mark.is_empty() {
        play.mark = play.run().find(&link.mark);
    }
    Ok((play, notice))
}
