//! ECREATE, rule by rule in the manual's order.

use sha2::{Digest, Sha256};
use teescope_core::formats::dcap::Attributes;
use teescope_core::memory::{Linear, Physical};
use teescope_core::sgx::driver::kernel;
use teescope_core::sgx::encls;
use teescope_core::sgx::structs::{
    AttributesFlags, Miscselect, PageType, SecInfoFlags, Secs, Xfrm,
};
use teescope_core::sgx::{EpcmEntry, Platform};
use teescope_core::trace::Outcome;

use crate::sgx::rows::{Row, check_each, check_pairs, gp, pf_rcx, row};
use crate::sgx::scene::{BASE, FREE, NOT_CANONICAL, ORDINARY, REG, SECS, SIZE, Scene, epc};

/// Every way to break a rule.
pub(crate) const ROWS: &[Row] = &[
    row("ECREATE.pageinfo-aligned", gp, |s| s.regs.rbx += 16),
    row("ECREATE.page-aligned", gp, |s| s.regs.rcx += 8),
    row("ECREATE.page-in-epc", pf_rcx, |s| {
        s.regs.rcx = kernel(ORDINARY)
    }),
    row("ECREATE.page-in-epc", pf_rcx, |s| {
        s.regs.rcx = kernel(s.m.platform.prm_base)
    }),
    row("ECREATE.page-in-epc", pf_rcx, |s| s.regs.rcx = 0),
    row("ECREATE.page-in-epc", gp, |s| s.regs.rcx = NOT_CANONICAL),
    row("ECREATE.sources-aligned", gp, |s| s.pageinfo.srcpge += 8),
    row("ECREATE.sources-aligned", gp, |s| {
        s.pageinfo.secinfo_or_pcmd += 32
    }),
    row("ECREATE.linaddr-and-secs-zero", gp, |s| {
        s.pageinfo.linaddr = 0x1000
    }),
    row("ECREATE.linaddr-and-secs-zero", gp, |s| {
        s.pageinfo.secs = epc(SECS)
    }),
    row("ECREATE.secinfo-pt-secs", gp, |s| s.secinfo[1] = 2),
    row("ECREATE.secinfo-pt-secs", gp, |s| s.secinfo[63] = 1),
    row("ECREATE.secinfo-pt-secs", gp, |s| s.secinfo[2] = 1),
    row("ECREATE.page-not-in-use", gp, |s| s.hold(s.regs.rcx)),
    row("ECREATE.page-free", pf_rcx, |s| s.regs.rcx = epc(REG)),
    row("ECREATE.page-free", pf_rcx, |s| s.regs.rcx = epc(SECS)),
    row("ECREATE.xfrm-legal", gp, |s| xfrm(s, |x| x & !1)),
    row("ECREATE.xfrm-legal", gp, |s| xfrm(s, |x| x & !2)),
    row("ECREATE.xfrm-legal", gp, |s| xfrm(s, |x| x | 1 << 5)),
    row("ECREATE.xfrm-legal", gp, |s| xfrm(s, |x| x | 0xe0)),
    row("ECREATE.xfrm-legal", gp, |s| xfrm(s, |x| x | 1 << 62)),
    row("ECREATE.miscselect-supported", gp, |s| {
        s.secs(|secs| secs.miscselect = Miscselect::from_bits(2));
    }),
    row("ECREATE.ssaframesize-enough", gp, |s| {
        s.secs(|secs| secs.ssaframesize = 0)
    }),
    row("ECREATE.baseaddr-canonical", gp, |s| {
        s.secs(|secs| secs.baseaddr |= 1 << 47)
    }),
    row("ECREATE.baseaddr-canonical", gp, |s| {
        s.secs(|secs| {
            secs.attributes.flags = secs.attributes.flags.without(AttributesFlags::MODE64BIT);
            secs.baseaddr |= 1 << 32;
        });
    }),
    row("ECREATE.size-within-limit", gp, |s| {
        s.secs(|secs| secs.size |= 1 << 36)
    }),
    row("ECREATE.size-within-limit", gp, |s| {
        s.secs(|secs| {
            secs.attributes.flags = secs.attributes.flags.without(AttributesFlags::MODE64BIT);
            secs.baseaddr &= 0xffff_ffff;
            secs.size |= 1 << 31;
        });
    }),
    row("ECREATE.size-power-of-two", gp, |s| {
        s.secs(|secs| secs.size = 0x3000)
    }),
    row("ECREATE.size-power-of-two", gp, |s| {
        s.secs(|secs| secs.size = 0x1000)
    }),
    row("ECREATE.size-power-of-two", gp, |s| {
        s.secs(|secs| secs.size = 0)
    }),
    row("ECREATE.baseaddr-aligned", gp, |s| {
        s.secs(|secs| secs.baseaddr |= 0x1000)
    }),
    row("ECREATE.attributes-allowed", gp, |s| flag(s, 1)),
    row("ECREATE.attributes-allowed", gp, |s| flag(s, 1 << 3)),
    row("ECREATE.attributes-allowed", gp, |s| flag(s, 1 << 6)),
    row("ECREATE.attributes-allowed", gp, |s| flag(s, 1 << 63)),
    row("ECREATE.reserved-zero", gp, |s| s.source[24] = 1),
    row("ECREATE.reserved-zero", gp, |s| s.source[32] = 1),
    row("ECREATE.reserved-zero", gp, |s| s.source[33] = 1),
    row("ECREATE.reserved-zero", gp, |s| s.source[96] = 1),
    row("ECREATE.reserved-zero", gp, |s| s.source[191] = 1),
    row("ECREATE.reserved-zero", gp, |s| s.source[262] = 1),
    row("ECREATE.reserved-zero", gp, |s| s.source[4095] = 0x80),
    row("ECREATE.config-needs-kss", gp, |s| s.source[192] = 1),
    row("ECREATE.config-needs-kss", gp, |s| s.source[261] = 1),
];

fn xfrm(s: &mut Scene, change: fn(u64) -> u64) {
    s.secs(|secs| secs.attributes.xfrm = Xfrm::from_bits(change(secs.attributes.xfrm.bits())));
}

fn flag(s: &mut Scene, bits: u64) {
    s.secs(|secs| {
        let flags = secs.attributes.flags.bits() | bits;
        secs.attributes.flags = AttributesFlags::from_bits(flags);
    });
}

shared_test! {
    fn ecreate_stops_at_every_rule() {
        check_each(Scene::ecreate, ROWS);
    }

    fn ecreate_checks_in_the_manuals_order() {
        check_pairs(Scene::ecreate, ROWS, encls::rules_of(0));
    }

    fn ecreate_makes_a_secs_and_measures_one_block() {
        let mut s = Scene::ecreate();
        // What software leaves in fields that are the processor's own does not count.
        s.secs(|secs| {
            secs.isvprodid = 7;
            secs.isvsvn = 9;
            secs.mrenclave = [0x55; 32];
        });
        let eid = s.m.next_eid;
        assert_eq!(s.call(), (Outcome::Done, None));
        let none = SecInfoFlags::from_bits(0);
        let entry = EpcmEntry::new(PageType::SECS, none, None, Linear(0));
        assert_eq!(s.m.epcm(FREE), Some(entry));
        let state = s.m.secs.get(&FREE).expect("a SECS");
        let f = &state.fields;
        assert_eq!((f.size, f.baseaddr, f.ssaframesize), (SIZE, BASE, 1));
        assert_eq!(f.attributes, Attributes::new(4, 3));
        assert_eq!((f.isvprodid, f.isvsvn), (0, 0));
        assert_eq!((state.eid, s.m.next_eid), (eid, eid + 1));
        assert_eq!((state.children, state.active, state.is_init()), (0, 0, false));
        let mut block = b"ECREATE\0\x01\0\0\0\0\x80\0\0\0\0\0\0".to_vec();
        block.resize(64, 0);
        assert_eq!(state.measurement.blocks(), 1);
        assert_eq!(state.measurement.finish()[..], Sha256::digest(&block)[..]);
    }

    fn ecreate_takes_every_legal_combination_at_the_edge() {
        // The largest size, the highest canonical base, all state components, KSS with CONFIGID.
        let changes: [fn(&mut Secs); 5] = [
            |secs| { secs.size = 1 << 35; secs.baseaddr = 0; },
            |secs| { secs.size = 8192; secs.baseaddr = 0x7fff_ffff_e000; },
            |secs| secs.attributes.xfrm = Xfrm::from_bits(0x2e7),
            |secs| { secs.attributes.flags = AttributesFlags::from_bits(0x84); secs.configid = [1; 64]; },
            |secs| {
                secs.attributes.flags = AttributesFlags::from_bits(0);
                secs.baseaddr = 0x8000_0000;
                secs.size = 1 << 30;
            },
        ];
        for change in changes {
            let mut s = Scene::ecreate();
            s.secs(change);
            assert_eq!(s.call(), (Outcome::Done, None));
        }
    }

    fn ecreate_counts_kss_fields_as_reserved_where_the_processor_lacks_them() {
        let mut s = Scene::ecreate();
        s.m.platform = Platform { kss: false, ..(*s.m.platform).clone() }.into();
        s.source[192] = 1;
        let (_, broken) = s.call();
        assert_eq!(broken.map(|r| r.id), Some("ECREATE.reserved-zero"));
    }

    fn ecreate_operands_nothing_maps_fault_where_they_are_read() {
        let nowhere = 0x1000;
        let mut s = Scene::ecreate();
        s.regs.rbx = nowhere;
        assert_eq!(s.call(), (crate::sgx::scene::pf(nowhere), None));
        let mut s = Scene::ecreate();
        s.pageinfo.secinfo_or_pcmd = nowhere;
        assert_eq!(s.call(), (crate::sgx::scene::pf(nowhere), None));
        let mut s = Scene::ecreate();
        s.pageinfo.srcpge = nowhere;
        assert_eq!(s.call(), (crate::sgx::scene::pf(nowhere), None));
    }

    fn ecreate_operands_at_addresses_that_are_not_canonical_are_general_protection() {
        let spoils: [fn(&mut Scene); 3] = [
            |s| s.regs.rbx = NOT_CANONICAL,
            |s| s.pageinfo.secinfo_or_pcmd = NOT_CANONICAL,
            |s| s.pageinfo.srcpge = NOT_CANONICAL,
        ];
        for spoil in spoils {
            let mut s = Scene::ecreate();
            spoil(&mut s);
            assert_eq!(s.call(), (crate::sgx::scene::GP, None));
        }
    }

    fn ecreate_reads_operands_inside_the_prm_as_ones() {
        // PAGEINFO of ones: every address in it is misaligned.
        let mut s = Scene::ecreate();
        s.regs.rbx = kernel(Physical(s.m.platform.prm_base.0));
        let (outcome, broken) = s.call();
        assert_eq!(outcome, crate::sgx::scene::GP);
        assert_eq!(broken.map(|r| r.id), Some("ECREATE.sources-aligned"));
    }
}
