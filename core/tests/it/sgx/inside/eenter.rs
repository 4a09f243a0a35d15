//! EENTER, rule by rule in the manual's order, and what it leaves in the registers.

use teescope_core::sgx::structs::PageType;
use teescope_core::sgx::structs::{AttributesFlags, SecInfoFlags, TcsFlags, Xfrm};
use teescope_core::sgx::{Platform, enclu as leaves};

use super::scene::{
    AEP, Act, CODE_PAGE, DOOR, DOOR_PAGE, HEAP, Row, SECS, SSA, SSA_PAGE, check_each, check_pairs,
    enclu, entered, gp, gprsgx, pf_frame, pf_rbx, ready, row,
};
use crate::sgx::scene::{BASE, GP, NOT_CANONICAL, apply, run};

/// The rows that EENTER and ERESUME share, with the leaf's name in their rules' ids.
macro_rules! door_rows {
    ($leaf:literal) => {
        [
            row(concat!($leaf, ".outside"), gp, |a| a.be_inside()),
            row(concat!($leaf, ".tcs-aligned"), gp, |a| a.regs.rbx += 2048),
            row(concat!($leaf, ".tcs-in-epc"), pf_rbx, |a| {
                a.regs.rbx = BASE + 0x7000
            }),
            row(concat!($leaf, ".tcs-in-epc"), pf_rbx, |a| a.unmap(DOOR)),
            row(concat!($leaf, ".tcs-in-epc"), gp, |a| {
                a.regs.rbx = NOT_CANONICAL
            }),
            row(concat!($leaf, ".aep-canonical"), gp, |a| {
                a.regs.rcx = NOT_CANONICAL
            }),
            row(concat!($leaf, ".tcs-not-in-use"), gp, |a| a.hold(DOOR_PAGE)),
            row(concat!($leaf, ".tcs-valid"), pf_rbx, |a| {
                a.m.epc.remove_mut(DOOR_PAGE.0);
            }),
            row(concat!($leaf, ".tcs-not-blocked"), pf_rbx, |a| {
                a.entry(DOOR_PAGE, |e| e.blocked = true)
            }),
            row(concat!($leaf, ".tcs-type-and-address"), pf_rbx, |a| {
                a.entry(DOOR_PAGE, |e| e.page_type = PageType::REG)
            }),
            row(concat!($leaf, ".tcs-type-and-address"), pf_rbx, |a| {
                a.entry(DOOR_PAGE, |e| e.linaddr.0 += 4096)
            }),
            row(concat!($leaf, ".tcs-settled"), pf_rbx, |a| {
                a.entry(DOOR_PAGE, |e| e.pending = true)
            }),
            row(concat!($leaf, ".tcs-settled"), pf_rbx, |a| {
                a.entry(DOOR_PAGE, |e| e.modified = true)
            }),
            row(concat!($leaf, ".offsets-aligned"), gp, |a| {
                a.tcs(|t| t.ossa += 8)
            }),
            row(concat!($leaf, ".offsets-aligned"), gp, |a| {
                a.tcs(|t| t.ofsbasgx += 1)
            }),
            row(concat!($leaf, ".offsets-aligned"), gp, |a| {
                a.tcs(|t| t.ogsbasgx += 1)
            }),
            row(concat!($leaf, ".flags-reserved-zero"), gp, |a| {
                a.tcs(|t| t.flags = TcsFlags::from_bits(t.flags.bits() | 4))
            }),
            row(concat!($leaf, ".flags-reserved-zero"), gp, |a| {
                a.tcs(|t| t.flags = t.flags.with(TcsFlags::AEXNOTIFY));
                without_notify(a);
            }),
            row(concat!($leaf, ".aexnotify-allowed"), gp, |a| {
                a.tcs(|t| t.flags = t.flags.with(TcsFlags::AEXNOTIFY));
                a.secs(|s| {
                    s.attributes.flags = s.attributes.flags.without(AttributesFlags::AEXNOTIFY)
                });
            }),
            row(concat!($leaf, ".initialised"), gp, |a| {
                a.secs(|s| s.attributes.flags = s.attributes.flags.without(AttributesFlags::INIT))
            }),
            row(concat!($leaf, ".same-mode"), gp, |a| {
                a.cpu(|c| c.mode64 = false)
            }),
            row(concat!($leaf, ".osfxsr"), gp, |a| {
                a.cpu(|c| c.osfxsr = false)
            }),
            row(concat!($leaf, ".xfrm-enabled"), gp, |a| {
                a.secs(|s| s.attributes.xfrm = Xfrm::from_bits(7));
                a.cpu(|c| c.xcr0 = 3);
            }),
            row(concat!($leaf, ".xfrm-enabled"), gp, |a| {
                a.secs(|s| s.attributes.xfrm = Xfrm::from_bits(7));
                a.cpu(|c| c.osxsave = false);
            }),
        ]
    };
}
pub(super) use door_rows;

/// A processor without AEX-Notify.
pub(super) fn without_notify(a: &mut Act) {
    let mut platform: Platform = (*a.m.platform).clone();
    platform.attributes = platform.attributes.without(AttributesFlags::AEXNOTIFY);
    a.m.platform = platform.into();
}

/// The rows up to XFRM.
pub(crate) const DOOR_ROWS: [Row; 24] = door_rows!("EENTER");

/// The rows from there on.
pub(crate) const REST: [Row; 9] = [
    row("EENTER.frame-left", gp, |a| a.tcs(|t| t.cssa = t.nssa)),
    row("EENTER.ssa-pages", pf_frame, |a| a.unmap(SSA)),
    row("EENTER.ssa-pages", pf_frame, |a| {
        a.entry(SSA_PAGE, |e| e.rwx = SecInfoFlags::R)
    }),
    row("EENTER.ssa-pages", pf_frame, |a| {
        a.entry(SSA_PAGE, |e| e.blocked = true)
    }),
    row("EENTER.ssa-pages", pf_frame, |a| {
        a.entry(SSA_PAGE, |e| e.page_type = PageType::TCS)
    }),
    row("EENTER.ssa-pages", pf_frame, |a| {
        a.entry(SSA_PAGE, |e| e.linaddr.0 += 4096)
    }),
    row("EENTER.ssa-pages", pf_frame, |a| {
        a.entry(SSA_PAGE, |e| e.secs = Some(CODE_PAGE))
    }),
    row("EENTER.entry-canonical", gp, |a| {
        a.tcs(|t| t.oentry = NOT_CANONICAL)
    }),
    row("EENTER.tcs-idle", gp, |a| a.tcs(|t| t.state = 1)),
];

/// Every row, in the manual's order.
pub(crate) fn rows() -> Vec<Row> {
    DOOR_ROWS.into_iter().chain(REST).collect()
}

fn act() -> Act {
    Act::new(ready(), true, 2, BASE + DOOR, AEP)
}

shared_test! {
    fn eenter_stops_at_every_rule() {
        check_each(act, &rows());
    }

    fn eenter_checks_in_the_manuals_order() {
        check_pairs(act, &rows(), leaves::rules_of(2));
    }

    /// Intel SDM vol. 3D, EENTER: RIP, RAX, RCX, FS and GS are set; all else is the host's.
    fn eenter_sets_five_registers_and_leaves_the_rest() {
        let mut m = ready();
        let mut before = m.cpu(0);
        before.regs.rdi = 0x1234;
        before.regs.fsbase = 0xf5;
        before.regs.gsbase = 0x65;
        before.regs.rflags |= 1 << 8;
        m.cpus.insert_mut(0, before.clone());
        run(&mut m, &[enclu(2, Some(DOOR))]);
        let after = m.cpu(0);
        let mut wanted = before.regs;
        wanted.rip = BASE;
        wanted.rax = 0;
        wanted.rcx = before.regs.rip + 3;
        wanted.rbx = BASE + DOOR;
        wanted.fsbase = BASE + HEAP;
        wanted.gsbase = BASE + HEAP;
        wanted.rflags = before.regs.rflags & !(1 << 8);
        assert_eq!(after.regs, wanted);
        assert_eq!((after.xcr0, &after.xstate), (3, &before.xstate));
        let inside = after.inside.expect("inside");
        assert_eq!((inside.fsbase, inside.gsbase, inside.tf), (0xf5, 0x65, true));
        let saved = gprsgx(&m, SSA_PAGE);
        assert_eq!((saved.ursp, saved.urbp), (before.regs.rsp, before.regs.rbp));
        let tcs = m.epc_bytes(DOOR_PAGE);
        assert_eq!(tcs[40..48], AEP.to_le_bytes());
        assert_eq!(m.secs.get(&SECS).expect("a SECS").active, 1);
    }

    fn a_debugged_thread_keeps_the_trap_flag() {
        let mut act = act();
        act.tcs(|t| t.flags = TcsFlags::DBGOPTIN);
        act.cpu(|c| c.regs.rflags |= 1 << 8);
        act.call();
        assert_eq!(act.m.cpu(0).regs.rflags >> 8 & 1, 1);
    }

    fn a_tcs_is_for_one_thread_at_a_time() {
        let mut m = entered();
        let op = teescope_core::sgx::Op::Enclu(teescope_core::sgx::Enclu {
            cpu: 1,
            leaf: 2,
            loads_leaf: true,
            door: Some((0, DOOR)),
            call: teescope_core::sgx::Call::default(),
        });
        let (outcome, checks) = apply(&mut m, &op);
        assert_eq!((outcome, checks.last().expect("a check").0.id), (GP, "EENTER.tcs-idle"));
    }
}
