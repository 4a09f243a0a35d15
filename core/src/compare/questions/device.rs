//! What can a device do that reads and writes memory by itself?

use crate::compare::{Answer, Column, Line, Question, Seen};
use crate::text;
use crate::trace::{Observer, Phase};
use crate::view::{Access, Tone};

pub(super) static QUESTION: Question = Question {
    id: "device",
    asks: || text!("compare.device", "What can a DMA device do?"),
    how: || {
        text!(
            "compare.device.how",
            "While the program uses its secret, a device that the operating system programs reads the secret’s place and tries to write there."
        )
    },
    phases: &[Phase::Use],
    by_observer: false,
    answer,
};

fn answer(column: &mut Column, _: Observer) -> Answer {
    let position = column.in_use();
    let look = column.look(position, Observer::Device);
    let write = column.touch(position, Observer::Device, Access::Write);
    let writes = write.tone == Tone::Good && look.seen != Seen::Nobody;
    let (kind, verdict) = match (look.seen, writes) {
        (Seen::Nobody, _) => ("nobody", Seen::Nobody.title()),
        (Seen::Plain, true) => (
            "reads-and-writes",
            text!("compare.device.both", "reads the secret and writes over it"),
        ),
        (Seen::Plain, false) => (
            "reads",
            text!("compare.device.reads", "reads the secret, cannot write"),
        ),
        (_, true) => (
            "writes",
            text!(
                "compare.device.writes",
                "reads nothing of it, but writes over it"
            ),
        ),
        (_, false) => (
            "nothing",
            text!("compare.device.neither", "can neither read nor write it"),
        ),
    };
    let tone = match kind {
        "nothing" => Tone::Good,
        "nobody" => Tone::Plain,
        _ => Tone::Bad,
    };
    let mut answer = Answer::new(kind, verdict, tone);
    let proof = column.proof(position, Some(Observer::Device));
    let name = text!("compare.reads", "reading");
    answer.lines.push(Line {
        under: None,
        name,
        value: look.answer.clone(),
        mono: false,
        tone: look.seen.tone(),
        proof: Some(proof.clone()),
    });
    answer.lines.push(Line {
        under: None,
        name: text!("compare.writes", "writing"),
        value: write.answer,
        mono: false,
        tone: if writes { Tone::Bad } else { Tone::Good },
        proof: Some(proof.clone()),
    });
    answer.proofs.push(proof);
    answer.take(look);
    answer
}
