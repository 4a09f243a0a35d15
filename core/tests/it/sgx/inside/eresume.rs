//! ERESUME, rule by rule in the manual's order, and that it gives back everything.

use teescope_core::sgx::enclu as leaves;
use teescope_core::sgx::structs::{AttributesFlags, PageType, SecInfoFlags, TcsFlags, Xfrm};

use super::eenter::{door_rows, without_notify};
use super::scene::{
    AEP, Act, CODE_PAGE, DOOR, DOOR_PAGE, Row, SSA, SSA_PAGE, SSA2_PAGE, check_each, check_pairs,
    enclu, entered, gp, interrupted, pf_frame, pf_frame2, pf_rbx, raise, row,
};
use crate::sgx::scene::{BASE, NOT_CANONICAL, run};

/// Offsets in a frame of one page.
const RIP: usize = 4096 - 184 + 136;
const AEXNOTIFY: usize = 4096 - 184 + 167;
const XSTATE_BV: usize = 512;

pub(crate) const DOOR_ROWS: [Row; 24] = door_rows!("ERESUME");

pub(crate) const REST: [Row; 12] = [
    row("ERESUME.something-saved", gp, |a| a.tcs(|t| t.cssa = 0)),
    row("ERESUME.ssa-pages", pf_frame, |a| a.unmap(SSA)),
    row("ERESUME.ssa-pages", pf_frame, |a| {
        a.entry(SSA_PAGE, |e| e.rwx = SecInfoFlags::W)
    }),
    row("ERESUME.ssa-pages", pf_frame, |a| {
        a.entry(SSA_PAGE, |e| e.secs = Some(CODE_PAGE))
    }),
    row("ERESUME.notify-frame-left", gp, |a| {
        notify(a);
        a.tcs(|t| t.nssa = t.cssa);
    }),
    row("ERESUME.notify-ssa-pages", pf_frame2, |a| {
        notify(a);
        a.entry(SSA2_PAGE, |e| e.pending = true);
    }),
    row("ERESUME.target-canonical", gp, |a| {
        a.bytes(SSA_PAGE, RIP, &NOT_CANONICAL.to_le_bytes());
        a.tcs(|t| t.oentry = NOT_CANONICAL);
    }),
    row("ERESUME.target-canonical", gp, |a| {
        notify(a);
        a.tcs(|t| t.oentry = NOT_CANONICAL);
    }),
    row("ERESUME.tcs-idle", gp, |a| a.tcs(|t| t.state = 1)),
    row("ERESUME.xrstor-legal", gp, |a| {
        a.bytes(SSA_PAGE, XSTATE_BV, &[4])
    }),
    row("ERESUME.xrstor-legal", gp, |a| {
        a.bytes(SSA_PAGE, XSTATE_BV + 20, &[1])
    }),
    row("ERESUME.xrstor-legal", gp, |a| a.bytes(SSA_PAGE, 26, &[1])),
];

/// Thread and frame ask to be told.
fn notify(a: &mut Act) {
    a.tcs(|t| t.flags = t.flags.with(TcsFlags::AEXNOTIFY));
    a.bytes(SSA_PAGE, AEXNOTIFY, &[1]);
}

/// Every row, in the manual's order.
pub(crate) fn rows() -> Vec<Row> {
    DOOR_ROWS.into_iter().chain(REST).collect()
}

fn act() -> Act {
    Act::new(interrupted(), true, 3, BASE + DOOR, AEP)
}

shared_test! {
    fn eresume_stops_at_every_rule() {
        check_each(act, &rows());
    }

    fn eresume_checks_in_the_manuals_order() {
        check_pairs(act, &rows(), leaves::rules_of(3));
    }

    fn eresume_gives_everything_back() {
        let mut m = entered();
        let mut own = m.cpu(0);
        for (i, (_, offset)) in teescope_core::sgx::processor::registers().enumerate() {
            own.set_register(offset, 0x7000_0000_0100 + i as u64);
        }
        own.regs.rflags = 0x8d7;
        own.xstate.set_xmm(3, &[0x5a; 16]);
        own.xstate.set_mxcsr(0x1fa0);
        m.cpus.insert_mut(0, own.clone());
        run(&mut m, &[raise("INTR"), enclu(3, None)]);
        assert_eq!(m.cpu(0), own);
        assert_eq!(teescope_core::sgx::structs::Tcs::from_bytes(&m.epc_bytes(DOOR_PAGE)).cssa, 0);
    }

    /// AEX-Notify: the thread begins at its entry with RAX = CSSA, and nothing is popped.
    fn a_notified_thread_begins_at_its_entry() {
        let mut act = act();
        notify(&mut act);
        assert!(act.call().0.is_done());
        let after = act.m.cpu(0);
        assert_eq!((after.regs.rip, after.regs.rax), (BASE, 1));
        let tcs = teescope_core::sgx::structs::Tcs::from_bytes(&act.m.epc_bytes(DOOR_PAGE));
        assert_eq!((tcs.cssa, tcs.state), (1, 1));
        run(&mut act.m, &[enclu(9, None)]);
        let tcs = teescope_core::sgx::structs::Tcs::from_bytes(&act.m.epc_bytes(DOOR_PAGE));
        assert_eq!(tcs.cssa, 0);
        assert_eq!(after.inside.expect("inside").frame[..], [SSA2_PAGE]);
        assert_eq!(act.m.cpu(0).inside.expect("inside").frame[..], [SSA_PAGE]);
    }
}
