//! Input no machine should give: figures are drawn all the same, or drawn as little, and never panic.

use teescope_core::text::{Catalogue, Text};
use teescope_core::trace::Phase;
use teescope_core::view::figure::{
    PhaseSpan, Timeline, address_map, states, timeline, timeline_position,
};
use teescope_core::view::{Changes, Lane, Link, Node, Range, States, Tone};

use super::geometry::check;
use super::samples::{Random, lane, map, range};

fn anything(seed: u64) -> (Vec<Lane>, Vec<Link>) {
    let mut random = Random(seed | 1);
    let edge = |random: &mut Random| match random.below(5) {
        0 => 0,
        1 => u64::MAX,
        2 => 1 << random.below(64),
        3 => random.next(),
        _ => random.below(100),
    };
    let lanes = (0..random.below(14)).map(|_| {
        let ranges = (0..random.below(60)).map(|_| {
            let (start, end) = (edge(&mut random), edge(&mut random));
            let key = format!("k{}", random.below(40));
            range(
                &key,
                start,
                end,
                random.below(256) as u8,
                "label",
                Tone::OwnerA,
            )
        });
        let ranges: Vec<Range> = ranges.collect();
        lane("lane", edge(&mut random), edge(&mut random), ranges)
    });
    let lanes = lanes.collect();
    let links = (0..50).map(|_| Link {
        from: format!("k{}", random.below(50)),
        to: format!("k{}", random.below(50)),
        tone: Tone::Bad,
    });
    (lanes, links.collect())
}

shared_test! {
    /// Ranges that end before they start, lie outside, overlap, or share keys.
    fn malformed_maps_are_drawn() {
        for seed in 0..120 {
            let (lanes, links) = anything(seed * 991);
            let map = map(lanes, links);
            let changes = Changes { cells: ["map/k1".to_string(), "map/k2>k3".to_string()].into() };
            for width in [300.0, 900.0] {
                let figure = address_map(&map, &changes, &Catalogue::default(), width);
                check(&figure, &Catalogue::default(), &format!("seed {seed}, width {width}"));
            }
        }
    }

    /// A hundred thousand ranges, alternating so that nothing can be folded by tone.
    fn crowds_are_folded() {
        let ranges = (0..100_000_u64).map(|i| {
            let tone = if i % 2 == 0 { Tone::OwnerA } else { Tone::OwnerB };
            range(&format!("r{i}"), i * 8, i * 8 + 1 + i % 7, 0, if i % 3 == 0 { "a" } else { "b" }, tone)
        });
        let map = map(vec![lane("lane", 0, 800_000, ranges.collect())], Vec::new());
        for width in [320.0, 1200.0] {
            let figure = address_map(&map, &Changes::default(), &Catalogue::default(), width);
            check(&figure, &Catalogue::default(), &format!("crowd at {width}"));
        }
    }

    /// Widths that are none.
    fn any_width_is_taken() {
        let map = map(vec![lane("lane", 0, 100, vec![range("a", 10, 20, 0, "a", Tone::Bad)])], Vec::new());
        for width in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -5.0, 0.0, 1e30] {
            let figure = address_map(&map, &Changes::default(), &Catalogue::default(), width);
            check(&figure, &Catalogue::default(), "odd width");
        }
    }

    /// Edges to nowhere, no nodes at all, a current node that is none.
    fn malformed_states_are_drawn() {
        for count in [0, 1, 3, 400] {
            let node = Node { title: "n".into(), tone: Tone::Plain };
            let nodes = vec![node; count];
            let edges = vec![(0, 7, Text::from("to nowhere")), (2, 2, Text::none()), (usize::MAX, 0, "x".into())];
            let panel = States { id: "s", title: "t".into(), note: Text::none(), nodes, edges, current: 9 };
            for width in [280.0, 900.0] {
                let figure = states(&panel, &Changes::default(), &Catalogue::default(), width);
                check(&figure, &Catalogue::default(), &format!("{count} nodes"));
            }
        }
    }

    /// Phases that overlap, are empty, or are longer than any run.
    fn malformed_timelines_are_drawn() {
        let span = |first, len| PhaseSpan { phase: Phase::Load, title: "Load".into(), first, len };
        let phases = vec![span(0, 0), span(5, u64::MAX), span(u64::MAX, u64::MAX), span(3, 1)];
        for (phases, len) in [(phases, 9), (Vec::new(), u64::MAX), (Vec::new(), 0)] {
            let input = Timeline {
                phases,
                stops: vec![(u64::MAX, "refused"), (0, "faulted")],
                len,
                position: u64::MAX,
                mark: Some(u64::MAX),
                edits: vec![0, u64::MAX],
            };
            let figure = timeline(&input, &Catalogue::default(), 300.0);
            check(&figure, &Catalogue::default(), "timeline");
            for x in [f32::NAN, f32::INFINITY, -1.0, 150.0] {
                assert!(timeline_position(&input, &Catalogue::default(), 300.0, x) <= len);
            }
        }
    }
}
