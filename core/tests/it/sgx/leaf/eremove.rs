//! EREMOVE, rule by rule in the manual's order.

use teescope_core::sgx::driver::kernel;
use teescope_core::sgx::structs::PageType;
use teescope_core::sgx::{Machine, encls};
use teescope_core::trace::Outcome;

use crate::sgx::rows::{Row, check_each, check_pairs, child_present, enclave_act, gp, pf_rcx, row};
use crate::sgx::scene::{
    DONE_REG, DONE_SECS, FREE, NOT_CANONICAL, ORDINARY, OTHER_REG, OTHER_SECS, REG, SECS, Scene,
    THREAD, VA, digest, epc,
};

/// Every way to break a rule.
pub(crate) const ROWS: &[Row] = &[
    row("EREMOVE.page-aligned", gp, |s| s.regs.rcx += 2048),
    row("EREMOVE.page-in-epc", pf_rcx, |s| {
        s.regs.rcx = kernel(ORDINARY)
    }),
    row("EREMOVE.page-in-epc", pf_rcx, |s| {
        s.regs.rcx = kernel(s.m.platform.prm_base)
    }),
    row("EREMOVE.page-in-epc", gp, |s| s.regs.rcx = NOT_CANONICAL),
    row("EREMOVE.page-not-in-use", gp, |s| s.hold(s.regs.rcx)),
    row("EREMOVE.no-children", child_present, |s| {
        s.regs.rcx = epc(SECS)
    }),
    row("EREMOVE.no-children", child_present, |s| {
        enter(&mut s.m);
        s.regs.rcx = epc(DONE_SECS);
    }),
    row("EREMOVE.no-thread-inside", enclave_act, |s| {
        enter(&mut s.m);
        s.regs.rcx = epc(DONE_REG);
    }),
];

fn scene() -> Scene {
    Scene::eremove(REG)
}

/// A thread is in the initialised enclave.
fn enter(m: &mut Machine) {
    m.secs.get_mut(&DONE_SECS).expect("a SECS").active = 1;
}

shared_test! {
    fn eremove_stops_at_every_rule() {
        check_each(scene, ROWS);
    }

    fn eremove_checks_in_the_manuals_order() {
        check_pairs(scene, ROWS, encls::rules_of(3));
    }

    fn eremove_frees_pages_of_every_type() {
        for (page, secs) in [(REG, SECS), (THREAD, SECS), (OTHER_REG, OTHER_SECS), (DONE_REG, DONE_SECS)] {
            let mut s = Scene::eremove(page);
            let before = s.m.secs.get(&secs).expect("a SECS").clone();
            assert_eq!(s.call(), (Outcome::Done, None));
            assert_eq!(s.m.epcm(page), None);
            let state = s.m.secs.get(&secs).expect("a SECS");
            assert_eq!(state.children, before.children - 1);
            assert_eq!(state.measurement, before.measurement, "nothing is measured");
        }
        let mut s = Scene::eremove(VA);
        assert_eq!(s.call(), (Outcome::Done, None));
        assert_eq!(s.m.epcm(VA), None);
    }

    fn eremove_of_a_free_page_changes_nothing() {
        let mut s = Scene::eremove(FREE);
        s.lay();
        let before = digest(&s.m);
        assert_eq!(s.call(), (Outcome::Done, None));
        assert_eq!(digest(&s.m), before);
    }

    fn eremove_takes_the_secs_when_its_last_page_is_gone() {
        let mut s = Scene::eremove(OTHER_REG);
        assert_eq!(s.call().0, Outcome::Done);
        s.regs.rcx = epc(OTHER_SECS);
        assert_eq!(s.call(), (Outcome::Done, None));
        assert_eq!(s.m.epcm(OTHER_SECS), None);
        assert!(s.m.secs.get(&OTHER_SECS).is_none());
    }

    fn eremove_of_an_accepted_trimmed_page_does_not_ask_for_threads() {
        for (modified, outcome) in [(false, Outcome::Done), (true, enclave_act(&scene()))] {
            let mut s = Scene::eremove(DONE_REG);
            enter(&mut s.m);
            let trimmed = s.m.epc.change_mut(DONE_REG.0, |slot| {
                (slot.entry.page_type, slot.entry.modified) = (PageType::TRIM, modified);
            });
            assert!(trimmed, "valid");
            assert_eq!(s.call().0, outcome);
            assert_eq!(s.m.epcm(DONE_REG).is_none(), !modified);
        }
    }
}
