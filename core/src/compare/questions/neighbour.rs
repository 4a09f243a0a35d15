//! What can another protected program do?

use crate::compare::{Answer, Column, Line, Question, Seen};
use crate::text;
use crate::trace::{Observer, Phase};
use crate::view::{Access, Tone};

pub(super) static QUESTION: Question = Question {
    id: "neighbour",
    asks: || {
        text!(
            "compare.neighbour",
            "What can another protected program do?"
        )
    },
    how: || {
        text!(
            "compare.neighbour.how",
            "Another program of the same kind, which may be an attacker’s, reads the secret’s place, writes there, and tries to run what lies there."
        )
    },
    phases: &[Phase::Use],
    by_observer: false,
    answer,
};

fn answer(column: &mut Column, _: Observer) -> Answer {
    let who = Observer::Neighbour;
    let position = column.in_use();
    let look = column.look(position, who);
    let mut answer = Answer::new(look.seen.id(), look.seen.title(), look.seen.tone());
    let proof = column.proof(position, Some(who));
    if look.seen != Seen::Nobody {
        for access in Access::ALL {
            let probe = column.touch(position, who, access);
            let name = match access {
                Access::Read => text!("compare.reads", "reading"),
                Access::Write => text!("compare.writes", "writing"),
                Access::Fetch => text!("compare.fetches", "running it as code"),
            };
            let tone = match (access, probe.tone) {
                (Access::Read, _) => look.seen.tone(),
                (_, Tone::Good) => Tone::Bad,
                _ => Tone::Good,
            };
            answer.lines.push(Line {
                under: None,
                name,
                value: probe.answer,
                mono: false,
                tone,
                proof: Some(proof.clone()),
            });
        }
    }
    answer.proofs.push(proof);
    answer.take(look);
    answer
}
