//! Launch control in its three worlds, with and without tokens; debug, KSS, masks and events.

use teescope_core::formats::dcap::Attributes;
use teescope_core::sgx::structs::{AttributesFlags, EinitToken, Miscselect, SigStruct, Xfrm};
use teescope_core::sgx::{
    Author, Call, Content, Ecreate, Einit, EpcPage, INTEL_LAUNCH_HASH, Machine, Op, Platform,
    SigSource, token_mac,
};
use teescope_core::trace::{Machine as _, Outcome, Silent};

use super::scene::{BASE, CODE, GP, SIZE, code, eadd, key, run, signed, small};

const REFUSED: Outcome = code(16, "SGX_INVALID_EINITTOKEN");
const ATTRIBUTE: Outcome = code(2, "SGX_INVALID_ATTRIBUTE");

/// A processor without launch control that software may change.
fn locked() -> Machine {
    Machine::new(Platform {
        flexible_launch: false,
        ..small()
    })
}

/// Writes a hash to the four registers, as the in-kernel driver does before EINIT.
fn write_hash(m: &mut Machine, hash: &[u8; 32]) -> Vec<Outcome> {
    let words = hash.as_chunks::<8>().0.iter().zip(0x8c..);
    words
        .map(|(word, msr)| {
            let value = u64::from_le_bytes(*word);
            m.apply(&Op::Wrmsr { msr, value }, &mut Silent)
        })
        .collect()
}

fn mrsigner() -> [u8; 32] {
    teescope_core::crypto::sha256::sha256(&key().modulus())
}

/// An enclave of one page with these attributes.
fn build(m: &mut Machine, attributes: Attributes, miscselect: Miscselect) -> [u8; 32] {
    let create = Op::Ecreate(Ecreate {
        enclave: 0,
        process: 0,
        base: BASE,
        size: SIZE,
        ssaframesize: 1,
        attributes,
        miscselect,
        call: Call::default(),
    });
    run(m, &[create, eadd(0, 0, CODE, Content::Code(1))]);
    m.secs
        .get(&EpcPage(0))
        .expect("a SECS")
        .measurement
        .finish()
}

/// A SIGSTRUCT for it by the demo key, before signing.
fn author(measurement: [u8; 32]) -> SigStruct {
    Author::of(Attributes::new(4, 3), Miscselect::from_bits(0)).unsigned(measurement)
}

/// A token for it.
fn token(mrenclave: [u8; 32], attributes: Attributes, le_debug: bool) -> Vec<u8> {
    let token = EinitToken {
        valid: 1,
        attributes,
        mrenclave,
        mrsigner: mrsigner(),
        cpusvnle: [0; 16],
        maskedattributesle: Attributes::new(if le_debug { 0x22 } else { 0x20 }, 3),
        ..EinitToken::default()
    };
    let mut bytes = token.encode();
    let mac = token_mac(&token, &bytes);
    bytes[288..].copy_from_slice(&mac);
    bytes.to_vec()
}

fn start(m: &mut Machine, sig: &SigStruct, token: Option<Vec<u8>>) -> Outcome {
    let op = Op::Einit(Einit {
        enclave: 0,
        sigstruct: SigSource::Bytes(signed(sig)[..].into()),
        token: token.map(Into::into),
        call: Call::default(),
    });
    m.apply(&op, &mut Silent)
}

const PLAIN: Attributes = Attributes::new(4, 3);
const NO_MISC: Miscselect = Miscselect::from_bits(0);

shared_test! {
    fn without_flexible_launch_control_only_a_token_or_intel_helps() {
        let mut m = locked();
        assert_eq!(m.launch_hash, INTEL_LAUNCH_HASH);
        let writes = write_hash(&mut m, &mrsigner());
        assert_eq!(writes, [GP; 4]);
        assert_eq!(m.launch_hash, INTEL_LAUNCH_HASH);
        let measured = build(&mut m, PLAIN, NO_MISC);
        let sig = author(measured);
        assert_eq!(start(&mut m, &sig, None), REFUSED);
        assert_eq!(start(&mut m, &sig, Some(vec![0; 304])), REFUSED);
        assert_eq!(start(&mut m, &sig, Some(token(measured, PLAIN, false))), Outcome::Done);
    }

    fn with_another_hash_in_the_registers_only_a_token_helps() {
        let mut m = Machine::new(small());
        assert_eq!(write_hash(&mut m, &[0x11; 32]), [Outcome::Done; 4]);
        let measured = build(&mut m, PLAIN, NO_MISC);
        let sig = author(measured);
        assert_eq!(start(&mut m, &sig, None), REFUSED);
        assert_eq!(start(&mut m, &sig, Some(token(measured, PLAIN, false))), Outcome::Done);
    }

    fn with_the_signers_hash_in_the_registers_everything_starts() {
        let mut m = Machine::new(small());
        assert_eq!(write_hash(&mut m, &mrsigner()), [Outcome::Done; 4]);
        assert_eq!(m.launch_hash, mrsigner());
        let measured = build(&mut m, PLAIN, NO_MISC);
        assert_eq!(start(&mut m, &author(measured), None), Outcome::Done);
    }

    fn each_register_counts() {
        for index in 0..4 {
            let mut hash = mrsigner();
            hash[8 * index + 7] ^= 0x80;
            let mut m = Machine::new(small());
            write_hash(&mut m, &hash);
            let measured = build(&mut m, PLAIN, NO_MISC);
            assert_eq!(start(&mut m, &author(measured), None), REFUSED, "{index}");
        }
    }

    fn a_token_that_is_there_decides_even_where_the_hash_would_do() {
        let mut m = Machine::new(small());
        write_hash(&mut m, &mrsigner());
        let measured = build(&mut m, PLAIN, NO_MISC);
        let mut spoilt = token(measured, PLAIN, false);
        spoilt[300] ^= 1;
        assert_eq!(start(&mut m, &author(measured), Some(spoilt)), REFUSED);
    }

    fn a_debug_launch_enclave_starts_debug_enclaves_only() {
        let debug = Attributes::new(6, 3);
        for (own, outcome) in [(PLAIN, REFUSED), (debug, Outcome::Done)] {
            let mut m = locked();
            let measured = build(&mut m, own, NO_MISC);
            let given = token(measured, own, true);
            assert_eq!(start(&mut m, &author(measured), Some(given)), outcome, "{own}");
        }
    }

    fn the_launch_token_key_is_for_the_launch_authority() {
        let own = Attributes::new(0x24, 3);
        for (hash, outcome) in [(mrsigner(), Outcome::Done), ([0; 32], ATTRIBUTE)] {
            let mut m = Machine::new(small());
            write_hash(&mut m, &hash);
            let measured = build(&mut m, own, NO_MISC);
            let mut sig = author(measured);
            sig.attributes = own;
            // Not even a token helps.
            let given = (outcome != Outcome::Done).then(|| token(measured, own, false));
            assert_eq!(start(&mut m, &sig, given), outcome);
        }
    }

    fn a_pending_event_is_reported_and_nothing_else_happens() {
        let mut m = Machine::new(small());
        write_hash(&mut m, &mrsigner());
        let measured = build(&mut m, PLAIN, NO_MISC);
        run(&mut m, &[Op::Event { pending: true }]);
        let unmasked = code(128, "SGX_UNMASKED_EVENT");
        assert_eq!(start(&mut m, &author(measured), None), unmasked);
        run(&mut m, &[Op::Event { pending: false }]);
        assert_eq!(start(&mut m, &author(measured), None), Outcome::Done);
    }

    fn kss_decides_whether_identifiers_may_be_there() {
        for (flags, ids, outcome) in [
            (0x04, false, Outcome::Done),
            (0x04, true, code(1, "SGX_INVALID_SIG_STRUCT")),
            (0x84, false, Outcome::Done),
            (0x84, true, Outcome::Done),
        ] {
            let own = Attributes::new(flags, 3);
            let mut m = Machine::new(small());
            write_hash(&mut m, &mrsigner());
            let measured = build(&mut m, own, NO_MISC);
            let mut sig = author(measured);
            sig.attributes = own;
            if ids {
                (sig.isvfamilyid, sig.isvextprodid) = ([1; 16], [2; 16]);
            }
            assert_eq!(start(&mut m, &sig, None), outcome, "{flags:#x} {ids}");
        }
    }

    /// Every bit of FLAGS and XFRM that an enclave may have, with the mask's bit set and clear: they
    /// must agree where the mask says so, and only there.
    fn attributes_are_compared_under_the_mask() {
        let differ = [(1, 0), (4, 0), (7, 0), (0, 2), (0, 9)];
        for (flag_bit, xfrm_bit) in differ {
            let own = match xfrm_bit {
                0 => Attributes::new(4 | 1 << flag_bit, 3),
                bit => Attributes::new(4, 3 | 1 << bit),
            };
            for masked in [false, true] {
                let mut m = Machine::new(small());
                write_hash(&mut m, &mrsigner());
                let measured = build(&mut m, own, NO_MISC);
                let mut sig = author(measured);
                let keep = |bits: u64, bit: u32, on: bool| if on { bits | 1 << bit } else { bits & !(1 << bit) };
                let (mut flags, mut xfrm) = (u64::MAX, u64::MAX);
                match xfrm_bit {
                    0 => flags = keep(flags, flag_bit, masked),
                    bit => xfrm = keep(xfrm, bit, masked),
                }
                sig.attributemask.flags = AttributesFlags::from_bits(flags);
                sig.attributemask.xfrm = Xfrm::from_bits(xfrm);
                let wanted = if masked { ATTRIBUTE } else { Outcome::Done };
                assert_eq!(start(&mut m, &sig, None), wanted, "{own} {masked}");
            }
        }
    }

    fn bits_the_mask_drops_do_not_count_in_sigstruct_either() {
        let mut m = Machine::new(small());
        write_hash(&mut m, &mrsigner());
        let measured = build(&mut m, PLAIN, NO_MISC);
        let mut sig = author(measured);
        sig.attributes.flags = AttributesFlags::from_bits(u64::MAX);
        sig.attributemask.flags = AttributesFlags::from_bits(4);
        (sig.miscselect, sig.miscmask) = (Miscselect::from_bits(u32::MAX), NO_MISC);
        assert_eq!(start(&mut m, &sig, None), Outcome::Done);
    }

    fn miscselect_is_compared_under_its_mask() {
        for (own, signed, mask, outcome) in [
            (0, 0, 1, Outcome::Done),
            (1, 1, 1, Outcome::Done),
            (1, 0, 1, ATTRIBUTE),
            (0, 1, 1, ATTRIBUTE),
            (1, 0, 0, Outcome::Done),
            (0, 1, 0xffff_fffe, Outcome::Done),
        ] {
            let mut m = Machine::new(small());
            write_hash(&mut m, &mrsigner());
            let measured = build(&mut m, PLAIN, Miscselect::from_bits(own));
            let mut sig = author(measured);
            sig.miscselect = Miscselect::from_bits(signed);
            sig.miscmask = Miscselect::from_bits(mask);
            assert_eq!(start(&mut m, &sig, None), outcome, "{own} {signed} {mask:#x}");
        }
    }

    fn debug_and_production_share_the_measurement() {
        let measured = [PLAIN, Attributes::new(6, 3)].map(|own| {
            build(&mut Machine::new(small()), own, NO_MISC)
        });
        assert_eq!(measured[0], measured[1]);
    }

    fn cpusvn_is_compared_component_by_component() {
        let mut m = locked();
        let own = m.platform.cpusvn;
        let measured = build(&mut m, PLAIN, NO_MISC);
        for index in 0..16 {
            let mut bytes = token(measured, PLAIN, false);
            bytes[192..208].copy_from_slice(&own);
            bytes[192 + index] += 1;
            // Lower elsewhere makes up for nothing: the order is partial.
            if own[(index + 1) % 16] > 0 {
                bytes[192 + (index + 1) % 16] -= 1;
            }
            let outcome = start(&mut m, &author(measured), Some(bytes));
            assert_eq!(outcome, code(32, "SGX_INVALID_CPUSVN"), "{index}");
        }
    }
}
