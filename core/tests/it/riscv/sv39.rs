//! Sv39 walks by hand: every rule, and the manual's arithmetic of levels.

use std::collections::BTreeSet;

use teescope_core::arch::riscv::sv39::{self, Asks, Pte, Walk, walk};
use teescope_core::arch::riscv::{Pmp, Privilege};
use teescope_core::view::Access;

/// Tables at 0x8000_0000, 0x8000_1000, 0x8000_2000; pages behind.
struct Scene {
    root: u64,
    words: Vec<(u64, u64)>,
    pmp: Pmp,
    asks: Asks,
    va: u64,
}

/// V, R, W, X, A, D as the manual numbers them.
const LEAF: u64 = 0b1100_1111;
const TABLE: u64 = 1;
const U: u64 = 16;

/// 0xffff_ffff_c000_1234 through three tables to 0x8123_4234.
fn scene() -> Scene {
    let pte = |to: u64, flags: u64| ((to / 4096) << 10) | flags;
    Scene {
        root: 0x8000_0000,
        words: vec![
            (0x8000_0000 + 511 * 8, pte(0x8000_1000, TABLE)),
            (0x8000_1000, pte(0x8000_2000, TABLE)),
            (0x8000_2000 + 8, pte(0x8123_4000, LEAF)),
        ],
        pmp: Pmp::holding(16, 0, &[0x1f], &[u64::MAX], 0),
        asks: Asks {
            mode: Privilege::Supervisor,
            access: Access::Read,
            sum: false,
            mxr: false,
        },
        va: 0xffff_ffff_c000_1234,
    }
}

impl Scene {
    fn walk(&self) -> Walk {
        let read = |at| {
            let found = self.words.iter().find(|w| w.0 == at);
            found.map_or(0, |w| w.1)
        };
        walk(self.root, self.va, 4, self.asks, &self.pmp, &read)
    }

    /// The cause and the rule that did not hold.
    fn fails(&self) -> (u64, &'static str) {
        let (fault, rule) = self.walk().result.expect_err("it fails");
        assert_eq!(fault.address, Some(self.va));
        (fault.code.expect("a cause"), rule.id)
    }
}

/// One row: a rule, the cause it raises, and what is spoilt.
type Row = (&'static str, u64, fn(&mut Scene));

const ROWS: &[Row] = &[
    ("SV39.sign-extended", 13, |s| s.va = 0x40_0000_0000),
    ("SV39.table-read", 5, |s| {
        s.pmp = Pmp::holding(16, 0, &[0x18, 0x1f], &[0x2000_05ff, u64::MAX], 0);
    }),
    ("SV39.valid", 13, |s| s.words[1].1 = 0),
    ("SV39.valid", 15, |s| {
        s.asks.access = Access::Write;
        s.words[2].1 &= !2;
    }),
    ("SV39.leaf", 13, |s| s.words[2].1 &= !0b1110),
    ("SV39.user", 13, |s| s.words[2].1 |= U),
    ("SV39.user", 13, |s| s.asks.mode = Privilege::User),
    ("SV39.user", 12, |s| {
        s.words[2].1 |= U;
        (s.asks.sum, s.asks.access) = (true, Access::Fetch);
    }),
    ("SV39.rights", 12, |s| {
        s.words[2].1 &= !8;
        s.asks.access = Access::Fetch;
    }),
    ("SV39.aligned", 13, |s| {
        s.words[1].1 = ((0x8000_1000 / 4096) << 10) | LEAF
    }),
    ("SV39.accessed", 13, |s| s.words[2].1 &= !0x40),
    ("SV39.accessed", 15, |s| {
        s.words[2].1 &= !0x80;
        s.asks.access = Access::Write;
    }),
    ("SV39.target", 5, |s| {
        s.pmp = Pmp::holding(16, 0, &[0x18, 0x1f], &[0x2048_d1ff, u64::MAX], 0);
    }),
];

/// The rules that rows make fail.
pub(super) fn fired() -> BTreeSet<&'static str> {
    ROWS.iter().map(|row| row.0).collect()
}

shared_test! {
    fn every_rule_stops_a_walk() {
        for (n, (rule, cause, spoil)) in ROWS.iter().enumerate() {
            let mut scene = scene();
            spoil(&mut scene);
            assert_eq!(scene.fails(), (*cause, *rule), "row {n}");
        }
    }

    fn three_levels_lead_to_a_page() {
        let walk = scene().walk();
        assert_eq!(walk.result, Ok(0x8123_4234));
        let at: Vec<_> = walk.reads.iter().map(|r| (r.level, r.at)).collect();
        assert_eq!(at, [(2, 0x8000_0ff8), (1, 0x8000_1000), (0, 0x8000_2008)]);
        assert_eq!(walk.target.and_then(|d| d.entry), Some(0));
    }

    fn a_leaf_above_maps_two_mebibytes() {
        let mut scene = scene();
        scene.words[1].1 = ((0x8020_0000 / 4096) << 10) | LEAF;
        scene.va = 0xffff_ffff_c01f_fffc;
        assert_eq!(scene.walk().result, Ok(0x803f_fffc));
        assert_eq!([sv39::span(0), sv39::span(1), sv39::span(2)], [1 << 12, 1 << 21, 1 << 30]);
    }

    fn sum_and_mxr_open_what_they_name() {
        let mut scene = scene();
        scene.words[2].1 = ((0x8123_4000 / 4096) << 10) | 0b0101_1001;
        assert_eq!(scene.fails(), (13, "SV39.user"));
        scene.asks.sum = true;
        assert_eq!(scene.fails(), (13, "SV39.rights"));
        scene.asks.mxr = true;
        assert_eq!(scene.walk().result, Ok(0x8123_4234));
    }

    fn satp_and_entries_pack_as_the_manual_says() {
        assert_eq!(sv39::satp(0x8000_0000), 0x8000_0000_0008_0000);
        assert_eq!(sv39::root(0x8000_0000_0008_0000), Some(0x8000_0000));
        assert_eq!(sv39::root(0), None);
        let pte = Pte::to(0x8123_4000, Pte::V | Pte::R);
        assert_eq!((pte.bits(), pte.physical(), pte.is_leaf()), (0x2048_d003, 0x8123_4000, true));
    }
}
