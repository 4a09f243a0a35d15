//! Forks: new runs from changed operations, bits and parameters, kept beside the original.

use teescope_core::text;
use teescope_core::text::Text;
use teescope_core::trace::{Edit, Place, Settings, WhatIf};

use super::files::Files;
use super::play::{Against, Play};
use super::run::Run;
use super::{Notice, no_scenario, open};
use crate::source::Source;

/// The most runs kept beside each other; the oldest fork gives way.
const MOST_RUNS: usize = 8;

impl Play {
    /// Adds a run and shows it.
    fn push(&mut self, run: Run) {
        if self.runs.len() >= MOST_RUNS {
            self.runs.remove(1);
        }
        self.runs.push(run);
        self.at = self.runs.len() - 1;
        self.playing = false;
        self.mark = None;
        self.against = Against::Before;
    }

    /// A new run with these edits besides those the current one has.
    pub(super) fn fork(&mut self, add: &[Edit], says: Text) -> Option<Notice> {
        let run = self.run();
        let add: Vec<Edit> = add.iter().map(|e| run.anchored(e)).collect();
        let mut edits = run.settings().edits;
        edits.extend(add.iter().cloned());
        let forked = run.session.borrow_mut().fork(&edits);
        let forked = match forked {
            Ok(session) => Run::new(session, says),
            Err(bad) => return Some(Notice::bad(bad.why)),
        };
        let label = run.label(self.position);
        let lands = add.iter().rev().find_map(|e| forked.lands(e));
        let position = lands.or_else(|| forked.find(&label));
        let here = self.position;
        self.push(forked);
        self.seek(position.unwrap_or(here));
        None
    }

    pub(super) fn flip(&mut self, place: &Place, bit: u8, before: bool) -> Option<Notice> {
        let run = self.run();
        let at = self.position.saturating_sub(u64::from(before));
        let edit = run.session.borrow_mut().flip(at, place, bit);
        let Some(edit) = edit else {
            return Some(Notice::bad(text!(
                "ui.flip.none",
                "Nothing in this machine can change that byte: it is computed, or no software can reach it."
            )));
        };
        let name = run.session.borrow_mut().place_name(self.position, place);
        let says = text!(
            "ui.flip.says",
            "bit {bit} of {place} flipped",
            bit = u64::from(bit),
            place = name
        );
        let label = run.label(self.position);
        let notice = self.fork(&[edit], says);
        // The step that was looked at is what the flip may break: it is shown again.
        if notice.is_none()
            && before
            && let Some(position) = self.run().find(&label)
        {
            self.seek(position);
        }
        notice
    }

    pub(super) fn what_if(
        &mut self,
        what_if: WhatIf,
        source: &Source,
        files: &Files,
    ) -> Option<Notice> {
        if what_if.set.is_empty() {
            return self.fork(&what_if.edits, what_if.says);
        }
        let mut settings = self.run().settings();
        settings.params.extend(what_if.set);
        settings
            .edits
            .extend(what_if.edits.iter().map(|e| self.run().anchored(e)));
        self.reopen(settings, Some(what_if.says), source, files)
    }

    /// A new run of the same scenario with other settings.
    pub(super) fn reopen(
        &mut self,
        settings: Settings,
        says: Option<Text>,
        source: &Source,
        files: &Files,
    ) -> Option<Notice> {
        let run = self.run();
        let old = run.settings();
        if source.info(run.scenario()).is_none() {
            return Some(Notice::bad(no_scenario()));
        }
        let opened = open::session(source, run.scenario(), &settings, files);
        let session = match opened {
            Ok(session) => session,
            Err(bad) => return Some(Notice::bad(bad.why)),
        };
        let says = says.unwrap_or_else(|| settings_say(&old, &settings));
        let label = run.label(self.position);
        let here = self.position;
        self.push(Run::new(session, says));
        let position = self.run().find(&label);
        self.seek(position.unwrap_or(here));
        None
    }

    pub(super) fn switch(&mut self, id: u32) {
        let Some(at) = self.runs.iter().position(|r| r.id == id) else {
            return;
        };
        let label = self.run().label(self.position);
        let mark = self.mark.map(|m| self.run().label(m));
        let here = self.position;
        self.at = at;
        self.playing = false;
        self.mark = mark.and_then(|m| self.run().find(&m));
        if at == 0 && self.against == Against::Original {
            self.against = Against::Before;
        }
        let position = self.run().find(&label);
        self.seek(position.unwrap_or(here));
    }

    pub(super) fn discard(&mut self, id: u32) {
        let Some(i) = self.runs.iter().position(|r| r.id == id).filter(|i| *i > 0) else {
            return;
        };
        if i == self.at {
            let original = self.runs[0].id;
            self.switch(original);
        } else if i < self.at {
            self.at -= 1;
        }
        self.runs.remove(i);
    }
}

/// Which parameters were set otherwise.
fn settings_say(old: &Settings, new: &Settings) -> Text {
    let mut parts = Vec::new();
    for (key, value) in &new.params {
        if old.params.get(key) != Some(value) {
            parts.push(Text::from(format!("{key} = {value}")));
        }
    }
    for key in old.params.keys().filter(|k| !new.params.contains_key(*k)) {
        parts.push(text!(
            "ui.params.default",
            "{key} as usual",
            key = key.as_str()
        ));
    }
    if old.seed != new.seed {
        parts.push(Text::from(format!("seed = {}", new.seed)));
    }
    Text::join(&parts, ", ")
}
