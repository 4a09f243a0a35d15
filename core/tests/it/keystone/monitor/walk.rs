//! A random walk of calls by a hostile Linux and hostile enclaves on two harts, and what must hold after
//! every step. Shared by the tests and by the example that walks a million.

use std::collections::BTreeSet;

use teescope_core::arch::riscv::Privilege;
use teescope_core::keystone::structs::{CreateArgs, EnclaveReport, Report};
use teescope_core::keystone::{Faults, HOST_PC, Machine, Op, Platform, State, sbi};
use teescope_core::memory::Physical;
use teescope_core::trace::{Machine as _, Outcome, Silent};
use teescope_core::view::Access;

use super::dice::Dice;

/// A place in Linux's memory.
const LINUX: u64 = 0x8030_0000;

/// Every invariant that upstream breaks, by name, with the fault that breaks it.
pub(crate) const BROKEN_UPSTREAM: [&str; 8] = [
    "a report holds nothing but what was signed",
    "an enclave that has exited never runs again",
    "entries in use are marked so",
    "nothing is written into the monitor",
    "only regions of the monitor have entries",
    "the monitor’s key takes all of its seed",
    "the shared buffer is zero when an enclave is gone",
    "the timer stops an enclave",
];

/// What else upstream's marking of the last entry leads to: the entry goes to an enclave.
pub(crate) const STUCK: &str = "a hart that runs Linux can go on";

/// And, rarely: another hart leaves its enclave and writes Linux's permissions over that entry.
pub(crate) const OPENED: &str = "an enclave is closed to everybody else";

/// How a walk went.
#[derive(Default)]
pub(crate) struct Tally {
    /// Steps that were done, refused, faulted.
    pub(crate) ended: [u64; 3],
    /// Invariants that did not hold.
    pub(crate) broken: BTreeSet<&'static str>,
    /// Machines that got stuck and were started again.
    pub(crate) stuck: u64,
    /// Enclaves created.
    pub(crate) created: u64,
}

/// A booted machine of two harts with Sstc, as upstream or as intended.
fn booted(upstream: bool) -> Machine {
    let faults = if upstream {
        Faults::UPSTREAM
    } else {
        Faults::NONE
    };
    let mut m = Machine::new(Platform {
        harts: 2,
        sstc: true,
        faults,
        ..Platform::generic()
    });
    for op in [Op::Bootrom, Op::Opensbi, Op::Monitor] {
        m.apply(&op, &mut Silent);
    }
    m
}

/// An address: mostly where enclaves and their buffers may lie, sometimes anything.
fn address(d: &mut Dice) -> u64 {
    match d.below(12) {
        0 => d.next(),
        1 => 0x8000_0000 + d.below(0x20_0000),
        2 => LINUX + d.below(0x1000) * 8,
        3 => d.below(0x10_0000),
        4..6 => 0x9000_0000 + d.below(10) * 0x4000 + d.below(0x4000),
        _ => 0x8100_0000 + d.below(8) * 0x8000 + d.below(0x8000),
    }
}

/// Small enclaves of many sizes at few places, so that entries run out and ranges meet.
fn create(d: &mut Dice) -> Op {
    let base = 0x8100_0000 + d.below(9) * 0x8000;
    let size = *d.pick(&[0x8000, 0x8000, 0x4000, 0x3000, 0x5000, 0x1_0000, 0, 0x800]);
    let part = |d: &mut Dice| base + d.below(4) * 0x1000;
    let mut parts = [part(d), part(d), part(d)];
    if d.below(10) > 0 {
        parts.sort_unstable();
    }
    let [runtime_paddr, user_paddr, free_paddr] = parts;
    Op::Create {
        hart: d.below(2) as u8,
        args: CreateArgs {
            epm_paddr: base,
            epm_size: size,
            utm_paddr: 0x9000_0000 + d.below(10) * 0x4000,
            utm_size: *d.pick(&[0x4000, 0x4000, 0x4000, 0x1000, 0x3000, 0]),
            runtime_paddr,
            user_paddr,
            free_paddr,
            free_requested: 0,
        },
    }
}

fn bytes(d: &mut Dice) -> std::rc::Rc<[u8]> {
    d.next().to_le_bytes()[..].into()
}

/// A random operation. Devices stay away from the monitor: nothing would keep them out. A call that
/// waits is mostly answered, so that there is more than waiting.
fn op(d: &mut Dice, m: &Machine) -> Op {
    let asked = (0..2).find(|n| m.pending_ipi(*n).is_some());
    if let Some(hart) = asked.filter(|_| d.below(4) > 0) {
        return Op::Ipi { hart };
    }
    let hart = d.below(2) as u8;
    let eid = match d.below(10) {
        0 => d.next(),
        _ => d.below(8),
    };
    let ecall = |id, args| Op::Ecall { hart, id, args };
    match d.below(48) {
        0..8 => create(d),
        8..13 => ecall(sbi::RUN, [eid, 0, 0]),
        13..18 => ecall(sbi::RESUME, [eid, 0, 0]),
        18..23 => ecall(sbi::DESTROY, [eid, 0, 0]),
        23..28 => ecall(sbi::STOP, [d.below(3), 0, 0]),
        28..30 => ecall(sbi::EXIT, [d.next(), 0, 0]),
        30 => match m
            .hart(hart)
            .and_then(|h| h.inside)
            .and_then(|eid| m.enclave(eid))
        {
            Some(e) if d.below(4) > 0 => {
                let a = e.args;
                ecall(sbi::ATTEST, [a.utm_paddr, a.epm_paddr, d.below(64)])
            }
            _ => ecall(sbi::ATTEST, [address(d), address(d), d.below(1100)]),
        },
        31 => ecall(sbi::SEALING_KEY, [address(d), address(d), d.below(80)]),
        32 => ecall(1990 + d.below(3100), [d.next(), d.next(), d.next()]),
        33..38 => Op::Ipi { hart: 1 - hart },
        38..40 => Op::Timer { hart },
        40..43 => Op::Load {
            hart,
            at: address(d),
            len: 8,
        },
        43..46 => Op::Store {
            hart,
            at: address(d),
            bytes: bytes(d),
        },
        46 => Op::Csr {
            hart,
            number: *d.pick(&[0x104, 0x180, 0x141, 0x3a0, 0x3b7, 0x300]),
            value: d.next(),
        },
        // While a call waits, private memory may be zeroed and open already: what a device writes
        // there then is no remains.
        _ if m.monitor.waiting.is_some() => Op::Timer { hart },
        _ => Op::DmaWrite {
            at: 0x8100_0000 + d.below(0x4_8000),
            bytes: bytes(d),
        },
    }
}

/// Whether a stretch of memory is all zero.
fn zero(m: &Machine, at: u64, len: u64) -> bool {
    m.ram
        .bytes(Physical(at), len as usize)
        .iter()
        .all(|b| *b == 0)
}

/// What the PMP of every hart must say.
fn closed(m: &Machine, broken: &mut BTreeSet<&'static str>) {
    for (n, h) in m.harts.iter() {
        if h.stuck || m.pending_ipi(*n).is_some() || m.monitor.waiting.is_some() {
            continue;
        }
        let may = |access, at| h.pmp.check(Privilege::Supervisor, access, at, 1).allowed;
        let any = |at| Access::ALL.iter().any(|access| may(*access, at));
        let all = |at| Access::ALL.iter().all(|access| may(*access, at));
        if any(0x8000_0000) || any(0x801f_ffff) {
            broken.insert("the monitor is closed to everybody");
        }
        for (eid, e) in m.monitor.enclaves.iter() {
            let (first, last) = (e.args.epm_paddr, e.args.epm_paddr + e.args.epm_size - 1);
            if h.inside == Some(*eid) {
                if !all(first) || !all(last) || !all(e.args.utm_paddr) {
                    broken.insert("an enclave reaches its own memory");
                }
            } else if any(first) || any(last) {
                broken.insert(OPENED);
            }
        }
        match h.inside {
            Some(_) if any(LINUX) => {
                broken.insert("an enclave does not reach Linux");
            }
            None if !all(HOST_PC) => {
                broken.insert(STUCK);
            }
            _ => {}
        }
        for entry in 0..m.platform.entries {
            let region = h.pmp.region(entry);
            let on = |r: &std::ops::Range<u64>| {
                let mut all = m.monitor.regions.table.iter();
                all.any(|(_, x)| x.entry == entry && (x.base == r.start || x.size == u64::MAX))
            };
            if region.is_some_and(|r| !on(&r)) {
                broken.insert("only regions of the monitor have entries");
            }
        }
    }
}

/// What the monitor's tables must say.
fn tables(m: &Machine, broken: &mut BTreeSet<&'static str>) {
    let regions = &m.monitor.regions;
    let bits = regions.table.iter().fold(0, |all, (_, r)| all | r.bits());
    if regions.used != bits {
        broken.insert("entries in use are marked so");
    }
    let own: Vec<_> = regions.table.iter().filter(|(_, r)| !r.shared).collect();
    for (i, (_, a)) in own.iter().enumerate() {
        if own[i + 1..].iter().any(|(_, b)| a.meets(b.base, b.size)) {
            broken.insert("regions do not overlap");
        }
    }
    for (eid, e) in m.monitor.enclaves.iter() {
        let inside = m
            .harts
            .iter()
            .filter(|(_, h)| h.inside == Some(*eid))
            .count() as u64;
        if inside != e.threads || (e.state == State::Running) != (inside > 0) {
            broken.insert("an enclave runs where a hart is inside");
        }
        let there = |index: u8| regions.table.get(&index).is_some();
        if !there(e.epm) || e.utm.is_none_or(|utm| !there(utm)) {
            broken.insert("an enclave has its regions");
        }
        if e.exited && e.state == State::Running {
            broken.insert("an enclave that has exited never runs again");
        }
        let measured = e.hash != [0; 64];
        if measured != (e.state >= State::Fresh) && m.monitor.waiting.is_none() {
            broken.insert("an enclave is measured before it is fresh");
        }
    }
}

/// What one step must have done or left undone.
fn step_kept(
    before: &Machine,
    after: &Machine,
    op: &Op,
    outcome: Outcome,
    broken: &mut BTreeSet<&'static str>,
) {
    let pages = |m: &Machine| -> Vec<u64> {
        let monitor = 0x8000_0000 >> 12..0x8020_0000 >> 12;
        m.ram
            .pages()
            .map(|(n, _)| n)
            .filter(|n| monitor.contains(n))
            .collect()
    };
    let block = |m: &Machine| m.ram.bytes(Physical(0x801f_f000), 352);
    if pages(before) != pages(after) || block(before) != block(after) {
        broken.insert("nothing is written into the monitor");
    }
    // An enclave that is gone has left nothing behind.
    for (eid, e) in before.monitor.enclaves.iter() {
        let gone = after.enclave(*eid).is_none_or(|now| now.serial != e.serial);
        if gone && !zero(after, e.args.epm_paddr, e.args.epm_size) {
            broken.insert("private memory is zero when an enclave is gone");
        }
        if gone && !zero(after, e.args.utm_paddr, e.args.utm_size) {
            broken.insert("the shared buffer is zero when an enclave is gone");
        }
    }
    match op {
        Op::Ecall {
            id: sbi::ATTEST,
            args,
            ..
        } if outcome.is_done() => {
            let mut report = [0; Report::SIZE];
            after.ram.read(Physical(args[0]), &mut report);
            let enclave = Report::from_bytes(&report).enclave;
            let len = enclave.data_len as usize;
            if len > EnclaveReport::DATA_MAX || enclave.data[len..].iter().any(|b| *b != 0) {
                broken.insert("a report holds nothing but what was signed");
            }
        }
        Op::Timer { hart } if before.hart(*hart).is_some_and(|h| h.inside.is_some()) => {
            let free = before.pending_ipi(*hart).is_none()
                && before.monitor.waiting.is_none_or(|w| w.hart != *hart);
            if free && !outcome.is_done() {
                broken.insert("the timer stops an enclave");
            }
        }
        _ => {}
    }
    if !outcome.is_done() && !after.harts.iter().any(|(_, h)| h.stuck) {
        let same = before.monitor.regions == after.monitor.regions
            && before.monitor.enclaves == after.monitor.enclaves
            && before
                .harts
                .iter()
                .zip(after.harts.iter())
                .all(|((_, a), (_, b))| a.pmp == b.pmp && a.inside == b.inside && a.ipi == b.ipi);
        if !same {
            broken.insert("what is refused changes nothing");
        }
    }
}

/// Walks `steps` steps.
pub(crate) fn walk(seed: u64, steps: u64, upstream: bool) -> Tally {
    let mut d = Dice::new(seed);
    let mut m = booted(upstream);
    let mut tally = Tally::default();
    let identity = m.monitor.identity.as_ref().expect("booted");
    let seed = teescope_core::crypto::sha3::sha3_512(
        &[&identity.device.secret[..], &identity.sm_hash].concat(),
    );
    let mut whole = [0; 32];
    whole.copy_from_slice(&seed[..32]);
    if teescope_core::keystone::keys::keys_of(&whole).public != identity.sm.public {
        tally
            .broken
            .insert("the monitor’s key takes all of its seed");
    }
    for _ in 0..steps {
        let op = op(&mut d, &m);
        let before = m.clone();
        let outcome = m.apply(&op, &mut Silent);
        let kind = match outcome {
            Outcome::Done => 0,
            Outcome::Refused(_) => 1,
            Outcome::Faulted(_) => 2,
        };
        tally.ended[kind] += 1;
        closed(&m, &mut tally.broken);
        tables(&m, &mut tally.broken);
        step_kept(&before, &m, &op, outcome, &mut tally.broken);
        tally.created += m.monitor.created - before.monitor.created;
        if m.harts.iter().any(|(_, h)| h.stuck) {
            // A fetch that fails is upstream's last entry; a key written nowhere is a trap inside the
            // monitor, which no check was meant to keep from.
            if matches!(outcome, Outcome::Faulted(fault) if fault.code == Some(1)) {
                tally.broken.insert(STUCK);
            }
            tally.stuck += 1;
            m = booted(upstream);
        }
    }
    tally
}
