//! What questions look for in a run: measurements, refusals, who runs, accesses.

use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{Column, Line, Look, Proof, Seen};
use crate::bytes::hex;
use crate::text::Text;
use crate::trace::{Group, Observer, Phase, Place, Rule, Session};
use crate::view::{Access, Panel, Privilege, Probe, Tone, View};

/// The measurement that a run came to.
pub(super) struct Measurement {
    pub(super) title: Text,
    pub(super) value: Vec<u8>,
    pub(super) proof_at: u64,
    proof: Option<Proof>,
}

impl Measurement {
    /// It as a line.
    pub(super) fn line(self, name: Text) -> Line {
        Line {
            under: None,
            name,
            value: hex::encode(&self.value).into(),
            mono: true,
            tone: Tone::Plain,
            proof: self.proof,
        }
    }
}

/// A step that one run has refused and another has not.
pub(super) struct NewStop {
    pub(super) label: String,
    pub(super) name: Text,
    pub(super) rule: Option<&'static Rule>,
}

/// The measurement of the program: the first digest shown at the end of the phase in which it is
/// initialised, if it has taken anything in; told at the first step after which it stood.
pub(super) fn measurement(run: &mut dyn Session) -> Option<Measurement> {
    let outline = run.outline();
    let is_of = |phase| move |g: &&Group| g.phase == phase;
    let ready = outline.groups.iter().rfind(is_of(Phase::Initialise))?;
    let end = ready.first + ready.len - 1;
    let (title, value) = digest(run, end)?;
    let first = outline.groups.iter().find(is_of(Phase::Initialise))?.first;
    let stood = (first..end).find(|p| digest(run, *p).is_some_and(|(_, v)| v == value));
    Some(Measurement {
        title,
        value,
        proof_at: stood.unwrap_or(end),
        proof: None,
    })
}

/// The first digest shown after a step and where it stands.
fn digest(run: &mut dyn Session, position: u64) -> Option<(Text, Vec<u8>)> {
    let view = run.view(position, None);
    view.panels.iter().find_map(|panel| match panel {
        Panel::Digest(d) if !d.if_final.is_empty() => Some((d.title.clone(), d.if_final.clone())),
        _ => None,
    })
}

/// The rule by which a step was stopped.
pub(super) fn broken(run: &mut dyn Session, position: u64) -> Option<&'static Rule> {
    run.step(position).and_then(|step| step.broken())
}

/// Who runs, by the panel of privilege levels.
fn privilege(view: &View) -> Option<&Privilege> {
    view.panels.iter().find_map(|panel| match panel {
        Panel::Privilege(p) => Some(p),
        _ => None,
    })
}

impl Column {
    /// The last position.
    #[must_use]
    pub fn last(&self) -> u64 {
        self.runs[0].len()
    }

    /// The first position of a phase, if it happens.
    #[must_use]
    pub fn start(&self, phase: Phase) -> Option<u64> {
        let outline = self.runs[0].outline();
        let first = outline.groups.iter().find(|g| g.phase == phase);
        first.map(|g| g.first)
    }

    /// The technical name of a step.
    pub(super) fn name(&mut self, position: u64) -> Text {
        self.runs[0].line(position).name
    }

    /// A place of the machine in words.
    pub(super) fn place_name(&mut self, position: u64, place: &Place) -> Text {
        self.runs[0].place_name(position, place)
    }

    /// The step after which something shows.
    pub(super) fn proof(&self, position: u64, observer: Option<Observer>) -> Proof {
        Proof {
            scenario: self.scenario(),
            step: self.label(position),
            observer,
            set: self.with(&[]),
            in_run: None,
        }
    }

    /// The parameters of the run that differ from their defaults, with others besides.
    pub(super) fn with(&self, more: &[(&'static str, &'static str)]) -> Vec<(String, String)> {
        let mut set = self.settings().params.clone();
        for (key, value) in more {
            set.insert((*key).to_string(), (*value).to_string());
        }
        let usual = |key: &str, value: &str| {
            let mut params = self.runs[0].info().params.iter();
            params.any(|p| p.key == key && p.default == value)
        };
        set.retain(|key, value| !usual(key, value));
        set.into_iter().collect()
    }

    /// The measurement of the program.
    pub(super) fn measurement(&mut self) -> Option<Measurement> {
        let found = measurement(&mut *self.runs[0])?;
        let proof = self.proof(found.proof_at, None);
        Some(Measurement {
            proof: Some(proof),
            ..found
        })
    }

    /// The first step that another run of the program has refused and this one has not.
    pub(super) fn new_stop(&mut self, other: &mut dyn Session) -> Option<NewStop> {
        let own = self.runs[0].stops();
        let own: Vec<String> = own.iter().map(|(p, _)| self.label(*p)).collect();
        let stops = other.stops();
        let position = stops.iter().map(|(p, _)| *p);
        let position = position
            .into_iter()
            .find(|p| !own.contains(&other.label(*p)))?;
        Some(NewStop {
            label: other.label(position),
            name: other.line(position).name,
            rule: broken(other, position),
        })
    }

    /// What each observer gets who reads the place of the secret, a line each.
    pub(super) fn looks(&mut self, position: u64) -> Vec<Line> {
        let observers = self.observers().into_iter();
        let line = |(who, title)| {
            let proof = self.proof(position, Some(who));
            self.look(position, who).line(who, title, proof)
        };
        observers.map(line).collect()
    }

    /// One access of an observer to the place of the secret.
    pub(super) fn touch(&mut self, position: u64, who: Observer, access: Access) -> Probe {
        let at = (self.common.secret_at)(&self.params, who);
        self.runs[0].probe(position, who, at, access)
    }

    /// The positions after which the secret lies in memory, from the first step to the last of its use.
    pub(super) fn holds(&mut self) -> Vec<u64> {
        let [secret, _] = self.secrets();
        let at = (self.common.secret_at)(&self.params, Observer::Inside);
        let last = self.runs[0].len();
        let run = &mut self.runs[0];
        let mut reads = |p: &u64| run.probe(*p, Observer::Inside, at, Access::Read).bytes == secret;
        (1..=last)
            .filter(|p| !secret.is_empty() && reads(p))
            .collect()
    }

    /// What an observer sees at a position in the run and in its twin with the other secret.
    pub(super) fn both(&mut self, position: u64, who: Option<Observer>) -> [Rc<View>; 2] {
        let [first, second] = &mut self.runs;
        [first.view(position, who), second.view(position, who)]
    }

    /// Who runs after a step, in the machine's words.
    pub(super) fn runs_at(&mut self, position: u64) -> Option<Text> {
        let view = self.view(position, None);
        let panel = privilege(&view)?;
        let (level, world) = panel.now?;
        let occupant = panel.levels.get(level)?.cells.get(world)?.as_ref()?;
        Some(crate::text!(
            "compare.runs-at",
            "{who}, {level}",
            who = occupant.who.clone(),
            level = panel.levels[level].title.clone()
        ))
    }

    /// Which world runs after a step.
    pub(super) fn world_at(&mut self, position: u64) -> Option<usize> {
        let view = self.view(position, None);
        privilege(&view)?.now.map(|(_, world)| world)
    }
}

impl Look {
    /// How it is to be taken: the protected code reads its own secret, and should.
    #[must_use]
    pub fn tone(&self, who: Observer) -> Tone {
        match who {
            Observer::Inside => Tone::Plain,
            _ => self.seen.tone(),
        }
    }

    /// It as a line about the one who looked.
    fn line(self, who: Observer, name: Text, proof: Proof) -> Line {
        let tone = self.tone(who);
        Line {
            under: None,
            name,
            value: self.seen.title(),
            mono: false,
            tone,
            proof: Some(proof),
        }
    }
}

impl super::Answer {
    /// Takes over what the machine said to a reading: its words, the bytes, the rule.
    pub(super) fn take(&mut self, look: Look) {
        self.says.push(look.answer);
        self.bytes = look.bytes;
        self.rule = Some(look.rule);
        self.held = look.seen != Seen::Refused;
    }
}
