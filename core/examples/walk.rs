//! Walks around running SGX enclaves for as many steps as one likes and checks what must hold after
//! each: `cargo run --release -p teescope-core --example walk 1000000`.

#[path = "../tests/it/engine/dice.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod dice;
#[path = "../tests/it/sgx/inside/holds.rs"]
mod holds;
#[path = "../tests/it/sgx/inside/stroll.rs"]
mod stroll;

/// Steps after which a walk begins anew, from another seed.
const STRIDE: u64 = 1_000;

fn main() {
    let steps = std::env::args().nth(1).and_then(|n| n.parse().ok());
    let Some(steps) = steps else {
        eprintln!("How many steps? walk 1000000");
        std::process::exit(2);
    };
    let (start, mut counts) = (stroll::ready(), stroll::Counts::default());
    let (mut left, mut seed): (u64, u64) = (steps, 1);
    while left > 0 {
        let now = left.min(STRIDE);
        stroll::walk(&start, seed, now, &mut counts);
        (left, seed) = (left - now, seed + 1);
    }
    println!("{steps} steps, every invariant held: {counts:?}");
}
