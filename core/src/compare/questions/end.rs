//! What is left when the program has ended?

use crate::compare::{Answer, Column, Question, Seen};
use crate::text;
use crate::trace::{Observer, Phase};
use crate::view::Tone;

pub(super) static QUESTION: Question = Question {
    id: "end",
    asks: || text!("compare.end", "What is left at the end?"),
    how: || {
        text!(
            "compare.end.how",
            "The program has ended and its memory is given back. Each observer reads once more where the secret was."
        )
    },
    phases: &[Phase::Destroy],
    by_observer: true,
    answer,
};

fn answer(column: &mut Column, observer: Observer) -> Answer {
    let position = column.last();
    let look = column.look(position, observer);
    let zeros = look.bytes.iter().all(|b| *b == 0);
    let (kind, verdict) = match look.seen {
        Seen::Constant if zeros => (
            "zeros",
            text!("compare.end.zeros", "reads zeros: the memory was cleared"),
        ),
        Seen::Plain => (
            "plain",
            text!("compare.end.plain", "reads the secret: nothing was cleared"),
        ),
        seen => (seen.id(), seen.title()),
    };
    let tone = match look.seen {
        Seen::Constant if zeros => Tone::Good,
        _ => look.tone(observer),
    };
    let mut answer = Answer::new(kind, verdict, tone);
    answer.proofs.push(column.proof(position, Some(observer)));
    answer.take(look);
    answer.lines = column.looks(position);
    answer
}
