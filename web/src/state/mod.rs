//! What the page is showing, and every way in which that changes.

mod ctx;
pub(crate) mod files;
mod fork;
pub(crate) mod open;
pub(crate) mod play;
mod reduce;
pub(crate) mod run;

pub(crate) use ctx::{Ctx, use_ctx};

use std::rc::Rc;

use teescope_core::compare::Ask;
use teescope_core::text;
use teescope_core::text::Text;
use teescope_core::trace::{BadInput, Case, Input, Link, Settings};

use crate::compared;
use crate::extras;
use crate::lang::{self, Lang};
use crate::module::Code;
use crate::source::{Make, Source};
use files::Files;
use play::{Do, Play};

/// Light or dark; by default as the system says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Theme {
    #[default]
    Auto,
    Light,
    Dark,
}

impl Theme {
    pub(crate) fn id(self) -> Option<&'static str> {
        match self {
            Self::Auto => None,
            Self::Light => Some("light"),
            Self::Dark => Some("dark"),
        }
    }

    pub(crate) fn of(id: Option<&str>) -> Self {
        match id {
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            _ => Self::Auto,
        }
    }
}

/// What the address of the inspector begins with.
pub(crate) const INSPECT: &str = "inspect";
/// The gallery’s name in addresses.
pub(crate) const GALLERY: &str = "gallery";

/// What the address of the comparison of two files begins with.
pub(crate) const DIFF: &str = "diff";

/// Which page is shown.
#[derive(Clone, PartialEq)]
pub(crate) enum Page {
    /// The machines side by side; the link holds what is asked of them and nothing else. Only the comparison’s
    /// own module reads it, so that a first load of something else does without.
    Compare(Rc<Link>),
    /// What can be run.
    Gallery,
    /// Somebody's bytes, taken apart.
    Inspect,
    /// Two of somebody’s files, and why they differ.
    Diff,
    /// A run whose machine is on its way.
    Waiting(Rc<Link>),
    /// A run that cannot be opened yet: it lacks a file, or something in it does not fit.
    Asking(Rc<Asking>),
    /// A run.
    Player(Rc<Play>),
}

/// What was asked for and why it cannot be shown.
#[derive(Clone, PartialEq)]
pub(crate) struct Asking {
    pub(crate) link: Link,
    pub(crate) bad: BadInput,
}

/// What the inspector was given.
#[derive(Clone)]
pub(crate) struct Inspected {
    /// The file's name; empty for what was pasted.
    pub(crate) name: String,
    /// The bytes, or the text that spells them.
    pub(crate) given: Rc<[u8]>,
    /// Whether it was pasted as text.
    pub(crate) pasted: bool,
    /// As which of several things that it could be it is shown.
    pub(crate) which: usize,
}

impl PartialEq for Inspected {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.given, &other.given) && self.which == other.which
    }
}

/// What is compared with what; each may be missing still.
#[derive(Clone, Default)]
pub(crate) struct Sides {
    /// Both sides.
    pub(crate) given: [Option<Input>; 2],
    /// Whether each was pasted as text.
    pub(crate) pasted: [bool; 2],
    /// Grows with every change.
    pub(crate) version: u32,
}

/// A sentence to the reader about what was just done.
#[derive(Clone, PartialEq)]
pub(crate) struct Notice {
    pub(crate) bad: bool,
    pub(crate) says: Text,
}

/// What is open over the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Open {
    Keys,
    GoTo,
    Params,
    Insert,
    Share,
}

/// Everything the page is showing.
#[derive(Clone)]
pub(crate) struct State {
    pub(crate) source: Source,
    pub(crate) lang: Lang,
    /// The language that the address names, if it names one.
    pub(crate) chosen: Option<&'static str>,
    pub(crate) theme: Theme,
    /// Keys of the address that this version does not know.
    rest: Vec<(String, String)>,
    pub(crate) page: Page,
    pub(crate) files: Rc<Files>,
    /// What the inspector was given.
    pub(crate) inspected: Option<Inspected>,
    /// The case file that tells what was looked at, if one was opened.
    pub(crate) looked: Option<Case>,
    /// What is compared with what.
    pub(crate) sides: Rc<Sides>,
    pub(crate) notice: Option<Notice>,
    pub(crate) open: Option<Open>,
    /// Grows when the browser's history should get an entry.
    pub(crate) visits: u32,
    /// Whether the address could not be read and is left as it is.
    pub(crate) unreadable: bool,
    /// The digest that a case file names, until its run is complete.
    expected: Option<[u8; 32]>,
    /// Files that wait until every machine is here to say whether it knows them.
    pending: Vec<Input>,
    /// Whether a machine could not be had.
    pub(crate) failed: bool,
    /// How often the reader asked for machines again.
    pub(crate) tries: u32,
}

impl PartialEq for State {
    /// Never equal: every reduction that changes nothing returns the same `Rc`.
    fn eq(&self, _: &Self) -> bool {
        false
    }
}

/// What may happen.
pub(crate) enum Action {
    /// The address changed from outside.
    Address(String),
    /// A run was asked for.
    Visit(Link),
    /// Something was asked of the machines side by side; whether the browser’s history should get an entry.
    Compare(Link, bool),
    /// A language's sentences are here.
    Lang(Lang),
    /// A language was chosen.
    Choose(&'static str),
    Theme(Theme),
    /// A machine has come, or could not be had.
    Machine(&'static str, Option<Make>),
    /// Some of the page’s own code has come, or could not be had.
    Code(bool),
    /// Machines that could not be had are to be fetched again.
    Again,
    /// Files were dropped or chosen.
    Files(Vec<Input>),
    /// Something was given to the inspector, or put away.
    Inspect(Option<Inspected>),
    /// A side of the comparison was given, or put away; whether it was pasted.
    Side(usize, Option<Input>, bool),
    /// A run with that file was asked for.
    Run(Input, Link),
    Notice(Option<Notice>),
    /// Bytes that what is asked for lacked are here, or cannot be had.
    Supplied(Result<(), Text>),
    Open(Option<Open>),
    /// Something within the run.
    Play(Do),
}

impl State {
    pub(crate) fn new(source: Source, lang: Lang, chosen: Option<&'static str>) -> Self {
        Self {
            source,
            lang,
            chosen,
            theme: Theme::Auto,
            rest: Vec::new(),
            page: Page::Gallery,
            files: Rc::default(),
            inspected: None,
            looked: None,
            sides: Rc::default(),
            notice: None,
            open: None,
            visits: 0,
            unreadable: false,
            expected: None,
            pending: Vec::new(),
            failed: false,
            tries: 0,
        }
    }

    /// The machines that what is shown, or a file that waits, still lacks.
    pub(crate) fn wants(&self) -> Vec<&'static str> {
        match &self.page {
            Page::Waiting(link) if self.pending.is_empty() => {
                self.source.lacks(Some(&link.scenario))
            }
            Page::Gallery | Page::Inspect | Page::Diff => self.source.lacks(None),
            Page::Compare(_) if self.pending.is_empty() => self.source.lacks_common(),
            _ if !self.pending.is_empty() => self.source.lacks(None),
            _ => Vec::new(),
        }
    }

    /// The code that what is shown, is open or waits still lacks.
    pub(crate) fn wants_code(&self) -> Vec<Code> {
        let shown = match &self.page {
            Page::Compare(_) => Code::Compare,
            Page::Player(_) | Page::Waiting(_) => Code::Player,
            Page::Diff => Code::Diff,
            Page::Inspect => Code::Inspect,
            Page::Gallery | Page::Asking(_) => Code::Extras,
        };
        let beside = self.open.is_some() || !self.pending.is_empty();
        let beside = beside.then_some(Code::Extras);
        let wanted = [shown].into_iter().chain(beside);
        wanted.filter(|code| !code.is_here()).collect()
    }

    /// Says that a part of the page could not be had.
    fn missed(&mut self) {
        self.failed = true;
        self.notice = Some(Notice::bad(text!(
            "ui.machine.failed",
            "A part of the page could not be fetched. Try again when the network is back."
        )));
    }

    /// Takes in the files that waited, once everything that could know them is here.
    fn take_pending(&mut self) {
        if self.source.lacks(None).is_empty()
            && let Some(extras) = extras::here()
        {
            let pending = std::mem::take(&mut self.pending);
            (extras.take)(self, pending);
        }
    }

    /// Takes note of a machine that came, and shows what waited for it.
    fn arrived(&mut self, id: &str, make: Option<Make>) {
        if !self.source.lacks(None).contains(&id) {
            return;
        }
        let Some(make) = make else {
            self.missed();
            return;
        };
        self.source = self.source.with(id, make);
        if let Page::Waiting(link) = &self.page
            && self.source.lacks(Some(&link.scenario)).is_empty()
        {
            let link = (**link).clone();
            self.show(link);
        }
        self.take_pending();
    }

    /// The address of what is shown.
    pub(crate) fn link(&self) -> Link {
        let mut link = match &self.page {
            Page::Gallery => page_link(GALLERY),
            Page::Inspect => page_link(INSPECT),
            Page::Diff => page_link(DIFF),
            Page::Compare(link) | Page::Waiting(link) => (**link).clone(),
            Page::Asking(asking) => asking.link.clone(),
            Page::Player(play) => play.link(),
        };
        if !matches!(self.page, Page::Compare(_)) {
            link.rest.clear();
        }
        link.rest.extend(self.rest.iter().cloned());
        link.set("lang", self.chosen);
        link.set("theme", self.theme.id());
        link
    }

    /// What every address keeps.
    pub(crate) fn kept(&self) -> Vec<(String, String)> {
        let mut link = Link {
            rest: self.rest.clone(),
            ..Link::default()
        };
        link.set("lang", self.chosen);
        link.set("theme", self.theme.id());
        link.rest
    }

    /// Shows what an address says.
    pub(crate) fn go(&mut self, fragment: &str) {
        let link = match Link::read(fragment) {
            Ok(link) => link,
            Err(bad) => {
                self.unreadable = true;
                self.notice = Some(Notice::bad(bad.why));
                return;
            }
        };
        self.unreadable = false;
        self.theme = Theme::of(link.get("theme"));
        self.chosen = link.get("lang").and_then(lang::known);
        self.rest = compared::columns(&link).1;
        self.rest.retain(|(k, _)| k != "lang" && k != "theme");
        self.show(link);
    }

    /// Shows a link's page, keeping the runs at hand when one of them is meant.
    fn show(&mut self, link: Link) {
        self.expected = None;
        if Ask::is_meant(&link) || link.scenario.is_empty() && !self.source.compared().is_empty() {
            let rest = compared::columns(&link).0;
            let settings = Settings::default();
            self.page = Page::Compare(Rc::new(Link {
                rest,
                settings,
                ..link
            }));
            return;
        }
        if link.scenario.is_empty() || link.scenario == GALLERY {
            self.page = Page::Gallery;
            return;
        }
        if link.scenario == INSPECT {
            self.page = Page::Inspect;
            return;
        }
        if link.scenario == DIFF {
            self.page = Page::Diff;
            return;
        }
        if let Page::Player(play) = &self.page
            && let Some(found) = play.at_link(&link)
        {
            self.page = Page::Player(Rc::new(found));
            return;
        }
        if !self.source.lacks(Some(&link.scenario)).is_empty() {
            self.page = Page::Waiting(Rc::new(link));
            return;
        }
        match open::open(&self.source, &link, &self.files) {
            Ok((play, notice)) => {
                self.page = Page::Player(Rc::new(play));
                self.notice = notice;
            }
            Err(bad) => self.page = Page::Asking(Rc::new(Asking { link, bad })),
        }
    }

    /// Puts something on a side of the comparison, or takes it away.
    pub(crate) fn put_side(&mut self, side: usize, given: Option<Input>, pasted: bool) {
        let sides = Rc::make_mut(&mut self.sides);
        sides.given[side] = given;
        sides.pasted[side] = pasted;
        sides.version += 1;
    }

    /// A copy on which the current run may be changed.
    fn playing(&mut self) -> Option<&mut Play> {
        match &mut self.page {
            Page::Player(play) => Some(Rc::make_mut(play)),
            _ => None,
        }
    }
}

/// The address of a page that is named.
fn page_link(id: &str) -> Link {
    Link {
        scenario: id.to_string(),
        ..Link::default()
    }
}

impl Notice {
    pub(crate) fn bad(says: Text) -> Self {
        Self { bad: true, says }
    }

    pub(crate) fn good(says: Text) -> Self {
        Self { bad: false, says }
    }
}

/// The sentence for a fork that a run of somebody's file does not allow.
pub(crate) fn no_scenario() -> Text {
    text!(
        "ui.no-scenario",
        "This run cannot be opened again with other parameters."
    )
}
