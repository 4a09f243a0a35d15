//! A run as it is being read: where the reader stands, with whose eyes, beside which other runs.

use teescope_core::text;
use teescope_core::text::Text;
use teescope_core::trace::{Edit, Link, Observer, Place, Settings, WhatIf};

use super::Notice;
use super::files::Files;
use super::run::{Parting, Run};
use crate::dom;
use crate::host;
use crate::source::Source;

/// A jump over more steps than this waits for the first pass to come there in slices.
const FAR: u64 = 4096;

/// How fast a run is played.
pub(crate) struct Speed {
    /// Steps a second, as people read it.
    pub(crate) name: &'static str,
    /// Milliseconds between two ticks: never shorter than screens need to draw.
    pub(crate) pause: i32,
    /// Steps at each tick.
    pub(crate) steps: u64,
}

const fn speed(name: &'static str, pause: i32, steps: u64) -> Speed {
    Speed { name, pause, steps }
}

/// From slow to fast, by doubling.
pub(crate) const SPEEDS: [Speed; 10] = [
    speed("½", 2000, 1),
    speed("1", 1000, 1),
    speed("2", 500, 1),
    speed("4", 250, 1),
    speed("8", 125, 1),
    speed("16", 62, 1),
    speed("32", 31, 1),
    speed("64", 31, 2),
    speed("256", 31, 8),
    speed("1,024", 31, 32),
];

/// With what the panels are compared to find what changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Against {
    /// The state before this step.
    #[default]
    Before,
    /// The marked step.
    Mark,
    /// The original run at the same step.
    Original,
}

/// What is being read.
#[derive(Clone, PartialEq)]
pub(crate) struct Play {
    /// The original first, then the reader's own.
    pub(crate) runs: Vec<Run>,
    /// Which of them is shown.
    pub(crate) at: usize,
    pub(crate) position: u64,
    /// Where to go once the first pass has come so far.
    pub(crate) goal: Option<u64>,
    pub(crate) observer: Option<Observer>,
    pub(crate) mark: Option<u64>,
    pub(crate) against: Against,
    pub(crate) selected: Option<Place>,
    pub(crate) playing: bool,
    pub(crate) speed: usize,
    /// The address to be probed, while the probe is open.
    pub(crate) probe: Option<u64>,
}

/// What may be done while reading a run.
pub(crate) enum Do {
    Seek(u64),
    By(i64),
    Label(String),
    /// To the start of the next (or previous) phase.
    Phase(bool),
    /// To the next (or previous) step that wrote the selected place.
    Change(bool),
    Select(Option<Place>),
    /// Opens the probe at an address, or closes it.
    Probe(Option<u64>),
    /// A range was picked: selects what it stands for and fills in the probe's address.
    Pick(Option<Place>, u64),
    /// Leaves what was entered last.
    Escape,
    Mark,
    Against(Against),
    Observer(Option<Observer>),
    Playing(bool),
    /// So many steps more while playing.
    Tick(u64),
    Speed(usize),
    /// The first pass of that run has come further.
    Worked(u32, u64),
    /// The first pass of the current run is stopped, or goes on.
    Halt(bool),
    /// It is known where that run parts from the original.
    Parted(u32, Parting),
    Insert(Edit, Text),
    /// Flips a bit before (`true`) or after the step at which the reader stands.
    Flip(Place, u8, bool),
    WhatIf(WhatIf),
    Settings(Settings),
    Switch(u32),
    Discard(u32),
}

impl Do {
    /// Whether this may happen without the reader's doing, so that a notice stays.
    pub(super) fn keeps_notice(&self) -> bool {
        matches!(
            self,
            Self::Worked(..) | Self::Parted(..) | Self::Tick(_) | Self::Select(_) | Self::Pick(..)
        )
    }
}

impl Play {
    pub(super) fn new(runs: Vec<Run>) -> Self {
        Self {
            at: runs.len() - 1,
            runs,
            position: 0,
            goal: None,
            observer: None,
            mark: None,
            against: Against::Before,
            selected: None,
            playing: false,
            speed: 2,
            probe: None,
        }
    }

    /// The run that is shown.
    pub(crate) fn run(&self) -> &Run {
        &self.runs[self.at]
    }

    /// Whether the run that is shown has an original beside it.
    pub(crate) fn is_fork(&self) -> bool {
        self.at > 0
    }

    pub(super) fn link(&self) -> Link {
        let run = self.run();
        let step = match self.goal.unwrap_or(self.position) {
            0 => String::new(),
            position => run.label(position),
        };
        Link {
            scenario: run.scenario().to_string(),
            step,
            settings: run.settings(),
            observer: self.observer,
            mark: self.mark.map(|m| run.label(m)).unwrap_or_default(),
            rest: Vec::new(),
        }
    }

    /// This play at another link, if one of its runs is the link's.
    pub(super) fn at_link(&self, link: &Link) -> Option<Self> {
        let same = |r: &Run| r.scenario() == link.scenario && r.settings() == link.settings;
        let at = match same(self.run()) {
            true => self.at,
            false => self.runs.iter().position(same)?,
        };
        let mut next = self.clone();
        next.at = at;
        next.observer = link.observer;
        next.mark = match link.mark.as_str() {
            "" => None,
            label => next.run().find(label),
        };
        next.place(&link.step).then_some(next)
    }

    /// Goes to a label; says whether there is one.
    pub(super) fn place(&mut self, label: &str) -> bool {
        let found = self.run().find(label);
        self.seek(found.unwrap_or(0));
        found.is_some()
    }

    pub(super) fn seek(&mut self, position: u64) {
        let run = self.run();
        let position = position.min(run.len);
        if position > run.done + FAR && run.done < run.len {
            self.goal = Some(position);
            self.runs[self.at].halted = false;
        } else {
            self.goal = None;
            self.position = position;
        }
    }

    /// Carries out what the reader asked for; what is to be said about it is returned.
    pub(super) fn act(&mut self, act: Do, source: &Source, files: &Files) -> Option<Notice> {
        match act {
            Do::Seek(position) => self.stay(position),
            Do::By(steps) => self.stay(self.position.saturating_add_signed(steps)),
            Do::Label(label) => match self.run().find(&label) {
                Some(position) => self.stay(position),
                None => {
                    return Some(Notice::bad(text!(
                        "ui.goto.none",
                        "There is no step “{label}”. A step is named by its label or its number.",
                        label = label
                    )));
                }
            },
            Do::Phase(forwards) => self.phase(forwards),
            Do::Change(forwards) => return self.change(forwards),
            Do::Select(place) => self.selected = place,
            Do::Probe(address) => self.probe = address,
            Do::Pick(place, address) => {
                self.selected = place;
                self.probe = self.probe.map(|_| address);
            }
            Do::Escape => self.escape(),
            Do::Mark => self.set_mark(),
            Do::Against(against) => return self.compare(against),
            Do::Observer(observer) => self.observer = observer,
            Do::Playing(playing) => self.start_or_stop(playing),
            Do::Tick(steps) => self.tick(steps),
            Do::Speed(speed) => self.speed = speed.min(SPEEDS.len() - 1),
            Do::Worked(id, done) => self.worked(id, done),
            Do::Halt(halted) => {
                self.goal = None;
                self.runs[self.at].halted = halted;
            }
            Do::Parted(id, parting) => {
                for run in self.runs.iter_mut().filter(|r| r.id == id) {
                    run.parts = Some(parting);
                }
            }
            Do::Insert(edit, says) => return self.fork(&[edit], says),
            Do::Flip(place, bit, before) => return self.flip(&place, bit, before),
            Do::WhatIf(what_if) => return self.what_if(what_if, source, files),
            Do::Settings(settings) => return self.reopen(settings, None, source, files),
            Do::Switch(id) => self.switch(id),
            Do::Discard(id) => self.discard(id),
        }
        None
    }

    fn stay(&mut self, position: u64) {
        self.playing = false;
        self.seek(position);
    }

    fn escape(&mut self) {
        if self.playing {
            self.playing = false;
        } else if self.probe.is_some() {
            self.probe = None;
        } else if self.against != Against::Before {
            self.against = Against::Before;
        } else if self.selected.is_some() {
            self.selected = None;
        } else {
            self.observer = None;
        }
    }

    fn start_or_stop(&mut self, playing: bool) {
        self.playing = playing;
        if playing && self.position >= self.run().len {
            self.position = 0;
        }
    }

    /// Goes on while playing; a step that was stopped, and the end, stop the play.
    fn tick(&mut self, steps: u64) {
        if !self.playing {
            return;
        }
        let run = self.run();
        let goal = (self.position + steps).min(run.len);
        let stop = run.stops.iter().map(|(p, _)| *p);
        let stop = stop.into_iter().find(|p| *p > self.position && *p <= goal);
        self.position = stop.unwrap_or(goal);
        self.playing = stop.is_none() && goal < self.run().len;
    }

    fn phase(&mut self, forwards: bool) {
        let groups = &self.run().outline.groups;
        let mut starts: Vec<u64> = vec![0];
        for (i, group) in groups.iter().enumerate() {
            if i == 0 || groups[i - 1].phase != group.phase {
                starts.push(group.first);
            }
        }
        starts.push(self.run().len);
        let here = self.position;
        let to = match forwards {
            true => starts.into_iter().find(|s| *s > here),
            false => starts.into_iter().rev().find(|s| *s < here),
        };
        self.stay(to.unwrap_or(here));
    }

    fn change(&mut self, forwards: bool) -> Option<Notice> {
        let Some(place) = self.selected else {
            return Some(Notice::bad(text!(
                "ui.change.nothing-selected",
                "Select something in a panel first: a row, a range, a byte. Then [ and ] go to the steps that write it."
            )));
        };
        let found = self
            .run()
            .session
            .borrow_mut()
            .change(self.position, &place, forwards);
        if host::is_lacking() {
            dom::spawn(async {
                _ = host::supply_all().await;
            });
            return Some(Notice::good(text!(
                "ui.file.part",
                "This part of your file has not been read yet. Try again in a moment."
            )));
        }
        match found {
            Some(position) => {
                self.stay(position);
                None
            }
            None if forwards => Some(Notice::good(text!(
                "ui.change.none-later",
                "No later step writes what is selected."
            ))),
            None => Some(Notice::good(text!(
                "ui.change.none-earlier",
                "No earlier step writes what is selected."
            ))),
        }
    }

    fn set_mark(&mut self) {
        let here = self.position;
        self.mark = if self.mark == Some(here) {
            None
        } else {
            Some(here)
        };
        if self.mark.is_none() && self.against == Against::Mark {
            self.against = Against::Before;
        }
    }

    fn compare(&mut self, against: Against) -> Option<Notice> {
        if against == Against::Mark && self.mark.is_none() {
            return Some(Notice::bad(text!(
                "ui.mark.none",
                "No step is marked yet. Press m at a step, go elsewhere and compare with d."
            )));
        }
        let on = self.against != against;
        self.against = if on { against } else { Against::Before };
        None
    }

    fn worked(&mut self, id: u32, done: u64) {
        let Some(run) = self.runs.iter_mut().find(|r| r.id == id) else {
            return;
        };
        run.done = done;
        run.refresh();
        if id == self.run().id
            && let Some(goal) = self.goal
            && (goal <= done + FAR || done == self.run().len)
        {
            self.goal = None;
            self.position = goal;
        }
    }
}
