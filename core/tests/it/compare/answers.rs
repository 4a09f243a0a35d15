//! Every answer follows the machine: turn a switch of the vault, and the answers that depend on it change, and no
//! other.

use std::collections::BTreeMap;

use teescope_core::compare::{ALL, Answer, Choice, Column, Line, by_id};
use teescope_core::trace::{Observer, Progress};

use super::vault;

/// The run of a vault with these switches.
pub(super) fn column(set: &[(&str, &str)]) -> Column {
    let choice = Choice {
        tee: "vault".into(),
        variant: String::new(),
        set: set
            .iter()
            .map(|(k, v)| ((*k).into(), (*v).into()))
            .collect(),
    };
    let mut column = Column::open(&[vault::tee()], &choice).expect("the vault opens");
    while column.work(3) != Progress::Ready {}
    column
}

fn ask(column: &mut Column, question: &str) -> Answer {
    let question = by_id(question).expect("the question is there");
    (question.answer)(column, Observer::Privileged)
}

/// The kind of every answer.
fn kinds(column: &mut Column) -> BTreeMap<&'static str, &'static str> {
    let kind = |q: &&'static teescope_core::compare::Question| (q.id, ask(column, q.id).kind);
    ALL.iter().map(kind).collect()
}

/// What the switches change, by question. What is not named stays.
type Row = (
    &'static [(&'static str, &'static str)],
    &'static [(&'static str, &'static str)],
);

/// The answers of the vault as it is.
const PLAIN: [(&str, &str); 12] = [
    ("cost", "counted"),
    ("device", "nothing"),
    ("dram", "constant"),
    ("end", "constant"),
    ("in-use", "constant"),
    ("interrupt", "nothing"),
    ("limits", "limited"),
    ("measured", "reported"),
    ("neighbour", "constant"),
    ("place", "system-unmeasured"),
    ("privilege", "one-level"),
    ("proof", "proves"),
];

const ROWS: [Row; 11] = [
    (&[], &[]),
    (&[("wipes", "yes")], &[]),
    (
        &[("outside", "plain")],
        &[
            ("in-use", "plain"),
            ("device", "reads-and-writes"),
            ("dram", "plain"),
            ("neighbour", "plain"),
            ("end", "plain"),
        ],
    ),
    (
        &[("outside", "plain"), ("wipes", "yes")],
        &[
            ("in-use", "plain"),
            ("device", "reads-and-writes"),
            ("dram", "plain"),
            ("neighbour", "plain"),
            ("end", "zeros"),
        ],
    ),
    (
        &[("outside", "shut")],
        &[
            ("in-use", "refused"),
            ("dram", "refused"),
            ("neighbour", "refused"),
            ("end", "refused"),
        ],
    ),
    (
        &[("outside", "cipher")],
        &[
            ("in-use", "cipher"),
            ("dram", "cipher-repeats"),
            ("neighbour", "cipher"),
            ("end", "cipher"),
        ],
    ),
    (
        &[("outside", "fresh")],
        &[
            ("in-use", "cipher"),
            ("dram", "cipher-fresh"),
            ("neighbour", "cipher"),
            ("end", "cipher"),
        ],
    ),
    (&[("careless", "yes")], &[("interrupt", "depends")]),
    (&[("registered-only", "yes")], &[("measured", "refused")]),
    (&[("deep", "yes")], &[("privilege", "several-levels")]),
    (&[("site-measured", "yes")], &[("place", "system-measured")]),
];

shared_test! {
    fn answers_change_where_the_machine_does_and_nowhere_else() {
        for (set, changed) in ROWS {
            let mut wanted: BTreeMap<&str, &str> = PLAIN.into_iter().collect();
            wanted.extend(changed.iter().copied());
            assert_eq!(kinds(&mut column(set)), wanted, "{set:?}");
        }
    }

    fn a_refused_place_is_told_with_its_rule() {
        let answer = ask(&mut column(&[("site-fixed", "yes")]), "place");
        assert_eq!(answer.kind, "refused");
        assert_eq!(answer.rule.map(|r| r.id), Some("VAULT.site"));
    }

    fn what_is_told_of_the_bytes_is_what_the_probe_gave() {
        let answer = ask(&mut column(&[("outside", "plain")]), "in-use");
        assert_eq!(answer.bytes, [1, 2, 3, 4]);
        let answer = ask(&mut column(&[]), "in-use");
        assert_eq!(answer.bytes, [0xff; 4]);
        let fresh = ask(&mut column(&[("outside", "fresh")]), "dram");
        let read: Vec<String> = fresh.lines.iter().map(|l| l.value.en()).collect();
        // Each byte is turned by 0x5a and by the number of writes: 0x5b, then 0x58.
        assert_eq!(read, ["5a59585f", "595a5b5c"]);
    }

    fn limits_count_what_was_done_before_the_refusal() {
        let answer = ask(&mut column(&[]), "limits");
        assert_eq!(answer.verdict.en(), "rooms: 3");
        assert_eq!(answer.rule.map(|r| r.id), Some("VAULT.room"));
        assert_eq!(answer.proofs[0].step, "room3");
    }

    fn the_root_is_what_no_key_is_made_from() {
        let answer = ask(&mut column(&[]), "proof");
        assert_eq!(answer.verdict.en(), "by prove");
        assert!(answer.says[0].en().ends_with(": brass."), "{}", answer.says[0].en());
    }

    fn costs_are_counts_of_steps_and_crossings() {
        let answer = ask(&mut column(&[]), "cost");
        assert_eq!(answer.verdict.en(), "10 steps, 4 crossings");
        assert_eq!(answer.lines[0].name.en(), "keep");
        assert_eq!(answer.lines[0].value.en(), "2 ×");
    }

    fn measured_bytes_are_counted_by_phase() {
        let answer = ask(&mut column(&[("site-measured", "yes")]), "measured");
        let of_load = |l: &&Line| l.under.as_ref().is_some_and(|phase| phase.en() == "Load");
        let load = answer.lines.iter().find(of_load).expect("a line of loading");
        assert_eq!((load.name.en(), load.value.en()), ("digest".into(), "2 bytes in 2 parts".into()));
    }
}
