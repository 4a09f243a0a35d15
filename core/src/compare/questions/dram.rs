//! What lies in DRAM, and does the same secret look the same there?

use alloc::vec::Vec;

use crate::bytes::hex;
use crate::compare::{Answer, Column, Line, Question, Seen};
use crate::text;
use crate::trace::{Observer, Phase};
use crate::view::Tone;

pub(super) static QUESTION: Question = Question {
    id: "dram",
    asks: || text!("compare.dram", "What lies in DRAM?"),
    how: || {
        text!(
            "compare.dram.how",
            "A probe on the memory bus reads the secret’s place after every step at which the protected program reads its secret there. The program stores the same secret again on the way: does the probe see the same bytes?"
        )
    },
    phases: &[Phase::Use],
    by_observer: false,
    answer,
};

/// What the probe read for the first time at a position.
struct Reading {
    position: u64,
    bytes: Vec<u8>,
}

fn answer(column: &mut Column, _: Observer) -> Answer {
    let in_use = column.in_use();
    let look = column.look(in_use, Observer::Bus);
    let readings = readings(column);
    let many = readings.len() > 1;
    let (kind, verdict, tone) = match (look.seen, many) {
        (Seen::Cipher, true) => (
            "cipher-fresh",
            text!(
                "compare.dram.fresh",
                "ciphertext, another one each time it is written"
            ),
            Tone::Good,
        ),
        (Seen::Cipher, false) => (
            "cipher-repeats",
            text!(
                "compare.dram.repeats",
                "ciphertext, the same for the same secret"
            ),
            Tone::Warn,
        ),
        (Seen::Plain, _) => (
            "plain",
            text!("compare.dram.plain", "the secret, in plain"),
            Tone::Bad,
        ),
        (seen, _) => (seen.id(), seen.title(), seen.tone()),
    };
    let mut answer = Answer::new(kind, verdict, tone);
    answer
        .proofs
        .push(column.proof(in_use, Some(Observer::Bus)));
    answer.take(look);
    for reading in readings {
        answer.lines.push(Line {
            under: None,
            name: column.name(reading.position),
            value: hex::encode(&reading.bytes).into(),
            mono: true,
            tone: Tone::Plain,
            proof: Some(column.proof(reading.position, Some(Observer::Bus))),
        });
    }
    answer
}

/// Every different reading of the probe while the secret lies in memory.
fn readings(column: &mut Column) -> Vec<Reading> {
    let mut all: Vec<Reading> = Vec::new();
    for position in column.holds() {
        let bytes = column.look(position, Observer::Bus).bytes;
        if all.iter().all(|r| r.bytes != bytes) {
            all.push(Reading { position, bytes });
        }
    }
    all
}
