//! One machine of a comparison: its common program, carried out with two secrets.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::ToString;
use alloc::vec::Vec;

use super::ask::Choice;
use crate::text;
use crate::text::Text;
use crate::trace::{
    BadInput, Common, Inputs, Limit, Observer, Params, Phase, Progress, Scenario, Secret, Session,
    Settings, Tee, Variant,
};
use crate::view::View;

/// A machine's runs of the common program. Equal choices give equal runs.
pub struct Column {
    /// What was chosen; the variant is never empty.
    pub choice: Choice,
    /// The machine's name.
    pub title: Text,
    /// The variant.
    pub variant: Variant,
    pub(super) common: Common,
    pub(super) scenario: &'static dyn Scenario,
    /// Every scenario that came with it, for runs to the limit.
    pub(super) beside: Vec<&'static dyn Scenario>,
    /// The run with the reader’s secret, and the same with another.
    pub(super) runs: [Box<dyn Session>; 2],
    /// The secrets as they lie in memory, once they have been read.
    pub(super) read: Option<[Vec<u8>; 2]>,
    /// Every parameter of the first run.
    pub(super) params: Params,
    /// The parameter that holds the secret.
    pub secret: &'static str,
}

impl Column {
    /// Opens the runs of a choice.
    ///
    /// # Errors
    /// There is no such machine or variant, it cannot be run, or a parameter does not fit.
    pub fn open(tees: &[Tee], choice: &Choice) -> Result<Self, BadInput> {
        let tee = tees.iter().find(|t| t.id == choice.tee);
        let (tee, common) = tee
            .and_then(|t| Some((t, (t.common?)())))
            .ok_or_else(|| no_machine(&choice.tee))?;
        let variant = match choice.variant.as_str() {
            "" => common.variants.first(),
            id => common.variants.iter().find(|v| v.id == id),
        };
        let variant = variant.ok_or_else(|| no_variant(choice, &common))?.clone();
        let scenario = tee
            .scenarios
            .iter()
            .find(|s| s.info().id == common.scenario);
        let scenario = *scenario.ok_or_else(|| no_machine(&choice.tee))?;
        let Secret::Param(key, secrets) = scenario.secrecy().secret else {
            return Err(no_machine(&choice.tee));
        };
        let first = settings_of(&variant.set, &choice.set);
        let params = scenario.info().resolve(&first)?;
        let own = params.get(key).map_or("", alloc::string::String::as_str);
        let other = secrets.into_iter().find(|secret| *secret != own);
        let mut second = first.clone();
        second
            .params
            .insert(key.to_string(), other.unwrap_or_default().to_string());
        let open = |s: &Settings| scenario.open(s, &Inputs::new());
        Ok(Self {
            choice: Choice {
                variant: variant.id.to_string(),
                ..choice.clone()
            },
            title: tee.title.clone(),
            runs: [open(&first)?, open(&second)?],
            read: None,
            variant,
            scenario,
            beside: tee.scenarios.clone(),
            common,
            params,
            secret: key,
        })
    }

    /// Carries out up to `steps` more steps of both runs.
    pub fn work(&mut self, steps: u64) -> Progress {
        let [first, second] = &mut self.runs;
        match first.work(steps) {
            Progress::Ready => second.work(steps),
            unfinished => unfinished,
        }
    }

    /// The scenario whose run this is.
    #[must_use]
    pub fn scenario(&self) -> &'static str {
        self.common.scenario
    }

    /// The parameters of the run that differ from their defaults: those of a link to the player.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        self.runs[0].settings()
    }

    /// The observers that mean something here, in the machine's words.
    #[must_use]
    pub fn observers(&self) -> Vec<(Observer, Text)> {
        self.runs[0].observers()
    }

    /// The label of a position.
    #[must_use]
    pub fn label(&self, position: u64) -> alloc::string::String {
        self.runs[0].label(position)
    }

    /// Every panel at a position, as an observer sees it.
    pub fn view(&mut self, position: u64, observer: Option<Observer>) -> Rc<View> {
        self.runs[0].view(position, observer)
    }

    /// The run itself, for what is not asked here.
    pub fn session(&mut self) -> &mut dyn Session {
        &mut *self.runs[0]
    }

    /// The positions at which the stretches of a phase end, in order.
    #[must_use]
    pub fn ends(&self, phase: Phase) -> Vec<u64> {
        let outline = self.runs[0].outline();
        let of_phase = outline.groups.iter().filter(|g| g.phase == phase);
        of_phase.map(|g| g.first + g.len - 1).collect()
    }

    /// Runs the common program once more with other parameters, to its end.
    ///
    /// # Errors
    /// The parameters do not fit.
    pub fn another(
        &self,
        set: &[(&'static str, &'static str)],
    ) -> Result<Box<dyn Session>, BadInput> {
        let mut settings = self.runs[0].settings().clone();
        for (key, value) in set {
            settings
                .params
                .insert((*key).to_string(), (*value).to_string());
        }
        let mut run = self.scenario.open(&settings, &Inputs::new())?;
        while run.work(1_000) != Progress::Ready {}
        Ok(run)
    }
}

impl Column {
    /// Runs a machine's limit until it is stopped: how many of the counted steps were done before, and the run.
    ///
    /// # Errors
    /// There is no such scenario, or its parameters do not fit.
    pub fn limit(&self, limit: &Limit) -> Result<(u64, Box<dyn Session>), BadInput> {
        let scenario = self.beside.iter().find(|s| s.info().id == limit.scenario);
        let scenario = scenario.ok_or_else(|| no_machine(limit.scenario))?;
        let settings = settings_of(&limit.set, &Params::new());
        let mut run = scenario.open(&settings, &Inputs::new())?;
        while run.work(1_000) != Progress::Ready {}
        let end = run.stops().first().map_or(run.len() + 1, |(p, _)| *p);
        let counted = (1..end).filter(|p| run.line(*p).name.en() == limit.counts);
        Ok((counted.count() as u64, run))
    }
}

fn settings_of(variant: &[(&'static str, &'static str)], set: &Params) -> Settings {
    let mut settings = Settings::default();
    for (key, value) in variant {
        settings
            .params
            .insert((*key).to_string(), (*value).to_string());
    }
    settings.params.extend(set.clone());
    settings
}

fn no_machine(id: &str) -> BadInput {
    BadInput {
        key: id.to_string(),
        missing_file: false,
        why: text!(
            "compare.no-machine",
            "“{id}” is no machine that runs the common program. Choose another.",
            id = id
        ),
    }
}

fn no_variant(choice: &Choice, common: &Common) -> BadInput {
    let known: Vec<&str> = common.variants.iter().map(|v| v.id).collect();
    BadInput {
        key: choice.variant.clone(),
        missing_file: false,
        why: text!(
            "compare.no-variant",
            "{tee} has no variant “{variant}”. It has: {known}.",
            tee = choice.tee.as_str(),
            variant = choice.variant.as_str(),
            known = known.join(", ")
        ),
    }
}
