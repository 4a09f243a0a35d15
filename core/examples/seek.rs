//! Measures an SGX run of 100,000 steps: the first pass, seeking, forking, and the memory it all holds.
//! `cargo run --release -p teescope-core --example seek [pages]`; the budgets are 5 ms of CPU for a seek
//! (in wasm) and 32 MiB for the history.

use std::time::Instant;

use teescope_core::trace::{Edit, Input, Inputs, Place, Settings};
use teescope_core::{bytes::hex, crypto, tees};

/// Steps of a page: EADD and sixteen EEXTEND.
const PAGE_STEPS: u64 = 17;

/// Seeks that are timed.
const SEEKS: u64 = 2000;

fn main() {
    let pages = std::env::args().nth(1).and_then(|a| a.parse().ok());
    let stream = sgxs(pages.unwrap_or(100_000 / PAGE_STEPS));
    let name = format!("sha256-{}", hex::encode(&crypto::sha256::sha256(&stream)));
    let mut settings = Settings::default();
    settings.params.insert("stream".into(), name);
    let file = Input {
        name: "made.sgxs".into(),
        bytes: stream.into(),
    };
    let inputs = Inputs::from([("stream".into(), file)]);
    let mut run = match tees::open("sgx/from-file", &settings, &inputs) {
        Ok(run) => run,
        Err(e) => return println!("{e}"),
    };
    let len = run.len();
    let before = resident();
    let start = Instant::now();
    run.work(u64::MAX);
    let pass = start.elapsed();
    println!(
        "{len} steps: first pass {pass:.1?}, {:.1} MiB more memory than before it",
        resident() - before
    );
    seeks("state, any position", len, |i| {
        run.place_name(i, &Place::new("epc", 0, 1));
    });
    seeks("step and panels, any position", len, |i| {
        run.view(i, None);
    });
    seeks("next write to a register that never comes", 100, |_| {
        run.change(0, &Place::new("nothing", 0, 1), true);
    });
    seeks("label of any position", len, |i| {
        run.label(i);
    });
    let last = run.label(len - 1);
    seeks("find the last label but one", 10, |_| {
        run.find(&last);
    });
    let before = resident();
    let edit = [last.as_str(), ":EPA"].concat();
    let edit = Edit::parse(&format!("+{edit}"));
    let start = Instant::now();
    let fork = edit.and_then(|e| run.fork(&[e]));
    println!(
        "fork near the end: {:.1?}, {:.1} MiB more memory, {} steps",
        start.elapsed(),
        resident() - before,
        fork.map_or(0, |f| f.len())
    );
}

/// Times something at pseudo-random positions: the middle one of the times, and the worst.
fn seeks(what: &str, len: u64, mut at: impl FnMut(u64)) {
    let mut times: Vec<_> = (1..=SEEKS.min(len))
        .map(|n| {
            let position = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) % len;
            let start = Instant::now();
            at(position);
            start.elapsed()
        })
        .collect();
    times.sort();
    let (median, worst) = (times[times.len() / 2], times[times.len() - 1]);
    println!(
        "{what}: median {median:.1?}, p95 {:.1?}, worst {worst:.1?}",
        times[times.len() * 95 / 100]
    );
}

/// A fully measured enclave of that many pages, as the stream of records that MRENCLAVE hashes.
fn sgxs(pages: u64) -> Vec<u8> {
    let record = |tag: &[u8; 8], a: u64, b: u64| {
        let mut out = [0; 64];
        out[..8].copy_from_slice(tag);
        out[8..16].copy_from_slice(&a.to_le_bytes());
        out[16..24].copy_from_slice(&b.to_le_bytes());
        out
    };
    let size = (pages * 4096).next_power_of_two();
    let mut out = record(b"ECREATE\0", 1 | size << 32, size >> 32).to_vec();
    for page in 0..pages {
        out.extend(record(b"EADD\0\0\0\0", page * 4096, 0x203));
        for chunk in 0..16 {
            out.extend(record(b"EEXTEND\0", page * 4096 + chunk * 256, 0));
            out.extend((0..256).map(|i| (page + chunk + i) as u8));
        }
    }
    out
}

/// Resident memory of this process in MiB; zero where the system does not tell.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with("VmRSS:"));
    let kib = line.and_then(|l| l.split_whitespace().nth(1)?.parse::<f64>().ok());
    kib.unwrap_or(0.0) / 1024.0
}
