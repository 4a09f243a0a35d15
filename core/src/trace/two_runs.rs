//! The two-run test: what an observer sees must not depend on the secret (noninterference).
//!
//! It is the strongest statement about isolation that can be made from outside: the same run with two
//! secrets, compared by everything `view` and `probe` give to each observer but the protected code.

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use super::scenario::{BadInput, Inputs, Scenario, Settings};
use super::secrecy::{ANY_ACCESS, Channel, Secret};
use super::session::{Progress, Session};
use super::vocabulary::Observer;
use crate::view::{Access, Panel, View, changes};

/// Something that an observer sees differently when the secret is another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The label of the step after which it shows.
    pub step: String,
    /// Who sees it.
    pub observer: Observer,
    /// The panel's id, or that of the rule which decided an access; `steps` if one run is longer.
    pub at: String,
    /// The cell of the panel, or the address touched.
    pub cell: String,
    /// Which of the scenario's channels it is, if one that is declared.
    pub channel: Option<usize>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            step,
            observer,
            at,
            cell,
            ..
        } = self;
        let observer = observer.id();
        write!(
            f,
            "After step {step} the observer {observer} sees another {at} ({cell}) when the secret is another, and no channel says so."
        )
    }
}

/// Carries a scenario out with both its secrets and gives everything that an observer other than the
/// protected code sees differently, the first of its kind each; nothing where there is no secret.
///
/// # Errors
/// The scenario does not take its own secrets.
pub fn two_runs(scenario: &dyn Scenario, inputs: &Inputs) -> Result<Vec<Difference>, BadInput> {
    let secrecy = scenario.secrecy();
    let mut first = Settings::default();
    let mut second = Settings::default();
    match secrecy.secret {
        Secret::None => return Ok(Vec::new()),
        Secret::Param(key, [a, b]) => {
            first.params.insert(key.to_string(), a.to_string());
            second.params.insert(key.to_string(), b.to_string());
        }
        Secret::Seed => second.seed = 1,
    }
    let (mut a, mut b) = (
        scenario.open(&first, inputs)?,
        scenario.open(&second, inputs)?,
    );
    let mut found = Found {
        channels: &secrecy.channels,
        seen: BTreeSet::new(),
        all: Vec::new(),
    };
    compare(&mut a, &mut b, &mut found);
    Ok(found.all)
}

/// Differences so far.
struct Found<'a> {
    channels: &'a [Channel],
    seen: BTreeSet<(Observer, String)>,
    all: Vec<Difference>,
}

impl Found<'_> {
    /// Notes a difference, unless the observer has seen one at this place already.
    fn note(&mut self, step: &str, observer: Observer, at: &str, cell: impl FnOnce() -> String) {
        if !self.seen.insert((observer, at.to_string())) {
            return;
        }
        // Ids of rules have a dot in them, those of panels have none.
        let covers = |c: &Channel| c.at == at || (c.at == ANY_ACCESS && at.contains('.'));
        let declared = |c: &Channel| c.observer == observer && covers(c);
        self.all.push(Difference {
            step: step.to_string(),
            observer,
            at: at.to_string(),
            cell: cell(),
            channel: self.channels.iter().position(declared),
        });
    }
}

fn compare(a: &mut Box<dyn Session>, b: &mut Box<dyn Session>, found: &mut Found<'_>) {
    for run in [&mut *a, &mut *b] {
        while run.work(1_000) != Progress::Ready {}
    }
    let observers = a.observers().into_iter().map(|(who, _)| who);
    let outside: Vec<Observer> = observers.filter(|who| *who != Observer::Inside).collect();
    let mut before: Option<(Rc<View>, Rc<View>)> = None;
    for position in 0..=a.len().min(b.len()) {
        let label = a.label(position);
        for who in &outside {
            let views = (a.view(position, Some(*who)), b.view(position, Some(*who)));
            if views.0 != views.1 {
                views_differ(&views.0, &views.1, *who, &label, found);
            }
        }
        // Where nothing moved in either run, accesses come to what they came to before.
        let whole = (a.view(position, None), b.view(position, None));
        if before.as_ref() == Some(&whole) {
            continue;
        }
        let mut touched = addresses(&whole.0);
        touched.extend(addresses(&whole.1));
        for address in touched {
            for who in &outside {
                for access in Access::ALL {
                    let answers = (
                        a.probe(position, *who, address, access),
                        b.probe(position, *who, address, access),
                    );
                    if answers.0 != answers.1 {
                        let cell = || format!("{} at {address:#x}", access.id());
                        found.note(&label, *who, answers.0.rule.id, cell);
                    }
                }
            }
        }
        before = Some(whole);
    }
    if a.len() != b.len() {
        for who in outside {
            let cell = || format!("{} and {}", a.len(), b.len());
            found.note("end", who, "steps", cell);
        }
    }
}

fn views_differ(a: &View, b: &View, who: Observer, label: &str, found: &mut Found<'_>) {
    let cells = changes(a, b).cells;
    let ids = |view: &View| view.panels.iter().map(Panel::id).collect::<BTreeSet<_>>();
    for id in ids(a).union(&ids(b)) {
        if a.panel(id) != b.panel(id) {
            let start = format!("{id}/");
            let cell = cells.iter().find_map(|c| c.strip_prefix(&start));
            found.note(label, who, id, || cell.unwrap_or("heading").to_string());
        }
    }
}

/// The beginning, the middle and the end of everything on the maps, and the fields of every structure
/// that is shown.
fn addresses(view: &View) -> BTreeSet<u64> {
    let mut all = BTreeSet::new();
    for panel in &view.panels {
        match panel {
            Panel::AddressMap(map) => {
                for range in map.lanes.iter().flat_map(|l| &l.ranges) {
                    let size = range.end.saturating_sub(range.start);
                    all.insert(range.start);
                    all.insert(range.start + ((size / 2) & !15));
                    all.insert(range.end.saturating_sub(16));
                }
            }
            Panel::Bytes(bytes) => {
                let fields = bytes.fields.iter().map(|f| f.offset as u64);
                all.extend(fields.map(|offset| bytes.place.at.wrapping_add(offset) & !15));
            }
            _ => {}
        }
    }
    all
}
