//! A fork is the run that its edits give from the start, however much of the old run it shares.

use teescope_core::trace::{Edit, Place, Run, Session, Settings};

use super::dice::Dice;
use super::edits::random_edits;
use super::toy::{self, Op, Toy};

/// Everything that can be asked of a run without its machine's type.
fn all(run: &mut dyn Session) -> String {
    let mut out = format!("{:?}\n", run.outline());
    for i in 0..=run.len() {
        out.push_str(&format!("{:?}\n{:?}\n", run.step(i), run.view(i, None)));
        if i > 0 {
            out.push_str(&format!("{:?}\n", run.line(i)));
        }
    }
    out.push_str(&format!(
        "{:?} {:?} {:?}",
        run.stops(),
        run.digest(),
        run.case()
    ));
    out
}

fn fresh(lens: &[u64], edits: &[Edit]) -> Run<Toy> {
    let settings = Settings {
        edits: edits.to_vec(),
        ..Settings::default()
    };
    toy::run(toy::plan(lens, 7), settings)
}

shared_test! {
    /// Fork of fork of fork, at random, with the run gone to a random place before each.
    fn fork_is_a_fresh_run() {
        let lens = &[5, 90, 0, 70];
        let mut dice = Dice::new(3);
        for _ in 0..6 {
            let mut run: Box<dyn Session> = Box::new(fresh(lens, &[]));
            for _ in 0..4 {
                match dice.below(3) {
                    0 => drop(run.work(dice.below(200))),
                    1 => drop(run.view(dice.below(200), None)),
                    _ => {}
                }
                let edits = random_edits(lens, 7, &mut dice);
                run = run.fork(&edits).expect("the edits fit");
                let mut twin = fresh(lens, &edits);
                assert_eq!(run.settings(), twin.settings());
                assert_eq!(all(run.as_mut()), all(&mut twin), "{edits:?}");
            }
        }
    }

    /// Steps before the first difference are not carried out again, and the old run stays as it was.
    fn fork_shares_the_beginning() {
        let lens = &[1000];
        let mut run = fresh(lens, &[]);
        run.work(u64::MAX);
        let before = run.digest();
        let late = Edit::parse("-part0.s900").expect("it reads");
        let later = Edit::parse("+part0.s950:ADD(a=0,b=1)").expect("it reads");
        let mut fork = run.fork(std::slice::from_ref(&late)).expect("it fits");
        assert_eq!(fork.len(), 999);
        assert!(fork.line(836).outcome.is_some(), "kept up to a checkpoint");
        assert!(fork.line(901).outcome.is_none(), "not carried out yet");
        assert!(matches!(
            fork.work(1),
            teescope_core::trace::Progress::Working { done: 837..=901, of: 999 }
        ));
        fork.work(u64::MAX);
        // One more change further on shares what the two have in common.
        let mut second = fork.fork(&[late, later]).expect("they fit");
        assert!(second.line(885).outcome.is_some());
        assert!(second.line(950).outcome.is_none());
        // No change at all shares everything.
        let mut same = run.fork(&[]).expect("nothing to fit");
        assert!(same.line(1000).outcome.is_some());
        assert_eq!(same.digest(), before);
        assert_eq!(run.digest(), before);
    }

    /// Flipping a bit works before any step, an inserted one and the end too, and can be done again.
    fn flip_before_any_step() {
        let place = Place::new("mem", 1, 1);
        let mut run: Box<dyn Session> = Box::new(fresh(&[3], &[]));
        for _ in 0..4 {
            for position in 0..=run.len() {
                let edit = run.flip(position, &place, 3).expect("memory can be flipped");
                let mut edits = run.settings().edits.clone();
                edits.push(edit);
                let mut fork = run.fork(&edits).expect("the flip fits");
                assert_eq!(fork.len(), run.len() + 1);
                assert_eq!(fork.line(position + 1).name.en(), "FLIP", "before step {}", position + 1);
                for i in 1..=position {
                    assert_eq!(fork.line(i).name, run.line(i).name);
                }
            }
            let edit = run.flip(1, &place, 3).expect("memory can be flipped");
            let mut edits = run.settings().edits.clone();
            edits.push(edit);
            run = run.fork(&edits).expect("the flip fits");
        }
        assert_eq!(run.flip(1, &Place::new("reg", 0, 1), 0), None);
    }

    /// A change offered at a step can be made, also at a step that was inserted.
    fn what_ifs_can_be_made() {
        let mut run = fresh(&[3], &[Edit::parse("+part0.s1:ADD(a=0,b=1)").expect("it reads")]);
        for i in 1..=run.len() {
            let mut edits = run.settings().edits.clone();
            edits.extend(run.what_ifs(i)[0].edits.clone());
            let left = run.fork(&edits).expect("it fits").len();
            assert_eq!(left, 3, "step {i}");
        }
    }

    /// A change that does not fit leaves the run as it was.
    fn fork_that_does_not_fit() {
        let mut run = fresh(&[3], &[]);
        let bad = Edit::parse("-nowhere").expect("it reads");
        assert!(run.fork(&[bad]).is_err());
        assert_eq!(run.len(), 3);
    }

    /// The case file of a fork opens to the same digest.
    fn case_of_a_fork() {
        let mut dice = Dice::new(8);
        for _ in 0..50 {
            let edits = random_edits(&[20], 7, &mut dice);
            let case = fresh(&[20], &[]).fork(&edits).expect("they fit").case();
            let read = teescope_core::trace::Case::read(&case.write()).expect("it reads");
            assert_eq!(read, case);
            let mut again = toy::run(toy::plan(&[20], 7), read.settings);
            assert_eq!(again.digest(), read.digest);
        }
    }

    /// The operations are printed so that they are read as themselves; links and cases rest on it.
    fn toy_prints_what_it_reads() {
        use teescope_core::trace::Machine;
        for seed in 0..500 {
            let op: Op = toy::op(seed);
            let text = Toy::print_op(&op).expect("printable");
            assert_eq!(Toy::parse_op(&text).expect("it reads"), op);
        }
    }
}
