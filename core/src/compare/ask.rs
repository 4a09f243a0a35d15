//! What the reader asks, as it stands in a link: the question, who looks, the machines side by side.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::trace::{Link, Observer, Params, Tee};

/// The most machines side by side.
pub const MOST_COLUMNS: usize = 4;

/// The keys of columns in a link.
const KEYS: [&str; MOST_COLUMNS] = ["a", "b", "c", "d"];

/// What the head of a link to the comparison begins with.
const HEAD: &str = "compare";

/// What the reader asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The id of the question.
    pub question: String,
    /// Who looks.
    pub observer: Observer,
    /// The machines, two to [`MOST_COLUMNS`]; one is possible where there is only one.
    pub columns: Vec<Choice>,
    /// The beat that is shown, as `phase.n`; empty for the one the question is about.
    pub at: String,
}

/// A machine that the reader chose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Its id.
    pub tee: String,
    /// The id of its variant; empty for the usual one.
    pub variant: String,
    /// Parameters of the common program that the reader set besides.
    pub set: Params,
}

impl Ask {
    /// What is asked when nothing is said: the first question of all, to the first machines that can be run,
    /// through the eyes of the operating system.
    #[must_use]
    pub fn first(tees: &[Tee]) -> Self {
        let can = tees.iter().filter(|t| t.common.is_some());
        let columns = can.take(2).map(|t| Choice {
            tee: t.id.to_string(),
            ..Choice::default()
        });
        Self {
            question: super::ALL.first().map_or("", |q| q.id).to_string(),
            observer: Observer::Privileged,
            columns: columns.collect(),
            at: String::new(),
        }
    }

    /// Whether a link leads to the comparison.
    #[must_use]
    pub fn is_meant(link: &Link) -> bool {
        link.scenario.split('/').next() == Some(HEAD)
    }

    /// Reads what a link asks. What it leaves out, or what there is not, is as in [`first`](Self::first).
    #[must_use]
    pub fn of(link: &Link, tees: &[Tee]) -> Self {
        let mut ask = Self::first(tees);
        if let Some((HEAD, id)) = link.scenario.split_once('/')
            && super::by_id(id).is_some()
        {
            ask.question = id.to_string();
        }
        ask.observer = link.observer.unwrap_or(ask.observer);
        ask.at.clone_from(&link.step);
        let columns: Vec<Choice> = KEYS.iter().filter_map(|key| column(link, key)).collect();
        if !columns.is_empty() {
            ask.columns = columns;
        }
        ask
    }

    /// Writes it into a link, whose other keys stay.
    pub fn put(&self, link: &mut Link) {
        link.scenario = format!("{HEAD}/{}", self.question);
        link.observer = Some(self.observer);
        link.step.clone_from(&self.at);
        for key in KEYS {
            let start = format!("{key}.");
            link.rest
                .retain(|(k, _)| k != key && !k.starts_with(&start));
        }
        for (key, choice) in KEYS.iter().zip(&self.columns) {
            let value = match choice.variant.is_empty() {
                true => choice.tee.clone(),
                false => format!("{}.{}", choice.tee, choice.variant),
            };
            link.set(key, Some(&value));
            for (param, value) in &choice.set {
                link.set(&format!("{key}.{param}"), Some(value));
            }
        }
    }
}

fn column(link: &Link, key: &str) -> Option<Choice> {
    let value = link.get(key)?;
    let (tee, variant) = value.split_once('.').unwrap_or((value, ""));
    let start = format!("{key}.");
    let set = link.rest.iter().filter_map(|(k, v)| {
        let param = k.strip_prefix(&start)?;
        Some((param.to_string(), v.clone()))
    });
    Some(Choice {
        tee: tee.to_string(),
        variant: variant.to_string(),
        set: set.collect(),
    })
}
