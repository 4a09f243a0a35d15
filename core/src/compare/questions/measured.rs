//! What is measured, when, and who notices a changed program?

use alloc::vec::Vec;

use crate::compare::{Answer, Column, Line, Proof, Question};
use crate::text;
use crate::text::Text;
use crate::trace::{Event, Observer, Phase, Place};
use crate::view::Tone;

pub(super) static QUESTION: Question = Question {
    id: "measured",
    asks: || text!("compare.measured", "What is measured, and when?"),
    how: || {
        text!(
            "compare.measured.how",
            "Everything that a digest takes in is counted, phase by phase. Then the run is repeated with one byte of the program changed by the operating system before it starts: who notices?"
        )
    },
    phases: &[Phase::Load, Phase::Initialise],
    by_observer: false,
    answer,
};

/// What a digest took in during a phase.
struct Taken {
    phase: Phase,
    digest: Place,
    times: u64,
    bytes: u64,
    last: u64,
}

fn answer(column: &mut Column, _: Observer) -> Answer {
    let taken = taken(column);
    let mut answer = noticed(column);
    if let Some(found) = column.measurement() {
        let title = found.title.clone();
        answer.lines.insert(0, found.line(title));
    }
    for t in &taken {
        answer.lines.push(Line {
            under: Some(t.phase.title()),
            name: column.place_name(t.last, &t.digest),
            value: text!(
                "compare.measured.taken",
                "{bytes} bytes in {times} parts",
                bytes = t.bytes,
                times = t.times
            ),
            mono: false,
            tone: Tone::Plain,
            proof: Some(column.proof(t.last, None)),
        });
    }
    answer
}

/// Who notices a changed byte.
fn noticed(column: &mut Column) -> Answer {
    let own = column.measurement();
    let altered = column.common.altered.clone();
    let other = match altered.is_empty() {
        true => None,
        false => column.another(&altered).ok(),
    };
    let Some(mut other) = other else {
        return Answer::new(
            "unknown",
            text!("compare.measured.nothing", "nothing is measured"),
            Tone::Warn,
        );
    };
    if let Some(stop) = column.new_stop(&mut *other) {
        let mut answer = Answer::new(
            "refused",
            text!(
                "compare.measured.refused",
                "measured as it is loaded; a changed program is refused before it starts"
            ),
            Tone::Good,
        );
        answer.rule = stop.rule;
        answer.held = false;
        answer.says.push(text!(
            "compare.measured.refused-at",
            "With one byte changed, {name} is refused.",
            name = stop.name
        ));
        answer.proofs.push(Proof {
            scenario: column.scenario(),
            step: stop.label,
            observer: None,
            set: column.with(&altered),
            in_run: Some(changed()),
        });
        return answer;
    }
    let moved = crate::compare::measurement(&mut *other);
    let same = own.as_ref().map(|m| &m.value) == moved.as_ref().map(|m| &m.value);
    let at = own.as_ref().map_or(0, |m| m.proof_at);
    let mut answer = match same {
        true => Answer::new(
            "unnoticed",
            text!(
                "compare.measured.unnoticed",
                "a changed program runs and nothing tells"
            ),
            Tone::Bad,
        ),
        false => Answer::new(
            "reported",
            text!(
                "compare.measured.reported",
                "measured once it is loaded; a changed program runs, and its proof tells"
            ),
            Tone::Warn,
        ),
    };
    if let Some(moved) = moved {
        answer.lines.push(moved.line(text!(
            "compare.measured.changed",
            "measurement with one byte changed"
        )));
    }
    answer.proofs.push(column.proof(at, None));
    answer.proofs.push(Proof {
        set: column.with(&altered),
        in_run: Some(changed()),
        ..column.proof(at, None)
    });
    answer
}

/// What distinguishes the run in which the operating system changed the program.
fn changed() -> Text {
    text!("compare.measured.changed-run", "with one byte changed")
}

/// What digests took in, by phase and digest.
fn taken(column: &mut Column) -> Vec<Taken> {
    let mut all: Vec<Taken> = Vec::new();
    for position in 1..=column.last() {
        let phase = column.session().phase(position);
        let Some(step) = column.session().step(position) else {
            continue;
        };
        for event in &step.events {
            let Event::Absorb(absorb) = event else {
                continue;
            };
            let bytes: u64 = absorb
                .pieces
                .iter()
                .map(|p| p.bytes.len() as u64 + p.more)
                .sum();
            let same = |t: &&mut Taken| t.phase == phase && t.digest == absorb.digest;
            match all.iter_mut().find(same) {
                Some(taken) => {
                    taken.times += 1;
                    taken.bytes += bytes;
                    taken.last = position;
                }
                None => all.push(Taken {
                    phase,
                    digest: absorb.digest,
                    times: 1,
                    bytes,
                    last: position,
                }),
            }
        }
    }
    all
}
