//! What becomes of an enclave when somebody keeps, changes or puts back its lines in DRAM, with either engine.

use teescope_core::formats::engines::mee::multiply;
use teescope_core::sgx::access::Who;
use teescope_core::sgx::dram::{Act, Bus};
use teescope_core::sgx::{Data, Machine, MemoryEngine, Op, Platform, SigSource, Touch};
use teescope_core::trace::{Fault, Machine as _, Observer, Outcome, Status};
use teescope_core::view::Access;

use super::scene::{CODE_PAGE, HEAP, HEAP_PAGE, enclu, entered};
use crate::sgx::scene::{
    BASE, CODE, DATA, TCS, apply, digest, eadd, ecreate, einit, key, run, small,
};

/// The rules that the tests here fire.
pub(crate) const FIRED: [&str; 6] = [
    "ACCESS.dram-counted",
    "BUS.memory-there",
    "BUS.line-kept",
    "MKTME.unguarded",
    "MEE.tags-agree",
    "MEE.running",
];

const NOTHING: Outcome = Outcome::Refused(Status {
    code: 0,
    name: "nothing there",
});

/// The machine stops because of the line at an address.
const fn stops(at: u64) -> Outcome {
    Outcome::Faulted(Fault {
        name: "drop-and-lock",
        code: None,
        address: Some(at),
    })
}

fn bus(at: u64, act: Act) -> Op {
    Op::Bus(Bus { at, act })
}

/// The enclave's thread stores eight bytes in its heap.
fn store(value: u64) -> Op {
    Op::Access(Touch {
        who: Who::Code(0),
        at: BASE + HEAP,
        access: Access::Write,
        data: Data::Bytes(value.to_le_bytes().into()),
    })
}

/// A machine with an integrity tree, an enclave on it, and a thread inside.
fn legacy() -> Machine {
    let mut m = Machine::new(Platform {
        epc_pages: 64,
        ..small().with_memory(MemoryEngine::Mee)
    });
    m.launch_hash = teescope_core::crypto::sha256::sha256(&key().modulus());
    let mut tcs = [0; 72];
    tcs[16..24].copy_from_slice(&0x2000_u64.to_le_bytes());
    tcs[28..32].copy_from_slice(&1_u32.to_le_bytes());
    run(
        &mut m,
        &[
            ecreate(0, BASE, 0x8000),
            eadd(0, 0, CODE, teescope_core::sgx::Content::Code(1)),
            eadd(
                0,
                0x1000,
                TCS,
                teescope_core::sgx::Content::Bytes(tcs.into()),
            ),
            eadd(0, 0x2000, DATA, teescope_core::sgx::Content::Zero),
            eadd(0, 0x3000, DATA, teescope_core::sgx::Content::Zero),
            eadd(0, HEAP, DATA, teescope_core::sgx::Content::Zero),
            einit(0, SigSource::Now),
            enclu(2, Some(0x1000)),
        ],
    );
    m
}

fn heap() -> u64 {
    Platform::client().epc_base.0 + HEAP_PAGE.0 * 4096
}

/// The line of the heap as a probe reads it: every byte.
fn line(m: &Machine) -> Vec<u8> {
    let read = |at| m.probe(Observer::Bus, at, Access::Read).bytes;
    (0..4).flat_map(|i| read(heap() + 16 * i)).collect()
}

shared_test! {
    /// S8 and S20: the same secret at the same place is the same block on Scalable, another on Legacy.
    fn equal_plaintext_repeats_only_without_a_counter() {
        for (mut m, repeats) in [(entered(), true), (legacy(), false)] {
            run(&mut m, &[store(1)]);
            let first = line(&m);
            run(&mut m, &[store(2)]);
            assert_ne!(line(&m), first);
            run(&mut m, &[store(1)]);
            assert_eq!(line(&m) == first, repeats, "{:?}", m.platform.memory);
        }
    }

    fn each_engine_names_its_own_rule() {
        let rule = |m: &Machine| m.probe(Observer::Bus, heap(), Access::Read).rule.id;
        assert_eq!((rule(&entered()), rule(&legacy())), ("ACCESS.dram-ciphertext", "ACCESS.dram-counted"));
    }

    /// A flipped bit garbles its block of 16 bytes on Scalable, and no other.
    fn a_flipped_bit_garbles_one_block_on_scalable() {
        for (offset, bit) in [(0, 0), (17, 7), (63, 3)] {
            let mut m = entered();
            let plain = m.epc_bytes(HEAP_PAGE);
            let (outcome, checks) = apply(&mut m, &bus(heap() + offset, Act::Flip(bit)));
            assert_eq!(outcome, Outcome::Done);
            assert_eq!(checks.last().map(|(r, held)| (r.id, *held)), Some(("MKTME.unguarded", true)));
            let now = m.epc_bytes(HEAP_PAGE);
            let changed: Vec<u64> = (0..256).filter(|i| {
                let block = 16 * *i as usize;
                now[block..block + 16] != plain[block..block + 16]
            }).collect();
            assert_eq!(changed, [offset / 16]);
        }
    }

    /// S19: an old line put back is taken for true on Scalable: the enclave reads its old secret.
    fn an_old_line_is_accepted_on_scalable() {
        let mut m = entered();
        run(&mut m, &[store(0x0d), bus(heap(), Act::Keep), store(0x0e), bus(heap() + 5, Act::Back)]);
        assert_eq!(m.epc_bytes(HEAP_PAGE)[..8], 0x0d_u64.to_le_bytes());
    }

    /// S7: with the tree any change stops the machine at once, and it stays stopped for everybody but the probe.
    fn any_change_stops_the_machine_on_legacy() {
        let old = {
            let mut m = legacy();
            run(&mut m, &[store(0x0d), bus(heap(), Act::Keep), store(0x0e)]);
            m
        };
        for act in [Act::Flip(0), Act::Back] {
            let mut m = old.clone();
            let at = heap();
            let (outcome, checks) = apply(&mut m, &bus(at + 8, act));
            assert_eq!(outcome, stops(at), "{act:?}");
            assert_eq!(checks.last().map(|(r, held)| (r.id, *held)), Some(("MEE.tags-agree", false)));
            assert_ne!(digest(&m), digest(&old), "the state says so");
            for op in [store(1), enclu(4, None), ecreate(3, BASE + 0x10_0000, 0x8000), Op::Boot] {
                let (outcome, checks) = apply(&mut m, &op);
                assert_eq!((outcome, checks.last().expect("a check").0.id), (stops(at), "MEE.running"), "{op:?}");
            }
            for who in [Observer::Inside, Observer::Process, Observer::Privileged, Observer::Device] {
                let probe = m.probe(who, BASE + HEAP, Access::Read);
                assert_eq!((probe.rule.id, probe.bytes.len()), ("MEE.running", 0), "{who:?}");
            }
            assert_eq!(line(&m).len(), 64);
        }
    }

    /// What is kept and put back unchanged is no change.
    fn the_present_line_may_be_put_back() {
        let mut m = legacy();
        let at = heap();
        run(&mut m, &[store(7), bus(at, Act::Keep), bus(at, Act::Back), store(8)]);
        assert_eq!(m.epc_bytes(HEAP_PAGE)[0], 8);
    }

    /// A page that nobody touches is guarded too, and so is the tree itself.
    fn the_tree_guards_every_page_and_itself() {
        let prm = Platform::client().prm_base.0;
        let line = (legacy().epc_physical(CODE_PAGE).0 - Platform::client().epc_base.0) / 64;
        for at in [legacy().epc_physical(CODE_PAGE).0, prm + line / 8 * 64] {
            let mut m = legacy();
            assert_eq!(apply(&mut m, &bus(at, Act::Flip(1))).0, stops(at), "{at:#x}");
        }
    }

    fn what_is_not_there_cannot_be_changed() {
        for mut m in [entered(), legacy()] {
            let before = digest(&m);
            let nowhere = m.platform.memory_end.0;
            // The EPCM's place is not published, so it is nobody's to change here.
            let epcm = m.epc_physical(teescope_core::sgx::EpcPage(0)).0 - 64;
            for at in [nowhere, u64::MAX, epcm] {
                let (outcome, checks) = apply(&mut m, &bus(at, Act::Flip(0)));
                assert_eq!((outcome, checks[0].0.id), (NOTHING, "BUS.memory-there"), "{at:#x}");
            }
            let (outcome, checks) = apply(&mut m, &bus(heap(), Act::Back));
            assert_eq!((outcome, checks[1].0.id), (NOTHING, "BUS.line-kept"));
            assert_eq!(digest(&m), before);
        }
    }

    fn ordinary_memory_is_changed_bit_by_bit() {
        let mut m = entered();
        run(&mut m, &[bus(0x0200_0003, Act::Flip(2))]);
        assert_eq!(m.ram.bytes(teescope_core::memory::Physical(0x0200_0000), 4), [0, 0, 0, 4]);
    }

    /// The manual does not say that a page given back is cleared: DRAM still holds what it held.
    fn what_a_page_held_stays_in_dram() {
        for mut m in [entered(), legacy()] {
            run(&mut m, &[store(0x5ec2e7)]);
            let before = line(&m);
            let back = teescope_core::sgx::Call { rbx: Some(0x5555_0000_1003), ..Default::default() };
            let leave = Op::Enclu(teescope_core::sgx::Enclu { cpu: 0, leaf: 4, loads_leaf: true, door: None, call: back });
            let page = teescope_core::sgx::Which::Epc(HEAP_PAGE.0);
            let remove = Op::Eremove { page, call: teescope_core::sgx::Call::default() };
            run(&mut m, &[leave, remove]);
            assert!(m.epcm(HEAP_PAGE).is_none());
            assert_eq!(line(&m), before, "{:?}", m.platform.memory);
        }
    }

    /// The product in the field has one unit: a tag of zeros is only the pad.
    fn multiplication_has_a_unit() {
        for n in [0, 1, 0x1b, u64::MAX, 0x8000_0000_0000_0001] {
            assert_eq!((multiply(n, 1), multiply(1, n), multiply(n, 0)), (n, n, 0));
        }
    }
}
