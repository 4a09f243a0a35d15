//! What does it cost?

use alloc::vec::Vec;

use crate::compare::{Answer, Column, Line, Question};
use crate::text;
use crate::text::Text;
use crate::trace::{Observer, Phase};
use crate::view::Tone;

pub(super) static QUESTION: Question = Question {
    id: "cost",
    asks: || text!("compare.cost", "What does it cost?"),
    how: || {
        text!(
            "compare.cost.how",
            "The steps of the whole run are counted by name, and how often the processor crosses between the protected program and the rest. A count of instructions, not a time."
        )
    },
    phases: &[Phase::Enter, Phase::Interrupt, Phase::Resume],
    by_observer: false,
    answer,
};

fn answer(column: &mut Column, _: Observer) -> Answer {
    let mut names: Vec<(Text, u64, u64)> = Vec::new();
    let mut crossings = Vec::new();
    let last = column.last();
    let mut world = None;
    for position in 1..=last {
        let name = column.name(position);
        match names.iter_mut().find(|(n, ..)| *n == name) {
            Some((_, count, _)) => *count += 1,
            None => names.push((name, 1, position)),
        }
        let now = column.world_at(position);
        if now.is_some() && world.is_some() && now != world {
            crossings.push(position);
        }
        world = now.or(world);
    }
    let mut answer = Answer::new(
        "counted",
        text!(
            "compare.cost.verdict",
            "{steps} steps, {crossings} crossings",
            steps = last,
            crossings = crossings.len() as u64
        ),
        Tone::Plain,
    );
    for position in crossings {
        answer.proofs.push(column.proof(position, None));
    }
    names.sort_by_key(|(_, count, _)| core::cmp::Reverse(*count));
    for (name, count, position) in names {
        answer.lines.push(Line {
            under: None,
            name,
            value: text!("compare.cost.times", "{n} ×", n = count),
            mono: false,
            tone: Tone::Plain,
            proof: Some(column.proof(position, None)),
        });
    }
    answer
}
