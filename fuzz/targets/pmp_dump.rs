//! Registers out of pasted text: what is read can be written to a hart and reads back the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use teescope_core::arch::riscv::dump::read;
use teescope_core::arch::riscv::{Pmp, csr};

fuzz_target!(|text: &str| {
    let dump = match read(text) {
        Ok(dump) => dump,
        Err(bad) => {
            assert!(bad.line <= text.lines().count());
            return;
        }
    };
    let mut pmp = Pmp::new(dump.needs(), 0);
    for (register, value) in dump.writes() {
        assert!(csr::write_pmp(&mut pmp, register, value).is_some());
    }
    let held = dump.pmp(dump.needs(), 0);
    for entry in 0..pmp.count() {
        assert_eq!(pmp.addr(entry), held.addr(entry));
    }
});
