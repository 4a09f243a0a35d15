//! Every position is the state that carrying out the plan gives, in whatever order it is asked for.

use teescope_core::trace::{
    Event, Everything, Machine, Outcome, Place, Progress, Session, Settings,
};

use super::dice::Dice;
use super::toy::{self, DIGEST, Op, Toy};

/// Lengths that cross several checkpoints, with empty parts at every place.
const LENS: &[u64] = &[0, 3, 0, 150, 64, 1, 0, 127, 0];

fn settings() -> Settings {
    Settings::default()
}

shared_test! {
    /// Forwards, backwards and at random.
    fn seek_is_running_to() {
        for seed in 0..4 {
            let plan = toy::plan(LENS, seed << 40);
            let states = toy::states(&plan);
            let len = plan.len();
            let mut forwards = toy::run(plan.clone(), settings());
            for i in 0..=len {
                assert_eq!(*forwards.state(i), states[i as usize], "forwards {i}");
            }
            let mut backwards = toy::run(plan.clone(), settings());
            for i in (0..=len).rev() {
                assert_eq!(*backwards.state(i), states[i as usize], "backwards {i}");
            }
            let mut random = toy::run(plan, settings());
            let mut dice = Dice::new(seed);
            for _ in 0..600 {
                let i = dice.below(len + 1);
                match dice.below(4) {
                    0 => drop(random.step(i)),
                    1 => drop(random.view(i, None)),
                    2 => drop(random.work(dice.below(9))),
                    _ => {}
                }
                assert_eq!(*random.state(i), states[i as usize], "at random {i}");
            }
        }
    }

    /// A run of expensive steps only keeps a state after each.
    fn seek_among_heavy_steps() {
        let slow: Vec<toy::Op> = (0..200).map(|i| Op::Slow(i % 7)).collect();
        let plan = of(slow);
        let states = toy::states(&plan);
        let mut run = toy::run(plan, settings());
        for i in [200, 3, 199, 0, 64, 65, 63, 128] {
            assert_eq!(*run.state(i), states[i as usize]);
        }
    }

    /// A step tells what applying it to the state before it tells.
    fn steps_are_replayed_exactly() {
        let plan = toy::plan(LENS, 5);
        let states = toy::states(&plan);
        let mut run = toy::run(plan.clone(), settings());
        let mut dice = Dice::new(1);
        for _ in 0..300 {
            let i = 1 + dice.below(plan.len());
            let (planned, _) = plan.get(i - 1).expect("there");
            let mut toy = states[i as usize - 1].clone();
            let mut told = Everything::default();
            let outcome = toy.apply(&planned.op, &mut told);
            let step = run.step(i).expect("there");
            assert_eq!((step.position, &step.label), (i, &planned.label));
            assert_eq!((step.outcome, &step.events), (outcome, &told.events));
            assert_eq!(step.caption.en(), "What it does");
            let line = run.line(i);
            assert_eq!((line.label, line.outcome), (planned.label, Some(outcome)));
        }
        assert!(run.step(0).is_none());
        assert_eq!(run.step(u64::MAX).map(|s| s.position), Some(plan.len()));
    }

    /// A rule that the leaf never came to is listed, in the manual's order.
    fn rules_not_reached() {
        let mut run = toy::run(of(vec![Op::Take(0, 9), Op::Add(0, 9), Op::Take(0, 9)]), settings());
        let ids = |run: &mut teescope_core::trace::Run<Toy>, i| {
            let step = run.step(i).expect("there");
            let open: Vec<&str> = step.not_reached.iter().map(|r| r.id).collect();
            (open, step.broken().map(|r| r.id))
        };
        assert_eq!(ids(&mut run, 1), (vec!["TAKE.even"], Some("TAKE.enough")));
        assert_eq!(ids(&mut run, 2), (vec![], None));
        assert_eq!(ids(&mut run, 3), (vec![], Some("TAKE.even")));
        assert_eq!(run.stops(), vec![
            (1, Outcome::Refused(toy::SHORT)),
            (3, Outcome::Refused(toy::SHORT)),
        ]);
    }

    /// Slices of work come to the same as one go, and as no work at all.
    fn work_in_slices() {
        let plan = toy::plan(LENS, 9);
        let len = plan.len();
        let mut one = toy::run(plan.clone(), settings());
        assert_eq!(one.work(u64::MAX), Progress::Ready);
        let mut sliced = toy::run(plan.clone(), settings());
        let mut done = 0;
        loop {
            done += 13;
            match sliced.work(13) {
                Progress::Ready => break,
                told => assert_eq!(told, Progress::Working { done, of: len }),
            }
        }
        assert!(done >= len && done < len + 13);
        assert_eq!(sliced.stops(), one.stops());
        assert_eq!(sliced.digest(), one.digest());
        assert_eq!(toy::run(plan, settings()).digest(), one.digest());
    }

    /// Recording twice gives the same digest; another operation gives another.
    fn digest_tells_runs_apart() {
        let ops: Vec<Op> = (0..100).map(toy::op).collect();
        let digest = |ops: &[Op]| toy::run(of(ops.to_vec()), settings()).digest();
        let whole = digest(&ops);
        assert_eq!(digest(&ops), whole);
        for i in 0..ops.len() {
            let mut other = ops.clone();
            other[i] = Op::Absorb(1 << 40);
            assert_ne!(digest(&other), whole, "step {i}");
        }
        assert_ne!(digest(&ops[..99]), whole);
    }

    /// The nearest step before or after that wrote to a place, against a scan of every step's events.
    fn change_is_a_scan() {
        let plan = toy::plan(LENS, 77);
        let len = plan.len();
        let mut toy = Toy::default();
        let mut written: Vec<Vec<Place>> = Vec::new();
        for i in 0..len {
            let (planned, _) = plan.get(i).expect("there");
            let mut told = Everything::default();
            toy.apply(&planned.op, &mut told);
            let places = told.events.iter().filter_map(|e| match e {
                Event::Write { place, .. } => Some(*place),
                _ => None,
            });
            written.push(places.collect());
        }
        let wrote = |i: u64, place: &Place| written[i as usize - 1].iter().any(|p| p.meets(place));
        let places = [
            Place::new("reg", 0, 1),
            Place::new("reg", 3, 1),
            Place::new("reg", 0, 4),
            Place::new("mem", 0, 2),
            Place::new("mem", 127, 1),
            Place::new("mem", u64::MAX - 1, u64::MAX),
            Place::new("mem", 0, 0),
            Place::new("nowhere", 0, u64::MAX),
            DIGEST,
        ];
        let mut run = toy::run(plan.clone(), settings());
        for place in &places {
            for i in 0..=len {
                let after = (i + 1..=len).find(|at| wrote(*at, place));
                let before = (1..i).rev().find(|at| wrote(*at, place));
                assert_eq!(run.change(i, place, true), after, "after {i}: {place:?}");
                assert_eq!(run.change(i, place, false), before, "before {i}: {place:?}");
            }
            let mut fresh = toy::run(plan.clone(), settings());
            let last = (1..=len).rev().find(|at| wrote(*at, place));
            assert_eq!(fresh.change(u64::MAX, place, false), last);
            assert_eq!(fresh.change(u64::MAX, place, true), None);
        }
    }

    /// What a digest took in is what every absorption up to there tells, piece by piece.
    fn absorbed_is_the_whole_stream() {
        let plan = of(vec![Op::Absorb(0x0807_0605_0403_0201), Op::Add(0, 1), Op::Slow(2), Op::Absorb(3)]);
        let mut run = toy::run(plan, settings());
        let first = [1, 2, 3, 4, 5, 6, 7, 8];
        assert!(run.absorbed(0, &DIGEST).is_empty());
        assert_eq!(*run.absorbed(2, &DIGEST), first);
        let mut all = first.to_vec();
        all.extend(0_u64.to_le_bytes());
        all.extend(1_u64.to_le_bytes());
        assert_eq!(*run.absorbed(3, &DIGEST), all[..]);
        all.extend(3_u64.to_le_bytes());
        assert_eq!(*run.absorbed(u64::MAX, &DIGEST), all[..]);
        assert!(run.absorbed(4, &Place::new("digest", 1, 1)).is_empty());
    }

    /// Any position is taken and clamped to what there is, also in a run without steps.
    fn positions_are_clamped() {
        for lens in [&[5][..], &[0], &[]] {
            let plan = toy::plan(lens, 3);
            let (len, states) = (plan.len(), toy::states(&plan));
            let mut run = toy::run(plan, settings());
            let far = u64::MAX;
            assert_eq!(*run.state(far), states[len as usize]);
            assert_eq!(run.view(far, None), run.view(len, None));
            assert_eq!(run.label(0), "start");
            assert_eq!(run.label(far), "end");
            assert_eq!((run.find("start"), run.find("end")), (Some(0), Some(len)));
            assert_eq!(run.phase(far), run.phase(len));
            let place = Place::new("mem", 0, 1);
            assert_eq!(run.flip(far, &place, 0).map(|e| e.step), Some("end".to_string()));
            run.line(far);
            run.line(0);
            run.what_ifs(far);
            run.snippets(far);
            run.absorbed(far, &DIGEST);
            run.place_name(far, &place);
            assert_eq!(run.is_empty(), len == 0);
        }
    }

    /// Views belong to their position and observer, however often they are asked for.
    fn views_are_kept_apart() {
        use teescope_core::trace::Observer;
        let mut run = toy::run(toy::plan(&[40], 8), settings());
        let states = toy::states(run.plan());
        for round in 0..3 {
            for i in 0..=40 {
                for observer in [None, Some(Observer::Inside), Some(Observer::Bus)] {
                    let view = run.view(i, observer);
                    let Some(teescope_core::view::Panel::Facts(p)) = view.panel("regs") else {
                        panic!("no panel");
                    };
                    assert_eq!(p.facts[0].value.en(), states[i as usize].regs[0].to_string());
                    assert_eq!(p.facts[4].value.en(), format!("{observer:?}"), "round {round}");
                    let label = if i == 0 { String::new() } else { run.label(i) };
                    assert_eq!(p.facts[5].value.en(), label);
                }
            }
        }
    }
}

/// A plan of one part with these operations.
fn of(ops: Vec<Op>) -> teescope_core::trace::Plan<Op> {
    use teescope_core::trace::{Phase, Plan, Planned, Segment};
    let len = ops.len() as u64;
    let step = move |i: u64| Planned {
        op: ops[i as usize],
        label: format!("s{i}"),
        caption: "".into(),
    };
    Plan::new(vec![Segment::many(
        Phase::Use,
        "all",
        "All".into(),
        "".into(),
        len,
        step,
    )])
}
