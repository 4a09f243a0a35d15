//! Puts random accesses to the PMP and to its naive twin until they differ or the count is reached:
//! `cargo run --release -p teescope-core --example pmp_twin 10000000`.

#[path = "../tests/it/riscv/twin.rs"]
mod twin;

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut numbers = std::env::args().skip(1).map(|word| word.parse::<u64>());
    let (Ok(probes), Ok(seed)) = (
        numbers.next().unwrap_or(Ok(10_000_000)),
        numbers.next().unwrap_or(Ok(7)),
    ) else {
        eprintln!("pmp_twin takes two numbers: how many accesses, and a seed.");
        return ExitCode::from(2);
    };
    match twin::agree(probes, seed) {
        Ok(sets) => {
            println!("{probes} accesses on {sets} sets of registers: no difference");
            ExitCode::SUCCESS
        }
        Err(difference) => {
            eprintln!("{difference}");
            ExitCode::FAILURE
        }
    }
}
