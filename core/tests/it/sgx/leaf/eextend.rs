//! EEXTEND, rule by rule in the manual's order.

use teescope_core::arch::x86::Pte;
use teescope_core::memory::Linear;
use teescope_core::sgx::driver::kernel;
use teescope_core::sgx::encls;
use teescope_core::trace::Outcome;

use crate::sgx::rows::{Row, check_each, check_pairs, gp, pf_rbx, pf_rcx, row};
use crate::sgx::scene::{
    DONE_REG, DONE_SECS, FREE, NOT_CANONICAL, ORDINARY, OTHER_SECS, REG, SECS, Scene, THREAD, VA,
    epc,
};

/// Every way to break a rule.
pub(crate) const ROWS: &[Row] = &[
    row("EEXTEND.secs-aligned", gp, |s| s.regs.rbx += 8),
    row("EEXTEND.chunk-aligned", gp, |s| s.regs.rcx += 64),
    row("EEXTEND.secs-in-epc", pf_rbx, |s| {
        s.regs.rbx = kernel(ORDINARY)
    }),
    row("EEXTEND.secs-in-epc", pf_rbx, |s| s.regs.rbx = 0),
    row("EEXTEND.secs-in-epc", gp, |s| s.regs.rbx = NOT_CANONICAL),
    row("EEXTEND.chunk-in-epc", pf_rcx, |s| {
        s.regs.rcx = kernel(ORDINARY)
    }),
    row("EEXTEND.chunk-in-epc", gp, |s| s.regs.rcx = NOT_CANONICAL),
    row("EEXTEND.page-not-in-use", gp, |s| s.hold(s.regs.rcx)),
    row("EEXTEND.page-valid", pf_rcx, |s| {
        s.regs.rcx = epc(FREE) + 0x100
    }),
    row("EEXTEND.page-reg-or-tcs", pf_rcx, |s| s.regs.rcx = epc(VA)),
    row("EEXTEND.page-reg-or-tcs", pf_rcx, |s| {
        s.regs.rcx = epc(OTHER_SECS) + 0xf00
    }),
    row("EEXTEND.secs-owns-page", gp, |s| {
        s.regs.rbx = epc(OTHER_SECS)
    }),
    row("EEXTEND.secs-owns-page", gp, |s| s.regs.rbx = epc(REG)),
    row("EEXTEND.secs-owns-page", gp, |s| s.regs.rbx = epc(FREE)),
    row("EEXTEND.secs-not-in-use", gp, |s| s.hold(s.regs.rbx)),
    row("EEXTEND.not-initialised", gp, |s| {
        (s.regs.rbx, s.regs.rcx) = (epc(DONE_SECS), epc(DONE_REG));
    }),
];

shared_test! {
    fn eextend_stops_at_every_rule() {
        check_each(Scene::eextend, ROWS);
    }

    fn eextend_checks_in_the_manuals_order() {
        check_pairs(Scene::eextend, ROWS, encls::rules_of(6));
    }

    fn eextend_measures_where_256_bytes_belong_and_the_bytes() {
        for (page, at) in [(REG, 0), (REG, 0x200), (REG, 0xf00), (THREAD, 0)] {
            let mut s = Scene::eextend();
            s.regs.rcx = epc(page) + at;
            let before = s.m.clone();
            assert_eq!(s.call(), (Outcome::Done, None));
            let offset = if page == REG { at } else { 0x1000 + at };
            let mut blocks = b"EEXTEND\0".to_vec();
            blocks.extend(offset.to_le_bytes());
            blocks.resize(64, 0);
            let content = before.epc_bytes(page);
            blocks.extend(&content[at as usize..at as usize + 256]);
            let mut resumed = before.secs.get(&SECS).expect("a SECS").measurement;
            assert!(resumed.absorb_blocks(&blocks).is_empty());
            assert_eq!(s.m.secs.get(&SECS).expect("a SECS").measurement, resumed);
            // Nothing else changes.
            s.m.secs.get_mut(&SECS).expect("a SECS").measurement = before.secs.get(&SECS).expect("a SECS").measurement;
            s.m.ram = before.ram.clone();
            assert_eq!(crate::sgx::scene::digest(&s.m), crate::sgx::scene::digest(&before));
        }
    }

    fn eextend_finds_the_secs_by_whatever_address_leads_to_it() {
        let alias = Linear(0x5000_0000_0000);
        let mut s = Scene::eextend();
        let pte = Pte { frame: s.m.epc_physical(SECS), writable: true, executable: false };
        s.m.tables.set(0, alias, Some(pte));
        s.regs.rbx = alias.0;
        assert_eq!(s.call(), (Outcome::Done, None));
    }
}
