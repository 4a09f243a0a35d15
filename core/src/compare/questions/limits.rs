//! What are the limits?

use crate::compare::{Answer, Column, Line, Proof, Question, broken};
use crate::text;
use crate::trace::{Observer, Phase};
use crate::view::Tone;

pub(super) static QUESTION: Question = Question {
    id: "limits",
    asks: || text!("compare.limits", "What are the limits?"),
    how: || {
        text!(
            "compare.limits.how",
            "Programs are created, and memory is added, until the machine refuses. What was done before is counted."
        )
    },
    phases: &[Phase::Allocate, Phase::Load, Phase::Initialise],
    by_observer: false,
    answer,
};

fn answer(column: &mut Column, _: Observer) -> Answer {
    let mut answer = Answer::new(
        "none",
        text!("compare.limits.none", "none was found"),
        Tone::Plain,
    );
    for limit in column.common.limits.clone() {
        let Ok((count, mut run)) = column.limit(&limit) else {
            continue;
        };
        let stop = run.stops().first().map(|(position, _)| *position);
        let value = match limit.bytes_each {
            0 => text!("compare.limits.count", "{n}", n = count),
            each => text!(
                "compare.limits.bytes",
                "{n}, that is {bytes} bytes",
                n = count,
                bytes = count * each
            ),
        };
        if answer.kind == "none" && stop.is_some() {
            answer.kind = "limited";
            answer.verdict = text!(
                "compare.limits.first",
                "{what}: {n}",
                what = limit.title.clone(),
                n = count
            );
        }
        let Some(stop) = stop else {
            continue;
        };
        let proof = Proof {
            scenario: limit.scenario,
            step: run.label(stop),
            observer: None,
            set: limit
                .set
                .iter()
                .map(|(k, v)| ((*k).into(), (*v).into()))
                .collect(),
            in_run: Some(limit.title.clone()),
        };
        if let Some(rule) = broken(&mut *run, stop) {
            answer.rule = answer.rule.or(Some(rule));
            answer.held = false;
        }
        answer.proofs.push(proof.clone());
        answer.lines.push(Line {
            under: None,
            name: limit.title.clone(),
            value,
            mono: false,
            tone: Tone::Plain,
            proof: Some(proof),
        });
    }
    answer
}
