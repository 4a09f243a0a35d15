//! One row a rule: how to break it, and what the caller gets. The codes are those of the monitor's
//! header and of its traces, written out here once more.

use teescope_core::keystone::{Kind, Machine, Op, Platform, State, sbi};
use teescope_core::trace::Outcome;

use super::scene::{
    LINUX, apply, args, booted, call, code, create, done, epm, fresh, inside, intended, upstream,
    utm,
};

/// How an operation ends that is no call.
pub(crate) enum Ends {
    /// Refused with this code.
    Code(u64),
    /// Faulted with this mcause.
    Cause(u64),
}
use Ends::{Cause, Code};

/// One way to break one rule.
pub(crate) struct Row {
    pub(crate) rule: &'static str,
    pub(crate) ends: Ends,
    pub(crate) provoke: fn() -> (Machine, Op),
}

const fn row(rule: &'static str, ends: Ends, provoke: fn() -> (Machine, Op)) -> Row {
    Row {
        rule,
        ends,
        provoke,
    }
}

fn two_harts() -> Platform {
    Platform {
        harts: 2,
        ..upstream()
    }
}

/// Enclave 0 is being created and hart 1 has not answered.
fn waiting() -> Machine {
    let mut m = booted(two_harts());
    done(&mut m, &create(args(0)));
    m
}

/// So many enclaves of 1 MiB.
fn with(platform: Platform, count: u64) -> Machine {
    let mut m = booted(platform);
    (0..count).for_each(|n| done(&mut m, &create(args(n))));
    m
}

/// The running enclave's state is another one than it can have.
fn inside_but(state: State) -> Machine {
    let mut m = inside(upstream());
    m.monitor.enclaves.get_mut(&0).expect("enclave 0").state = state;
    m
}

fn stopped() -> Machine {
    let mut m = inside(upstream());
    done(&mut m, &call(sbi::STOP, [1, 0, 0]));
    m
}

/// Every rule of the monitor with a way to break it.
pub(crate) const ROWS: &[Row] = &[
    row("BOOT.in-order", Code(0), || {
        (Machine::new(upstream()), Op::Opensbi)
    }),
    row("BOOT.done", Code(0), || {
        (Machine::new(upstream()), call(sbi::RUN, [0; 3]))
    }),
    row("HART.there", Code(0), || {
        let load = Op::Load {
            hart: 9,
            at: LINUX,
            len: 8,
        };
        (booted(upstream()), load)
    }),
    row("HART.answers-first", Code(0), || {
        let call = Op::Ecall {
            hart: 1,
            id: sbi::RUN,
            args: [0; 3],
        };
        (waiting(), call)
    }),
    row("HART.not-waiting", Code(0), || {
        (waiting(), call(sbi::RUN, [0; 3]))
    }),
    row("IPI.pending", Code(0), || {
        (booted(two_harts()), Op::Ipi { hart: 1 })
    }),
    row("TIMER.reaches-monitor", Code(0), || {
        let sstc = Platform {
            sstc: true,
            ..upstream()
        };
        (inside(sstc), Op::Timer { hart: 0 })
    }),
    row("SBI.not-deprecated", Code(100_099), || {
        (booted(upstream()), call(1999, [0; 3]))
    }),
    row("SBI.from-host", Code(100_014), || {
        (inside(upstream()), call(sbi::RUN, [0; 3]))
    }),
    row("SBI.from-enclave", Code(100_014), || {
        (booted(upstream()), call(sbi::ATTEST, [0; 3]))
    }),
    row("SBI.known", Code(100_100), || {
        (booted(upstream()), call(2004, [0; 3]))
    }),
    row("SBI.caller-lives", Cause(1), || {
        let mut m = with(upstream(), 6);
        done(&mut m, &call(sbi::DESTROY, [5, 0, 0]));
        let mut next = args(6);
        next.epm_size = 0x3000;
        (m, create(next))
    }),
    row("CREATE.argument-readable", Code(100_006), || {
        (booted(upstream()), call(sbi::CREATE, [0x8000_0000, 0, 0]))
    }),
    row("CREATE.epm-size", Code(100_008), || {
        with_args(|a| a.epm_size = 0)
    }),
    row("CREATE.epm-size", Code(100_008), || {
        with_args(|a| a.epm_size = u64::MAX)
    }),
    row("CREATE.utm-size", Code(100_008), || {
        with_args(|a| a.utm_size = 0)
    }),
    row("CREATE.utm-size", Code(100_008), || {
        with_args(|a| a.utm_paddr = u64::MAX)
    }),
    row("CREATE.runtime-inside", Code(100_008), || {
        with_args(|a| a.runtime_paddr = a.epm_paddr - 1)
    }),
    row("CREATE.user-inside", Code(100_008), || {
        with_args(|a| {
            a.user_paddr = a.epm_paddr + a.epm_size;
            a.free_paddr = a.user_paddr;
        })
    }),
    row("CREATE.free-inside", Code(100_008), || {
        with_args(|a| a.free_paddr = a.epm_paddr + a.epm_size + 1)
    }),
    row("CREATE.runtime-before-user", Code(100_008), || {
        with_args(|a| a.runtime_paddr = a.user_paddr + 1)
    }),
    row("CREATE.user-before-free", Code(100_008), || {
        with_args(|a| a.user_paddr = a.free_paddr + 1)
    }),
    row("CREATE.identifier-free", Code(100_013), || {
        let mut m = fresh(upstream());
        let one = m.enclave(0).expect("enclave 0").clone();
        (1..16).for_each(|n| m.monitor.enclaves.insert_mut(n, one.clone()));
        (m, create(args(1)))
    }),
    row("CREATE.memory-there", Cause(7), || {
        with_args(|a| a.utm_paddr = 0x1_0000_0000)
    }),
    row("CREATE.memory-there", Cause(5), || {
        with_args(|a| {
            (a.epm_paddr, a.runtime_paddr, a.user_paddr, a.free_paddr) =
                (0x1_0000_0000, 0x1_0000_1000, 0x1_0000_1000, 0x1_0000_1000);
        })
    }),
    row("DESTROY.exists", Code(100_005), || {
        (booted(upstream()), call(sbi::DESTROY, [0; 3]))
    }),
    row("DESTROY.not-running", Code(100_005), || {
        let mut m = fresh(two_harts());
        done(&mut m, &Op::Ipi { hart: 1 });
        done(
            &mut m,
            &Op::Ecall {
                hart: 1,
                id: sbi::RUN,
                args: [0; 3],
            },
        );
        (m, call(sbi::DESTROY, [0; 3]))
    }),
    row("DESTROY.memory-there", Cause(7), || {
        // Its free memory reaches past the end of DRAM.
        let mut a = args(0);
        (a.epm_paddr, a.epm_size) = (0x9f00_0000, 0x200_0000);
        (a.runtime_paddr, a.user_paddr, a.free_paddr) = (0x9f00_1000, 0x9f00_1000, 0x9f00_1000);
        let mut m = booted(upstream());
        done(&mut m, &create(a));
        (m, call(sbi::DESTROY, [0; 3]))
    }),
    row("RUN.exists", Code(100_016), || {
        (booted(upstream()), call(sbi::RUN, [0; 3]))
    }),
    row("RUN.fresh", Code(100_016), || {
        (stopped(), call(sbi::RUN, [0; 3]))
    }),
    row("RESUME.exists", Code(100_010), || {
        (booted(upstream()), call(sbi::RESUME, [0; 3]))
    }),
    row("RESUME.stopped", Code(100_010), || {
        (fresh(upstream()), call(sbi::RESUME, [0; 3]))
    }),
    row("RESUME.not-exited", Code(100_010), || {
        let mut m = inside(intended());
        done(&mut m, &call(sbi::EXIT, [0; 3]));
        (m, call(sbi::RESUME, [0; 3]))
    }),
    row("RESUME.thread-free", Code(100_010), || {
        let mut m = fresh(two_harts());
        done(&mut m, &Op::Ipi { hart: 1 });
        done(
            &mut m,
            &Op::Ecall {
                hart: 1,
                id: sbi::RUN,
                args: [0; 3],
            },
        );
        (m, call(sbi::RESUME, [0; 3]))
    }),
    row("STOP.running", Code(100_009), || {
        (inside_but(State::Stopped), call(sbi::STOP, [1, 0, 0]))
    }),
    row("EXIT.running", Code(100_009), || {
        (inside_but(State::Stopped), call(sbi::EXIT, [0; 3]))
    }),
    row("ATTEST.data-fits", Code(100_008), || {
        (
            inside(upstream()),
            call(sbi::ATTEST, [utm(0), epm(0), 1025]),
        )
    }),
    row("ATTEST.measured", Code(100_012), || {
        (
            inside_but(State::Allocated),
            call(sbi::ATTEST, [utm(0), epm(0), 8]),
        )
    }),
    row("ATTEST.data-readable", Code(100_007), || {
        (inside(upstream()), call(sbi::ATTEST, [utm(0), LINUX, 8]))
    }),
    row("ATTEST.report-writable", Code(100_008), || {
        (inside(upstream()), call(sbi::ATTEST, [LINUX, epm(0), 8]))
    }),
    row("SEAL.identifier-there", Cause(5), || {
        (
            inside(upstream()),
            call(sbi::SEALING_KEY, [utm(0), 0x1000, 8]),
        )
    }),
    row("SEAL.identifier-there", Cause(5), || {
        (
            inside(upstream()),
            call(sbi::SEALING_KEY, [utm(0), epm(0), 4097]),
        )
    }),
    row("SEAL.key-there", Cause(7), || {
        (
            inside(upstream()),
            call(sbi::SEALING_KEY, [0x1000, epm(0), 8]),
        )
    }),
    row("SEAL.identifier-readable", Code(100_007), || {
        (
            inside(intended()),
            call(sbi::SEALING_KEY, [utm(0), LINUX, 8]),
        )
    }),
    row("SEAL.key-writable", Code(100_008), || {
        (
            inside(intended()),
            call(sbi::SEALING_KEY, [LINUX, epm(0), 8]),
        )
    }),
    row("PLUGIN.built-in", Code(100_100), || {
        (inside(upstream()), call(sbi::PLUGIN, [1, 1, 0]))
    }),
    row("PLUGIN.call-known", Code(100_100), || {
        let multimem = Platform {
            multimem: true,
            ..upstream()
        };
        (inside(multimem), call(sbi::PLUGIN, [1, 3, 0]))
    }),
    row("REGION.no-overlap", Code(100_003), || {
        (fresh(upstream()), create(args(0)))
    }),
    row("REGION.whole-pages", Code(100_003), || {
        with_args(|a| a.epm_size += 0x800)
    }),
    row("REGION.bottom-napot", Code(100_003), || {
        with_args(|a| a.utm_size = 0x3000)
    }),
    row("REGION.table-free", Code(100_003), || {
        (with(Platform::mpfs(), 7), create(args(7)))
    }),
    row("REGION.entry-free", Code(100_003), || {
        (with(upstream(), 6), create(args(6)))
    }),
    row("REGION.two-entries-free", Code(100_003), || {
        let mut next = args(5);
        next.epm_size = 0x3000;
        (with(upstream(), 5), create(next))
    }),
    row("MEMORY.there", Cause(5), || {
        let load = Op::Load {
            hart: 0,
            at: 0x1000_0000,
            len: 8,
        };
        (booted(upstream()), load)
    }),
    row("CSR.supervisor", Cause(2), || {
        let csr = Op::Csr {
            hart: 0,
            number: 0x3a0,
            value: 0,
        };
        (booted(upstream()), csr)
    }),
    row("CSR.kept-here", Code(0), || {
        let csr = Op::Csr {
            hart: 0,
            number: 0x001,
            value: 0,
        };
        (booted(upstream()), csr)
    }),
];

/// create_enclave on a booted machine with something changed in a good argument.
fn with_args(change: fn(&mut teescope_core::keystone::structs::CreateArgs)) -> (Machine, Op) {
    let mut a = args(0);
    change(&mut a);
    (booted(upstream()), create(a))
}

shared_test! {
    fn every_row_ends_as_it_says_by_its_rule() {
        for (number, row) in ROWS.iter().enumerate() {
            let (mut m, op) = (row.provoke)();
            let (outcome, broken) = apply(&mut m, &op);
            assert_eq!(broken, Some(row.rule), "row {number}: {outcome:?}");
            match (&row.ends, outcome) {
                (Code(wanted), Outcome::Refused(_)) => assert_eq!(code(outcome), *wanted, "row {number}"),
                (Cause(wanted), Outcome::Faulted(fault)) => assert_eq!(fault.code, Some(*wanted), "row {number}"),
                _ => panic!("row {number}, {}: {outcome:?}", row.rule),
            }
        }
    }

    /// What each platform is built with.
    fn platforms_differ_as_their_sources_say() {
        let of = |p: &Platform| (p.entries, p.sm_size, p.kind);
        assert_eq!(of(&Platform::generic()), (8, 0x20_0000, Kind::Generic));
        assert_eq!(of(&Platform::cva6()), (8, 0x10_0000, Kind::Cva6));
        assert_eq!(of(&Platform::mpfs()), (16, 0x20_0000, Kind::Mpfs));
    }
}
