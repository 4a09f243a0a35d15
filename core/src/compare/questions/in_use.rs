//! Who can read the secret while it is used?

use crate::compare::{Answer, Column, Question, Seen};
use crate::text;
use crate::text::Text;
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
    let mut answer = Answer::new(look.seen.id(), verdict(look.seen), look.tone(observer));
    answer.proofs.push(column.proof(position, Some(observer)));
    answer.take(look);
    answer.lines = column.looks(position);
    answer
}

/// The answer to “can they read it?”.
fn verdict(seen: Seen) -> Text {
    match seen {
        Seen::Plain => text!("compare.in-use.plain", "can read it"),
        Seen::Cipher => text!("compare.in-use.cipher", "cannot read it: gets ciphertext"),
        Seen::Constant => text!(
            "compare.in-use.constant",
            "cannot read it: always gets the same bytes"
        ),
        Seen::Refused => text!(
            "compare.in-use.refused",
            "cannot read it: the access is refused"
        ),
        Seen::Nobody => seen.title(),
    }
}
