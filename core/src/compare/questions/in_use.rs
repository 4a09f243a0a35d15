//! Who can read the secret while it is used?

use crate::compare::{Answer, Column, Question};
use crate::text;
use crate::trace::{Observer, Phase};

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
    let mut answer = Answer::new(look.seen.id(), look.seen.title(), look.tone(observer));
    answer.proofs.push(column.proof(position, Some(observer)));
    answer.take(look);
    for (who, title) in column.observers() {
        let look = column.look(position, who);
        let proof = column.proof(position, Some(who));
        answer.lines.push(look.line(who, title, proof));
    }
    answer
}
