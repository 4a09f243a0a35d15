//! What does the operating system see at an interrupt?

use alloc::vec::Vec;

use crate::compare::cells::{CellInWords, cells};
use crate::compare::{Answer, Column, Line, Question};
use crate::text;
use crate::text::Text;
use crate::trace::{Observer, Phase};
use crate::view::{Panel, Tone, changes};

pub(super) static QUESTION: Question = Question {
    id: "interrupt",
    asks: || {
        text!(
            "compare.interrupt",
            "What does the operating system see at an interrupt?"
        )
    },
    how: || {
        text!(
            "compare.interrupt.how",
            "The program is interrupted while it holds its secret. Everything the observer can see is compared between two runs with two secrets, panel by panel; what became visible at the interrupt is listed."
        )
    },
    phases: &[Phase::Interrupt],
    by_observer: true,
    answer,
};

/// How many things that became visible are listed.
const LISTED: usize = 24;

fn answer(column: &mut Column, observer: Observer) -> Answer {
    let ends = column.ends(Phase::Interrupt);
    let (Some(first), Some(last)) = (column.start(Phase::Interrupt), ends.last().copied()) else {
        return Answer::new(
            "never",
            text!("compare.interrupt.never", "it cannot be interrupted here"),
            Tone::Plain,
        );
    };
    let leaks = leaks(column, first..=last, observer);
    let secret = leaks.is_empty();
    let mut answer = match secret {
        true => Answer::new(
            "nothing",
            text!(
                "compare.interrupt.nothing",
                "nothing that depends on the secret"
            ),
            Tone::Good,
        ),
        false => Answer::new(
            "depends",
            text!(
                "compare.interrupt.depends",
                "something that depends on the secret"
            ),
            Tone::Bad,
        ),
    };
    answer.proofs.push(column.proof(first, Some(observer)));
    for (title, position) in leaks {
        answer.lines.push(Line {
            under: None,
            name: title,
            value: text!(
                "compare.interrupt.other",
                "is another one when the secret is another"
            ),
            mono: false,
            tone: Tone::Bad,
            proof: Some(column.proof(position, Some(observer))),
        });
    }
    let before = column.view(first - 1, Some(observer));
    let after = column.view(first, Some(observer));
    let proof = column.proof(first, Some(observer));
    let seen = cells(&after, &changes(&before, &after));
    for cell in alike(seen).into_iter().take(LISTED) {
        answer.lines.push(Line {
            under: Some(cell.panel),
            name: cell.name,
            value: cell.value,
            mono: true,
            tone: Tone::Plain,
            proof: Some(proof.clone()),
        });
    }
    answer
}

/// Cells of which three or more in a row have the same value, as one: registers that were cleared.
fn alike(cells: Vec<CellInWords>) -> Vec<CellInWords> {
    let same = |a: &CellInWords, b: &CellInWords| a.panel == b.panel && a.value == b.value;
    let runs = cells.chunk_by(same).flat_map(|run| match run {
        [first, _, .., last] => {
            let name = text!(
                "compare.interrupt.from-to",
                "{first} … {last}",
                first = first.name.clone(),
                last = last.name.clone()
            );
            let one = CellInWords {
                name,
                ..first.clone()
            };
            Vec::from([one])
        }
        _ => run.to_vec(),
    });
    runs.collect()
}

/// The panels that the observer sees differently when the secret is another, with the position.
fn leaks(
    column: &mut Column,
    positions: core::ops::RangeInclusive<u64>,
    observer: Observer,
) -> Vec<(Text, u64)> {
    let mut all: Vec<(Text, u64)> = Vec::new();
    for position in positions {
        let [first, second] = column.both(position, Some(observer));
        for panel in &first.panels {
            let title = panel.heading().0;
            if second.panel(panel.id()) != Some(panel) && all.iter().all(|(t, _)| t != title) {
                all.push((title.clone(), position));
            }
        }
        let lacks = |p: &&Panel| first.panel(p.id()).is_none();
        for panel in second.panels.iter().filter(lacks) {
            all.push((panel.heading().0.clone(), position));
        }
    }
    all
}
