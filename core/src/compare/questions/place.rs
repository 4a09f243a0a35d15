//! Who decides where the program lives?

use crate::compare::{Answer, Column, Line, Question};
use crate::text;
use crate::trace::{Observer, Phase};
use crate::view::Tone;

pub(super) static QUESTION: Question = Question {
    id: "place",
    asks: || text!("compare.place", "Who decides where it lives?"),
    how: || {
        text!(
            "compare.place.how",
            "The run is repeated with the operating system choosing another place. Does the program still run, and does its measurement tell?"
        )
    },
    phases: &[Phase::Allocate, Phase::Load],
    by_observer: false,
    answer,
};

fn answer(column: &mut Column, _: Observer) -> Answer {
    let at = column.start(Phase::Allocate).or(column.start(Phase::Load));
    let at = at.unwrap_or(0);
    let mut answer = found(column);
    if let Some(who) = column.runs_at(at) {
        answer.lines.push(Line {
            under: None,
            name: text!("compare.place.calls", "who makes the call"),
            value: who,
            mono: false,
            tone: Tone::Plain,
            proof: Some(column.proof(at, None)),
        });
    }
    answer.proofs.push(column.proof(at, None));
    answer
}

fn found(column: &mut Column) -> Answer {
    let elsewhere = column.common.elsewhere.clone();
    if elsewhere.is_empty() {
        return Answer::new(
            "fixed",
            text!("compare.place.fixed", "it was fixed at boot"),
            Tone::Plain,
        );
    }
    let own = column.measurement();
    let Ok(mut other) = column.another(&elsewhere) else {
        return Answer::new(
            "fixed",
            text!("compare.place.fixed", "it was fixed at boot"),
            Tone::Plain,
        );
    };
    if let Some(stop) = column.new_stop(&mut *other) {
        let mut answer = Answer::new(
            "refused",
            text!(
                "compare.place.refused",
                "another place is refused: the operating system cannot choose"
            ),
            Tone::Good,
        );
        answer.rule = stop.rule;
        answer.held = false;
        return answer;
    }
    let moved = crate::compare::measurement(&mut *other);
    let same = own.as_ref().map(|m| &m.value) == moved.as_ref().map(|m| &m.value);
    let mut answer = match same {
        true => Answer::new(
            "system-unmeasured",
            text!(
                "compare.place.unmeasured",
                "the operating system; the measurement does not tell where"
            ),
            Tone::Plain,
        ),
        false => Answer::new(
            "system-measured",
            text!(
                "compare.place.measured",
                "the operating system; the measurement tells where"
            ),
            Tone::Plain,
        ),
    };
    for (title, found) in [
        (text!("compare.place.here", "measurement here"), own),
        (text!("compare.place.there", "measurement elsewhere"), moved),
    ] {
        if let Some(found) = found {
            answer.lines.push(found.line(title));
        }
    }
    answer
}
