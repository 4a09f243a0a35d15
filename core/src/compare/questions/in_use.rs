//! Who can read the secret while it is used?

use super::Question;
use crate::compare::{Answer, Column, Line, Proof};
use crate::text;
use crate::trace::{Observer, Phase};
use crate::view::Tone;

pub(super) static QUESTION: Question = Question {
    id: "in-use",
    asks: || {
        text!(
            "compare.in-use",
            "Who can read the secret while it is being used?"
        )
    },
    how: || {
        text!(
            "compare.in-use.how",
            "The program holds its secret in memory. Each observer reads that place, in two runs with two secrets: who gets the secret, something that depends on it, or nothing of it?"
        )
    },
    phases: &[Phase::Use],
    by_observer: true,
    answer,
};

fn answer(column: &mut Column, observer: Observer) -> Answer {
    let position = column.in_use();
    let look = column.look(position, observer);
    let mut answer = Answer::new(look.seen.id(), look.seen.title(), look.seen.tone());
    answer.says.push(look.answer.clone());
    answer.bytes = look.bytes;
    answer.rule = Some(look.rule);
    answer.proofs.push(column.proof(position, Some(observer)));
    for (who, title) in column.observers() {
        let look = column.look(position, who);
        let tone = match who {
            Observer::Inside => Tone::Plain,
            _ => look.seen.tone(),
        };
        answer.lines.push(Line {
            name: title,
            value: look.seen.title(),
            mono: false,
            tone,
            proof: Some(column.proof(position, Some(who))),
        });
    }
    answer
}

impl Column {
    /// The step after which something shows.
    pub(super) fn proof(&self, position: u64, observer: Option<Observer>) -> Proof {
        let settings = self.settings();
        let set = settings.params.iter().map(|(k, v)| (k.clone(), v.clone()));
        Proof {
            scenario: self.scenario(),
            step: self.label(position),
            observer,
            set: set.collect(),
        }
    }
}
