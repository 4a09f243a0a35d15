//! EDBGRD and EDBGWR, rule by rule in the manual's order.

use teescope_core::sgx::EpcPage;
use teescope_core::sgx::encls;
use teescope_core::sgx::structs::PageType;
use teescope_core::trace::Outcome;

use super::scene::{
    Act, CODE_PAGE, DEBUG_CODE, DEBUG_DOOR, DEBUG_SECS, FREE, HEAP_PAGE, Row, VA_PAGE, check_each,
    check_pairs, gp, pf_rcx, ready, row,
};
use crate::sgx::scene::{NOT_CANONICAL, ORDINARY, code, epc};

fn not_debuggable(_: &Act) -> Outcome {
    code(21, "SGX_PAGE_NOT_DEBUGGABLE")
}

/// The page that RCX leads to.
fn here(a: &Act) -> EpcPage {
    let page = a.m.in_epc(teescope_core::memory::Linear(a.regs.rcx));
    page.unwrap_or(FREE)
}

macro_rules! debug_rows {
    ($leaf:literal, $tcs:literal, $tcs_offset:expr) => {
        [
            row(concat!($leaf, ".address-aligned"), gp, |a| a.regs.rcx += 4),
            row(concat!($leaf, ".address-in-epc"), pf_rcx, |a| {
                a.regs.rcx = teescope_core::sgx::driver::kernel(ORDINARY)
            }),
            row(concat!($leaf, ".address-in-epc"), gp, |a| {
                a.regs.rcx = NOT_CANONICAL
            }),
            row(concat!($leaf, ".page-not-in-use"), gp, |a| {
                let page = here(a);
                a.hold(page);
            }),
            row(concat!($leaf, ".page-valid"), pf_rcx, |a| {
                a.regs.rcx = epc(FREE)
            }),
            row(concat!($leaf, ".page-type"), pf_rcx, |a| {
                a.regs.rcx = epc(DEBUG_SECS)
            }),
            row(concat!($leaf, ".page-type"), pf_rcx, |a| {
                a.entry(here(a), |e| e.page_type = PageType::TRIM)
            }),
            row(concat!($leaf, $tcs), gp, |a| {
                a.regs.rcx = epc(DEBUG_DOOR) + $tcs_offset
            }),
            row(concat!($leaf, ".page-settled"), not_debuggable, |a| {
                a.entry(here(a), |e| e.pending = true)
            }),
            row(concat!($leaf, ".page-settled"), not_debuggable, |a| {
                a.entry(here(a), |e| e.modified = true)
            }),
            row(concat!($leaf, ".debug-enclave"), gp, |a| {
                a.entry(here(a), |e| e.secs = Some(super::scene::SECS))
            }),
        ]
    };
}

pub(crate) const EDBGRD: [Row; 11] = debug_rows!("EDBGRD", ".tcs-limit", 72);
pub(crate) const EDBGWR: [Row; 11] = debug_rows!("EDBGWR", ".tcs-flags-only", 16);

fn read() -> Act {
    Act::new(ready(), false, 4, 0, epc(DEBUG_CODE) + 8)
}

fn write() -> Act {
    Act::new(
        ready(),
        false,
        5,
        0x1122_3344_5566_7788,
        epc(DEBUG_CODE) + 8,
    )
}

shared_test! {
    fn debug_leaves_stop_at_every_rule() {
        check_each(read, &EDBGRD);
        check_each(write, &EDBGWR);
    }

    fn debug_leaves_check_in_the_manuals_order() {
        check_pairs(read, &EDBGRD, encls::rules_of(4));
        check_pairs(write, &EDBGWR, encls::rules_of(5));
    }

    fn a_debugger_reads_and_writes_what_nobody_may_write() {
        let mut act = write();
        assert!(act.call().0.is_done());
        assert_eq!(act.m.epc_bytes(DEBUG_CODE)[8..16], 0x1122_3344_5566_7788_u64.to_le_bytes());
        act.leaf = 4;
        assert!(act.call().0.is_done());
        assert_eq!(act.m.debug_read, Some(0x1122_3344_5566_7788));
    }

    fn a_production_enclave_refuses() {
        for page in [CODE_PAGE, HEAP_PAGE] {
            for mut act in [read(), write()] {
                act.regs.rcx = epc(page);
                let (outcome, rule) = act.call();
                assert_eq!(outcome, gp(&act));
                assert!(rule.expect("a rule").id.ends_with(".debug-enclave"));
            }
        }
    }

    /// Of a version array one learns whether a slot is taken, and no version.
    fn a_version_array_tells_only_what_is_taken() {
        let mut act = read();
        act.regs.rcx = epc(VA_PAGE) + 16;
        assert!(act.call().0.is_done());
        assert_eq!(act.m.debug_read, Some(0));
        act.bytes(VA_PAGE, 16, &[9]);
        assert!(act.call().0.is_done());
        assert_eq!(act.m.debug_read, Some(u64::MAX));
        act.leaf = 5;
        assert_eq!(act.call().1.expect("a rule").id, "EDBGWR.page-type");
    }

    fn a_debugger_opts_a_thread_in() {
        let mut act = write();
        (act.regs.rcx, act.regs.rbx) = (epc(DEBUG_DOOR) + 8, 1);
        assert!(act.call().0.is_done());
        assert_eq!(act.m.epc_bytes(DEBUG_DOOR)[8], 1);
    }
}
