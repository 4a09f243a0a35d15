//! EADD, rule by rule in the manual's order.

use sha2::{Digest, Sha256};
use teescope_core::memory::Linear;
use teescope_core::sgx::driver::kernel;
use teescope_core::sgx::structs::{AttributesFlags, PageType, SecInfoFlags, Tcs, TcsFlags};
use teescope_core::sgx::{EpcmEntry, encls};
use teescope_core::trace::Outcome;

use crate::sgx::rows::{Row, check_each, check_pairs, gp, pf_rcx, pf_secs, row};
use crate::sgx::scene::{
    BASE, CODE, DONE_SECS, FREE, NOT_CANONICAL, ORDINARY, OTHER_REG, OTHER_SECS, SECS, SIZE, Scene,
    TCS, VA, epc,
};

/// Every way to break a rule.
pub(crate) const ROWS: &[Row] = &[
    row("EADD.pageinfo-aligned", gp, |s| s.regs.rbx += 16),
    row("EADD.page-aligned", gp, |s| s.regs.rcx += 256),
    row("EADD.page-in-epc", pf_rcx, |s| {
        s.regs.rcx = kernel(ORDINARY)
    }),
    row("EADD.page-in-epc", pf_rcx, |s| {
        s.regs.rcx = kernel(s.m.platform.prm_base)
    }),
    row("EADD.page-in-epc", gp, |s| s.regs.rcx = NOT_CANONICAL),
    row("EADD.sources-aligned", gp, |s| s.pageinfo.srcpge += 64),
    row("EADD.sources-aligned", gp, |s| s.pageinfo.secs += 64),
    row("EADD.sources-aligned", gp, |s| s.pageinfo.linaddr += 64),
    row("EADD.sources-aligned", gp, |s| {
        s.pageinfo.secinfo_or_pcmd += 32
    }),
    row("EADD.secs-in-epc", pf_secs, |s| {
        s.pageinfo.secs = kernel(ORDINARY)
    }),
    row("EADD.secs-in-epc", pf_secs, |s| s.pageinfo.secs = 0),
    row("EADD.secs-in-epc", gp, |s| s.pageinfo.secs = NOT_CANONICAL),
    row("EADD.secinfo-legal", gp, |s| s.secinfo[1] = 0),
    row("EADD.secinfo-legal", gp, |s| s.secinfo[1] = 3),
    row("EADD.secinfo-legal", gp, |s| s.secinfo[1] = 4),
    row("EADD.secinfo-legal", gp, |s| s.secinfo[0] |= 0x40),
    row("EADD.secinfo-legal", gp, |s| s.secinfo[7] = 0x80),
    row("EADD.secinfo-legal", gp, |s| s.secinfo[8] = 1),
    row("EADD.secinfo-legal", gp, |s| s.secinfo[63] = 1),
    row("EADD.page-not-in-use", gp, |s| s.hold(s.regs.rcx)),
    row("EADD.page-free", pf_rcx, |s| s.regs.rcx = epc(OTHER_REG)),
    row("EADD.page-free", pf_rcx, |s| s.regs.rcx = epc(OTHER_SECS)),
    row("EADD.secs-not-in-use", gp, |s| s.hold(s.pageinfo.secs)),
    row("EADD.secs-valid", pf_secs, |s| s.pageinfo.secs = epc(VA)),
    row("EADD.secs-valid", pf_secs, |s| {
        s.pageinfo.secs = epc(FREE) + 0x1000
    }),
    row("EADD.secs-valid", pf_secs, |s| {
        s.pageinfo.secs = epc(OTHER_REG)
    }),
    row("EADD.tcs-reserved-zero", gp, |s| {
        tcs(s, |source| source[88] = 1)
    }),
    row("EADD.tcs-reserved-zero", gp, |s| {
        tcs(s, |source| source[4095] = 1)
    }),
    row("EADD.tcs-reserved-zero", gp, |s| {
        tcs(s, |source| source[72] = 1)
    }),
    row("EADD.tcs-limits", gp, |s| {
        narrow(s);
        tcs(s, |source| {
            source[68..72].copy_from_slice(&0xfff_u32.to_le_bytes())
        });
    }),
    row("EADD.tcs-limits", gp, |s| {
        narrow(s);
        tcs(s, |source| {
            source[64..68].copy_from_slice(&0xf_ffff_u32.to_le_bytes())
        });
    }),
    row("EADD.write-needs-read", gp, |s| {
        s.secinfo[..2].copy_from_slice(&[2, 2])
    }),
    row("EADD.write-needs-read", gp, |s| {
        s.secinfo[..2].copy_from_slice(&[6, 2])
    }),
    row("EADD.linaddr-in-elrange", gp, |s| {
        s.pageinfo.linaddr = BASE + SIZE
    }),
    row("EADD.linaddr-in-elrange", gp, |s| {
        s.pageinfo.linaddr = BASE - 0x1000
    }),
    row("EADD.linaddr-in-elrange", gp, |s| s.pageinfo.linaddr = 0),
    row("EADD.not-initialised", gp, |s| {
        s.pageinfo.secs = epc(DONE_SECS);
        s.pageinfo.linaddr = BASE + 0x20_3000;
    }),
];

fn scene() -> Scene {
    Scene::eadd(CODE)
}

/// The page becomes a thread's.
fn tcs(s: &mut Scene, change: fn(&mut [u8; 4096])) {
    s.secinfo[..2].copy_from_slice(&[0, 1]);
    change(&mut s.source);
}

/// The enclaves become ones for 32-bit mode.
fn narrow(s: &mut Scene) {
    for page in [SECS, DONE_SECS] {
        let flags = &mut s
            .m
            .secs
            .get_mut(&page)
            .expect("a SECS")
            .fields
            .attributes
            .flags;
        *flags = flags.without(AttributesFlags::MODE64BIT);
    }
}

shared_test! {
    fn eadd_stops_at_every_rule() {
        check_each(scene, ROWS);
    }

    fn eadd_checks_in_the_manuals_order() {
        check_pairs(scene, ROWS, encls::rules_of(1));
    }

    fn eadd_copies_the_page_sets_the_epcm_and_measures_one_block() {
        for flags in [0x200_u64, 0x201, 0x203, CODE, 0x207, 0x204] {
            let mut s = Scene::eadd(flags);
            s.source = std::array::from_fn(|i| (i * 13) as u8);
            let before = s.m.secs.get(&SECS).expect("a SECS").clone();
            assert_eq!(s.call(), (Outcome::Done, None));
            let rwx = SecInfoFlags::from_bits(flags & 7);
            let entry = EpcmEntry::new(PageType::REG, rwx, Some(SECS), Linear(BASE + 0x3000));
            assert_eq!(s.m.epcm(FREE), Some(entry));
            assert_eq!(s.m.epc_bytes(FREE), s.source);
            let state = s.m.secs.get(&SECS).expect("a SECS");
            assert_eq!(state.children, before.children + 1);
            assert_eq!(state.fields, before.fields);
            let mut block = b"EADD\0\0\0\0\0\x30\0\0\0\0\0\0".to_vec();
            block.extend(flags.to_le_bytes());
            block.resize(64, 0);
            let mut resumed = before.measurement;
            resumed.absorb(&[block.try_into().expect("64 bytes")]);
            assert_eq!(state.measurement, resumed);
        }
    }

    fn eadd_takes_a_thread_and_clears_what_is_the_processors() {
        // Whatever access is asked for: a TCS gives none, and is measured with none.
        for asked in [0, 1, 3, 7] {
            let mut s = Scene::eadd(TCS | asked);
            let whole = Tcs {
                state: 1, flags: TcsFlags::from_bits(3), ossa: 0x4000, cssa: 2, nssa: 3,
                oentry: 0x10, aep: 0x77, ofsbasgx: 0x5000, ogsbasgx: 0x6000,
                fslimit: 0, gslimit: 0, ..Tcs::default()
            };
            s.source = whole.encode();
            let before = s.m.secs.get(&SECS).expect("a SECS").measurement;
            assert_eq!(s.call(), (Outcome::Done, None));
            let none = SecInfoFlags::from_bits(0);
            let entry = EpcmEntry::new(PageType::TCS, none, Some(SECS), Linear(BASE + 0x3000));
            assert_eq!(s.m.epcm(FREE), Some(entry));
            let kept = Tcs { state: 0, flags: TcsFlags::from_bits(2), cssa: 0, aep: 0, ..whole };
            assert_eq!(s.m.epc_bytes(FREE), kept.encode());
            let mut block = b"EADD\0\0\0\0\0\x30\0\0\0\0\0\0\0\x01".to_vec();
            block.resize(64, 0);
            let mut resumed = before;
            resumed.absorb(&[block.try_into().expect("64 bytes")]);
            assert_eq!(s.m.secs.get(&SECS).expect("a SECS").measurement, resumed);
        }
    }

    fn eadd_in_32_bit_mode_wants_limits_that_end_a_page() {
        let mut s = scene();
        narrow(&mut s);
        tcs(&mut s, |source| {
            source[64..72].copy_from_slice(&[0xff, 0x0f, 0, 0, 0xff, 0xff, 0xff, 0xff]);
        });
        assert_eq!(s.call(), (Outcome::Done, None));
    }

    fn eadd_reaches_the_first_and_the_last_page_of_the_range() {
        for linaddr in [BASE, BASE + SIZE - 0x1000] {
            let mut s = scene();
            s.pageinfo.linaddr = linaddr;
            assert_eq!(s.call(), (Outcome::Done, None));
        }
    }

    fn eadd_of_a_page_of_the_epc_copies_ones() {
        let mut s = scene();
        s.pageinfo.srcpge = epc(OTHER_REG);
        assert_eq!(s.call(), (Outcome::Done, None));
        assert_eq!(s.m.epc_bytes(FREE), [0xff; 4096]);
    }

    fn eadd_does_not_measure_the_content() {
        let mut finals = Vec::new();
        for fill in [0, 1] {
            let mut s = scene();
            s.source = [fill; 4096];
            assert_eq!(s.call(), (Outcome::Done, None));
            finals.push(s.m.secs.get(&SECS).expect("a SECS").measurement.finish());
        }
        assert_eq!(finals[0], finals[1]);
        assert_ne!(finals[0][..], Sha256::digest(b"")[..]);
    }
}
