//! EINIT, rule by rule in the manual's order.

use teescope_core::formats::dcap::Attributes;
use teescope_core::sgx::driver::kernel;
use teescope_core::sgx::encls;
use teescope_core::sgx::structs::{AttributesFlags, Miscselect, Xfrm};
use teescope_core::trace::Outcome;

use crate::sgx::rows::{
    Row, check_each, check_pairs, gp, invalid_attribute, invalid_cpusvn, invalid_einittoken,
    invalid_measurement, invalid_sig_struct, invalid_signature, pf_rcx, row, unmasked_event,
};
use crate::sgx::scene::{
    DONE_SECS, FREE, NOT_CANONICAL, ORDINARY, REG, SECS, Scene, VA, epc, key, pf,
};

/// Every way to break a rule.
pub(crate) const ROWS: &[Row] = &[
    row("EINIT.sigstruct-aligned", gp, |s| s.regs.rbx += 16),
    row("EINIT.sigstruct-aligned", gp, |s| s.regs.rcx += 16),
    row("EINIT.sigstruct-aligned", gp, |s| s.regs.rdx += 256),
    row("EINIT.secs-in-epc", pf_rcx, |s| {
        s.regs.rcx = kernel(ORDINARY)
    }),
    row("EINIT.secs-in-epc", gp, |s| s.regs.rcx = NOT_CANONICAL),
    row("EINIT.header", invalid_sig_struct, |s| {
        s.spoil.push(|b| b[4] ^= 1)
    }),
    row("EINIT.vendor", invalid_sig_struct, |s| {
        s.spoil.push(|b| b[16] = 1)
    }),
    row("EINIT.vendor", invalid_sig_struct, |s| {
        s.spoil
            .push(|b| b[16..20].copy_from_slice(&[0x86, 0x80, 1, 0]));
    }),
    row("EINIT.header2", invalid_sig_struct, |s| {
        s.spoil.push(|b| b[39] = 1)
    }),
    row("EINIT.exponent", invalid_sig_struct, |s| {
        s.spoil.push(|b| b[512..516].copy_from_slice(&[1, 0, 1, 0]));
    }),
    row("EINIT.sigstruct-reserved-zero", invalid_sig_struct, |s| {
        s.spoil.push(|b| b[44] = 1)
    }),
    row("EINIT.sigstruct-reserved-zero", invalid_sig_struct, |s| {
        s.spoil.push(|b| b[127] = 1)
    }),
    row("EINIT.sigstruct-reserved-zero", invalid_sig_struct, |s| {
        s.spoil.push(|b| b[908] = 1)
    }),
    row("EINIT.sigstruct-reserved-zero", invalid_sig_struct, |s| {
        s.spoil.push(|b| b[911] = 1)
    }),
    row("EINIT.sigstruct-reserved-zero", invalid_sig_struct, |s| {
        s.spoil.push(|b| b[992] = 1)
    }),
    row("EINIT.sigstruct-reserved-zero", invalid_sig_struct, |s| {
        s.spoil.push(|b| b[1039] = 1)
    }),
    row("EINIT.no-event-pending", unmasked_event, |s| {
        s.m.pending_event = true
    }),
    row("EINIT.signature-valid", invalid_signature, |s| {
        s.spoil.push(|b| b[1026] ^= 1)
    }),
    row("EINIT.signature-valid", invalid_signature, |s| {
        s.spoil.push(|b| b[516] ^= 1)
    }),
    row("EINIT.signature-valid", invalid_signature, |s| {
        s.spoil.push(|b| b[128..512].fill(0))
    }),
    row("EINIT.q1-q2", invalid_signature, |s| {
        s.spoil.push(|b| b[1040] ^= 1)
    }),
    row("EINIT.q1-q2", invalid_signature, |s| {
        s.spoil.push(|b| b[1807] ^= 0x80)
    }),
    row("EINIT.secs-not-in-use", gp, |s| s.hold(s.regs.rcx)),
    row("EINIT.secs-valid", pf_rcx, |s| s.regs.rcx = epc(REG)),
    row("EINIT.secs-valid", pf_rcx, |s| s.regs.rcx = epc(FREE)),
    row("EINIT.secs-valid", pf_rcx, |s| s.regs.rcx = epc(VA)),
    row("EINIT.not-initialised", gp, |s| s.regs.rcx = epc(DONE_SECS)),
    row("EINIT.kss-ids", invalid_sig_struct, |s| {
        s.sig.isvfamilyid[15] = 1
    }),
    row("EINIT.kss-ids", invalid_sig_struct, |s| {
        s.sig.isvextprodid[0] = 1
    }),
    row(
        "EINIT.enclavehash-equals-mrenclave",
        invalid_measurement,
        |s| s.sig.enclavehash[31] ^= 1,
    ),
    row("EINIT.einittoken-key-signer", invalid_attribute, |s| {
        attributes(s).flags = AttributesFlags::from_bits(0x24);
        s.sig.attributes.flags = AttributesFlags::from_bits(0x24);
        s.m.launch_hash[0] ^= 1;
    }),
    row("EINIT.attributes-match", invalid_attribute, |s| {
        s.sig.attributes.flags = s.sig.attributes.flags.with(AttributesFlags::PROVISIONKEY);
    }),
    row("EINIT.attributes-match", invalid_attribute, |s| {
        s.sig.attributes.xfrm = Xfrm::from_bits(7);
    }),
    row("EINIT.attributes-match", invalid_attribute, |s| {
        s.sig.attributemask.flags = AttributesFlags::from_bits(u64::MAX);
        let own = attributes(s);
        own.flags = own.flags.with(AttributesFlags::DEBUG);
    }),
    row("EINIT.miscselect-match", invalid_attribute, |s| {
        s.sig.miscselect = Miscselect::EXINFO;
    }),
    row("EINIT.mrsigner-is-launch-hash", invalid_einittoken, |s| {
        s.spoil_token.push(|t| t[0] = 0);
        s.m.launch_hash[31] ^= 1;
    }),
    row("EINIT.token-not-from-debug-le", invalid_einittoken, |s| {
        s.give_token();
        s.token.maskedattributesle.flags = AttributesFlags::from_bits(0x22);
    }),
    row("EINIT.token-reserved-zero", invalid_einittoken, |s| {
        reserved(s, |t| t[0] = 3)
    }),
    row("EINIT.token-reserved-zero", invalid_einittoken, |s| {
        reserved(s, |t| t[4] = 1)
    }),
    row("EINIT.token-reserved-zero", invalid_einittoken, |s| {
        reserved(s, |t| t[96] = 1)
    }),
    row("EINIT.token-reserved-zero", invalid_einittoken, |s| {
        reserved(s, |t| t[191] = 1)
    }),
    row("EINIT.token-reserved-zero", invalid_einittoken, |s| {
        reserved(s, |t| t[212] = 1)
    }),
    row("EINIT.token-cpusvn", invalid_cpusvn, |s| {
        s.give_token();
        s.token.cpusvnle[15] = 1;
    }),
    row("EINIT.token-mac", invalid_einittoken, |s| {
        reserved(s, |t| t[288] ^= 1)
    }),
    row("EINIT.token-mac", invalid_einittoken, |s| {
        reserved(s, |t| t[256] ^= 1)
    }),
    row("EINIT.token-mrenclave", invalid_measurement, |s| {
        s.give_token();
        s.token.mrenclave[0] ^= 1;
    }),
    row("EINIT.token-mrsigner", invalid_measurement, |s| {
        let mrenclave = s.token.mrenclave;
        s.give_token();
        if mrenclave != [0; 32] {
            s.token.mrenclave = mrenclave;
        }
        s.token.mrsigner[0] ^= 1;
    }),
    row("EINIT.token-attributes", invalid_attribute, |s| {
        s.give_token();
        s.token.attributes = Attributes::new(6, 3);
    }),
];

/// A token that fits but for what is done to it after its MAC.
fn reserved(s: &mut Scene, spoil: fn(&mut [u8; 304])) {
    let token = s.token;
    s.give_token();
    if token.valid != 0 {
        s.token = token;
    }
    s.spoil_token.push(spoil);
}

/// The enclave's own attributes.
fn attributes(s: &mut Scene) -> &mut Attributes {
    &mut s.m.secs.get_mut(&SECS).expect("a SECS").fields.attributes
}

shared_test! {
    fn einit_stops_at_every_rule() {
        check_each(Scene::einit, ROWS);
    }

    fn einit_checks_in_the_manuals_order() {
        check_pairs(Scene::einit, ROWS, encls::rules_of(2));
    }

    fn einit_writes_the_identity_and_closes_the_measurement() {
        let mut s = Scene::einit();
        (s.sig.isvprodid, s.sig.isvsvn) = (0x1234, 5);
        let before = s.m.secs.get(&SECS).expect("a SECS").clone();
        let epc = s.m.epc.clone();
        assert_eq!(s.call(), (Outcome::Done, None));
        let state = s.m.secs.get(&SECS).expect("a SECS");
        let f = &state.fields;
        assert_eq!(f.mrenclave, before.measurement.finish());
        assert_eq!(f.mrsigner, teescope_core::crypto::sha256::sha256(&key().modulus()));
        assert_eq!((f.isvprodid, f.isvsvn), (0x1234, 5));
        assert_eq!(f.attributes, Attributes::new(5, 3));
        assert!(state.is_init());
        // PADDING: 00 01, 330 bytes FF, 00 and the 19 bytes of the algorithm.
        assert_eq!(state.padding.len(), 352);
        assert_eq!(state.padding[..2], [0, 1]);
        assert!(state.padding[2..332].iter().all(|b| *b == 0xff));
        assert_eq!(state.padding[332..335], [0, 0x30, 0x31]);
        assert_eq!((state.eid, state.children), (before.eid, before.children));
        assert!(s.m.epc.iter().eq(epc.iter()), "no EPC page changes");
    }

    fn einit_of_an_initialised_enclave_is_refused() {
        let mut s = Scene::einit();
        assert_eq!(s.call(), (Outcome::Done, None));
        assert_eq!(s.call().1.map(|r| r.id), Some("EINIT.not-initialised"));
    }

    fn einit_takes_a_valid_token_instead_of_the_launch_hash() {
        assert_eq!(Scene::einit_with_token().call(), (Outcome::Done, None));
    }

    fn einit_operands_nothing_maps_fault_where_they_are_read() {
        for (rbx, rdx, at) in [(Some(0x1000), None, 0x1000), (None, Some(0x2000), 0x2000)] {
            let mut s = Scene::einit();
            s.regs.rbx = rbx.unwrap_or(s.regs.rbx);
            s.regs.rdx = rdx.unwrap_or(s.regs.rdx);
            assert_eq!(s.call(), (pf(at), None));
        }
    }
}
