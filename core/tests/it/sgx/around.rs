//! The rules of the driver, the operating system and of accesses, each made to fire.

use teescope_core::memory::Linear;
use teescope_core::sgx::driver::kernel;
use teescope_core::sgx::encls::Registers;
use teescope_core::sgx::{Call, Content, EpcPage, Machine, Op, SigSource, Which};
use teescope_core::trace::{Machine as _, Observer, Outcome, Silent};
use teescope_core::view::{Access, Tone};

use super::scene::{
    BASE, DATA, DONE_REG, GP, ORDINARY, OTHER_REG, OTHER_SECS, REG, apply, code, digest, eadd,
    ecreate, eextend, einit, epc, pf, prepared, run,
};

/// An operation that a rule stops.
struct Stopped {
    rule: &'static str,
    before: fn(&mut Machine),
    op: fn() -> Op,
    ends: Outcome,
}

/// An access that a rule decides.
struct Decided {
    rule: &'static str,
    before: fn(&mut Machine),
    observer: Observer,
    access: Access,
    address: u64,
    tone: Tone,
}

const EINVAL: Outcome = code(22, "EINVAL");
const PRM: u64 = 0x7000_0000;
const NOTHING: fn(&mut Machine) = |_| {};

const fn stopped(rule: &'static str, ends: Outcome, op: fn() -> Op) -> Stopped {
    Stopped {
        rule,
        before: NOTHING,
        op,
        ends,
    }
}

fn encls(leaf: u32) -> Op {
    Op::Encls {
        leaf,
        registers: Registers::default(),
    }
}

fn write(at: u64) -> Op {
    Op::Write {
        at,
        bytes: vec![1, 2, 3].into(),
    }
}

const DROPPED: Outcome = code(0, "dropped");

const STOPPED: &[Stopped] = &[
    stopped("ENCLS.leaf-known", GP, || encls(99)),
    stopped("ENCLS.leaf-known", GP, || encls(u32::MAX)),
    stopped("DRIVER.enclave-known", EINVAL, || {
        eadd(9, 0, DATA, Content::Zero)
    }),
    stopped("DRIVER.enclave-known", EINVAL, || eextend(9, 0)),
    stopped("DRIVER.enclave-known", EINVAL, || einit(9, SigSource::Now)),
    stopped("DRIVER.enclave-known", EINVAL, || Op::Eremove {
        page: Which::Secs { enclave: 9 },
        call: Call::default(),
    }),
    stopped("ASSUME.nothing-loaded", code(0, "not needed"), || {
        Op::Assume {
            enclave: 0,
            mrenclave: [7; 32],
        }
    }),
    stopped("DRIVER.page-known", EINVAL, || eextend(0, 0x7000)),
    stopped("DRIVER.page-known", EINVAL, || Op::Hold {
        page: Which::Offset {
            enclave: 0,
            offset: 0x7000,
        },
        held: true,
    }),
    stopped("DRIVER.epc-number", EINVAL, || Op::Hold {
        page: Which::Epc(64),
        held: true,
    }),
    stopped("DRIVER.epc-number", EINVAL, || Op::Eremove {
        page: Which::Epc(u64::MAX),
        call: Call::default(),
    }),
    Stopped {
        rule: "DRIVER.epc-left",
        before: |m| {
            while m.driver.next < 64 {
                m.driver.next += 1
            }
        },
        op: || eadd(0, 0x3000, DATA, Content::Zero),
        ends: code(12, "ENOMEM"),
    },
    stopped("WRMSR.known", GP, || Op::Wrmsr {
        msr: 0x8b,
        value: 1,
    }),
    stopped("WRMSR.known", GP, || Op::Wrmsr {
        msr: 0x90,
        value: 1,
    }),
    Stopped {
        rule: "WRMSR.launch-hash-writable",
        before: |m| m.feature_control &= !(1 << 17),
        op: || Op::Wrmsr {
            msr: 0x8c,
            value: 1,
        },
        ends: GP,
    },
    stopped("PRM.write-outside", DROPPED, || write(PRM)),
    stopped("PRM.write-outside", DROPPED, || write(PRM - 1)),
    stopped("PRM.write-outside", DROPPED, || write(epc(REG))),
    stopped("PRM.write-outside", DROPPED, || write(BASE)),
    stopped("PRM.write-outside", DROPPED, || Op::Flip {
        at: epc(REG) + 7,
        bit: 3,
    }),
    stopped("PRM.write-mapped", pf(0x6000_0000_0000), || {
        write(0x6000_0000_0000)
    }),
    stopped("PRM.write-mapped", GP, || write(1 << 63)),
    stopped("PRM.write-mapped", pf(0x1_0000_0001), || write(0xffff_ffff)),
    stopped("THREAD.enclave-initialised", GP, || Op::Thread {
        enclave: 0,
        inside: true,
    }),
];

const fn decided(
    rule: &'static str,
    observer: Observer,
    access: Access,
    address: u64,
    tone: Tone,
) -> Decided {
    Decided {
        rule,
        before: NOTHING,
        observer,
        access,
        address,
        tone,
    }
}

const DONE_BASE: u64 = BASE + 0x20_0000;

const DECIDED: &[Decided] = &[
    decided(
        "ACCESS.mapped",
        Observer::Process,
        Access::Read,
        0x6000_0000_0000,
        Tone::Bad,
    ),
    decided(
        "ACCESS.mapped",
        Observer::Inside,
        Access::Read,
        DONE_BASE + 0x7000,
        Tone::Bad,
    ),
    decided(
        "ACCESS.abort-page-read",
        Observer::Privileged,
        Access::Read,
        PRM,
        Tone::Hidden,
    ),
    decided(
        "ACCESS.abort-page-read",
        Observer::Process,
        Access::Read,
        BASE,
        Tone::Hidden,
    ),
    decided(
        "ACCESS.abort-page-read",
        Observer::Neighbour,
        Access::Read,
        BASE,
        Tone::Hidden,
    ),
    // The page tables let a write to the TCS through; one to a code page ends there already.
    decided(
        "ACCESS.abort-page-write",
        Observer::Process,
        Access::Write,
        BASE + 0x1000,
        Tone::Hidden,
    ),
    decided(
        "ACCESS.page-rights",
        Observer::Process,
        Access::Write,
        BASE,
        Tone::Bad,
    ),
    decided(
        "ACCESS.page-rights",
        Observer::Inside,
        Access::Write,
        DONE_BASE,
        Tone::Bad,
    ),
    decided(
        "ACCESS.bus-listens",
        Observer::Bus,
        Access::Write,
        PRM,
        Tone::Hidden,
    ),
    decided(
        "ACCESS.fetch-in-elrange",
        Observer::Neighbour,
        Access::Fetch,
        BASE,
        Tone::Bad,
    ),
    decided(
        "ACCESS.abort-page-fetch",
        Observer::Process,
        Access::Fetch,
        BASE,
        Tone::Hidden,
    ),
    decided(
        "ACCESS.ordinary-memory",
        Observer::Privileged,
        Access::Read,
        0x0200_0000,
        Tone::Plain,
    ),
    decided(
        "ACCESS.ordinary-memory",
        Observer::Bus,
        Access::Read,
        0x0200_0000,
        Tone::Plain,
    ),
    decided(
        "ACCESS.dma-outside-prm",
        Observer::Device,
        Access::Read,
        PRM,
        Tone::Hidden,
    ),
    decided(
        "ACCESS.dram-ciphertext",
        Observer::Bus,
        Access::Read,
        PRM,
        Tone::Hidden,
    ),
    decided(
        "ACCESS.fetch-in-elrange",
        Observer::Inside,
        Access::Fetch,
        0x0200_0000,
        Tone::Bad,
    ),
    Decided {
        rule: "ACCESS.epcm-owner",
        before: |m| assert!(m.epc.change_mut(DONE_REG.0, |s| s.entry.blocked = true)),
        observer: Observer::Inside,
        access: Access::Read,
        address: DONE_BASE,
        tone: Tone::Bad,
    },
    Decided {
        rule: "ACCESS.epcm-owner",
        before: |m| remap(m, m.epc_physical(REG)),
        observer: Observer::Inside,
        access: Access::Read,
        address: DONE_BASE,
        tone: Tone::Bad,
    },
    Decided {
        rule: "ACCESS.epcm-owner",
        before: |m| remap(m, ORDINARY),
        observer: Observer::Inside,
        access: Access::Read,
        address: DONE_BASE,
        tone: Tone::Bad,
    },
    Decided {
        rule: "ACCESS.epcm-rights",
        before: |m| {
            // The page tables grant more than the EPCM.
            let at = Linear(DONE_BASE);
            let pte = m.tables.get(0, at).expect("mapped");
            let writable = true;
            let pte = teescope_core::arch::x86::Pte { writable, ..pte };
            m.tables.set(0, at, Some(pte));
        },
        observer: Observer::Inside,
        access: Access::Write,
        address: DONE_BASE,
        tone: Tone::Bad,
    },
    decided(
        "ACCESS.epcm-rights",
        Observer::Inside,
        Access::Read,
        DONE_BASE,
        Tone::Good,
    ),
    decided(
        "ACCESS.initialised",
        Observer::Inside,
        Access::Read,
        BASE,
        Tone::Bad,
    ),
];

/// The operating system points the first page of the initialised enclave elsewhere.
fn remap(m: &mut Machine, frame: teescope_core::memory::Physical) {
    let at = Linear(DONE_BASE);
    let pte = m.tables.get(0, at).expect("mapped");
    let pte = teescope_core::arch::x86::Pte { frame, ..pte };
    m.tables.set(0, at, Some(pte));
}

/// The rules that the rows of this file break or meet.
pub(crate) fn fired() -> Vec<&'static str> {
    let stopped = STOPPED.iter().map(|row| row.rule);
    stopped.chain(DECIDED.iter().map(|row| row.rule)).collect()
}

shared_test! {
    fn operations_around_the_leaves_stop_at_every_rule() {
        for row in STOPPED {
            let mut m = prepared();
            (row.before)(&mut m);
            let before = digest(&m);
            let (outcome, checks) = apply(&mut m, &(row.op)());
            let broken = checks.iter().find(|(_, held)| !held).map(|(rule, _)| rule.id);
            assert_eq!((outcome, broken), (row.ends, Some(row.rule)), "{:?}", (row.op)());
            assert_eq!(digest(&m), before, "state after {:?}", (row.op)());
        }
    }

    fn accesses_are_decided_by_every_rule() {
        for row in DECIDED {
            let mut m = prepared();
            (row.before)(&mut m);
            let probe = m.probe(row.observer, row.address, row.access);
            let found = (probe.rule.id, probe.tone);
            assert_eq!(found, (row.rule, row.tone), "{:?} at {:#x}", row.observer, row.address);
        }
    }

    fn the_driver_writes_what_the_operating_system_may() {
        let mut m = prepared();
        let op = Op::Write { at: ORDINARY.0, bytes: vec![9; 5000].into() };
        run(&mut m, &[op, Op::Flip { at: kernel(ORDINARY) + 4999, bit: 0 }]);
        assert_eq!(m.ram.bytes(ORDINARY, 5000)[4998..], [9, 8]);
        run(&mut m, &[Op::Write { at: ORDINARY.0, bytes: vec![].into() }]);
        assert_eq!(m.ram.bytes(ORDINARY, 1), [9]);
    }

    fn a_page_given_back_is_the_next_one_used() {
        let mut m = prepared();
        let page = Which::Offset { enclave: 0, offset: 0 };
        run(&mut m, &[Op::Eremove { page, call: Call::default() }, eadd(1, 0x1000, DATA, Content::Zero)]);
        assert_eq!(m.driver.pages.get(1, 0x1000), Some(REG));
        assert_eq!(m.tables.walk(0, Linear(BASE)), None);
    }

    fn a_secs_given_back_by_its_number_is_struck_out_too() {
        let mut m = prepared();
        let give = |page: EpcPage| Op::Eremove { page: Which::Epc(page.0), call: Call::default() };
        run(&mut m, &[give(OTHER_REG), give(OTHER_SECS)]);
        assert_eq!(m.driver.enclaves.get(&1), None);
        assert_eq!(m.driver.pages.get(1, 0), None);
        assert_eq!(apply(&mut m, &eextend(1, 0)).0, EINVAL);
    }

    fn the_driver_lays_operands_where_the_leaf_reads_them() {
        let mut m = prepared();
        assert_eq!(m.apply(&ecreate(3, BASE + 0x40_0000, 0x8000), &mut Silent), Outcome::Done);
        assert_eq!(m.driver.enclaves.get(&3).expect("in the books").secs, EpcPage(8));
        run(&mut m, &[eadd(3, 0x2000, DATA, Content::Fill(0x0403_0201))]);
        assert_eq!(m.epc_bytes(EpcPage(9))[4092..], [1, 2, 3, 4]);
        assert_eq!(m.translate(Linear(BASE + 0x40_2000)), Some(m.epc_physical(EpcPage(9))));
    }
}
