//! Every PMP sample of QEMU's: registers as read back, verdicts, rewrites under locks.

use serde_json::Value;
use teescope_core::arch::riscv::{Pmp, Privilege};
use teescope_core::view::Access;

use crate::vectors;

/// The lines of a sample file.
fn lines(kind: &str) -> Vec<Value> {
    let text = vectors::read(&format!("keystone/pmp-{kind}.jsonl")).unwrap_or_default();
    let text = String::from_utf8(text).expect("samples are text");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("each line is JSON"))
        .collect()
}

fn numbers(value: &Value) -> Vec<u64> {
    let list = value.as_array().expect("a list");
    list.iter().map(|n| n.as_u64().expect("a number")).collect()
}

fn registers(value: &Value) -> (Vec<u8>, Vec<u64>) {
    let cfg = numbers(&value["cfg"]);
    (
        cfg.into_iter().map(|c| c as u8).collect(),
        numbers(&value["addr"]),
    )
}

fn holding(line: &Value) -> Pmp {
    let (cfg, addr) = registers(&line["read"]);
    let mseccfg = line["mseccfg"].as_u64().unwrap_or(0);
    Pmp::holding(16, 0, &cfg, &addr, mseccfg)
}

/// Privilege, kind of access and size in bytes as the samples code them.
fn coded(probe: &[u64]) -> (Privilege, Access, u64) {
    let mode = Privilege::from_code(probe[0]).expect("a privilege");
    match probe[1] {
        n @ 0..4 => (mode, Access::Read, 1 << n),
        n @ 4..8 => (mode, Access::Write, 1 << (n - 4)),
        _ => (mode, Access::Fetch, 4),
    }
}

/// The whole of a file: read-back, verdicts, and registers after the rewrites.
fn check(kind: &str) {
    for (n, line) in lines(kind).iter().enumerate() {
        let mut pmp = holding(line);
        as_read(&pmp, &line["read"], kind, n);
        if let Some(read) = line["mseccfg_read"].as_u64() {
            assert_eq!(pmp.mseccfg().bits(), read, "{kind} {n}");
        }
        let probes = line["probes"].as_array().expect("probes");
        for (probe, wanted) in probes.iter().zip(numbers(&line["qemu"])) {
            let probe = numbers(probe);
            let (mode, access, size) = coded(&probe);
            let decision = pmp.check(mode, access, probe[2], size);
            assert_eq!(decision.allowed, decision.fault.is_none());
            let verdict = decision.fault.map_or(0, |fault| {
                let code = fault.code.expect("a cause") + 1;
                code | u64::from(fault.address == Some(probe[2])) << 8
            });
            assert_eq!(verdict, wanted, "{kind}, line {}: {probe:?}", n + 1);
        }
        if line.get("rewrites").is_some() {
            rewrite(&mut pmp, line);
            as_read(&pmp, &line["after"], kind, n);
        }
    }
}

fn as_read(pmp: &Pmp, wanted: &Value, kind: &str, n: usize) {
    let (cfg, addr) = registers(wanted);
    for (entry, (cfg, addr)) in cfg.into_iter().zip(addr).enumerate() {
        let entry = entry as u8;
        let read = (pmp.cfg(entry).0, pmp.addr(entry));
        assert_eq!(read, (cfg, addr), "{kind}, line {}, entry {entry}", n + 1);
    }
}

fn rewrite(pmp: &mut Pmp, line: &Value) {
    for pair in line["rewrites"].as_array().expect("rewrites") {
        let pair = numbers(pair);
        match pair[0] {
            16 => drop(pmp.write_cfg(0, pair[1])),
            17 => drop(pmp.write_cfg(2, pair[1])),
            entry => _ = pmp.write_addr(entry as u8, pair[1]),
        }
    }
}

shared_test! {
    fn samples_of_dropped_privilege() { check("drop"); }
    fn samples_of_the_finest_grain() { check("fine"); }
    fn samples_as_the_monitor_sets_entries() { check("keystone"); }
    fn samples_of_locked_entries_and_their_rewriting() { check("lock"); }
    fn samples_of_whole_pages() { check("page"); }
    fn samples_of_smepmp() { check("smepmp"); }
}
