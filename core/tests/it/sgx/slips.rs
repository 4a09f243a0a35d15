//! Where the manual slips, what is done instead: one named test for each slip these leaves meet.
//!
//! Slips 3, 5, 6, 8, 9 and 10 are about leaves that are not carried out yet.

use teescope_core::sgx::driver::kernel;
use teescope_core::sgx::encls::ecreate::GPRSGX_SIZE;
use teescope_core::sgx::structs::{
    AttributesFlags, EinitToken, GprSgx, KeyRequest, Miscselect, PageInfo, SecInfo, SigStruct,
    TargetInfo, Xfrm,
};
use teescope_core::sgx::{Op, eadd_record, status};
use teescope_core::trace::{Event, Everything, Machine as _, Outcome, Value};

use super::rows::invalid_sig_struct;
use super::scene::{DATA, DONE_REG, FREE, GP, ORDINARY, REG, SECS, Scene, epc, pf};

shared_test! {
    /// One table of the manual gives GPRSGX 176 bytes; its fields add up to 184.
    fn slip_01_gprsgx_is_184_bytes() {
        assert_eq!((GPRSGX_SIZE, GprSgx::SIZE), (184, 184));
        // What ECREATE wants of a frame: the XSAVE area, GPRSGX, and EXINFO where asked for.
        for (xfrm, misc, bytes) in [(3, 0, 576 + 184), (3, 1, 576 + 184 + 16), (7, 0, 832 + 184), (0x2e7, 1, 2696 + 200)] {
            let mut s = Scene::ecreate();
            s.secs(|secs| {
                secs.ssaframesize = 0;
                secs.miscselect = Miscselect::from_bits(misc);
                secs.attributes.xfrm = Xfrm::from_bits(xfrm);
            });
            s.lay();
            let mut recorder = Everything::default();
            let op = Op::Encls { leaf: s.leaf, registers: s.regs };
            assert_eq!(s.m.apply(&op, &mut recorder), GP);
            let Some(Event::Check { rule, compared: Some(sides), .. }) = recorder.events.last() else {
                panic!("{:?}", recorder.events)
            };
            assert_eq!(rule.id, "ECREATE.ssaframesize-enough");
            assert_eq!((&sides.wanted, &sides.found), (&Value::Number(bytes), &Value::Number(0)));
        }
    }

    /// The bit range printed for SECINFO in EADD's record is 47 bytes long; 48 bytes are hashed.
    fn slip_02_eadd_hashes_48_bytes() {
        let mut secinfo = [0; 64];
        secinfo[47] = 0xaa;
        secinfo[48] = 0xbb;
        let record = eadd_record(0, &secinfo);
        assert_eq!(record[63], 0xaa);
        assert!(!record.contains(&0xbb));
    }

    /// EEXTEND prints “RBX does resolve” where a page fault needs that it does not.
    fn slip_04_eextend_wants_rbx_in_the_epc() {
        assert_eq!(Scene::eextend().call(), (Outcome::Done, None));
        let mut s = Scene::eextend();
        s.regs.rbx = kernel(ORDINARY);
        assert_eq!(s.call().0, pf(kernel(ORDINARY)));
    }

    /// EREMOVE's text for regular pages does not print that VALID becomes 0.
    fn slip_07_eremove_frees() {
        let mut s = Scene::eremove(REG);
        assert_eq!(s.call(), (Outcome::Done, None));
        assert_eq!(s.m.epcm(REG), None);
        // The page can be used again, which it could not if it were still valid.
        let mut again = Scene::eadd(DATA);
        again.m = s.m;
        again.regs.rcx = epc(REG);
        assert_eq!(again.call(), (Outcome::Done, None));
    }

    /// EMODPR's printed test would forbid read-only pages; “writable without readable” is meant, and is
    /// what EADD tests too.
    fn slip_08_write_without_read_is_what_is_refused() {
        for rwx in 0..8_u64 {
            let mut s = Scene::eadd(0x200 | rwx);
            let legal = rwx & 2 == 0 || rwx & 1 == 1;
            assert_eq!(s.call().0, if legal { Outcome::Done } else { GP }, "{rwx}");
        }
    }

    /// KEYREQUEST and TARGETINFO were aligned to 128 bytes in older editions, to 512 in newer ones.
    fn slip_11_alignments() {
        assert_eq!((KeyRequest::LAYOUT.align, TargetInfo::LAYOUT.align), (512, 512));
        let own = [
            (PageInfo::LAYOUT.align, 32), (SecInfo::LAYOUT.align, 64),
            (SigStruct::LAYOUT.align, 4096), (EinitToken::LAYOUT.align, 512),
        ];
        for (found, wanted) in own {
            assert_eq!(found, wanted);
        }
    }

    /// Older editions say LOCKFAIL, INVALID_LICENSE and LAUNCHKEY; the newer names are used.
    fn slip_12_names() {
        let name = |code| status::ALL.iter().find(|s| s.code == code).map(|s| s.name);
        assert_eq!(name(7), Some("SGX_EPC_PAGE_CONFLICT"));
        assert_eq!(name(16), Some("SGX_INVALID_EINITTOKEN"));
        assert!(AttributesFlags::EINITTOKEN_KEY.to_string().starts_with("EINITTOKEN_KEY"));
    }

    /// A token with other attributes ends in SGX_INVALID_EINIT_ATTRIBUTE, which has no number: 2 here.
    fn slip_13_einit_attribute_has_no_number() {
        let mut s = Scene::einit_with_token();
        s.token.attributes.flags = AttributesFlags::from_bits(6);
        let (outcome, rule) = s.call();
        assert!(matches!(outcome, Outcome::Refused(s) if s.code == 2), "{outcome:?}");
        assert!(rule.is_some_and(|r| r.id == "EINIT.token-attributes" && r.is_model()));
    }

    /// Identifiers without KSS: the manual returns code 1 (and looks at ISVFAMILYID only), Intel's
    /// simulation a signature error (and looks at ISVEXTPRODID too).
    fn slip_14_kss() {
        for ids in [|s: &mut SigStruct| s.isvfamilyid[0] = 1, |s: &mut SigStruct| s.isvextprodid[0] = 1] {
            let mut s = Scene::einit();
            ids(&mut s.sig);
            let (outcome, rule) = s.call();
            assert_eq!(outcome, invalid_sig_struct(&s));
            assert!(rule.is_some_and(|r| r.id == "EINIT.kss-ids" && r.is_model()));
            // With KSS the same identifiers are in order.
            let own = &mut s.m.secs.get_mut(&SECS).expect("a SECS").fields.attributes;
            own.flags = own.flags.with(AttributesFlags::KSS);
            s.sig.attributes.flags = own.flags;
            assert_eq!(s.call(), (Outcome::Done, None));
        }
    }

    /// ECREATE prints that MISCSELECT must share a bit with the processor's, which would forbid zero.
    fn slip_miscselect_zero_is_legal() {
        for bits in [0, 1] {
            let mut s = Scene::ecreate();
            s.secs(|secs| secs.miscselect = Miscselect::from_bits(bits));
            assert_eq!(s.call(), (Outcome::Done, None));
        }
    }

    /// EEXTEND's operation does not print the test of INIT that its list of exceptions names.
    fn slip_eextend_after_einit_faults() {
        let mut s = Scene::eextend();
        (s.regs.rbx, s.regs.rcx) = (epc(super::scene::DONE_SECS), epc(DONE_REG));
        assert_eq!(s.call().0, GP);
    }

    /// EREMOVE's text leaves the content where it is; a free page can simply not be reached.
    fn slip_eremove_clears_nothing_that_can_be_seen() {
        let mut s = Scene::eremove(REG);
        assert_eq!(s.call(), (Outcome::Done, None));
        assert_eq!(s.m.epc_bytes(REG), [0; 4096]);
        assert_eq!(s.m.epcm(FREE), None);
    }
}
