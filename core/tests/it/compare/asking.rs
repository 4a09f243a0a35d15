//! What is asked, in links and beside other machines.

use teescope_core::compare::{Answer, Ask, Choice, Column, beats, differs};
use teescope_core::trace::{Link, Observer, Phase, Progress};
use teescope_core::view::Tone;

use super::answers::column;
use super::vault;

fn tees() -> [teescope_core::trace::Tee; 1] {
    [vault::tee()]
}

fn read(fragment: &str) -> Ask {
    Ask::of(&Link::read(fragment).expect("a link"), &tees())
}

shared_test! {
    fn links_hold_the_question_and_every_column() {
        let fragment = "compare/dram@use.2&as=bus&a=vault.open&a.secret=5&b=vault";
        let link = Link::read(fragment).expect("a link");
        assert!(Ask::is_meant(&link));
        let ask = Ask::of(&link, &tees());
        assert_eq!(ask.question, "dram");
        assert_eq!((ask.observer, ask.at.as_str()), (Observer::Bus, "use.2"));
        let a = Choice {
            tee: "vault".into(),
            variant: "open".into(),
            set: [("secret".into(), "5".into())].into(),
        };
        let b = Choice { tee: "vault".into(), ..Choice::default() };
        assert_eq!(ask.columns, [a, b]);
        let mut written = Link::default();
        written.set("lang", Some("ja"));
        ask.put(&mut written);
        let again = read(&written.write());
        assert_eq!(again, ask);
        assert_eq!(written.get("lang"), Some("ja"));
    }

    fn what_a_link_leaves_out_or_gets_wrong_is_as_usual() {
        let usual = Ask::first(&tees());
        assert_eq!(usual.observer, Observer::Privileged);
        assert_eq!(read(""), usual);
        assert_eq!(read("compare"), usual);
        assert_eq!(read("compare/no-such-question"), usual);
        assert!(!Ask::is_meant(&Link::read("vault/common").expect("a link")));
    }

    fn a_machine_that_is_not_there_is_said() {
        for (tee, variant, says) in [
            ("safe", "", "“safe” is no machine"),
            ("vault", "glass", "has no variant “glass”. It has: ones, open."),
        ] {
            let choice = Choice { tee: tee.into(), variant: variant.into(), ..Choice::default() };
            let bad = Column::open(&tees(), &choice).err().expect("it does not open");
            assert!(bad.to_string().contains(says), "{bad}");
        }
        let wrong = Choice {
            tee: "vault".into(),
            set: [("colour".into(), "red".into())].into(),
            ..Choice::default()
        };
        let bad = Column::open(&tees(), &wrong).err().expect("it does not open");
        assert_eq!(bad.key, "colour");
    }

    fn beats_follow_the_phases_and_wait_for_the_longest() {
        let (a, b) = (column(&[]), column(&[("deep", "yes")]));
        let all = beats(&[&a, &b]);
        let labels: Vec<String> = all.iter().map(|b| b.label()).collect();
        assert_eq!(labels, [
            "allocate.1", "load.1", "initialise.1", "enter.1", "use.1", "use.2",
            "interrupt.1", "resume.1", "attest.1", "destroy.1",
        ]);
        let positions: Vec<u64> = all.iter().filter_map(|b| b.positions[0]).collect();
        assert_eq!(positions, (1..=10).collect::<Vec<_>>());
    }

    fn phases_tell_what_is_done_and_what_is_seen_at_their_end() {
        let mut vault = column(&[("outside", "plain")]);
        let used = vault.happens(Phase::Use, Observer::Privileged).expect("it is used");
        assert_eq!((used.first, used.last, used.label.as_str()), (5, 6, "again"));
        assert_eq!(used.steps.len(), 1);
        assert_eq!((used.steps[0].name.en(), used.steps[0].count), ("keep".into(), 2));
        assert_eq!(used.look.bytes, [1, 2, 3, 4]);
        assert_eq!(vault.happens(Phase::Store, Observer::Privileged), None);
    }

    fn answers_unlike_most_are_marked() {
        let answer = |kind| Answer::new(kind, "".into(), Tone::Plain);
        let mark = |kinds: &[&'static str]| {
            let all: Vec<Answer> = kinds.iter().map(|k| answer(*k)).collect();
            differs(&all.iter().collect::<Vec<_>>())
        };
        assert_eq!(mark(&["a", "a"]), [false, false]);
        assert_eq!(mark(&["a", "b"]), [true, true]);
        assert_eq!(mark(&["a", "b", "a"]), [false, true, false]);
        assert_eq!(mark(&["a", "b", "c"]), [true, true, true]);
    }

    fn work_goes_on_in_slices() {
        let choice = Choice { tee: "vault".into(), ..Choice::default() };
        let mut column = Column::open(&tees(), &choice).expect("it opens");
        assert!(matches!(column.work(2), Progress::Working { done: 2, of: 10 }));
    }
}
