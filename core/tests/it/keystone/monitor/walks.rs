//! Walks: as intended every invariant holds, as upstream exactly the listed ones break.

use std::collections::BTreeSet;

use super::walk::{BROKEN_UPSTREAM, OPENED, STUCK, Tally, walk};

fn walks(upstream: bool) -> Tally {
    let mut all = Tally::default();
    for seed in 1..=40 {
        let one = walk(seed, 1_000, upstream);
        (0..3).for_each(|i| all.ended[i] += one.ended[i]);
        all.broken.extend(one.broken);
        all.stuck += one.stuck;
        all.created += one.created;
    }
    assert!(all.ended.iter().all(|n| *n > 1_000), "{:?}", all.ended);
    assert!(all.created > 1_000, "{}", all.created);
    all
}

shared_test! {
    fn as_intended_every_invariant_holds() {
        let all = walks(false);
        assert!(all.broken.is_empty(), "{:?}", all.broken);
    }

    fn as_upstream_exactly_the_known_faults_show() {
        let mut wanted: BTreeSet<_> = BROKEN_UPSTREAM.into_iter().collect();
        wanted.insert(STUCK);
        let mut found = walks(true).broken;
        found.remove(OPENED);
        assert_eq!(found, wanted);
    }
}
