//! A random walk around running enclaves: what must hold holds after every step.

use teescope_core::trace::{Event, Everything, Machine as _};

use super::dice::Dice;
use super::stroll::{Counts, op, ready, walk};
use crate::sgx::footprint::{Told, true_bytes, untold};

shared_test! {
    fn a_walk_around_running_enclaves_keeps_every_invariant() {
        let (walks, steps) = if cfg!(target_arch = "wasm32") { (4, 400) } else { (12, 1_000) };
        let start = ready();
        let mut counts = Counts::default();
        (1..=walks).for_each(|seed| walk(&start, seed, steps, &mut counts));
        let enough = walks * steps / 50;
        assert!(counts.done > enough && counts.stopped > enough, "{counts:?}");
        assert!(counts.entered > enough && counts.exits > enough && counts.own > enough / 2, "{counts:?}");
    }

    fn every_change_around_running_enclaves_lies_in_a_place_that_was_told() {
        for seed in 1..=3 {
            let (mut d, mut m) = (Dice::new(900 + seed), ready());
            for step in 0..250 {
                let (op, before) = (op(&mut d, &m), m.clone());
                let mut recorder = Everything::default();
                let outcome = m.apply(&op, &mut recorder);
                let told = recorder.events.into_iter().filter_map(|event| match event {
                    Event::Write { place, before, after } => Some((place, before, after)),
                    _ => None,
                });
                let told = Told(told.collect());
                let untold = untold(&before, &m, &told);
                assert!(untold.is_empty(), "seed {seed} step {step}: {op:?} {outcome:?}: {untold:?}");
                true_bytes(&before, &m, &told);
            }
        }
    }
}
