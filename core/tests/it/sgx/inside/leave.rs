//! EEXIT and EDECCSSA, rule by rule, and what a leaving thread takes along.

use teescope_core::sgx::enclu as leaves;
use teescope_core::sgx::structs::{SecInfoFlags, Tcs};

use super::eenter::without_notify;
use super::scene::{
    AEP, Act, DOOR, DOOR_PAGE, Row, SECS, SSA_PAGE, check_each, check_pairs, eexit, enclu, entered,
    gp, interrupted, pf_frame, row,
};
use crate::sgx::scene::{BASE, NOT_CANONICAL, run};

/// Where the host goes on.
const BACK: u64 = 0x5555_0000_1003;

pub(crate) const EEXIT: [Row; 2] = [
    row("EEXIT.inside", gp, |a| a.cpu(|c| c.inside = None)),
    row("EEXIT.target-canonical", gp, |a| a.regs.rbx = NOT_CANONICAL),
];

pub(crate) const EDECCSSA: [Row; 5] = [
    row("EDECCSSA.available", gp, without_notify),
    row("EDECCSSA.inside", gp, |a| a.cpu(|c| c.inside = None)),
    row("EDECCSSA.tcs-not-in-use", gp, |a| a.hold(DOOR_PAGE)),
    row("EDECCSSA.frame-before", gp, |a| a.tcs(|t| t.cssa = 0)),
    row("EDECCSSA.ssa-pages", pf_frame, |a| {
        a.entry(SSA_PAGE, |e| e.rwx = SecInfoFlags::R)
    }),
];

fn leaving() -> Act {
    Act::new(entered(), true, 4, BACK, 0)
}

/// A handler inside, above an interrupted frame.
fn handling() -> Act {
    let mut m = interrupted();
    run(&mut m, &[enclu(2, Some(DOOR))]);
    Act::new(m, true, 9, 0, 0)
}

shared_test! {
    fn eexit_and_edeccssa_stop_at_every_rule() {
        check_each(leaving, &EEXIT);
        check_each(handling, &EDECCSSA);
    }

    fn eexit_and_edeccssa_check_in_the_manuals_order() {
        check_pairs(leaving, &EEXIT, leaves::rules_of(4));
        check_pairs(handling, &EDECCSSA, leaves::rules_of(9));
    }

    /// Registers are not cleared: only RIP, RCX, FS, GS, XCR0 and TF are the host's again.
    fn eexit_clears_no_register() {
        let mut m = entered();
        let mut own = m.cpu(0);
        own.regs.rdx = 0x5ec7e7;
        own.xstate.set_xmm(0, &[7; 16]);
        m.cpus.insert_mut(0, own.clone());
        run(&mut m, &[eexit(BACK)]);
        let after = m.cpu(0);
        assert_eq!((after.regs.rip, after.regs.rbx, after.regs.rcx), (BACK, BACK, AEP));
        assert_eq!((after.regs.rax, after.regs.rdx), (4, 0x5ec7e7));
        assert_eq!((after.regs.fsbase, after.regs.gsbase, after.xcr0), (0, 0, 0x2e7));
        assert_eq!(after.xstate, own.xstate);
        assert!(after.inside.is_none() && after.tlb.is_empty());
        assert_eq!(Tcs::from_bytes(&m.epc_bytes(DOOR_PAGE)).state, 0);
        assert_eq!(m.secs.get(&SECS).expect("a SECS").active, 0);
    }

    /// A leaf that faults inside takes the thread out first, and the handler learns of it.
    fn a_fault_of_a_leaf_inside_is_an_asynchronous_exit() {
        let mut act = leaving();
        act.regs.rbx = NOT_CANONICAL;
        act.call();
        assert!(act.m.cpu(0).inside.is_none());
        assert_eq!(act.m.cpu(0).regs.rip, AEP);
        let saved = super::scene::gprsgx(&act.m, SSA_PAGE);
        assert_eq!((saved.rip, saved.exitinfo.vector()), (BASE, 13));
    }
}
