//! Timelines, state machines and forks: order, inverse, bounds.

use teescope_core::text::{Catalogue, Text};
use teescope_core::trace::Phase;
use teescope_core::view::figure::{
    Branch, Branches, Draw, Figure, PhaseSpan, Timeline, branches, states, timeline,
    timeline_position,
};
use teescope_core::view::{Changes, Node, States, Tone};

use super::geometry::check;
use super::samples::Random;

fn run(lens: &[u64]) -> Timeline {
    let mut first = 1;
    let mut phases = Vec::new();
    for (phase, &len) in Phase::ALL.into_iter().zip(lens) {
        phases.push(PhaseSpan {
            phase,
            title: phase.title(),
            first,
            len,
        });
        first += len;
    }
    Timeline {
        phases,
        len: first - 1,
        ..Timeline::default()
    }
}

fn cursor(figure: &Figure) -> f32 {
    let cursor = figure.shapes.iter().find(|s| s.key == "cursor");
    match cursor.map(|s| &s.draw) {
        Some(Draw::Rect { x, w, .. }) => x + w / 2.0,
        other => panic!("no cursor but {other:?}"),
    }
}

shared_test! {
    /// Dragging to where the cursor stands gives the position it stands for.
    fn position_is_the_inverse_of_the_cursor() {
        let english = Catalogue::default();
        for lens in [&[2, 1, 85, 1, 8][..], &[1], &[1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], &[3, 0, 120, 4]] {
            let mut input = run(lens);
            for width in [280.0, 768.0, 1600.0] {
                let mut last = -1.0;
                for position in 0..=input.len {
                    input.position = position;
                    let figure = timeline(&input, &english, width);
                    let x = cursor(&figure);
                    assert!(x > last, "position {position} of {lens:?}");
                    last = x;
                    assert_eq!(timeline_position(&input, &english, width, x), position, "{lens:?} at {width}");
                }
                assert_eq!(timeline_position(&input, &english, width, -50.0), 0);
                assert_eq!(timeline_position(&input, &english, width, width + 50.0), input.len);
            }
        }
    }

    /// In a long run no phase vanishes, and dragging lands within a pixel's worth of steps.
    fn long_runs_keep_every_phase() {
        let english = Catalogue::default();
        let mut input = run(&[1, 2, 100_000, 1, 40, 7, 1, 1, 3, 1, 1]);
        input.stops = (1..5_000).map(|i| (i * 20, "faulted")).collect();
        input.edits = vec![1, 7, 90_000];
        input.mark = Some(50_000);
        for width in [280.0, 400.0, 1440.0] {
            for position in [0, 1, 3, 4, 50_000, 99_999, input.len] {
                input.position = position;
                let figure = timeline(&input, &english, width);
                check(&figure, &english, &format!("long at {width}"));
                let back = timeline_position(&input, &english, width, cursor(&figure));
                let pixel = 2 + (2 * input.len) / width as u64;
                assert!(back.abs_diff(position) <= pixel, "{position} came back as {back}");
                for i in 0..input.phases.len() {
                    let key = format!("phase-{i}");
                    let shape = figure.shapes.iter().find(|s| s.key == key);
                    let wide = shape.is_some_and(|s| matches!(s.draw, Draw::Rect { w, .. } if w >= 5.0));
                    assert!(wide, "{key} at {width}");
                }
            }
        }
    }

    /// State machines of every shape keep their words apart; every node is there and can be pointed at.
    fn states_keep_their_words_apart() {
        let english = Catalogue::default();
        for seed in 1..150 {
            let mut random = Random(seed * 77);
            let count = 1 + random.below(8) as usize;
            let names = ["absent", "created", "初期化済み", "interrupted and saved", "x"];
            let nodes = (0..count).map(|_| Node { title: names[random.below(5) as usize].into(), tone: Tone::OwnerA });
            let nodes: Vec<Node> = nodes.collect();
            let labels = ["EADD", "ENCLS[EREMOVE]", "", "割り込み", "EADD, EEXTEND"];
            let edges = (0..random.below(14)).map(|_| {
                let (from, to) = (random.below(count as u64) as usize, random.below(count as u64) as usize);
                (from, to, Text::from(labels[random.below(5) as usize]))
            });
            let edges = edges.collect();
            let current = random.below(count as u64) as usize;
            let panel = States { id: "s", title: "Life".into(), note: Text::none(), nodes, edges, current };
            for width in [280.0, 360.0, 700.0, 1200.0] {
                let figure = states(&panel, &Changes::default(), &english, width);
                check(&figure, &english, &format!("states {seed} at {width}"));
                for i in 0..count {
                    let node = figure.shapes.iter().find(|s| s.key == i.to_string());
                    let strong = node.is_some_and(|s| s.class.contains("current") == (i == current));
                    assert!(strong, "node {i}");
                }
            }
        }
    }

    /// A fork is drawn wherever the runs part and however long they are.
    fn forks_hold_everywhere() {
        let english = Catalogue::default();
        for (parted, yours, original) in [(23, 89, 97), (0, 1, 1), (97, 97, 97), (5, 6, 100_000), (99_999, 100_000, 3)] {
            let branch = |len, outcome| Branch { len, at: len, title: "ENCLS[EINIT] refused".into(), outcome };
            let input = Branches {
                parted,
                why: "bit 3 of byte 0x1142 flipped".into(),
                note: "midstates differ from here on".into(),
                yours: branch(yours, "refused"),
                original: branch(original, "done"),
            };
            for width in [280.0, 320.0, 560.0, 1440.0] {
                let figure = branches(&input, &english, width);
                check(&figure, &english, &format!("fork at {parted}, width {width}"));
                let texts = figure.shapes.iter().filter(|s| matches!(s.draw, Draw::Text { .. })).count();
                assert!(texts >= 3, "{texts} texts at {width}, {parted}");
            }
        }
    }
}
