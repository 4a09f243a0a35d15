//! At which privilege does the program run, and who else is there?

use crate::compare::{Answer, Column, Line, Question};
use crate::text;
use crate::trace::{Observer, Phase};
use crate::view::{Panel, Privilege, Tone};

pub(super) static QUESTION: Question = Question {
    id: "privilege",
    asks: || {
        text!(
            "compare.privilege",
            "At which privilege does it run, and who else is there?"
        )
    },
    how: || {
        text!(
            "compare.privilege.how",
            "At the moment at which the program uses its secret: the level and the world it runs in, who is at each other level, and on whom it relies."
        )
    },
    phases: &[Phase::Enter, Phase::Use],
    by_observer: false,
    answer,
};

fn answer(column: &mut Column, _: Observer) -> Answer {
    // Where it runs is asked at the last step of its use at which it does run: an observer’s attempt at the
    // end of the phase may leave somebody else on the processor.
    let mut positions = column.ends(Phase::Use);
    positions.reverse();
    positions.extend(column.ends(Phase::Enter));
    for position in positions {
        let view = column.view(position, None);
        let found = view.panels.iter().find_map(|p| match p {
            Panel::Privilege(p) => Some(p),
            _ => None,
        });
        if let Some(panel) = found
            && let Some((level, world)) = panel.now
            && world > 0
        {
            return told(column, position, panel, level, world);
        }
    }
    Answer::new(
        "unknown",
        text!("compare.privilege.unknown", "it is not known here"),
        Tone::Plain,
    )
}

fn told(
    column: &mut Column,
    position: u64,
    panel: &Privilege,
    level: usize,
    world: usize,
) -> Answer {
    let levels = panel
        .levels
        .iter()
        .filter(|l| matches!(l.cells.get(world), Some(Some(_))));
    let many = levels.count() > 1;
    let own = panel.levels[level].title.clone();
    let name = panel.worlds[world].clone();
    let mut answer = match many {
        false => Answer::new(
            "one-level",
            text!(
                "compare.privilege.one",
                "{level} only, in the world “{world}”",
                level = own,
                world = name
            ),
            Tone::Plain,
        ),
        true => Answer::new(
            "several-levels",
            text!(
                "compare.privilege.several",
                "{level}, in the world “{world}”, which has several levels",
                level = own,
                world = name
            ),
            Tone::Plain,
        ),
    };
    for level in &panel.levels {
        for (world, cell) in panel.worlds.iter().zip(&level.cells) {
            let Some(occupant) = cell else {
                continue;
            };
            let who = occupant.who.clone();
            answer.lines.push(Line {
                under: None,
                name: text!(
                    "compare.privilege.at",
                    "{level}, {world}",
                    level = level.title.clone(),
                    world = world.clone()
                ),
                value: match occupant.trusted {
                    true => text!(
                        "compare.privilege.trusted",
                        "{who}; the program relies on it",
                        who = who
                    ),
                    false => who,
                },
                mono: false,
                tone: occupant.tone,
                proof: Some(column.proof(position, None)),
            });
        }
    }
    answer.proofs.push(column.proof(position, None));
    answer
}
