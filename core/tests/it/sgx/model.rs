//! What Intel does not publish and this machine had to choose: one named test for each choice.

use teescope_core::crypto::cmac::cmac;
use teescope_core::memory::Physical;
use teescope_core::sgx::Target;
use teescope_core::sgx::structs::EinitToken;
use teescope_core::sgx::{EpcPage, Machine, Platform, gaps, rules, status, token_key, token_mac};
use teescope_core::trace::{Machine as _, Observer, Outcome, Silent};
use teescope_core::view::Access;

use super::scene::{BASE, REG, SIZE, Scene, ecreate, epc, prepared, run, small};

shared_test! {
    fn model_enclave_numbers_start_at_one_and_are_never_given_twice() {
        let mut m = Machine::new(small());
        run(&mut m, &[ecreate(0, BASE, SIZE), ecreate(1, BASE + SIZE, SIZE)]);
        let eids: Vec<_> = m.secs.iter().map(|(_, s)| s.eid).collect();
        assert_eq!(eids, [1, 2]);
        let page = teescope_core::sgx::Which::Secs { enclave: 0 };
        run(&mut m, &[
            teescope_core::sgx::Op::Eremove { page, call: teescope_core::sgx::Call::default() },
            ecreate(2, BASE, SIZE),
        ]);
        assert_eq!(m.secs.get(&EpcPage(0)).expect("a SECS").eid, 3);
    }

    fn model_a_refused_ecreate_takes_no_enclave_number() {
        let mut s = Scene::ecreate();
        s.secs(|secs| secs.size = 1);
        let next = s.m.next_eid;
        assert!(!s.call().0.is_done());
        assert_eq!(s.m.next_eid, next);
    }

    /// The base key is the one of Intel's simulation mode; what is hashed under it is ours.
    fn model_token_key_is_a_cmac_over_what_names_the_launch_enclave() {
        let mut bytes: [u8; EinitToken::SIZE] = std::array::from_fn(|i| i as u8);
        for range in [4..48, 96..128, 160..192, 212..236] {
            bytes[range].fill(0);
        }
        let token = EinitToken::from_bytes(&bytes);
        let parts = [&[0, 0][..], &bytes[208..212], &bytes[192..208], &bytes[240..256],
            &bytes[236..240], &bytes[256..288]];
        let base: [u8; 16] = std::array::from_fn(|i| [0xaa, 0x55][i % 2]);
        assert_eq!(token_key(&token), cmac(&base, &parts.concat()));
        assert_eq!(token_mac(&token, &bytes), cmac(&token_key(&token), &bytes[..192]));
    }

    fn model_invalid_einit_attribute_is_two() {
        let mut s = Scene::einit_with_token();
        s.token.attributes = teescope_core::formats::dcap::Attributes::new(4, 7);
        assert_eq!(s.call().0, Outcome::Refused(status::INVALID_ATTRIBUTE));
        assert_eq!(status::INVALID_ATTRIBUTE.code, 2);
    }

    /// The manual calls it undefined; reads of all ones and dropped writes are what is reported.
    fn model_abort_page() {
        let mut m = prepared();
        for observer in [Observer::Process, Observer::Privileged, Observer::Neighbour, Observer::Device] {
            for address in [epc(REG), m.epc_physical(REG).0, m.platform.prm_base.0] {
                let read = m.probe(observer, address, Access::Read);
                assert_eq!(read.bytes, [0xff; 16]);
                let fetch = m.probe(observer, address, Access::Fetch);
                match observer {
                    // Another enclave's code is fetched from its own range only.
                    Observer::Neighbour => assert_eq!(fetch.rule.id, "ACCESS.fetch-in-elrange"),
                    _ => assert_eq!(fetch.bytes, [0xff; 16]),
                }
                assert!(m.probe(observer, address, Access::Write).bytes.is_empty());
            }
        }
        let before = super::scene::digest(&m);
        let op = teescope_core::sgx::Op::Write { at: epc(REG), bytes: vec![0; 4096].into() };
        let outcome = m.apply(&op, &mut Silent);
        assert_eq!(outcome, super::scene::code(0, "dropped"));
        assert_eq!(super::scene::digest(&m), before);
    }

    /// How EPCM and integrity tree share the PRM is not published: here they take what precedes the EPC.
    fn model_the_prm_holds_more_than_the_epc() {
        let m = Machine::new(Platform::client());
        let p = &m.platform;
        assert!(p.epc_base.0 > p.prm_base.0);
        assert_eq!(p.epc_base.0 + p.epc_pages * 4096, p.prm_base.0 + p.prm_size);
        assert_eq!(m.physical_target(p.prm_base), Target::Prm);
        assert_eq!(m.physical_target(p.epc_base), Target::Epc(EpcPage(0)));
        assert_eq!(m.physical_target(Physical(p.prm_base.0 - 1)), Target::Ram(Physical(p.prm_base.0 - 1)));
        assert_eq!(m.physical_target(p.memory_end), Target::Unmapped);
    }

    fn model_choices_are_marked() {
        let marked: Vec<_> = rules().iter().filter(|r| r.is_model()).map(|r| r.id).collect();
        for id in ["EINIT.kss-ids", "EINIT.token-attributes", "ACCESS.abort-page-fetch"] {
            assert!(marked.contains(&id), "{id}");
        }
        let gaps: Vec<_> = gaps::gaps().iter().map(|gap| gap.en()).collect();
        for word in ["EPCM", "EID", "start at 1", "token", "SGX_INVALID_EINIT_ATTRIBUTE", "all ones"] {
            assert!(gaps.iter().any(|gap| gap.contains(word)), "{word}");
        }
    }
}
