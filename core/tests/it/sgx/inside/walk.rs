//! A random walk around running enclaves: what must hold holds after every step.

use super::stroll::{Counts, ready, walk};

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
}
