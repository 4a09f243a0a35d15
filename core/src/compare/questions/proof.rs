//! How does the program prove itself, and where is the root of that?

use alloc::vec::Vec;

use crate::compare::{Answer, Column, Line, Question};
use crate::text;
use crate::text::Text;
use crate::trace::{Event, Observer, Phase};
use crate::view::Tone;

pub(super) static QUESTION: Question = Question {
    id: "proof",
    asks: || {
        text!(
            "compare.proof",
            "How does it prove itself, and where is the root?"
        )
    },
    how: || {
        text!(
            "compare.proof.how",
            "Every key that is derived while the machine boots and while the program proves itself is listed with what it is made from. What is not made from anything else in the run is the root."
        )
    },
    phases: &[Phase::Attest, Phase::Boot],
    by_observer: false,
    answer,
};

/// A key and what it is made from.
struct Key {
    name: Text,
    from: Vec<Text>,
    position: u64,
}

fn answer(column: &mut Column, _: Observer) -> Answer {
    let Some(first) = column.start(Phase::Attest) else {
        return Answer::new(
            "none",
            text!("compare.proof.none", "it cannot prove itself"),
            Tone::Warn,
        );
    };
    let last = column.ends(Phase::Attest).last().copied().unwrap_or(first);
    let keys = keys(column);
    let made = |name: &Text| keys.iter().any(|k| k.name == *name);
    let mut roots: Vec<Text> = Vec::new();
    for name in keys.iter().flat_map(|k| &k.from) {
        if !made(name) && !roots.contains(name) {
            roots.push(name.clone());
        }
    }
    let name = column.name(last);
    let mut answer = Answer::new(
        "proves",
        text!("compare.proof.by", "by {name}", name = name),
        Tone::Plain,
    );
    for key in &keys {
        answer.lines.push(Line {
            under: None,
            name: key.name.clone(),
            value: text!(
                "compare.proof.from",
                "made from {parts}",
                parts = Text::join(&key.from, ", ")
            ),
            mono: false,
            tone: Tone::Plain,
            proof: Some(column.proof(key.position, None)),
        });
    }
    if !roots.is_empty() {
        answer.says.push(text!(
            "compare.proof.roots",
            "Not made from anything else here: {roots}.",
            roots = Text::join(&roots, ", ")
        ));
    }
    answer.proofs.push(column.proof(last, None));
    answer
}

/// Keys derived at boot and while the program proves itself, the first derivation of each.
fn keys(column: &mut Column) -> Vec<Key> {
    let mut all: Vec<Key> = Vec::new();
    for position in 1..=column.last() {
        if !matches!(
            column.session().phase(position),
            Phase::Boot | Phase::Attest
        ) {
            continue;
        }
        let Some(step) = column.session().step(position) else {
            continue;
        };
        for event in &step.events {
            let Event::Derive { key, from, .. } = event else {
                continue;
            };
            if all.iter().all(|k| k.name != *key) {
                all.push(Key {
                    name: key.clone(),
                    from: from.iter().map(|(name, _)| name.clone()).collect(),
                    position,
                });
            }
        }
    }
    all
}
