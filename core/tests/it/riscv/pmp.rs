//! PMP by hand: published values, every rule, and what a write to the registers leaves as it was.

use std::collections::BTreeSet;

use teescope_core::arch::riscv::{self, Decision, Pmp, Privilege};
use teescope_core::view::Access;

use super::{sv39, twin};

const M: Privilege = Privilege::Machine;
const S: Privilege = Privilege::Supervisor;
const U: Privilege = Privilege::User;

/// All of memory, NAPOT.
const ALL: u64 = (1 << 54) - 1;

fn pmp(entries: &[(u8, u64)]) -> Pmp {
    with(0, 0, entries)
}

fn with(grain: u8, mseccfg: u64, entries: &[(u8, u64)]) -> Pmp {
    let cfg: Vec<u8> = entries.iter().map(|e| e.0).collect();
    let addr: Vec<u64> = entries.iter().map(|e| e.1).collect();
    Pmp::holding(16, grain, &cfg, &addr, mseccfg)
}

/// Whether it passes, who decided, by which rule.
fn says(d: Decision) -> (bool, Option<u8>, &'static str) {
    (d.allowed, d.entry, d.rule.id)
}

/// One row: a rule, whether it lets the access pass, which entry decides, and the access.
type Row = (&'static str, bool, Option<u8>, fn() -> Decision);

/// Every rule of deciding, met and broken.
const DECISIONS: &[Row] = &[
    ("PMP.none-implemented", true, None, || {
        Pmp::new(0, 0).check(S, Access::Write, 0x8000_0000, 8)
    }),
    ("PMP.whole-access", false, Some(0), || {
        pmp(&[(0x17, 0x2000_0001), (0x1f, ALL)]).check(S, Access::Read, 0x8000_0000, 8)
    }),
    ("PMP.whole-access", false, Some(0), || {
        pmp(&[(0x17, 0x2000_0001), (0x1f, ALL)]).check(M, Access::Read, 0x8000_0000, 8)
    }),
    ("PMP.m-unlocked", true, Some(0), || {
        pmp(&[(0x18, ALL)]).check(M, Access::Write, 0x8000_0000, 8)
    }),
    ("PMP.read", true, Some(0), || {
        pmp(&[(0x19, ALL)]).check(U, Access::Read, 0, 1)
    }),
    ("PMP.read", false, Some(0), || {
        pmp(&[(0x98, ALL)]).check(M, Access::Read, 0, 1)
    }),
    ("PMP.write", true, Some(1), || {
        pmp(&[(0x18, 0x2003_ffff), (0x1b, ALL)]).check(S, Access::Write, 0x8020_0000, 8)
    }),
    ("PMP.write", false, Some(0), || {
        pmp(&[(0x18, 0x2003_ffff), (0x1b, ALL)]).check(S, Access::Write, 0x801f_fff8, 8)
    }),
    ("PMP.execute", true, Some(0), || {
        pmp(&[(0x1c, ALL)]).check(S, Access::Fetch, 4, 4)
    }),
    ("PMP.execute", false, Some(0), || {
        pmp(&[(0x1b, ALL)]).check(S, Access::Fetch, 4, 4)
    }),
    ("PMP.no-match-machine", true, None, || {
        pmp(&[]).check(M, Access::Fetch, 4, 4)
    }),
    ("PMP.no-match-lower", false, None, || {
        pmp(&[(0x1f, 0x2003_ffff)]).check(S, Access::Read, 0, 1)
    }),
    ("SMEPMP.table", true, Some(0), || {
        with(0, 1, &[(0x9a, ALL)]).check(U, Access::Fetch, 0, 4)
    }),
    ("SMEPMP.table", false, Some(0), || {
        with(0, 1, &[(0x1f, ALL)]).check(M, Access::Read, 0, 4)
    }),
    ("SMEPMP.allow-list", false, None, || {
        with(0, 2, &[]).check(M, Access::Read, 0, 4)
    }),
    ("SMEPMP.no-match-fetch", false, None, || {
        with(0, 1, &[]).check(M, Access::Fetch, 0, 4)
    }),
];

fn kept(pmp: &mut Pmp, register: u8, value: u64) -> Option<&'static str> {
    pmp.write_cfg(register, value).first().map(|k| k.rule.id)
}

/// One row: a rule, and a write that it keeps from becoming what was written.
type Write = (&'static str, fn() -> Option<&'static str>);

/// Every rule of writing.
const WRITES: &[Write] = &[
    ("PMP.locked", || kept(&mut pmp(&[(0x9f, ALL)]), 0, 0)),
    ("PMP.locked", || {
        pmp(&[(0x9f, ALL)]).write_addr(0, 0).map(|r| r.id)
    }),
    ("PMP.locked-neighbour", || {
        pmp(&[(0, 1), (0x88, 2)]).write_addr(0, 0).map(|r| r.id)
    }),
    ("PMP.reserved-write-only", || kept(&mut pmp(&[]), 0, 0x1a)),
    ("PMP.na4-grain", || kept(&mut with(1, 0, &[]), 0, 0x17)),
    ("PMP.implemented", || kept(&mut Pmp::new(8, 0), 2, 0x1f)),
    ("PMP.implemented", || {
        Pmp::new(8, 0).write_addr(8, 1).map(|r| r.id)
    }),
    ("PMP.spare-bits", || kept(&mut pmp(&[]), 0, 0x7f)),
    ("PMP.spare-bits", || {
        pmp(&[]).write_addr(0, u64::MAX).map(|r| r.id)
    }),
    ("PMP.grain", || {
        with(3, 0, &[]).write_addr(0, 0x2000_0001).map(|r| r.id)
    }),
    ("SMEPMP.no-new-code", || kept(&mut with(0, 1, &[]), 0, 0x9c)),
    ("SMEPMP.sticky", || {
        with(0, 3, &[]).write_mseccfg(1).first().map(|r| r.id)
    }),
    ("SMEPMP.rlb-closed", || {
        with(0, 0, &[(0x80, 0)])
            .write_mseccfg(4)
            .first()
            .map(|r| r.id)
    }),
];

shared_test! {
    fn every_decision_is_the_rules() {
        for (n, (rule, allowed, entry, decide)) in DECISIONS.iter().enumerate() {
            assert_eq!(says(decide()), (*allowed, *entry, *rule), "row {n}");
        }
    }

    fn every_write_that_bends_names_its_rule() {
        for (n, (rule, write)) in WRITES.iter().enumerate() {
            assert_eq!(write(), Some(*rule), "row {n}");
        }
    }

    fn rows_and_rules_are_the_same_set() {
        let decided = DECISIONS.iter().map(|row| row.0);
        let mut fired: BTreeSet<_> = decided.chain(WRITES.iter().map(|row| row.0)).collect();
        fired.extend(sv39::fired());
        let declared: BTreeSet<_> = riscv::rules().iter().map(|rule| rule.id).collect();
        assert_eq!(fired, declared);
    }

    /// The values of Keystone's own unit test (pmp.c) and of a board's dump (issue 288).
    fn published_values() {
        let napot = |addr| pmp(&[(0x1f, addr)]).region(0);
        assert_eq!(napot(0x27ff), Some(0x8000..0x8000 + 0x4000));
        assert_eq!(napot(0x2003_ffff), Some(0x8000_0000..0x8020_0000));
        assert_eq!(napot(ALL), Some(0..1 << 57));
        let tor = pmp(&[(0, 0x2000_0000), (0x0f, 0x37ab_af77)]);
        assert_eq!(tor.region(1), Some(0x8000_0000..0xdeae_bddc));
        assert_eq!(tor.region(0), None);
    }

    /// The example of the manual's table: with the address yyyy…0111 the range is 64 bytes.
    fn napot_sizes() {
        for (addr, size) in [(0, 8_u64), (1, 16), (3, 32), (7, 64), (0xff, 0x800)] {
            assert_eq!(pmp(&[(0x1f, 0x1000 | addr)]).region(0), Some(0x4000..0x4000 + size));
        }
        assert_eq!(pmp(&[(0x17, 0x1000)]).region(0), Some(0x4000..0x4004));
    }

    fn tor_that_does_not_rise_is_empty() {
        for (below, top) in [(5, 5), (6, 5)] {
            let pmp = pmp(&[(0, below), (0x0f, top), (0x1f, ALL)]);
            assert_eq!(pmp.region(1), None);
            assert_eq!(says(pmp.check(S, Access::Read, 20, 1)), (true, Some(2), "PMP.read"));
        }
    }

    fn faults_carry_cause_and_address() {
        let pmp = pmp(&[(0x18, ALL)]);
        for (access, code) in [(Access::Fetch, 1), (Access::Read, 5), (Access::Write, 7)] {
            let fault = pmp.check(S, access, 0x8000_1234, 4).fault.expect("it is denied");
            assert_eq!((fault.code, fault.address), (Some(code), Some(0x8000_1234)));
        }
    }

    /// The manual's own example of a grain: what lies below it shows again when the mode changes back.
    fn the_grain_hides_low_bits_and_keeps_them() {
        let mut pmp = with(3, 0, &[]);
        pmp.write_addr(0, 0x1004);
        assert_eq!(pmp.addr(0), 0x1000);
        pmp.write_cfg(0, 0x1f);
        assert_eq!((pmp.addr(0), pmp.region(0)), (0x1007, Some(0x4000..0x4040)));
        pmp.write_cfg(0, 0x0f);
        assert_eq!((pmp.addr(0), pmp.region(0)), (0x1000, Some(0..0x4000)));
        // Grain 16 bytes: bit 0 reads one under NAPOT, bit 1 is ordinary.
        let mut pmp = with(2, 0, &[]);
        pmp.write_addr(0, 0x1004);
        pmp.write_cfg(0, 0x1f);
        assert_eq!((pmp.addr(0), pmp.region(0)), (0x1005, Some(0x4010..0x4020)));
    }

    fn a_locked_napot_entry_leaves_its_neighbour_alone() {
        let mut pmp = pmp(&[(0, 1), (0x98, 2)]);
        assert_eq!(pmp.write_addr(0, 7), None);
        assert_eq!(pmp.addr(0), 7);
    }

    /// Writing what is there already bends nothing, locked or not.
    fn rewriting_the_same_is_silent() {
        let mut pmp = pmp(&[(0x88, 1), (0x98, 2)]);
        assert_eq!(pmp.write_cfg(0, 0x9888), []);
        assert_eq!((pmp.write_addr(0, 1), pmp.write_addr(1, 2)), (None, None));
    }

    fn rlb_lifts_locks_until_it_is_cleared() {
        let mut pmp = with(0, 4, &[(0, 1), (0x88, 2)]);
        assert_eq!((pmp.write_addr(0, 7), pmp.write_addr(1, 9)), (None, None));
        assert_eq!(pmp.write_mseccfg(0), [] as [&teescope_core::trace::Rule; 0]);
        assert_eq!(pmp.write_addr(1, 2).map(|r| r.id), Some("PMP.locked"));
        assert_eq!(pmp.write_mseccfg(4).len(), 1);
        assert_eq!(pmp.mseccfg().bits(), 0);
    }

    /// QEMU 7.2 lets supervisor mode pass where entries exist and all are off. The manual asks for a match
    /// as soon as one entry is implemented.
    fn qemu_is_laxer_where_every_entry_is_off() {
        let d = Pmp::new(16, 0).check(S, Access::Read, 0x8000_0000, 8);
        assert_eq!(says(d), (false, None, "PMP.no-match-lower"));
    }

    /// QEMU 7.2 keeps all 64 bits of pmpaddr; the manual has 54.
    fn qemu_is_laxer_in_address_bits() {
        let mut pmp = Pmp::new(16, 0);
        pmp.write_addr(0, u64::MAX);
        assert_eq!(pmp.addr(0), ALL);
    }

    /// QEMU 7.2 looks at the first and the last byte only, so a region in between escapes it.
    fn qemu_is_laxer_within_a_misaligned_access() {
        let d = pmp(&[(0x10, 0x2000_0001), (0x1f, ALL)]).check(S, Access::Read, 0x8000_0002, 8);
        assert_eq!(says(d), (false, Some(0), "PMP.whole-access"));
    }

    fn the_naive_twin_agrees() {
        assert_eq!(twin::agree(40_000, 1), Ok(625));
    }
}

shared_test! {
    /// Every piece is decided as its every byte is, and the pieces leave no gap.
    fn pieces_are_decided_as_their_bytes() {
        let mut dice = twin::Dice(5);
        for _ in 0..200 {
            let (_, pmp) = twin::registers(&mut dice);
            let mut at = 0;
            for piece in pmp.pieces() {
                assert_eq!(piece.range.start, at);
                at = piece.range.end;
                for byte in [piece.range.start, piece.range.end - 1] {
                    for mode in Privilege::ALL {
                        let mut granted = 0;
                        for (access, bit) in [(Access::Read, 1), (Access::Write, 2), (Access::Fetch, 4)] {
                            let d = pmp.check(mode, access, byte, 1);
                            assert_eq!(d.entry, piece.entry);
                            granted |= u8::from(d.allowed) * bit;
                        }
                        assert_eq!(pmp.grants(piece.entry, mode), granted);
                    }
                }
            }
            assert_eq!(at, riscv::END);
        }
    }

    fn a_shadowed_entry_never_decides() {
        let pmp = pmp(&[(0x18, 0x2000_01ff), (0x1f, 0x2000_00ff), (0x1f, 0x2000_03ff), (0x1f, ALL)]);
        assert_eq!(pmp.shadow(0), (vec![], false));
        assert_eq!(pmp.shadow(1), (vec![0], true));
        assert_eq!(pmp.shadow(2), (vec![0], false));
        assert_eq!(pmp.shadow(3), (vec![0, 2], false));
        assert_eq!(pmp.shadow(4), (vec![], false));
    }
}
