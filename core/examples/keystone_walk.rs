//! Walks at random through calls to Keystone's monitor and tells which invariants broke:
//! `cargo run --release -p teescope-core --example keystone_walk [steps] [upstream|intended]`.

use std::collections::BTreeSet;
use std::time::Instant;

#[path = "../tests/it/engine/dice.rs"]
#[expect(dead_code, reason = "the tests throw more dice")]
mod dice;
#[path = "../tests/it/keystone/monitor/walk.rs"]
mod walk;

/// Steps of one walk, each from another seed.
const STEPS: u64 = 10_000;

fn main() {
    let steps = std::env::args().nth(1).and_then(|a| a.parse().ok());
    let steps: u64 = steps.unwrap_or(1_000_000);
    let upstream = std::env::args().nth(2).as_deref() == Some("upstream");
    let (mut broken, mut ended, mut stuck, mut created) = (BTreeSet::new(), [0; 3], 0, 0);
    let start = Instant::now();
    for seed in 0..steps.div_ceil(STEPS) {
        let one = walk::walk(seed, STEPS.min(steps - seed * STEPS), upstream);
        (0..3).for_each(|i| ended[i] += one.ended[i]);
        broken.extend(one.broken);
        stuck += one.stuck;
        created += one.created;
    }
    let [done, refused, faulted] = ended;
    println!(
        "{steps} steps in {:.1} s: {done} done, {refused} refused, {faulted} faulted; {created} enclaves, {stuck} machines stuck",
        start.elapsed().as_secs_f64()
    );
    for invariant in &broken {
        println!("broken: {invariant}");
    }
    let mut wanted = BTreeSet::new();
    if upstream {
        wanted.extend(walk::BROKEN_UPSTREAM);
        wanted.extend([walk::STUCK, walk::OPENED]);
    }
    if broken != wanted {
        println!("expected: {wanted:?}");
        std::process::exit(1);
    }
}
