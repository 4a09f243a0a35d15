//! EPA, rule by rule in the manual's order.

use teescope_core::memory::Linear;
use teescope_core::sgx::driver::kernel;
use teescope_core::sgx::structs::{PageType, SecInfoFlags};
use teescope_core::sgx::{EpcmEntry, encls};
use teescope_core::trace::Outcome;

use crate::sgx::rows::{Row, check_each, check_pairs, gp, pf_rcx, row};
use crate::sgx::scene::{FREE, NOT_CANONICAL, ORDINARY, REG, Scene, VA, epc};

/// Every way to break a rule.
pub(crate) const ROWS: &[Row] = &[
    row("EPA.rbx-is-pt-va", gp, |s| s.regs.rbx = 2),
    row("EPA.rbx-is-pt-va", gp, |s| s.regs.rbx = 0x103),
    row("EPA.page-aligned", gp, |s| s.regs.rcx += 32),
    row("EPA.page-in-epc", pf_rcx, |s| s.regs.rcx = kernel(ORDINARY)),
    row("EPA.page-in-epc", gp, |s| s.regs.rcx = NOT_CANONICAL),
    row("EPA.page-not-in-use", gp, |s| s.hold(s.regs.rcx)),
    row("EPA.page-free", pf_rcx, |s| s.regs.rcx = epc(REG)),
    row("EPA.page-free", pf_rcx, |s| s.regs.rcx = epc(VA)),
];

shared_test! {
    fn epa_stops_at_every_rule() {
        check_each(Scene::epa, ROWS);
    }

    fn epa_checks_in_the_manuals_order() {
        check_pairs(Scene::epa, ROWS, encls::rules_of(10));
    }

    fn epa_makes_a_page_of_empty_slots_that_belongs_to_nobody() {
        let mut s = Scene::epa();
        let secs = s.m.secs.clone();
        assert_eq!(s.call(), (Outcome::Done, None));
        let none = SecInfoFlags::from_bits(0);
        let entry = EpcmEntry::new(PageType::VA, none, None, Linear(0));
        assert_eq!(s.m.epcm(FREE), Some(entry));
        assert_eq!(s.m.epc_bytes(FREE), [0; 4096]);
        for (page, state) in secs.iter() {
            assert_eq!(s.m.secs.get(page).expect("a SECS").children, state.children);
        }
    }
}
