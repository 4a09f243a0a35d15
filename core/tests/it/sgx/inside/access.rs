//! Every actor, every kind of access, and what comes of it, carried out and probed.

use std::collections::BTreeSet;

use teescope_core::arch::x86::Pte;
use teescope_core::memory::{Linear, Physical};
use teescope_core::sgx::access::Who;
use teescope_core::sgx::structs::Pfec;
use teescope_core::sgx::{Data, EpcPage, Machine, Op, Schedule, Touch};
use teescope_core::trace::{Event, Everything, Fault, Machine as _, Outcome};
use teescope_core::view::Access::{self, Fetch, Read, Write};

use super::scene::{
    CODE_PAGE, DOOR, HEAP, HEAP_PAGE, SSA_PAGE, eexit, enclu, entered, gprsgx, raise, ready,
};
use crate::sgx::scene::{BASE, GP, NOT_CANONICAL, ORDINARY, apply, code, digest, epc, pf, run};

const CODE: Who = Who::Code(0);
const DROPPED: Outcome = code(0, "dropped");
const OTHERS: [Who; 4] = [Who::System, Who::Hypervisor, Who::Smm, Who::Device];

fn touch(who: Who, at: u64, access: Access, data: Data) -> Op {
    Op::Access(Touch {
        who,
        at,
        access,
        data,
    })
}

fn eight(who: Who, at: u64, access: Access) -> Op {
    touch(who, at, access, Data::Len(8))
}

/// The outcome, the rule that decided last, and the bytes read.
fn access(m: &mut Machine, op: &Op) -> (Outcome, &'static str, Vec<u8>) {
    let mut told = Everything::default();
    let outcome = m.apply(op, &mut told);
    let (mut rule, mut read) = ("", Vec::new());
    for event in &told.events {
        match event {
            Event::Check { rule: r, .. } => rule = r.id,
            Event::Message { bytes, .. } if !bytes.is_empty() => read = bytes.to_vec(),
            _ => {}
        }
    }
    (outcome, rule, read)
}

/// The operating system points a page of the enclave elsewhere.
fn map(at: u64, to: Physical, writable: bool, executable: bool) -> Op {
    Op::Map {
        process: 0,
        at,
        to: Some((to.0, writable, executable)),
    }
}

const PLAIN: [u8; 8] = [1, 2, 3, 4, 1, 2, 3, 4];

/// The rules that the tests of this file and of its neighbours make fire.
pub(crate) fn fired() -> Vec<&'static str> {
    vec![
        "ACCESS.held-translation",
        "ACCESS.page-rights",
        "ACCESS.bus-listens",
        "ENCLU.leaf-known",
        "INSIDE.instruction-legal",
        "SCHEDULE.outside",
        "SCHEDULE.xcr0-legal",
    ]
}

shared_test! {
    /// S14 to S16: whoever is outside reads all ones and writes nothing, whatever his privilege.
    fn nobody_outside_reads_or_writes_the_epc() {
        let mut m = ready();
        let before = digest(&m);
        for who in OTHERS {
            for at in [epc(HEAP_PAGE), m.epc_physical(HEAP_PAGE).0, m.platform.prm_base.0] {
                assert_eq!(access(&mut m, &eight(who, at, Read)).2, [0xff; 8], "{who:?}");
                assert_eq!(access(&mut m, &eight(who, at, Fetch)).2, [0xff; 8], "{who:?}");
                let write = touch(who, at, Write, Data::Bytes(vec![7; 8].into()));
                assert_eq!(access(&mut m, &write).0, DROPPED, "{who:?}");
            }
        }
        let own = access(&mut m, &eight(CODE, BASE + HEAP, Read));
        assert_eq!((own.0, own.2), (Outcome::Done, vec![0xff; 8]), "the process around it");
        assert_eq!(digest(&m), before);
    }

    fn a_probe_on_dram_listens() {
        let mut m = ready();
        let at = m.epc_physical(HEAP_PAGE).0;
        let read = access(&mut m, &eight(Who::Bus, at, Read));
        assert_eq!(read.1, "ACCESS.dram-ciphertext");
        assert_ne!(read.2, PLAIN);
        let write = access(&mut m, &eight(Who::Bus, at, Write));
        assert_eq!((write.0, write.1), (DROPPED, "ACCESS.bus-listens"));
        assert_eq!(m.epc_bytes(HEAP_PAGE)[..8], PLAIN);
    }

    fn the_thread_inside_reads_plain_bytes_and_writes_them() {
        let mut m = entered();
        assert_eq!(access(&mut m, &eight(CODE, BASE + HEAP, Read)).2, PLAIN);
        let write = touch(CODE, BASE + HEAP + 8, Write, Data::Bytes(vec![9; 4].into()));
        assert_eq!(access(&mut m, &write).0, Outcome::Done);
        assert_eq!(m.epc_bytes(HEAP_PAGE)[8..12], [9; 4]);
        let into = touch(CODE, BASE + HEAP, Read, Data::Register(16));
        run(&mut m, &[into]);
        assert_eq!(m.cpu(0).regs.rdx, u64::from_le_bytes(PLAIN));
    }

    /// Page tables and EPCM must both allow: each alone refuses, with its own error code.
    fn page_tables_and_epcm_both_decide() {
        let us = Pfec::US.with(Pfec::P);
        let rows = [
            // The page tables say no: an ordinary page fault.
            (map(BASE, Physical(0x7200_1000), false, true), BASE, Write, "ACCESS.page-rights", us.with(Pfec::WR)),
            // The page tables say yes, the EPCM says no: the SGX bit.
            (map(BASE, Physical(0x7200_1000), true, true), BASE, Write, "ACCESS.epcm-rights", us.with(Pfec::WR).with(Pfec::SGX)),
            (map(BASE + HEAP, Physical(0x7200_5000), true, true), BASE + HEAP, Fetch, "ACCESS.epcm-rights", us.with(Pfec::ID).with(Pfec::SGX)),
            // Somebody else's page, another page of one's own, ordinary memory.
            (map(BASE + HEAP, Physical(0x7200_a000), true, false), BASE + HEAP, Read, "ACCESS.epcm-owner", us.with(Pfec::SGX)),
            (map(BASE + HEAP, Physical(0x7200_3000), true, false), BASE + HEAP, Read, "ACCESS.epcm-owner", us.with(Pfec::SGX)),
            (map(BASE + HEAP, ORDINARY, true, false), BASE + HEAP, Read, "ACCESS.epcm-owner", us.with(Pfec::SGX)),
            (Op::Map { process: 0, at: BASE + HEAP, to: None }, BASE + HEAP, Read, "ACCESS.mapped", Pfec::US),
        ];
        for (map, at, how, rule, error) in rows {
            let mut m = entered();
            run(&mut m, &[map]);
            let found = access(&mut m, &eight(CODE, at + 0x123, how));
            assert_eq!((found.0, found.1), (pf(at + 0x123), rule));
            // The operating system learns the page and the error code, the enclave the address.
            let seen = m.seen.iter().last().expect("an event").1.clone();
            assert_eq!((seen.event, seen.cr2, seen.code), ("#PF", Some(at), Some(error.bits())));
            let frame = m.epc_bytes(SSA_PAGE);
            assert_eq!(frame[4096 - 200..4096 - 192], (at + 0x123).to_le_bytes());
            assert_eq!(frame[4096 - 192..4096 - 188], error.bits().to_le_bytes());
        }
    }

    /// The processor keeps a translation until the thread leaves, and no longer.
    fn a_held_translation_lives_until_the_thread_leaves() {
        let mut m = entered();
        let read = eight(CODE, BASE + HEAP, Read);
        access(&mut m, &read);
        run(&mut m, &[map(BASE + HEAP, ORDINARY, true, false)]);
        let held = access(&mut m, &read);
        assert_eq!((held.1, held.2), ("ACCESS.held-translation", PLAIN.to_vec()));
        run(&mut m, &[raise("INTR"), enclu(3, None)]);
        assert_eq!(access(&mut m, &read).1, "ACCESS.epcm-owner");
        let mut m = entered();
        access(&mut m, &read);
        run(&mut m, &[eexit(0x5555_0000_1003), enclu(2, Some(DOOR))]);
        assert!(m.cpu(0).tlb.is_empty());
    }

    fn outside_its_range_an_enclave_is_a_process_that_may_not_fetch() {
        let mut m = entered();
        let host = 0x5555_0001_0000;
        run(&mut m, &[map(host, ORDINARY, true, true), Op::Write { at: ORDINARY.0, bytes: vec![5; 8].into() }]);
        assert_eq!(access(&mut m, &eight(CODE, host, Read)).2, [5; 8]);
        assert_eq!(access(&mut m, &eight(CODE, host, Write)).0, Outcome::Done);
        // Protected memory outside the range is the abort page, as for everybody.
        let other = m.epc_physical(EpcPage(10));
        run(&mut m, &[map(host, other, true, true)]);
        assert_eq!(access(&mut m, &eight(CODE, host, Read)).2, [0xff; 8]);
        assert_eq!(access(&mut m, &eight(CODE, host, Write)).0, DROPPED);
        let fetch = access(&mut m, &eight(CODE, host, Fetch));
        assert_eq!((fetch.0, fetch.1), (GP, "ACCESS.fetch-in-elrange"));
        assert_eq!(gprsgx(&m, SSA_PAGE).exitinfo.vector(), 13);
    }

    /// Two parts, each judged on its own: the first lies outside, the second inside, or the other way.
    fn an_access_across_the_edge_of_the_range_is_cut_in_two() {
        let mut m = entered();
        let below = BASE - 4096;
        run(&mut m, &[map(below, ORDINARY, true, true), Op::Write { at: ORDINARY.0 + 4092, bytes: vec![5; 4].into() }]);
        let first = m.epc_bytes(CODE_PAGE)[..4].to_vec();
        let read = access(&mut m, &eight(CODE, BASE - 4, Read));
        assert_eq!(read.2, [vec![5; 4], first].concat());
        // Neither half is written if one of them may not be.
        let before = m.ram.bytes(Physical(ORDINARY.0 + 4092), 4);
        let write = touch(CODE, BASE - 4, Write, Data::Bytes(vec![8; 8].into()));
        assert_eq!(access(&mut m, &write).0, pf(BASE));
        assert_eq!(m.ram.bytes(Physical(ORDINARY.0 + 4092), 4), before);
        let mut m = entered();
        run(&mut m, &[map(below, ORDINARY, true, true)]);
        assert_eq!(access(&mut m, &eight(CODE, BASE - 4, Fetch)).0, GP);
        let mut m = entered();
        assert_eq!(access(&mut m, &eight(CODE, NOT_CANONICAL, Read)).0, GP);
    }

    /// Intel SDM vol. 3D, illegal instructions inside an enclave.
    fn some_instructions_are_illegal_inside() {
        use teescope_core::sgx::code::{INSTRUCTIONS, Inside};
        let ud = Outcome::Faulted(Fault { name: "#UD", code: None, address: None });
        for (number, (name, kind)) in INSTRUCTIONS.iter().enumerate() {
            let op = Op::Execute { cpu: 0, instruction: number as u8 };
            let mut m = entered();
            let inside = access(&mut m, &op);
            let legal = *kind != Inside::Illegal;
            assert_eq!(inside.0, if legal { Outcome::Done } else { ud }, "{name}");
            assert_eq!(inside.1, "INSIDE.instruction-legal");
            if !legal {
                assert_eq!(gprsgx(&m, SSA_PAGE).exitinfo.bits(), 0x8000_0306, "{name}");
            }
            assert_eq!(access(&mut ready(), &op).0, Outcome::Done, "{name} outside");
        }
        let illegal: BTreeSet<_> = INSTRUCTIONS.iter().filter(|i| i.1 == Inside::Illegal).map(|i| i.0).collect();
        for name in ["CPUID", "GETSEC", "RDPMC", "SGDT", "SIDT", "SLDT", "STR", "VMCALL", "VMFUNC", "IN", "INS",
            "OUT", "OUTS", "INT", "INTO", "IRET", "LDS", "LES", "LFS", "LGS", "LSS", "SYSCALL", "SYSENTER", "SMSW"] {
            assert!(illegal.contains(name), "{name}");
        }
    }

    fn rdtsc_inside_needs_sgx2() {
        use teescope_core::sgx::code::INSTRUCTIONS;
        let number = INSTRUCTIONS.iter().position(|i| i.0 == "RDTSC").expect("listed") as u8;
        let op = Op::Execute { cpu: 0, instruction: number };
        for (sgx2, done) in [(true, true), (false, false)] {
            let mut m = entered();
            m.platform = teescope_core::sgx::Platform { sgx2, ..(*m.platform).clone() }.into();
            assert_eq!(access(&mut m, &op).0.is_done(), done);
        }
    }

    fn the_operating_system_sets_up_processors_that_are_outside() {
        let op = |xcr0| Op::Schedule(Schedule { cpu: 0, process: Some(1), xcr0, mode64: None, tf: Some(true) });
        let mut m = ready();
        run(&mut m, &[op(Some(7))]);
        let cpu = m.cpu(0);
        assert_eq!((cpu.process, cpu.xcr0, cpu.regs.rflags >> 8 & 1), (1, 7, 1));
        for xcr0 in [0, 6, 1 << 20 | 1] {
            let (outcome, checks) = apply(&mut m, &op(Some(xcr0)));
            assert_eq!((outcome, checks.last().expect("a check").0.id), (GP, "SCHEDULE.xcr0-legal"));
        }
        let (outcome, checks) = apply(&mut entered(), &op(None));
        assert_eq!((outcome, checks.last().expect("a check").0.id), (code(16, "EBUSY"), "SCHEDULE.outside"));
    }

    fn unknown_leaves_of_enclu_fault() {
        for leaf in [5, 6, 99, u32::MAX] {
            let (outcome, checks) = apply(&mut ready(), &enclu(leaf, None));
            assert_eq!((outcome, checks.last().expect("a check").0.id), (GP, "ENCLU.leaf-known"));
        }
    }

    /// A TCS and a SECS are nobody's to read, not even the enclave's.
    fn control_structures_are_closed_to_the_enclave_itself() {
        let mut m = entered();
        assert_eq!(access(&mut m, &eight(CODE, BASE + DOOR, Read)).1, "ACCESS.epcm-owner");
        let mut m = entered();
        let at = Linear(BASE + HEAP);
        let secs = Pte { frame: m.epc_physical(EpcPage(0)), writable: true, executable: false };
        m.tables.set(0, at, Some(secs));
        assert_eq!(access(&mut m, &eight(CODE, at.0, Read)).1, "ACCESS.epcm-owner");
    }
}
