//! `pmp`: what physical memory protection says to accesses, line by line.

use teescope_core::arch::riscv::lines::answer;

use crate::args::{Args, Usage};
use crate::files;
use crate::out::{Out, Result, why};
use crate::words::Words;

pub(super) const USAGE: Usage = Usage {
    name: "pmp",
    takes: &["FILE"],
    does: "tell what RISC-V PMP registers say to accesses, one line of JSON each",
    more: "Each line of FILE is an object with the registers and the accesses:\n\
           \x20 {\"cfg\": [24, 31], \"addr\": [537133055, \"0x3fffffffffffff\"],\n\
           \x20  \"probes\": [[1, 3, 2147483648], [1, 3, 2150629376]]}\n\
           cfg and addr may stand in “read”; mseccfg, entries and grain may be given. A probe is\n\
           [privilege 0 U, 1 S, 3 M; access 0-3 load, 4-7 store of 1, 2, 4, 8 bytes, 8 fetch; address].\n\
           rewrites [[slot, value]] are written after the probes, slot 0-15 pmpaddr, 16 pmpcfg0,\n\
           17 pmpcfg2, or a register's name.\n\
           JSON keys, with or without --json: verdicts (0, or mcause + 1, with bit 8 set because\n\
           mtval is the address), entries and rules that decided, and after {cfg, addr} where there\n\
           are rewrites. cli/README.md tells more.",
    options: &[],
};

pub(super) fn run(args: &Args) -> Result<u8> {
    let words = Words::of(args)?;
    let text = files::text(args.get(0))?;
    let name = files::name(args.get(0));
    let mut out = Out::new();
    for (line, n) in text.lines().zip(1..) {
        if line.trim().is_empty() {
            continue;
        }
        let told = answer(line)
            .map_err(|bad| why(format!("{name}, line {n}: {}", words.say(&bad.text()))))?;
        out.line(&told.to_string())?;
    }
    out.end()?;
    Ok(0)
}
